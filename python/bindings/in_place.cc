// In-place methods.
#include "ops/activation/activation.h"
#include "ops/creation/copy.h"
#include "ops/pointwise/arithmetic.h"
#include "ops/pointwise/elementary.h"
#include "ops/pointwise/rounding.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_in_place(Ops& ops) {
  ops.add_method("add_(input, other: Number, *, alpha=1)", add_);
  ops.add_method("sub_(input, other: Number, *, alpha=1)", sub_);
  ops.add_method("mul_(input, other: Number)", mul_);
  ops.add_method("div_(input, other: Number)", div_);
  ops.add_method("pow_(input, exponent: Number)", pow_);
  ops.add_method("exp_(input)", exp_);
  ops.add_method("log_(input)", log_);
  ops.add_method("sqrt_(input)", sqrt_);
  ops.add_method("tanh_(input)", tanh_);
  ops.add_method("neg_(input)", neg_);
  ops.add_method("abs_(input)", abs_);
  ops.add_method("relu_(input)", relu_);
  ops.add_method("sigmoid_(input)", sigmoid_);
  ops.add_method("lerp_(input, end, weight: Number)", lerp_);
  ops.add_method("addcmul_(input, tensor1, tensor2, *, value=1)", addcmul_);
  ops.add_method("addcdiv_(input, tensor1, tensor2, *, value=1)", addcdiv_);

  ops.add_method(
      "copy_(input, src: Number, non_blocking=False)",
      [](Tensor& x, const Tensor& src, bool) -> Tensor& { return copy_(x, src); },
      "Copies src, which broadcasts, into this tensor.");
  ops.add("fill_(input, value: Number)", fill_, "Sets every element.");
  ops.add("zero_(input)", zero_, "Sets every element to 0.");
  ops.add_function("fill(input, value: Number)", fill, "A copy, filled.");
}

}  // namespace ember::python
