// Reductions over dims.
#pragma once

#include "core/kernel.h"

namespace ember {

/// `out` has size 1 in each reduced dim.
using ReduceKernel = void(const TensorBase& out, const TensorBase& x);
using ReduceIndexKernel = void(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim);

}  // namespace ember

namespace ember::kernels {

inline constinit Kernel<ReduceKernel> sum{"sum"}, mean{"mean"}, prod{"prod"}, max{"max"}, min{"min"}, any{"any"},
    all{"all"}, logsumexp{"logsumexp"};
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, double correction)> var{"var"};
inline constinit Kernel<ReduceIndexKernel> max_dim{"max_dim"}, min_dim{"min_dim"};

}  // namespace ember::kernels
