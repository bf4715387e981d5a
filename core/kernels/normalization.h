// Normalisations beyond those of core/backend.h. Parameters and gradients that are not wanted are undefined; x and what goes with it
// is contiguous, the rest in the dtype that x computes in.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct NormalizationKernels {
  /// x [N, C, elements]; mean and rstd [N, groups] are written.
  void (*group_norm)(const Tensor& out, const Tensor& mean, const Tensor& rstd, const Tensor& x, const Tensor& weight,
                     const Tensor& bias, double eps) = nullptr;
  void (*group_norm_backward)(const Tensor& grad_x, const Tensor& grad_weight, const Tensor& grad_bias,
                              const Tensor& grad, const Tensor& x, const Tensor& mean, const Tensor& rstd,
                              const Tensor& weight) = nullptr;

  /// x [rows, columns] / sqrt(mean of its squares + eps) times weight [columns]; rstd [rows] is written.
  void (*rms_norm)(const Tensor& out, const Tensor& rstd, const Tensor& x, const Tensor& weight, double eps) = nullptr;
  void (*rms_norm_backward)(const Tensor& grad_x, const Tensor& grad_weight, const Tensor& grad, const Tensor& x,
                            const Tensor& rstd, const Tensor& weight) = nullptr;
};

}  // namespace ember
