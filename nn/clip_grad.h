// Limiting gradients between backward and the optimizer's step.
#pragma once

#include <span>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember::nn::utils {

/// The norm of all the tensors taken as one vector, zero-dim; norm_type may be infinity.
Tensor get_total_norm(std::span<const Tensor> tensors, double norm_type = 2.0, bool error_if_nonfinite = false);

/// Scales the gradients in place by max_norm / (norm + 1e-6) if their norm exceeds max_norm; returns the norm before.
/// Parameters without gradient do not count. Throws Error on a NaN or infinite norm if error_if_nonfinite.
Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);

/// Scales the gradients in place by max_norm / (total_norm + 1e-6) if that is below 1: clip_grad_norm_ with a norm known before.
void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm, const Tensor& total_norm);

/// Limits every element of the gradients to [-clip_value, clip_value], in place.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);

}  // namespace ember::nn::utils
