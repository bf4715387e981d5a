#include "ember/nn/dropout.h"

#include "ember/ops/random/random.h"
#include "ops/internal/in_place.h"

namespace ember::nn {

DropoutImpl::DropoutImpl(DropoutOptions options) : Layer(options) {
  check<ValueError>(options.p_ >= 0 && options.p_ <= 1, "dropout probability has to be between 0 and 1, but got ",
                    options.p_);
}

Tensor DropoutImpl::forward(const Tensor& input) {
  if (!is_training()) return input;
  auto drop = [p = options.p_](const Tensor& x) { return dropout(x, p, true); };
  if (!options.inplace_) return drop(input);
  Tensor x = input;
  return in_place("dropout_", x, drop);
}

std::string DropoutImpl::extra_repr() const { return described(options); }

}  // namespace ember::nn
