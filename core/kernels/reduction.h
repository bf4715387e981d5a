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

inline constinit PointwiseKernel<ReduceKernel> sum{"sum"}, mean{"mean"}, prod{"prod"}, max{"max"}, min{"min"},
    any{"any"}, all{"all"}, logsumexp{"logsumexp"};
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double correction)> var{"var"};
inline constinit Kernel<ReduceIndexKernel> max_dim{"max_dim", Batching::front(2)},
    min_dim{"min_dim", Batching::front(2)};

// Running results along a dim. Tensors are row-major and of x's shape; float32, float64 and int64, sums of float32 in double.
inline constinit Kernel<ScanKernel> cumsum{"cumsum", Batching::front()};
inline constinit Kernel<ScanKernel> cumprod{"cumprod", Batching::front()};
/// log(sum(exp)) of floats.
inline constinit Kernel<ScanKernel> logcumsumexp{"logcumsumexp", Batching::front()};
/// The extreme so far and where it lies last; NaN stays.
inline constinit Kernel<RunningExtremeKernel> cummax{"cummax", Batching::front(2)};
inline constinit Kernel<RunningExtremeKernel> cummin{"cummin", Batching::front(2)};
/// out[i] = a[i] out[i - 1] + b[i], floats.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& b, int64_t dim)> recurrence{
    "recurrence", Batching::front()};

}  // namespace ember::kernels
