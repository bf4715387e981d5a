// Random numbers. Element i is a function of the generator's seed and position and of its parameters, whatever the number of threads.
#pragma once

#include "ember/core/kernel.h"

namespace ember {

class Generator;

}  // namespace ember

namespace ember::kernels {

inline constinit Kernel<void(const TensorBase& out, double from, double to, Generator& generator)> uniform{
    "uniform", {Batching::How::Random}};
inline constinit Kernel<void(const TensorBase& out, double mean, double std, Generator& generator)> normal{
    "normal", {Batching::How::Random}};
inline constinit Kernel<void(const TensorBase& out, int64_t low, int64_t high, Generator& generator)> random_integers{
    "random_integers", {Batching::How::Random}};
inline constinit Kernel<void(const TensorBase& out, double p, Generator& generator)> bernoulli{"bernoulli",
                                                                                               {Batching::How::Random}};

inline constinit Kernel<void(const TensorBase& out, double rate, Generator& generator)> exponential{
    "exponential", {Batching::How::Random}};
inline constinit Kernel<void(const TensorBase& out, double median, double sigma, Generator& generator)> cauchy{
    "cauchy", {Batching::How::Random}};
inline constinit Kernel<void(const TensorBase& out, double mean, double std, Generator& generator)> log_normal{
    "log_normal", {Batching::How::Random}};
/// Trials until the first success, 1 at least; 0 < p < 1.
inline constinit Kernel<void(const TensorBase& out, double p, Generator& generator)> geometric{"geometric",
                                                                                               {Batching::How::Random}};
/// out[i] is drawn with rate[i] >= 0. Both contiguous and of one floating-point dtype.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& rate, Generator& generator)> poisson{
    "poisson", {Batching::How::Random}};
/// Successes in count[i] >= 0 trials of probability p[i]. All contiguous and of one floating-point dtype.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& count, const TensorBase& p, Generator& generator)>
    binomial{"binomial", {Batching::How::Random}};

}  // namespace ember::kernels
