// Random numbers of the distributions beside backend.h's. Element i is a function of the generator's seed and position and of its
// parameters, whatever the number of threads.
#pragma once

#include "core/kernel_table.h"

namespace ember {

class Generator;

struct DistributionKernels {
  void (*exponential)(const Tensor& out, double rate, Generator& generator) = nullptr;
  void (*cauchy)(const Tensor& out, double median, double sigma, Generator& generator) = nullptr;
  void (*log_normal)(const Tensor& out, double mean, double std, Generator& generator) = nullptr;
  /// Trials until the first success, 1 at least; 0 < p < 1.
  void (*geometric)(const Tensor& out, double p, Generator& generator) = nullptr;
  /// out[i] is drawn with rate[i] >= 0. Both contiguous and of one floating-point dtype.
  void (*poisson)(const Tensor& out, const Tensor& rate, Generator& generator) = nullptr;
  /// Successes in count[i] >= 0 trials of probability p[i]. All contiguous and of one floating-point dtype.
  void (*binomial)(const Tensor& out, const Tensor& count, const Tensor& p, Generator& generator) = nullptr;
};

}  // namespace ember
