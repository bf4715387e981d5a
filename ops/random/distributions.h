// Random numbers of more distributions than random.h's. Those that end in `_` overwrite a tensor, whatever was there before. Numbers
// come from `generator` or default_generator() and depend on its seed and position alone, not on threads.
#pragma once

#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/random.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// Density rate exp(-rate x) for x >= 0. ValueError unless rate > 0.
Tensor& exponential_(Tensor& x, double rate = 1, Generator* generator = nullptr);
/// Density proportional to 1 / (1 + ((x - median) / sigma)^2). ValueError unless sigma > 0.
Tensor& cauchy_(Tensor& x, double median = 0, double sigma = 1, Generator* generator = nullptr);
/// exp of a normal number with this mean and standard deviation. ValueError unless std > 0.
Tensor& log_normal_(Tensor& x, double mean = 1, double std = 2, Generator* generator = nullptr);
/// Trials until the first success, each of probability p; x may hold integers. ValueError unless 0 < p < 1.
Tensor& geometric_(Tensor& x, double p, Generator* generator = nullptr);
/// Integers on [from, to); without `to` on [0, from); without both all that x's dtype holds, as far as it can tell integers apart.
Tensor& random_(Tensor& x, std::optional<int64_t> from = {}, std::optional<int64_t> to = {},
                Generator* generator = nullptr);
/// 1 with probability p[i], which broadcasts, else 0; x may hold integers or bools.
Tensor& bernoulli_(Tensor& x, const Tensor& p, Generator* generator = nullptr);

/// Normal numbers with mean[i] and std[i], which broadcast; no gradient. ValueError for a negative std.
Tensor normal(const Tensor& mean, const Tensor& std, Generator* generator = nullptr);
/// 1 with probability p, else 0, in x's shape and dtype.
Tensor bernoulli(const Tensor& x, double p, Generator* generator = nullptr);
/// Poisson numbers with rate[i] >= 0, in rate's dtype, which is floating-point.
Tensor poisson(const Tensor& rate, Generator* generator = nullptr);
/// Successes in count[i] trials of probability p[i]; one floating-point dtype, shapes broadcast.
Tensor binomial(const Tensor& count, const Tensor& p, Generator* generator = nullptr);

/// Methods of Tensor.
class DistributionsMethods {
 public:
  Tensor& exponential_(double rate = 1, Generator* generator = nullptr);
  Tensor& cauchy_(double median = 0, double sigma = 1, Generator* generator = nullptr);
  Tensor& log_normal_(double mean = 1, double std = 2, Generator* generator = nullptr);
  Tensor& geometric_(double p, Generator* generator = nullptr);
  Tensor& random_(std::optional<int64_t> from = {}, std::optional<int64_t> to = {}, Generator* generator = nullptr);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
