#include "ember/ops/random/distributions.h"

#include <algorithm>
#include <limits>

#include "ember/autograd/record.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/random.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/random/random.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

Generator& pick(Generator* generator) { return generator ? *generator : default_generator(); }

void check_real(const char* op, const Tensor& x) {
  kernel::check_defined(op, "input", x);
  check<TypeError>(x.is_floating_point(), op, ": needs a floating-point tensor, not ", describe(x));
}

/// Overwrites x by `draw`; its history ends here.
template <class Draw>
Tensor& overwrite(const char* op, Tensor& x, Draw draw) {
  autograd::check_in_place(op, x);
  draw();
  x.storage()->bump_version();
  return record_in_place(op, x, inputs(x), [](const Tensor&) { return Tensor(); });
}

/// A result on the tape whose inputs get no gradient.
template <class In>
Tensor without_gradient(const char* op, Tensor y, const In& in) {
  if constexpr (std::tuple_size_v<decltype(in.tensors)> == 1)
    return record(op, std::move(y), in, [](const Tensor&) { return Tensor(); });
  else
    return record(op, std::move(y), in, [](const Tensor&) { return std::array<Tensor, 2>(); });
}

}  // namespace

Tensor& exponential_(Tensor& x, double rate, Generator* generator) {
  check_real("exponential_", x);
  check(rate > 0, "exponential_: lambd is ", rate, " but must be positive");
  return overwrite("exponential_", x, [&] { kernels::exponential.as("exponential_").on(x)(x, rate, pick(generator)); });
}
Tensor& DistributionsMethods::exponential_(double rate, Generator* generator) {
  return ember::exponential_(self(this), rate, generator);
}

Tensor& cauchy_(Tensor& x, double median, double sigma, Generator* generator) {
  check_real("cauchy_", x);
  check(sigma > 0, "cauchy_: sigma is ", sigma, " but must be positive");
  return overwrite("cauchy_", x, [&] { kernels::cauchy.as("cauchy_").on(x)(x, median, sigma, pick(generator)); });
}
Tensor& DistributionsMethods::cauchy_(double median, double sigma, Generator* generator) {
  return ember::cauchy_(self(this), median, sigma, generator);
}

Tensor& log_normal_(Tensor& x, double mean, double std, Generator* generator) {
  check_real("log_normal_", x);
  check(std > 0, "log_normal_: std is ", std, " but must be positive");
  return overwrite("log_normal_", x,
                   [&] { kernels::log_normal.as("log_normal_").on(x)(x, mean, std, pick(generator)); });
}
Tensor& DistributionsMethods::log_normal_(double mean, double std, Generator* generator) {
  return ember::log_normal_(self(this), mean, std, generator);
}

Tensor& geometric_(Tensor& x, double p, Generator* generator) {
  kernel::check_defined("geometric_", "input", x);
  check<TypeError>(x.dtype() != kBool, "geometric_: needs numbers, not ", describe(x));
  check(p > 0 && p < 1, "geometric_: p is ", p, " but must lie between 0 and 1");
  return overwrite("geometric_", x, [&] { kernels::geometric.as("geometric_").on(x)(x, p, pick(generator)); });
}
Tensor& DistributionsMethods::geometric_(double p, Generator* generator) {
  return ember::geometric_(self(this), p, generator);
}

Tensor& random_(Tensor& x, std::optional<int64_t> from, std::optional<int64_t> to, Generator* generator) {
  kernel::check_defined("random_", "input", x);
  const int64_t low = to ? from.value_or(0) : 0, high = to ? *to : from.value_or(integers_of(x.dtype()));
  check<ValueError>(low < high, "random_: from is ", low, " but must be less than to, which is ", high);
  check_draws("random_", low, high, x.dtype());
  return overwrite("random_", x, [&] { kernels::random_integers.as("random_").on(x)(x, low, high, pick(generator)); });
}
Tensor& DistributionsMethods::random_(std::optional<int64_t> from, std::optional<int64_t> to, Generator* generator) {
  return ember::random_(self(this), from, to, generator);
}

Tensor& bernoulli_(Tensor& x, const Tensor& p, Generator* generator) {
  kernel::check_defined("bernoulli_", "input", x);
  check_real("bernoulli_", p);
  Tensor drawn;
  {
    const NoGradGuard no_grad;
    drawn = bernoulli(expand(p, x.sizes()), generator);
  }
  return overwrite("bernoulli_", x, [&] { kernels::copy.as("bernoulli_").on(x)(x, drawn); });
}
Tensor& RandomMethods::bernoulli_(const Tensor& p, Generator* generator) {
  return ember::bernoulli_(self(this), p, generator);
}

Tensor normal(const Tensor& mean, const Tensor& std, Generator* generator) {
  kernel::check_defined("normal", "mean", mean);
  kernel::check_defined("normal", "std", std);
  Tensor y;
  {
    const NoGradGuard no_grad;
    check<ValueError>(std.numel() == 0 || all(with_samples_in_front(std >= 0)).item<bool>(),
                      "normal: std must not be negative");
    const Shape sizes = broadcast_shapes(mean.sizes(), std.sizes(), "normal");
    DType dtype = result_type(mean, std);
    if (!is_differentiable(dtype)) dtype = default_dtype();
    const Tensor z = randn(sizes, TensorOptions(compute_dtype(dtype)).device(mean.device()), generator);
    y = to(mean + std * z, dtype);
  }
  return without_gradient("normal", y, inputs(mean, std));
}

Tensor bernoulli(const Tensor& x, double p, Generator* generator) {
  kernel::check_defined("bernoulli", "input", x);
  Tensor y = empty_like(x);
  bernoulli_(y, p, generator);
  return without_gradient("bernoulli", y, inputs(x));
}

Tensor poisson(const Tensor& rate, Generator* generator) {
  check_real("poisson", rate);
  check<ValueError>(rate.numel() == 0 || all(with_samples_in_front(rate >= 0)).item<bool>(),
                    "poisson: rates must not be negative");
  const Tensor rates = contiguous(rate.detach());
  Tensor y = empty_tensor(rate.sizes(), rate.dtype(), rate.device());
  kernels::poisson.on(rate)(y, rates, pick(generator));
  return without_gradient("poisson", y, inputs(rate));
}

Tensor binomial(const Tensor& count, const Tensor& p, Generator* generator) {
  check_real("binomial", count);
  check_real("binomial", p);
  check<TypeError>(count.dtype() == p.dtype(), "binomial: prob is ", describe(p), " but count is ", describe(count));
  const Shape sizes = broadcast_shapes(count.sizes(), p.sizes(), "binomial");
  const Tensor counts = contiguous(expand(count.detach(), sizes)), chances = contiguous(expand(p.detach(), sizes));
  Tensor y = empty_tensor(sizes, count.dtype(), count.device());
  kernels::binomial.on(count)(y, counts, chances, pick(generator));
  return without_gradient("binomial", y, inputs(count, p));
}

}  // namespace ember
