// Random tensors and dropout.
#include "ember/ops/random/random.h"

#include "ember/ops/creation/creation.h"
#include "ember/ops/random/distributions.h"
#include "ember/ops/random/dropout.h"
#include "ops/internal/in_place.h"
#include "python/bindings/generator.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;
using OptionalDevice = std::optional<Device>;

TensorOptions options(OptionalDType dtype, OptionalDevice device, bool requires_grad) {
  TensorOptions o;
  o.dtype_ = dtype;
  return o.device(device.value_or(Device())).requires_grad(requires_grad);
}

/// What every factory takes behind its own arguments. There is one layout, and memory is never pinned.
constexpr const char* kFactory =
    ", *, generator=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)";
constexpr const char* kLike =
    ", *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False, memory_format=None, "
    "generator=None)";

/// `make(first..., generator, options)` under PyTorch's arguments.
template <class... First, class F>
auto factory(F make) {
  return [make](First... first, Generator* generator, OptionalDType dtype, PyObject*, OptionalDevice device,
                bool requires_grad,
                bool) -> Tensor { return make(first..., generator, options(dtype, device, requires_grad)); };
}

/// The same for a tensor like x, `make(x's sizes, first..., generator, options)`.
template <class... First, class F>
auto like(F make) {
  return [make](const Tensor& x, First... first, OptionalDType dtype, PyObject*, OptionalDevice device, bool,
                bool requires_grad, PyObject*, Generator* generator) -> Tensor {
    check(x.defined(), "a random tensor like none was asked for");
    return make(x.sizes(), first..., generator,
                options(dtype.value_or(x.dtype()), device.value_or(x.device()), requires_grad));
  };
}

std::string with(const char* head, const char* tail) { return std::string(head) + tail; }

void bind_factories(Ops& ops) {
  const auto uniform = [](const Shape& size, Generator* g, const TensorOptions& o) { return rand(size, o, g); };
  const auto gaussian = [](const Shape& size, Generator* g, const TensorOptions& o) { return randn(size, o, g); };
  const auto integers = [](int64_t low, int64_t high, const Shape& size, Generator* g, const TensorOptions& o) {
    return randint(low, high, size, o, g);
  };
  const auto integers_like = [](const Shape& size, int64_t low, int64_t high, Generator* g, const TensorOptions& o) {
    return randint(low, high, size, o, g);
  };
  ops.add_function(with("rand(*size", kFactory).c_str(), factory<const Shape&>(uniform), "Uniform on [0, 1).");
  ops.add_function(with("randn(*size", kFactory).c_str(), factory<const Shape&>(gaussian),
                   "Normal with mean 0 and variance 1.");
  ops.add_function(with("randint(low, high, size", kFactory).c_str(), factory<int64_t, int64_t, const Shape&>(integers),
                   "Integers on [low, high).");
  ops.add_function(
      with("randint(high, size", kFactory).c_str(),
      factory<int64_t, const Shape&>([integers](int64_t high, const Shape& size, Generator* g, const TensorOptions& o) {
        return integers(0, high, size, g, o);
      }));
  ops.add_function(with("randperm(n", kFactory).c_str(),
                   factory<int64_t>([](int64_t n, Generator* g, const TensorOptions& o) { return randperm(n, o, g); }),
                   "A permutation of 0 ... n - 1.");
  ops.add_function(
      "normal(mean: Number=0.0, std: Number=1.0, *, generator=None)",
      [](const Tensor& mean, const Tensor& std, Generator* g) { return normal(mean, std, g); },
      "Normal numbers with these means and standard deviations.");
  ops.add_function(with("normal(mean, std, size", kFactory).c_str(),
                   factory<double, double, const Shape&>(
                       [](double mean, double std, const Shape& size, Generator* g, const TensorOptions& o) {
                         Tensor x = empty(size, o.requires_grad(false));
                         normal_(x, mean, std, g);
                         return x.requires_grad_(o.requires_grad_);
                       }));

  ops.add_function(with("rand_like(input", kLike).c_str(), like<>(uniform), "Uniform on [0, 1).");
  ops.add_function(with("randn_like(input", kLike).c_str(), like<>(gaussian), "Normal with mean 0 and variance 1.");
  ops.add_function(with("randint_like(input, high", kLike).c_str(),
                   like<int64_t>([integers](const Shape& size, int64_t high, Generator* g, const TensorOptions& o) {
                     return integers(0, high, size, g, o);
                   }),
                   "Integers on [low, high).");
  ops.add_function(with("randint_like(input, low, high", kLike).c_str(), like<int64_t, int64_t>(integers_like));
}

void bind_distributions(Ops& ops) {
  ops.add(
      "bernoulli(input, *, generator=None)", [](const Tensor& x, Generator* g) { return bernoulli(x, g); },
      "1 with probability input, else 0.");
  ops.add("bernoulli(input, p, *, generator=None)",
          [](const Tensor& x, double p, Generator* g) { return bernoulli(x, p, g); });
  ops.add("multinomial(input, num_samples, replacement=False, *, generator=None)", multinomial,
          "Samples of a distribution given by weights.");
  ops.add_function("poisson(input, generator=None)", poisson, "Poisson numbers with these rates.");
  ops.add_function("binomial(count, prob, generator=None)", binomial, "Successes in count trials of probability prob.");

  ops.add_method("uniform_(input, from=0, to=1, *, generator=None)", uniform_,
                 "Random numbers, uniform on [from, to).");
  ops.add_method("normal_(input, mean=0, std=1, *, generator=None)", normal_, "Random normal numbers.");
  ops.add_method(
      "bernoulli_(input, p=0.5, *, generator=None)",
      [](Tensor& x, double p, Generator* g) -> Tensor& { return bernoulli_(x, p, g); },
      "1 with probability p, else 0.");
  ops.add_method("bernoulli_(input, p, *, generator=None)",
                 [](Tensor& x, const Tensor& p, Generator* g) -> Tensor& { return bernoulli_(x, p, g); });
  ops.add_method("cauchy_(input, median=0, sigma=1, *, generator=None)", cauchy_, "Random Cauchy numbers.");
  ops.add_method("exponential_(input, lambd=1, *, generator=None)", exponential_, "Random exponential numbers.");
  ops.add_method("geometric_(input, p, *, generator=None)", geometric_, "Trials until the first success.");
  ops.add_method("log_normal_(input, mean=1, std=2, *, generator=None)", log_normal_, "exp of random normal numbers.");
  ops.add_method("random_(input, from=None, to=None, *, generator=None)", random_,
                 "Integers on [from, to), or on [0, from) without to.");
}

/// One of the dropouts, with PyTorch's in-place variant.
void add_dropout(Ops& functional, const char* signature, Tensor (*f)(const Tensor& x, double p, bool training),
                 const char* doc) {
  functional.add_function(
      signature,
      [f](Tensor& x, double p, bool training, bool inplace) -> Tensor {
        if (!inplace) return f(x, p, training);
        return in_place("dropout_", x, [&](const Tensor& value) { return f(value, p, training); });
      },
      doc);
}

void bind_dropout(Ops& ops, Ops& functional) {
  add_dropout(functional, "dropout(input, p=0.5, training=True, inplace=False)", dropout,
              "Zeroes elements with probability p and scales the others.");
  add_dropout(functional, "dropout1d(input, p=0.5, training=True, inplace=False)", dropout1d,
              "Zeroes channels of [N, C, L].");
  add_dropout(functional, "dropout2d(input, p=0.5, training=True, inplace=False)", dropout2d,
              "Zeroes channels of [N, C, H, W].");
  add_dropout(functional, "dropout3d(input, p=0.5, training=True, inplace=False)", dropout3d,
              "Zeroes channels of [N, C, D, H, W].");
  add_dropout(functional, "alpha_dropout(input, p=0.5, training=False, inplace=False)", alpha_dropout,
              "Dropout that keeps mean 0 and variance 1.");
  add_dropout(functional, "feature_alpha_dropout(input, p=0.5, training=False, inplace=False)", feature_alpha_dropout,
              "alpha_dropout of whole channels.");
  ops.add_function("dropout(input, p, train)", dropout, "Zeroes elements with probability p and scales the others.");
  ops.add_function("feature_dropout(input, p, train)", feature_dropout, "dropout of whole channels.");
  ops.add_function("alpha_dropout(input, p, train)", alpha_dropout, "Dropout that keeps mean 0 and variance 1.");
  ops.add_function("feature_alpha_dropout(input, p, train)", feature_alpha_dropout, "alpha_dropout of whole channels.");
}

}  // namespace

void bind_random(Ops& ops, Ops& functional) {
  bind_factories(ops);
  bind_distributions(ops);
  bind_dropout(ops, functional);
}

}  // namespace ember::python
