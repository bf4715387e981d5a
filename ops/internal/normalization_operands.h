// What the normalisations share: checks of their operands and memory for their gradients. Internal to ops/.
#pragma once

#include "ember/autograd/record.h"
#include "ember/ops/creation/creation.h"
#include "ops/internal/kernel.h"

namespace ember::normalization {

/// For x, weight and bias.
using Gradients = std::array<Tensor, 3>;

inline void check_input(const char* op, const Tensor& x, int64_t least_rank) {
  kernel::check_defined(op, "input", x);
  check(x.is_floating_point(), op, ": input must be of a floating-point dtype but is ", x.dtype());
  check(x.dim() >= least_rank, op, ": input has shape ", x.sizes(), " but must have at least ", least_rank,
        " dimensions");
}

inline void check_parameter(const char* op, const char* name, const Tensor& parameter, const Shape& sizes,
                            const Tensor& x) {
  if (!parameter.defined()) return;
  check(parameter.sizes() == sizes, op, ": ", name, " has shape ", parameter.sizes(), " but must have ", sizes,
        " to match input ", x.sizes());
  check(parameter.device() == x.device(), op, ": ", name, " is on ", parameter.device(), " but input is on ",
        x.device());
}

/// A gradient for `like` that is to be filled where it is wanted; zeros for an empty input, which no kernel sees.
inline Tensor gradient_like(bool is_wanted, const Tensor& like, const Tensor& input) {
  if (!is_wanted) return {};
  return input.numel() == 0 ? zeros(like.sizes(), like.options()) : empty(like.sizes(), like.options());
}

/// What a kernel is to write into.
inline Gradients gradients_to_fill(const Tensor& x, const Tensor& weight, const Tensor& bias, const Needs<3>& needs) {
  return {gradient_like(needs[0], x, x), gradient_like(needs[1], weight, x), gradient_like(needs[2], bias, x)};
}

}  // namespace ember::normalization
