#include "ember/nn/channel_dropout.h"

#include "ops/internal/in_place.h"

namespace ember::nn::detail {

Tensor apply_dropout(DropoutOp* op, Tensor x, const DropoutOptions& options) {
  if (!options.inplace_) return op(x, options.p_, true);
  return in_place("dropout_", x, [&](const Tensor& value) { return op(value, options.p_, true); });
}

void check_dropout(const DropoutOptions& options) {
  check<ValueError>(options.p_ >= 0 && options.p_ <= 1, "dropout probability has to be between 0 and 1, but got ",
                    options.p_);
}

}  // namespace ember::nn::detail
