// Distances between vectors.
#pragma once

#include "core/kernel.h"

namespace ember::kernels {

/// out[b, i, j] = the p-norm of a[b, i, :] - c[b, j, :]; row-major floats [B, P, M], [B, R, M]. Where out is [P (P - 1) / 2], of
/// the pairs of a row with each later one.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& c, double p)> cdist{"cdist"};
/// grad[b, i, :] = the sum over j of weight[b, i, j] times the direction of d = a[b, i, :] - c[b, j, :]: d |d|^(p - 2), signs for
/// p = 1, the sign of the elements as large as length[b, i, j] for p = infinity, 0 for p = 0. All row-major.
inline constinit Kernel<void(const TensorBase& grad, const TensorBase& weight, const TensorBase& a, const TensorBase& c,
                             const TensorBase& length, double p)>
    cdist_backward{"cdist_backward"};

}  // namespace ember::kernels
