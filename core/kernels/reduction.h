// Reductions over dims.
#pragma once

#include "ember/core/kernel.h"

namespace ember {

/// `out` has size 1 in each reduced dim.
using ReduceKernel = void(const TensorBase& out, const TensorBase& x);
using ReduceIndexKernel = void(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim);
using ScanKernel = void(const TensorBase& out, const TensorBase& x, int64_t dim);
using RunningExtremeKernel = void(const TensorBase& values, const TensorBase& indices, const TensorBase& x,
                                  int64_t dim);

}  // namespace ember

namespace ember::kernels {

inline constinit Kernel<ReduceKernel> sum{"sum"}, mean{"mean"}, prod{"prod"}, max{"max"}, min{"min"}, any{"any"},
    all{"all"}, logsumexp{"logsumexp"};
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, double correction)> var{"var"};
inline constinit Kernel<ReduceIndexKernel> max_dim{"max_dim"}, min_dim{"min_dim"};

// Running results along a dim. Tensors are row-major and of x's shape; float32, float64 and int64, sums of float32 in double.
inline constinit Kernel<ScanKernel> cumsum{"cumsum"};
inline constinit Kernel<ScanKernel> cumprod{"cumprod"};
/// log(sum(exp)) of floats.
inline constinit Kernel<ScanKernel> logcumsumexp{"logcumsumexp"};
/// The extreme so far and where it lies last; NaN stays.
inline constinit Kernel<RunningExtremeKernel> cummax{"cummax"};
inline constinit Kernel<RunningExtremeKernel> cummin{"cummin"};
/// out[i] = a[i] out[i - 1] + b[i], floats.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& b, int64_t dim)> recurrence{
    "recurrence"};

}  // namespace ember::kernels
