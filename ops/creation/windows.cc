#include "ember/ops/creation/windows.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ember/ops/creation/copy.h"

namespace ember::windows {

namespace {

constexpr double kPi = std::numbers::pi;

/// f(i) for i < length.
template <class F>
Tensor window(const char* op, int64_t length, const TensorOptions& options, F f) {
  const DType dtype = options.dtype_or_default();
  check<ValueError>(length >= 0, op, ": the window length is ", length, " but must not be negative");
  check<ValueError>(is_floating_point(dtype), op, ": dtype is ", dtype, " but must be floating-point");
  const Tensor values = empty_tensor(length, kFloat64);
  for (int64_t i = 0; i < length; ++i) values.data_ptr<double>()[i] = f(static_cast<double>(i));
  Tensor y = to(values, TensorOptions(dtype).device(options.device_));
  return options.requires_grad_ ? y.requires_grad_() : y;
}

/// The number of steps from the first point to the one that equals it: a window of one point is 1, as if halfway.
double steps_of(int64_t length, bool sym) { return static_cast<double>(sym ? length - 1 : length); }

/// The same for windows that are 1 when they have one point.
template <class F>
Tensor spread_window(const char* op, int64_t length, bool sym, const TensorOptions& options, F f) {
  const double steps = steps_of(length, sym);
  return window(op, length, options, [=](double i) { return length == 1 ? 1 : f(i, steps); });
}

double centre_of(int64_t length, bool sym) { return static_cast<double>(!sym && length > 1 ? length : length - 1) / 2; }

Tensor cosines(const char* op, int64_t length, const std::vector<double>& a, bool sym, const TensorOptions& options) {
  check<ValueError>(!a.empty(), op, ": a is empty but must have at least one coefficient");
  return spread_window(op, length, sym, options, [&](double i, double steps) {
    double total = 0, sign = 1;
    for (size_t j = 0; j < a.size(); ++j, sign = -sign)
      total += sign * a[j] * std::cos(2 * kPi * static_cast<double>(j) * i / steps);
    return total;
  });
}

}  // namespace

Tensor bartlett(int64_t length, bool sym, const TensorOptions& options) {
  return spread_window("bartlett", length, sym, options,
                       [](double i, double steps) { return 1 - std::abs(2 * i / steps - 1); });
}

Tensor blackman(int64_t length, bool sym, const TensorOptions& options) {
  return cosines("blackman", length, {0.42, 0.5, 0.08}, sym, options);
}

Tensor cosine(int64_t length, bool sym, const TensorOptions& options) {
  const auto steps = static_cast<double>(!sym && length > 1 ? length + 1 : length);
  return window("cosine", length, options, [=](double i) { return std::sin(kPi * (i + 0.5) / steps); });
}

Tensor exponential(int64_t length, std::optional<double> center, double tau, bool sym, const TensorOptions& options) {
  check<ValueError>(tau > 0, "exponential: tau is ", tau, " but must be positive");
  check<ValueError>(!sym || !center, "exponential: center is given but a symmetric window has its own");
  const double middle = center.value_or(centre_of(length, sym));
  return window("exponential", length, options, [=](double i) { return std::exp(-std::abs(i - middle) / tau); });
}

Tensor gaussian(int64_t length, double std, bool sym, const TensorOptions& options) {
  check<ValueError>(std > 0, "gaussian: std is ", std, " but must be positive");
  const double middle = centre_of(length, sym);
  return window("gaussian", length, options, [=](double i) {
    const double z = (i - middle) / std;
    return std::exp(-z * z / 2);
  });
}

Tensor general_cosine(int64_t length, const std::vector<double>& a, bool sym, const TensorOptions& options) {
  return cosines("general_cosine", length, a, sym, options);
}

Tensor general_hamming(int64_t length, double alpha, bool sym, const TensorOptions& options) {
  return cosines("general_hamming", length, {alpha, 1 - alpha}, sym, options);
}

Tensor hamming(int64_t length, bool sym, const TensorOptions& options) {
  return cosines("hamming", length, {0.54, 0.46}, sym, options);
}

Tensor hann(int64_t length, bool sym, const TensorOptions& options) {
  return cosines("hann", length, {0.5, 0.5}, sym, options);
}

Tensor kaiser(int64_t length, double beta, bool sym, const TensorOptions& options) {
  check<ValueError>(beta >= 0, "kaiser: beta is ", beta, " but must not be negative");
  return spread_window("kaiser", length, sym, options, [beta](double i, double steps) {
    const double z = 2 * i / steps - 1;
    return std::cyl_bessel_i(0.0, beta * std::sqrt(std::max(0.0, 1 - z * z))) / std::cyl_bessel_i(0.0, beta);
  });
}

Tensor nuttall(int64_t length, bool sym, const TensorOptions& options) {
  return cosines("nuttall", length, {0.3635819, 0.4891775, 0.1365995, 0.0106411}, sym, options);
}

Tensor two_term_cosine(int64_t length, double alpha, double beta, bool sym, const TensorOptions& options) {
  return cosines("hamming_window", length, {alpha, beta}, sym, options);
}

}  // namespace ember::windows
