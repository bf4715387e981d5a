#include "tests/op_table/complex_numbers.h"

namespace op_table {
namespace {

using namespace ember;

/// A function of one complex number; `call` is how PyTorch writes it, of x.
Row unary(const std::string& name, Tensor (*op)(const Tensor&), const std::string& call, double tolerance = 4) {
  return {.name = name,
          .op = [op](const Tensors& in) { return shown(op(number(in[0]))); },
          .samples = {{real({2, 3, 2})}, {real({2})}},
          .pytorch = torch_shown("(lambda x: " + call + ")(" + torch_number("a") + ")"),
          .zero_size = {{real({0, 3, 2})}},
          .large = {real({150, 201, 2})},
          .bad = [op] { op(Tensor()); },
          .message = "input is an undefined tensor",
          .supports_half = false,
          .tolerance = tolerance};
}

/// A function of two complex numbers that broadcast.
Row binary(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), const std::string& call,
           double tolerance = 4) {
  return {.name = name,
          .op = [op](const Tensors& in) { return shown(op(number(in[0]), number(in[1]))); },
          .samples = {{real({2, 3, 2}), real({2, 3, 2})}, {real({2, 1, 2}), real({3, 2})}},
          .pytorch = torch_shown("(lambda x, y: " + call + ")(" + torch_number("a") + ", " + torch_number("b") + ")"),
          .zero_size = {{real({0, 3, 2}), real({3, 2})}},
          .large = {real({150, 201, 2}), real({201, 2})},
          .bad =
              [op] {
                op(ones({2, 3}, kComplex64), ones({4}, kComplex64));
              },
          .message = "do not broadcast",
          .supports_half = false,
          .tolerance = tolerance};
}

Row with_bad(Row row, std::function<void()> bad, const std::string& message) {
  row.bad = std::move(bad);
  row.message = message;
  return row;
}

[[maybe_unused]] const bool added = add_rows({
    unary("complex_abs", abs, "x.abs()"),
    unary("complex_neg", neg, "-x"),
    unary("complex_exp", exp, "x.exp()"),
    unary("complex_log", log, "x.log()"),
    unary("complex_sqrt", sqrt, "x.sqrt()"),
    unary("complex_rsqrt", rsqrt, "x.rsqrt()"),
    unary("complex_reciprocal", reciprocal, "x.reciprocal()"),
    unary("complex_sin", sin, "x.sin()"),
    unary("complex_cos", cos, "x.cos()"),
    unary("complex_tanh", tanh, "x.tanh()"),
    unary("complex_square", square, "x.square()"),
    unary("conj", conj, "x.conj().resolve_conj()"),
    unary("angle", angle, "x.angle()"),
    unary("sgn", sgn, "x.sgn()"),
    unary("real", ember::real, "x.real"),
    unary("imag", imag, "x.imag"),
    unary("view_as_real", view_as_real, "torch.view_as_real(x)"),
    without_gradient(unary("isreal", isreal, "x.isreal()")),
    unary(
        "complex_sum", [](const Tensor& x) { return sum(x, 0); }, "x.sum(0)"),
    unary(
        "complex_mean", [](const Tensor& x) { return mean(x, 0); }, "x.mean(0)"),
    unary("complex_clone", clone, "x.clone()"),
    unary(
        "complex_cumsum", [](const Tensor& x) { return cumsum(x, 0); }, "x.cumsum(0)", 16),
    unary(
        "complex_cumprod", [](const Tensor& x) { return cumprod(x * 0.5, 0); }, "(x * 0.5).cumprod(0)", 64),
    unary(
        "complex_prod", [](const Tensor& x) { return prod(x * 0.5, 0); }, "(x * 0.5).prod(0)", 64),
    with_bad(
        unary(
            "complex_vander", [](const Tensor& x) { return linalg::vander(x, 5); }, "torch.linalg.vander(x, N=5)", 16),
        [] { linalg::vander(ones({2}, kComplex64), 1); }, "linalg.vander: N must be greater than 1 but is 1"),

    binary(
        "complex_add", [](const Tensor& a, const Tensor& b) { return add(a, b, std::complex(0.5, 2.0)); },
        "torch.add(x, y, alpha=0.5 + 2j)"),
    binary(
        "complex_sub", [](const Tensor& a, const Tensor& b) { return a - b; }, "x - y"),
    binary("complex_mul", mul, "x * y"),
    binary("complex_div", div, "x / y"),
    binary("complex_pow", pow, "x ** y", 64),
    without_gradient(binary("complex_eq", eq, "x == y")),
    without_gradient(binary("complex_ne", ne, "x != y")),
    with_bad(
        binary(
            "complex_mul_by_real", [](const Tensor& a, const Tensor& b) { return a * ember::real(b); }, "x * y.real"),
        [] { floor(ones({2}, kComplex64)); }, "floor: no kernel for complex numbers"),
    with_bad(
        binary(
            "complex_where", [](const Tensor& a, const Tensor& b) { return where(ember::real(b) > 0, a, b); },
            "torch.where(y.real > 0, x, y)"),
        [] { where(ones({2}), ones({2}, kComplex64), ones({2})); }, "where: condition"),

    {.name = "complex_matmul",
     .op = [](const Tensors& in) { return shown(matmul(number(in[0]), number(in[1]))); },
     .samples = {{real({3, 4, 2}), real({4, 5, 2})},
                 {real({2, 3, 4, 2}), real({4, 1, 2})},
                 {real({4, 2}), real({4, 2})}},
     .pytorch = torch_shown(torch_number("a") + " @ " + torch_number("b")),
     .zero_size = {{real({0, 4, 2}), real({4, 5, 2})}},
     .large = {real({70, 80, 2}), real({80, 90, 2})},
     .bad =
         [] {
           matmul(ones({2, 3}, kComplex64), ones({4, 3}, kComplex64));
         },
     .message = "did you mean mat2.mT?",
     .supports_half = false,
     .same_bits_for_any_threads = false,
     .tolerance = 8},
    {.name = "vdot",
     .op = [](const Tensors& in) { return shown(vdot(number(in[0]), number(in[1]))); },
     .samples = {{real({5, 2}), real({5, 2})}},
     .pytorch = torch_shown("torch.vdot(" + torch_number("a") + ", " + torch_number("b") + ")"),
     .bad = [] { vdot(ones(3), ones(4)); },
     .message = "vdot: other has shape [4] but must have [3]",
     .supports_half = false,
     .tolerance = 4},
    {.name = "complex",
     .op = [](const Tensors& in) { return shown(complex(in[0], in[1])); },
     .samples = {{real({2, 3}), real({2, 3})}, {real({2, 1}), real({3})}},
     .pytorch = "torch.view_as_real(torch.complex(a, b))",
     .zero_size = {{real({0, 3}), real({3})}},
     .bad = [] { complex(ones(3), ones(3, kFloat64)); },
     .message = "complex: imag is float64 but must be float32 like real",
     .supports_half = false},
    {.name = "polar",
     .op = [](const Tensors& in) { return shown(polar(in[0], in[1])); },
     .samples = {{real({2, 3}), real({2, 3})}, {real({2, 1}), real({3})}},
     .pytorch = "torch.view_as_real(torch.polar(a, b))",
     .zero_size = {{real({0, 3}), real({3})}},
     .bad = [] { polar(ones(3), ones(3, kFloat64)); },
     .message = "polar: angle is float64 but must be float32 like abs",
     .supports_half = false},
    {.name = "view_as_complex",
     .op = [](const Tensors& in) { return shown(view_as_complex(contiguous(in[0])) * 2); },
     .samples = {{real({2, 3, 2})}, {real({2})}},
     .pytorch = "torch.view_as_real(torch.view_as_complex(a) * 2)",
     .zero_size = {{real({0, 3, 2})}},
     .bad =
         [] {
           view_as_complex(ones({2, 3}));
         },
     .message = "view_as_complex: input has shape [2, 3] but its last dimension must have size 2",
     .supports_half = false},
    {.name = "complex_in_place",
     .op =
         [](const Tensors& in) {
           // Through views of either kind, so that the tape must find its way between parts and numbers.
           Tensor x = number(in[0]) * 1;
           ember::real(x).mul_(in[1]);
           x.mul_(std::complex(0.0, 2.0));
           Tensor pairs = contiguous(in[0]) * 1;
           view_as_complex(select(unsqueeze(pairs, 0), 0, 0)).mul_(x);
           return std::vector<Tensor>{shown(x), pairs};
         },
     .samples = {{real({3, 2}), real({3})}},
     .pytorch = "(lambda x: (torch.view_as_real(x), torch.view_as_real(" + torch_number("a") +
                " * x)))(torch.complex("
                "a[..., 0] * b, a[..., 1]) * 2j)",
     .bad = [] { imag(ones(3)); },
     .message = "imag: input is float32 [3] but must be complex",
     .supports_half = false},
});

}  // namespace
}  // namespace op_table
