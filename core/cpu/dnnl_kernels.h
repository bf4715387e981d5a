// The kernels that oneDNN computes. It chooses instructions by itself, so they are compiled once; the kernels of matmul_kernels.cc
// hand over to these what is too large for them.
#pragma once

#include <omp.h>

#include "core/parallel.h"
#include "core/tensor.h"

namespace ember::dnnl {

/// out = a b (+ bias) as Backend::matmul, for the floating-point dtypes but float64.
void matmul(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& bias);

/// oneDNN asks OpenMP how many threads it may use, and OpenMP keeps that number for each thread that calls.
inline void use_own_thread_count() {
  const int threads = num_threads();
  if (omp_get_max_threads() != threads) omp_set_num_threads(threads);
}

}  // namespace ember::dnnl
