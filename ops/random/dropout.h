// The kinds of dropout beside random.h's: whole channels, and those that keep the mean and variance of self-normalising networks.
// All leave x as it is unless `training`; ValueError unless 0 <= p <= 1.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

/// Zeroes whole channels of x [N, C, ...] with probability p and scales the others by 1 / (1 - p). Tompson et al., 2014.
Tensor feature_dropout(const Tensor& x, double p = 0.5, bool training = true);
/// The same for x [N, C, L] or [C, L].
Tensor dropout1d(const Tensor& x, double p = 0.5, bool training = true);
/// For x [N, C, H, W] (or [N, C, L]).
Tensor dropout2d(const Tensor& x, double p = 0.5, bool training = true);
/// For x [N, C, D, H, W] or [C, D, H, W].
Tensor dropout3d(const Tensor& x, double p = 0.5, bool training = true);
/// Sets elements to SELU's lower limit with probability p, then scales and shifts so that inputs of mean 0 and variance 1 keep both.
/// Klambauer et al., 2017.
Tensor alpha_dropout(const Tensor& x, double p = 0.5, bool training = false);
/// The same for whole channels of x [N, C, ...].
Tensor feature_alpha_dropout(const Tensor& x, double p = 0.5, bool training = false);

}  // namespace ember
