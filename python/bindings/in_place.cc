// In-place methods.
#include "ops/activation.h"
#include "ops/copy.h"
#include "ops/indexing.h"
#include "ops/pointwise.h"
#include "ops/random.h"
#include "python/bindings/generator.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_in_place(Ops& ops) {
  ops.add_method("add_(input, other, *, alpha=1)", add_);
  ops.add_method("sub_(input, other, *, alpha=1)", sub_);
  ops.add_method("mul_(input, other)", mul_);
  ops.add_method("div_(input, other)", div_);
  ops.add_method("pow_(input, exponent)", pow_);
  ops.add_method("exp_(input)", exp_);
  ops.add_method("log_(input)", log_);
  ops.add_method("sqrt_(input)", sqrt_);
  ops.add_method("tanh_(input)", tanh_);
  ops.add_method("neg_(input)", neg_);
  ops.add_method("abs_(input)", abs_);
  ops.add_method("relu_(input)", relu_);
  ops.add_method("sigmoid_(input)", sigmoid_);
  ops.add_method("clamp_(input, min=None, max=None)", clamp_);
  ops.add_method("clamp_min_(input, min)", clamp_min_);
  ops.add_method("clamp_max_(input, max)", clamp_max_);
  ops.add_method("lerp_(input, end, weight)", lerp_);
  ops.add_method("addcmul_(input, tensor1, tensor2, *, value=1)", addcmul_);
  ops.add_method("addcdiv_(input, tensor1, tensor2, *, value=1)", addcdiv_);

  ops.add_method(
      "copy_(input, src, non_blocking=False)",
      [](Tensor& x, const Tensor& src, bool) -> Tensor& { return copy_(x, src); },
      "Copies src, which broadcasts, into this tensor.");
  ops.add_method("fill_(input, value)", fill_, "Sets every element.");
  ops.add_method("zero_(input)", zero_, "Sets every element to 0.");
  ops.add_method("masked_fill_(input, mask, value)", masked_fill_);
  ops.add_method("scatter_(input, dim, index, src)", scatter_);
  ops.add_method("scatter_add_(input, dim, index, src)", scatter_add_);
  ops.add_method("index_add_(input, dim, index, source, *, alpha=1)", index_add_);

  ops.add_method("uniform_(input, from=0, to=1, *, generator=None)", uniform_,
                 "Random numbers, uniform on [from, to).");
  ops.add_method("normal_(input, mean=0, std=1, *, generator=None)", normal_, "Random normal numbers.");
  ops.add_method("bernoulli_(input, p=0.5, *, generator=None)", bernoulli_, "1 with probability p, else 0.");
  ops.alias("clip_", "clamp_");
  ops.alias("subtract_", "sub_");
  ops.alias("multiply_", "mul_");
  ops.alias("divide_", "div_");
}

}  // namespace ember::python
