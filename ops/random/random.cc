#include "ember/ops/random/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/core/kernels/random.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

Generator& pick(Generator* generator) { return generator ? *generator : default_generator(); }

void check_float(const char* op, DType dtype) {
  check<TypeError>(is_floating_point(dtype), op, ": needs a floating-point dtype, not ", dtype);
}

void check_differentiable(const char* op, DType dtype) {
  check<TypeError>(is_differentiable(dtype), op, ": needs a floating-point dtype, not ", dtype);
}

/// Fills x, of complex numbers the parts one by one.
template <class Function>
void draw_parts(const Kernel<Function>& kernel, const Tensor& x, double a, double b, Generator* generator) {
  const Tensor parts = x.is_complex() ? Tensor(x.alias_real()) : x;
  kernel.on(parts)(parts, a, b, pick(generator));
}

/// Complex numbers of this standard deviation halve the variance between their parts.
double part_deviation(const Tensor& x, double std) { return x.is_complex() ? std / std::numbers::sqrt2 : std; }

Tensor bernoulli_mask(const Tensor& like, DType dtype, double p) {
  Tensor mask = empty_tensor_like(like, dtype);
  kernels::bernoulli.on(like)(mask, p, default_generator());
  return mask;
}

}  // namespace

Tensor rand(const Shape& sizes, const TensorOptions& options, Generator* generator) {
  check_differentiable("rand", options.dtype_or_default());
  Tensor x = empty(sizes, options);
  draw_parts(kernels::uniform.as("rand"), x, 0, 1, generator);
  return x;
}

Tensor randn(const Shape& sizes, const TensorOptions& options, Generator* generator) {
  check_differentiable("randn", options.dtype_or_default());
  Tensor x = empty(sizes, options);
  draw_parts(kernels::normal.as("randn"), x, 0, part_deviation(x, 1), generator);
  return x;
}

Tensor randint(int64_t low, int64_t high, const Shape& sizes, const TensorOptions& options, Generator* generator) {
  check<ValueError>(low < high, "randint: low is ", low, " but must be less than high, which is ", high);
  Tensor x = empty(sizes, options.dtype(options.dtype_.value_or(kInt64)));
  check_draws("randint", low, high, x.dtype());
  kernels::random_integers.as("randint").on(x)(x, low, high, pick(generator));
  return x;
}

Tensor randint(int64_t high, const Shape& sizes, const TensorOptions& options, Generator* generator) {
  return randint(0, high, sizes, options, generator);
}

namespace {

/// Fisher and Yates' shuffle of 0 ... n - 1: each place takes one of those not taken yet, the key's share of their number.
template <class T>
Tensor shuffled(const Tensor& keys) {
  const int64_t n = keys.numel();
  const Tensor order = arange(n, TensorOptions(dtype_of<T>));
  const int64_t* key = keys.data_ptr<int64_t>();
  T* position = order.data_ptr<T>();
  for (int64_t i = 0; i < n; ++i) {
    const auto share = static_cast<unsigned __int128>(key[i]) * static_cast<uint64_t>(n - i);
    std::swap(position[i], position[i + static_cast<int64_t>(share >> 63)]);
  }
  return order;
}

}  // namespace

Tensor randperm(int64_t n, const TensorOptions& options, Generator* generator) {
  check<ValueError>(n >= 0, "randperm: n is ", n, " but must not be negative");
  const DType dtype = options.dtype_.value_or(kInt64);
  check(n <= integers_of(dtype), "randperm: n is ", n, " but ", dtype, " holds only ", integers_of(dtype),
        " integers from 0 on");
  const Tensor keys = empty_tensor(n, kInt64);
  kernels::random_integers.as("randperm").on(keys)(keys, 0, INT64_MAX, pick(generator));
  if (keys.is_batched()) return sort(keys).second.to(options.dtype(dtype));
  // Half the memory means less waiting for it.
  const Tensor order = n <= INT32_MAX ? shuffled<int32_t>(keys) : shuffled<int64_t>(keys);
  return order.to(options.dtype(dtype));
}

Tensor rand_like(const Tensor& x) {
  kernel::check_defined("rand_like", "input", x);
  return rand(x.sizes(), x.options());
}

Tensor randn_like(const Tensor& x) {
  kernel::check_defined("randn_like", "input", x);
  return randn(x.sizes(), x.options());
}

Tensor bernoulli(const Tensor& x, Generator* generator) {
  kernel::check_defined("bernoulli", "input", x);
  check_float("bernoulli", x.dtype());
  Tensor y;
  {
    const NoGradGuard no_grad;
    check<ValueError>(all(with_samples_in_front((x >= 0) & (x <= 1))).item<bool>(),
                      "bernoulli: probabilities must lie in [0, 1]");
    y = (rand(x.sizes(), x.options(), generator) < x).to(x.dtype());
  }
  return record("bernoulli", y, inputs(x), [](const Tensor&) { return Tensor(); });
}
Tensor RandomMethods::bernoulli(Generator* generator) const { return ember::bernoulli(self(this), generator); }
Tensor RandomMethods::bernoulli(double p, Generator* generator) const {
  return ember::bernoulli(self(this), p, generator);
}

namespace {

/// `count` samples of a row of weights, which become their running sums, by binary search.
void draw_with_replacement(int64_t row, std::vector<double>& weights, const double* draws, int64_t count,
                           int64_t* out) {
  double total = 0;
  for (double& w : weights) {
    check(w >= 0 && w <= 1e300, "multinomial: row ", row, " holds a negative, infinite or NaN probability");
    w = total += w;
  }
  check(total > 0, "multinomial: row ", row, " has no class of positive probability");
  for (int64_t i = 0; i < count; ++i) {
    const auto found = std::upper_bound(weights.begin(), weights.end(), draws[i] * total);
    // Rounding may put a draw at the very end; the last class with weight takes it.
    const auto last = std::lower_bound(weights.begin(), weights.end(), total);
    out[i] = std::min(found, last) - weights.begin();
  }
}

/// `count` classes of a row of weights, which become the times at which exponential clocks of these rates ring: the first to ring is
/// drawn first, and what rings next does not depend on it (Efraimidis and Spirakis, 2006).
void draw_without_replacement(int64_t row, std::vector<double>& weights, const double* draws, int64_t count,
                              int64_t* out) {
  std::vector<int64_t> order;
  for (size_t c = 0; c < weights.size(); ++c) {
    double& w = weights[c];
    check(w >= 0 && w <= 1e300, "multinomial: row ", row, " holds a negative, infinite or NaN probability");
    if (w > 0) order.push_back(static_cast<int64_t>(c));
    w = -std::log1p(-draws[c]) / w;
  }
  check(static_cast<int64_t>(order.size()) >= count, "multinomial: row ", row,
        " has no class of positive probability left");
  std::partial_sort_copy(order.begin(), order.end(), out, out + count,
                         [&](int64_t a, int64_t b) { return weights[a] < weights[b]; });
}

}  // namespace

Tensor multinomial(const Tensor& probabilities, int64_t count, bool replacement, Generator* generator) {
  kernel::check_defined("multinomial", "input", probabilities);
  check(probabilities.dim() == 1 || probabilities.dim() == 2, "multinomial: input has shape ", probabilities.sizes(),
        " but must be [classes] or [rows, classes]");
  check<NotImplementedError>(probabilities.is_floating_point(), "multinomial: input is ", describe(probabilities),
                             " but must be floating-point");
  check(count > 0, "multinomial: count is ", count, " but must be positive");
  const NoGradGuard no_grad;
  const Tensor weights = probabilities.to(kFloat64).to(kCPU).contiguous();
  const int64_t classes = weights.size(-1), rows = weights.numel() / std::max<int64_t>(classes, 1);
  check(replacement || count <= classes, "multinomial: cannot draw ", count, " of ", classes,
        " classes without replacement");
  const int64_t draws_each = replacement ? count : classes;
  const Tensor draws = rand({rows, draws_each}, TensorOptions(kFloat64), generator);
  const Tensor samples = empty_tensor({rows, count}, kInt64);
  std::vector<double> left(static_cast<size_t>(classes));
  for (int64_t row = 0; row < rows; ++row) {
    const double* weight = weights.data_ptr<double>() + row * classes;
    left.assign(weight, weight + classes);
    const auto draw = replacement ? draw_with_replacement : draw_without_replacement;
    draw(row, left, draws.data_ptr<double>() + row * draws_each, count, samples.data_ptr<int64_t>() + row * count);
  }
  return probabilities.dim() == 1 ? reshape(samples, -1) : samples;
}
Tensor RandomMethods::multinomial(int64_t count, bool replacement, Generator* generator) const {
  return ember::multinomial(self(this), count, replacement, generator);
}

int64_t integers_of(DType dtype) {
  return visit_dtype(dtype, [&]<class T>() -> int64_t {
    if constexpr (std::is_same_v<T, bool>)
      return 2;
    else if constexpr (std::is_integral_v<T>)
      return sizeof(T) == 8 ? INT64_MAX : static_cast<int64_t>(std::numeric_limits<T>::max()) + 1;
    else
      return (int64_t{1} << significant_bits(dtype)) + 1;
  });
}

void check_draws(const char* op, int64_t low, int64_t high, DType dtype) {
  for (const int64_t end : {low, high - 1}) {
    const bool is_negative = dtype == kUInt8 && end < 0, is_no_bool = dtype == kBool && (end < 0 || end > 1);
    check(!is_negative && !is_no_bool, op, ": ", end, " is out of bounds for ", dtype);
    kernel::check_fits(op, Scalar(end), dtype);
  }
}

Tensor& uniform_(Tensor& x, double from, double to, Generator* generator) {
  autograd::check_in_place("uniform_", x);
  check_differentiable("uniform_", x.dtype());
  check(from <= to, "uniform_: from is ", from, " but must not exceed to, which is ", to);
  draw_parts(kernels::uniform.as("uniform_"), x, from, to, generator);
  x.storage()->bump_version();
  return record_in_place("uniform_", x, inputs(x), [](const Tensor&) { return Tensor(); });
}
Tensor& RandomMethods::uniform_(double from, double to, Generator* generator) {
  return ember::uniform_(self(this), from, to, generator);
}

Tensor& normal_(Tensor& x, double mean, double std, Generator* generator) {
  autograd::check_in_place("normal_", x);
  check_differentiable("normal_", x.dtype());
  check(std >= 0, "normal_: std is ", std, " but must not be negative");
  draw_parts(kernels::normal.as("normal_"), x, mean, part_deviation(x, std), generator);
  x.storage()->bump_version();
  return record_in_place("normal_", x, inputs(x), [](const Tensor&) { return Tensor(); });
}
Tensor& RandomMethods::normal_(double mean, double std, Generator* generator) {
  return ember::normal_(self(this), mean, std, generator);
}

Tensor& bernoulli_(Tensor& x, double p, Generator* generator) {
  autograd::check_in_place("bernoulli_", x);
  check<ValueError>(0 <= p && p <= 1, "bernoulli_: p is ", p, " but must lie in [0, 1]");
  kernels::bernoulli.as("bernoulli_").on(x)(x, p, pick(generator));
  x.storage()->bump_version();
  return record_in_place("bernoulli_", x, inputs(x), [](const Tensor&) { return Tensor(); });
}
Tensor& RandomMethods::bernoulli_(double p, Generator* generator) {
  return ember::bernoulli_(self(this), p, generator);
}

Tensor dropout(const Tensor& x, double p, bool training) {
  kernel::check_defined("dropout", "input", x);
  check<ValueError>(0 <= p && p <= 1, "dropout: p is ", p, " but must lie in [0, 1]");
  if (!training || p == 0) return x;
  check_differentiable("dropout", x.dtype());
  // The scale may be beyond 16-bit floats where its products are not. A complex number has one factor for both parts.
  Tensor mask = bernoulli_mask(x, real_dtype(compute_dtype(x.dtype())), 1 - p);
  if (p < 1) kernel::binary_into(kernels::mul.as("dropout"), mask, 1 / (1 - p));
  Tensor y = empty_tensor_like(x, x.dtype());
  kernels::mul.as("dropout").on(x)(y, x, mask);
  return record("dropout", y, elements(x), [mask = saved(mask)](const Tensor& g) { return g * mask(); });
}

Tensor native_dropout_backward(const Tensor& grad_output, const Tensor& mask, double scale) {
  kernel::check_defined("native_dropout_backward", "grad_output", grad_output);
  kernel::check_defined("native_dropout_backward", "mask", mask);
  return mul(mul(grad_output, to(mask, grad_output.dtype())), scale);
}

}  // namespace ember
