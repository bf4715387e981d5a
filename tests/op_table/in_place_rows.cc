// Ops that write into their first argument.
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// `op` on one half of a larger tensor, whose other half must stay as it is: the tape has to find its way between the two. In PyTorch the
/// half is x.
Row in_place(const std::string& name, std::function<void(Tensor& x, const Tensors& in)> op, std::vector<Sample> samples,
             const std::string& pytorch, std::function<void()> bad, const std::string& message) {
  return with_tolerance(
      row(
          name,
          [op](const Tensors& in) {
            const Tensor whole = stack({in[0], in[0] * 2});
            Tensor x = select(whole, 0, 0);
            op(x, in);
            return Tensors{whole, x};
          },
          std::move(samples),
          "(lambda whole: (lambda x: (" + pytorch + ", [whole, x])[-1])(whole[0]))(torch.stack([a, a * 2]))",
          std::move(bad), message),
      4);
}

/// A function of one number.
Row unary_in_place(const std::string& name, Tensor& (*op)(Tensor&), double low = -2, double high = 2) {
  Row row = in_place(
      name, [op](Tensor& x, const Tensors&) { op(x); }, {{real({2, 3}, low, high)}, {real({}, low, high)}},
      "x." + name + "()",
      [op] {
        Tensor leaf = ones(2).requires_grad_();
        op(leaf);
      },
      name + ": a leaf tensor that requires grad, float32 [2], cannot be modified in place");
  row.zero_size = {{real({0, 3})}};
  row.large = {real({300, 401}, low, high)};
  return row;
}

/// A function of two numbers, the second of which broadcasts.
Row binary_in_place(const std::string& name, Tensor& (*op)(Tensor&, const Tensor&), const std::string& pytorch) {
  Row row = in_place(
      name, [op](Tensor& x, const Tensors& in) { op(x, in[1]); },
      {{positive({2, 3}), real({2, 3})}, {positive({2, 3}), real({3})}, {positive({2, 2}), real({})}}, pytorch,
      [op] {
        Tensor x = ones(3);
        op(x, ones({2, 3}));
      },
      name);
  row.zero_size = {{real({0, 3}), real({3})}};
  row.large = {positive({300, 401}), real({401})};
  return row;
}

/// An op on x and more tensors.
Row ternary_in_place(const std::string& name, Tensor& (*op)(Tensor&, const Tensor&, const Tensor&),
                     const std::string& pytorch) {
  Row row = in_place(
      name, [op](Tensor& x, const Tensors& in) { op(x, in[1], in[2]); },
      {{real({2, 3}), real({2, 3}), positive({2, 3})}, {real({2, 3}), real({3}), positive({2, 1})}}, pytorch,
      [op] {
        Tensor x = ones(3);
        op(x, ones({2, 3}), ones(3));
      },
      name);
  row.zero_size = {{real({0, 3}), real({3}), positive({3})}};
  return row;
}

/// Two positions that differ, since of equal ones one wins.
Tensor two_and_zero() { return tensor(std::vector<int64_t>{2, 0}); }
const std::string kTwoAndZero = "torch.tensor([2, 0])";

/// The same view of x in place as `view`, then a change of x that reaches the tensor it was a view of.
Row reshaped_in_place(const std::string& name, std::function<void(Tensor& x)> view, Index shape,
                      const std::string& pytorch, std::function<void()> bad, const std::string& message) {
  return row(
      name,
      [view](const Tensors& in) {
        const Tensor whole = in[0] * 1;
        Tensor x = slice(whole, 0, 0, 2);
        view(x);
        x.mul_(in[1]);
        return Tensors{whole, x};
      },
      {{real(std::move(shape)), real({})}},
      "(lambda whole: (lambda x: (" + pytorch + ", x.mul_(b), [whole, x])[-1])(whole[:2]))(a.clone())", std::move(bad),
      message);
}

const bool registered = add_rows({
    unary_in_place("relu_", relu_),
    unary_in_place("sigmoid_", sigmoid_),
    unary_in_place("exp_", exp_),
    unary_in_place("log_", log_, 0.3, 2),
    unary_in_place("sqrt_", sqrt_, 0.3, 2),
    unary_in_place("tanh_", tanh_),
    unary_in_place("neg_", neg_),
    unary_in_place("abs_", abs_),
    unary_in_place("zero_", zero_),
    binary_in_place(
        "add_", [](Tensor& x, const Tensor& y) -> Tensor& { return add_(x, y, 2.5); }, "x.add_(b, alpha=2.5)"),
    binary_in_place(
        "sub_", [](Tensor& x, const Tensor& y) -> Tensor& { return sub_(x, y, 2.5); }, "x.sub_(b, alpha=2.5)"),
    binary_in_place("mul_", mul_, "x.mul_(b)"),
    binary_in_place("div_", div_, "x.div_(b)"),
    binary_in_place("pow_", pow_, "x.pow_(b)"),
    binary_in_place("copy_", copy_, "x.copy_(b)"),
    ternary_in_place("lerp_", lerp_, "x.lerp_(b.expand_as(x), c.expand_as(x))"),
    ternary_in_place(
        "addcmul_", [](Tensor& x, const Tensor& a, const Tensor& b) -> Tensor& { return addcmul_(x, a, b, 0.5); },
        "x.addcmul_(b, c, value=0.5)"),
    ternary_in_place(
        "addcdiv_", [](Tensor& x, const Tensor& a, const Tensor& b) -> Tensor& { return addcdiv_(x, a, b, 0.5); },
        "x.addcdiv_(b, c, value=0.5)"),
    in_place(
        "clamp_", [](Tensor& x, const Tensors&) { clamp_(x, -0.8, 1.1); }, {{real({2, 3})}}, "x.clamp_(-0.8, 1.1)",
        [] {
          Tensor x = ones(2);
          clamp_(x, {}, {});
        },
        "clamp: at least one of min and max must be given"),
    in_place(
        "clamp_min_", [](Tensor& x, const Tensors&) { clamp_min_(x, -0.8); }, {{real({2, 3})}}, "x.clamp_min_(-0.8)",
        [] {
          Tensor x;
          clamp_min_(x, 0);
        },
        "undefined"),
    in_place(
        "clamp_max_", [](Tensor& x, const Tensors&) { clamp_max_(x, 0.8); }, {{real({2, 3})}}, "x.clamp_max_(0.8)",
        [] {
          Tensor x;
          clamp_max_(x, 0);
        },
        "undefined"),
    in_place(
        "fill_", [](Tensor& x, const Tensors& in) { fill_(x, in[1]); }, {{real({2, 3}), real({})}}, "x.fill_(b)",
        [] {
          Tensor x = ones(2);
          fill_(x, ones(2));
        },
        "fill_: value has shape [2] but must be a number"),
    in_place(
        "cumsum_", [](Tensor& x, const Tensors&) { cumsum_(x, 1); }, {{real({2, 3})}}, "x.cumsum_(1)",
        [] {
          Tensor x = ones(2);
          cumsum_(x, 1);
        },
        "out of range"),
    in_place(
        "cumprod_", [](Tensor& x, const Tensors&) { cumprod_(x, -1); }, {{real({2, 3})}}, "x.cumprod_(-1)",
        [] {
          Tensor x = ones(2, kInt32);
          cumprod_(x, 0, kFloat32);
        },
        "cumprod_: dtype is float32 but must be that of the int32 [2] to write to"),
    in_place(
        "masked_fill_", [](Tensor& x, const Tensors& in) { masked_fill_(x, in[1], in[2]); },
        {{real({2, 3}), boolean({2, 3}), real({})}, {real({2, 3}), boolean({3}), real({})}}, "x.masked_fill_(b, c)",
        [] {
          Tensor x = ones(2);
          masked_fill_(x, ones(2), 0);
        },
        "mask must be bool but is float32"),
    in_place(
        "index_put_",
        [](Tensor& x, const Tensors& in) {
          index_put_(x, {Slice(), in[1]}, in[2], true);
          index_put_(x, {1, Slice(0, 2)}, in[3]);
        },
        {{real({2, 4}), integers({5}, 0, 4), real({5}), real({})}},
        "x.index_put_((torch.arange(2)[:, None], b), c, True), x[1, :2].copy_(d)",
        [] {
          Tensor x = ones({2, 4});
          index_put_(x, {Slice(), full({2}, 0, kInt64)}, ones(3));
        },
        "index_put_: value has shape [3] but must broadcast to the indexed shape [2, 2]"),
    in_place(
        "scatter_",
        [](Tensor& x, const Tensors& in) {
          scatter_(x, 1, expand(two_and_zero(), {2, 2}), in[1]);
        },
        {{real({2, 3}), real({2, 2})}}, "x.scatter_(1, " + kTwoAndZero + ".expand(2, 2), b)",
        [] {
          Tensor x = ones(2);
          scatter_(x, 0, two_and_zero(), ones(2));
        },
        "index 2 is out of range"),
    in_place(
        "scatter_add_", [](Tensor& x, const Tensors& in) { scatter_add_(x, 1, in[1], in[2]); },
        {{real({2, 3}), integers({2, 5}, 0, 3), real({2, 5})}}, "x.scatter_add_(1, b, c)",
        [] {
          Tensor x = ones(2);
          scatter_add_(x, 0, ones(2), ones(2));
        },
        "index must be int64 but is float32"),
    in_place(
        "index_add_", [](Tensor& x, const Tensors& in) { index_add_(x, 1, in[1], in[2], 0.5); },
        {{real({2, 3}), integers({5}, 0, 3), real({2, 5})}}, "x.index_add_(1, b, c, alpha=0.5)",
        [] {
          Tensor x = ones(2);
          index_add_(x, 0, two_and_zero(), ones(3));
        },
        "source has shape [3] but must have [2]"),
    in_place(
        "index_copy_", [](Tensor& x, const Tensors& in) { index_copy_(x, 1, two_and_zero(), in[1]); },
        {{real({2, 3}), real({2, 2})}}, "x.index_copy_(1, " + kTwoAndZero + ", b)",
        [] {
          Tensor x = ones(2);
          index_copy_(x, 0, two_and_zero(), ones(2));
        },
        "index 2 is out of range"),
    in_place(
        "index_fill_", [](Tensor& x, const Tensors& in) { index_fill_(x, 1, in[1], in[2]); },
        {{real({2, 3}), integers({2}, -3, 3), real({})}}, "x.index_fill_(1, b, c)",
        [] {
          Tensor x = ones(2);
          index_fill_(x, 0, two_and_zero(), ones(1));
        },
        "value has shape [1] but must be a number"),

    reshaped_in_place(
        "as_strided_",
        [](Tensor& x) {
          as_strided_(x, {2, 2}, {1, 3}, 1);
        },
        {3, 3}, "x.as_strided_((2, 2), (1, 3), 1)",
        [] {
          Tensor x = ones(2);
          as_strided_(x, 3, 1);
        },
        "as_strided: sizes [3]"),
    reshaped_in_place(
        "squeeze_", [](Tensor& x) { squeeze_(x); }, {3, 1, 2}, "x.squeeze_()",
        [] {
          Tensor x;
          squeeze_(x);
        },
        "squeeze_: input is an undefined tensor"),
    reshaped_in_place(
        "squeeze_dims_", [](Tensor& x) { squeeze_(x, 1); }, {3, 1, 1}, "x.squeeze_(1)",
        [] {
          Tensor x = ones(2);
          squeeze_(x, 1);
        },
        "squeeze"),
    reshaped_in_place(
        "t_", [](Tensor& x) { t_(x); }, {3, 4}, "x.t_()",
        [] {
          Tensor x = ones({2, 2, 2});
          t_(x);
        },
        "t: input has shape [2, 2, 2]"),
    reshaped_in_place(
        "transpose_", [](Tensor& x) { transpose_(x, 0, -1); }, {3, 4, 2}, "x.transpose_(0, -1)",
        [] {
          Tensor x = ones(2);
          transpose_(x, 0, 1);
        },
        "transpose"),
    reshaped_in_place(
        "unsqueeze_", [](Tensor& x) { unsqueeze_(x, 1); }, {3, 4}, "x.unsqueeze_(1)",
        [] {
          Tensor x = ones(2);
          unsqueeze_(x, 3);
        },
        "unsqueeze"),
    without_gradient(row(
        "resize_",
        [](const Tensors& in) {
          Tensor smaller = clone(in[0].detach()), larger = clone(in[0].detach()), like = clone(in[0].detach());
          resize_(smaller, in[0].numel() / 2);
          resize_(larger, {in[0].numel() + 1, 2});
          resize_as_(like, transpose(in[0], 0, -1));
          // What is new in the larger one is uninitialised.
          return Tensors{smaller, narrow(reshape(larger, -1), 0, 0, in[0].numel()), like};
        },
        {{real({2, 3})}},
        "[a.clone().resize_(a.numel() // 2), a.reshape(-1), a.clone().resize_as_(a.transpose(0, -1))]",
        [] {
          Tensor x = ones(2).requires_grad_();
          resize_(x, 3);
        },
        "resize_: float32 [2] requires grad and cannot be resized; use reshape or detach() it")),
});

}  // namespace
}  // namespace op_table
