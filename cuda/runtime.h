// The CUDA runtime's errors as Ember's.
#pragma once

#include <cuda_runtime_api.h>

#include "ember/core/error.h"

namespace ember::cuda {

/// Throws Error naming `what` and CUDA's reason unless `status` is success.
inline void check_cuda(cudaError_t status, const char* what) {
  check(status == cudaSuccess, what, ": CUDA says ", cudaGetErrorString(status));
}

}  // namespace ember::cuda
