// Tensors from numbers and memory, and copies. Rows of ops without inputs take the dtype of a tensor that is there for its dtype alone.
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// A new tensor by the options of another.
Row created(const std::string& name, Tensor (*op)(const TensorOptions&), const std::string& pytorch,
            std::function<void()> bad, const std::string& message) {
  return without_gradient(row(
      name, [op](const Tensors& in) { return op(in[0].detach().options()); }, {{constant({1})}}, pytorch,
      std::move(bad), message));
}

/// Indices; of int64 whatever the input.
Row counted(const std::string& name, Function op, const std::string& pytorch, std::function<void()> bad,
            const std::string& message) {
  return without_gradient(row(name, std::move(op), {{integers({1}, 0, 2)}}, pytorch, std::move(bad), message));
}

/// A tensor like another, which may be transposed; x.fill_(3) where nothing else says what is in it.
Row like(const std::string& name, Tensor (*op)(const Tensor&), const std::string& pytorch) {
  Row row = without_gradient(op_table::row(
      name,
      [op](const Tensors& in) {
        const Tensor y = op(in[0]);
        // The elements in the order of memory: like the input's, when that is dense.
        return Tensors{y, reshape(permute(op(transpose(contiguous(in[0]), 0, 1)), {1, 0}), -1)};
      },
      {{constant({2, 3})}}, "[" + pytorch + "(a), " + pytorch + "(a.t()).t().reshape(-1)]", [op] { op(Tensor()); },
      "input is an undefined tensor"));
  row.zero_size = {{constant({0, 3})}};
  row.large = {constant({300, 401})};
  return row;
}

const bool registered = add_rows({
    created(
        "zeros",
        [](const TensorOptions& o) {
          return zeros({2, 3}, o);
        },
        "torch.zeros(2, 3)", [] { zeros(-1); }, "-1"),
    created(
        "ones",
        [](const TensorOptions& o) {
          return ones({2, 3}, o);
        },
        "torch.ones(2, 3)", [] { ones(-1); }, "-1"),
    created(
        "full",
        [](const TensorOptions& o) {
          return full({2, 3}, 2.5, o);
        },
        "torch.full((2, 3), 2.5)", [] { full(-1, 2); }, "-1"),
    created(
        "scalar_tensor", [](const TensorOptions& o) { return scalar_tensor(2.5, o); }, "torch.scalar_tensor(2.5)",
        [] { scalar_tensor(2, TensorOptions(kInt64).requires_grad(true)); }, "requires_grad"),
    created(
        "tensor",
        [](const TensorOptions& o) {
          return tensor({{1, 2.5, -3}, {4, 0.25, 6}}, o);
        },
        "torch.tensor([[1, 2.5, -3], [4, 0.25, 6]])",
        [] {
          tensor({{1, 2}, {3}});
        },
        "tensor: the rows at nesting level 1 have different lengths"),
    created(
        "arange",
        [](const TensorOptions& o) {
          return cat({arange(3, o), arange(-1, 1, o), arange(2, -1, -0.5, o)});
        },
        "torch.cat([torch.arange(3), torch.arange(-1, 1), torch.arange(2, -1, -0.5)])", [] { arange(0, 3, -1); },
        "arange: step -1 does not lead from 0 to 3"),
    with_tolerance(created(
                       "linspace",
                       [](const TensorOptions& o) {
                         return cat({linspace(-1, 2, 7, o), linspace(3, 1, 1, o), linspace(2.5, -2, 4, o)});
                       },
                       "torch.cat([torch.linspace(-1, 2, 7, dtype=a.dtype), torch.linspace(3, 1, 1, dtype=a.dtype), "
                       "torch.linspace(2.5, -2, 4, dtype=a.dtype)])",
                       [] { linspace(0, 1, -1); }, "linspace: steps -1 must not be negative"),
                   2),
    with_tolerance(
        created(
            "logspace",
            [](const TensorOptions& o) {
              return cat({logspace(-1, 2, 7, 10, o), logspace(2, -1, 4, 2, o)});
            },
            "torch.cat([torch.logspace(-1, 2, 7, dtype=a.dtype), torch.logspace(2, -1, 4, 2, dtype=a.dtype)])",
            [] { logspace(0, 1, -1); }, "logspace: steps -1 must not be negative"),
        2),
    created(
        "eye",
        [](const TensorOptions& o) {
          return cat({eye(3, {}, o), eye(2, 3, o)});
        },
        "torch.cat([torch.eye(3), torch.eye(2, 3)])", [] { eye(-1); }, "-1"),
    counted(
        "tril_indices",
        [](const Tensors&) {
          return cat({tril_indices(3, 4), tril_indices(4, 3, -1)}, 1);
        },
        "torch.cat([torch.tril_indices(3, 4), torch.tril_indices(4, 3, -1)], 1)", [] { tril_indices(-1, 2); },
        "tril_indices: -1 rows and 2 columns must not be negative"),
    counted(
        "triu_indices",
        [](const Tensors&) {
          return cat({triu_indices(3, 4), triu_indices(4, 3, 1)}, 1);
        },
        "torch.cat([torch.triu_indices(3, 4), torch.triu_indices(4, 3, 1)], 1)", [] { triu_indices(2, -1); },
        "triu_indices: 2 rows and -1 columns must not be negative"),
    created(
        "empty",
        [](const TensorOptions& o) {
          Tensor x = empty({2, 3}, o);
          return fill_(x, 3);
        },
        "torch.full((2, 3), 3)", [] { empty(-1); }, "-1"),
    row(
        "empty_strided",
        [](const Tensors& in) {
          Tensor x = empty_strided(in[0].sizes(), {1, in[0].size(0)}, in[0].options());
          copy_(x, in[0]);
          return Tensors{x, as_strided(x, x.numel(), 1)};
        },
        {{real({2, 3})}}, "[a, a.t().reshape(-1)]",
        [] {
          empty_strided(2, {1, 1});
        },
        "empty_strided: sizes [2] and strides [1, 1] must have as many dims"),
    row(
        "empty_permuted",
        [](const Tensors& in) {
          Tensor x = empty_permuted(in[0].sizes(), {1, 0}, in[0].options());
          copy_(x, in[0]);
          return Tensors{x, as_strided(x, x.numel(), 1)};
        },
        {{real({2, 3})}}, "[a, a.t().reshape(-1)]",
        [] {
          empty_permuted({2, 3}, 0);
        },
        "empty_permuted: physical_layout [0] must name each of the 2 dimensions"),
    without_gradient(row(
        "from_blob",
        [](const Tensors& in) {
          const Tensor x = contiguous(in[0]);
          Tensor memory = from_blob(
              x.raw_data(), {x.size(1), x.size(0)}, {1, x.size(1)}, [] {}, x.detach().options());
          return memory + transpose(x, 0, 1) * 1;
        },
        {{constant({2, 3})}}, "a.t() * 2", [] { from_blob(nullptr, 2); }, "from_blob: the data pointer is null")),
    like(
        "empty_like",
        [](const Tensor& x) {
          Tensor y = empty_like(x);
          return fill_(y, 3);
        },
        "(lambda x: torch.full_like(x, 3))"),
    like(
        "zeros_like", [](const Tensor& x) { return zeros_like(x); }, "torch.zeros_like"),
    like(
        "ones_like", [](const Tensor& x) { return ones_like(x); }, "torch.ones_like"),
    like(
        "full_like", [](const Tensor& x) { return full_like(x, 2.5); }, "(lambda x: torch.full_like(x, 2.5))"),

    row(
        "to",
        [](const Tensors& in) {
          return Tensors{to(in[0], in[0].dtype(), true), to(in[0], kInt64), to(in[0], Device(), true),
                         to(in[0], in[0].options())};
        },
        {{real({2, 3})}}, "[a, a.long(), a, a]", [] { to(Tensor(), kFloat32); }, "undefined"),
    row(
        "clone_in_format",
        [](const Tensors& in) {
          const Tensor x = clone(in[0], MemoryFormat::ChannelsLast);
          // The elements in the order of memory.
          return Tensors{x, as_strided(x, x.numel(), 1), contiguous(x, MemoryFormat::Contiguous)};
        },
        {{real({2, 3, 2, 2})}}, "[a, a.permute(0, 2, 3, 1).reshape(-1), a]",
        [] { clone(ones(2), MemoryFormat::ChannelsLast); },
        "clone: input has shape [2] but must have 4 dimensions for channels_last"),
    without_gradient(composed(
        "isclose",
        [](const Tensors& in) {
          const Tensor near = in[0] + to(where(in[1], 1e-3, 1e-9), in[0].dtype());
          return Tensors{isclose(in[0], near), isclose(in[0], near, 1e-2), isclose(in[0], near, 0, 1e-2)};
        },
        {{constant({2, 3}), boolean({2, 3})}},
        "(lambda y: [torch.isclose(a, y), torch.isclose(a, y, rtol=1e-2), torch.isclose(a, y, rtol=0, atol=1e-2)])(a + "
        "torch.where(b, 1e-3, 1e-9))",
        [] { isclose(ones(2), ones(2), -1); }, "isclose: rtol -1 and atol 1e-08 must not be negative")),
    without_gradient(row(
        "allclose",
        [](const Tensors& in) {
          const Tensor other = in[0] + 1;
          return tensor(std::vector<int64_t>{allclose(in[0], other), allclose(in[0], in[0]),
                                             allclose(in[0], other, 0, 2), equal(in[0], other), equal(in[0], in[0]),
                                             equal(in[0], unsqueeze(in[0], 0))});
        },
        {{integers({2, 3}, 0, 9)}},
        "torch.tensor([torch.allclose(a, a + 1), torch.allclose(a, a), torch.allclose(a, a + 1, 0, 2), torch.equal(a, "
        "a + 1), torch.equal(a, a), torch.equal(a, a[None])])",
        [] { equal(ones(2), ones(2, kFloat64)); }, "equal: input is float32 but other is float64")),
});

}  // namespace
}  // namespace op_table
