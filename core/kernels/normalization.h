// Normalisations. `bias`, `weight` and gradients that are not wanted are undefined; for groups and rms_norm x and what goes with it is
// contiguous, the rest in the dtype that x computes in.
#pragma once

#include "ember/core/kernel.h"

namespace ember {

/// Of each sample for itself, by rows or by groups.
using NormalizationKernel = void(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd,
                                 const TensorBase& x, const TensorBase& weight, const TensorBase& bias, double eps);
using NormalizationBackwardKernel = void(const TensorBase& grad_x, const TensorBase& grad_weight,
                                         const TensorBase& grad_bias, const TensorBase& grad, const TensorBase& x,
                                         const TensorBase& mean, const TensorBase& rstd, const TensorBase& weight);

}  // namespace ember

namespace ember::kernels {

/// x [N, C, ...]; mean and rstd [C] are written when training and read otherwise.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd, const TensorBase& x,
                             const TensorBase& weight, const TensorBase& bias, double eps, bool training)>
    batch_norm{"batch_norm", Batching::samples(3).changing()};
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad_bias,
                             const TensorBase& grad, const TensorBase& x, const TensorBase& mean,
                             const TensorBase& rstd, const TensorBase& weight, bool training)>
    batch_norm_backward{"batch_norm_backward", Batching::samples(3)};
/// x as [rows, columns]; mean and rstd [rows].
inline constinit Kernel<NormalizationKernel> layer_norm{"layer_norm", Batching::fold(3, 0b110000)};
inline constinit Kernel<NormalizationBackwardKernel> layer_norm_backward{"layer_norm_backward", Batching::samples(3)};

/// x [N, C, elements]; mean and rstd [N, groups] are written.
inline constinit Kernel<NormalizationKernel> group_norm{"group_norm", Batching::samples(3)};
inline constinit Kernel<NormalizationBackwardKernel> group_norm_backward{"group_norm_backward", Batching::samples(3)};

/// x [rows, columns] / sqrt(mean of its squares + eps) times weight [columns]; rstd [rows] is written.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& rstd, const TensorBase& x,
                             const TensorBase& weight, double eps)>
    rms_norm{"rms_norm", Batching::fold(2, 0b1000)};
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad,
                             const TensorBase& x, const TensorBase& rstd, const TensorBase& weight)>
    rms_norm_backward{"rms_norm_backward", Batching::samples(2)};

}  // namespace ember::kernels
