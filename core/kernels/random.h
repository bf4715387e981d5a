// Random numbers. Element i is a function of the generator's seed and position and of its parameters, whatever the number of threads.
#pragma once

#include "ember/core/kernel.h"

namespace ember {

class Generator;

}  // namespace ember

namespace ember::kernels {

inline constinit Kernel<void(const TensorBase& out, double from, double to, Generator& generator)> uniform{"uniform"};
inline constinit Kernel<void(const TensorBase& out, double mean, double std, Generator& generator)> normal{"normal"};
inline constinit Kernel<void(const TensorBase& out, int64_t low, int64_t high, Generator& generator)> random_integers{
    "random_integers"};
inline constinit Kernel<void(const TensorBase& out, double p, Generator& generator)> bernoulli{"bernoulli"};

inline constinit Kernel<void(const TensorBase& out, double rate, Generator& generator)> exponential{"exponential"};
inline constinit Kernel<void(const TensorBase& out, double median, double sigma, Generator& generator)> cauchy{
    "cauchy"};
inline constinit Kernel<void(const TensorBase& out, double mean, double std, Generator& generator)> log_normal{
    "log_normal"};
/// Trials until the first success, 1 at least; 0 < p < 1.
inline constinit Kernel<void(const TensorBase& out, double p, Generator& generator)> geometric{"geometric"};
/// out[i] is drawn with rate[i] >= 0. Both contiguous and of one floating-point dtype.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& rate, Generator& generator)> poisson{"poisson"};
/// Successes in count[i] >= 0 trials of probability p[i]. All contiguous and of one floating-point dtype.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& count, const TensorBase& p, Generator& generator)>
    binomial{"binomial"};

}  // namespace ember::kernels
