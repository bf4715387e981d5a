#include "ember/nn/init.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"

namespace ember::nn::init {
namespace {

thread_local bool skip_init = false;

/// Runs `fill` on the tensor outside of the tape, unless initialisation is off.
template <class Fill>
Tensor filled(Tensor& tensor, const Fill& fill) {
  if (!skip_init) {
    NoGradGuard no_grad;
    fill();
  }
  return tensor;
}

int64_t fan(const Tensor& tensor, FanMode mode) {
  auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  return mode == FanMode::In ? fan_in : fan_out;
}

double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// The inverse of normal_distribution: bisection to a thousandth, then Newton's steps.
double normal_quantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 14; ++i) {
    const double middle = (low + high) / 2;
    (normal_distribution(middle) < p ? low : high) = middle;
  }
  double x = (low + high) / 2;
  for (int i = 0; i < 3; ++i) {
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    x -= (normal_distribution(x) - p) / density;
  }
  return x;
}

}  // namespace

SkipInitGuard::SkipInitGuard() : before_(skip_init) { skip_init = true; }
SkipInitGuard::~SkipInitGuard() { skip_init = before_; }

double calculate_gain(std::string_view nonlinearity, std::optional<double> param) {
  for (std::string_view unit :
       {"linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid"})
    if (nonlinearity == unit) return 1;
  if (nonlinearity == "tanh") return 5.0 / 3;
  if (nonlinearity == "relu") return std::sqrt(2.0);
  if (nonlinearity == "leaky_relu") {
    const double slope = param.value_or(0.01);
    return std::sqrt(2.0 / (1 + slope * slope));
  }
  if (nonlinearity == "selu") return 3.0 / 4;
  fail<ValueError>("Unsupported nonlinearity ", nonlinearity);
}

std::pair<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor) {
  check<ValueError>(tensor.dim() >= 2,
                    "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
  int64_t window = 1;
  for (int64_t d = 2; d < tensor.dim(); ++d) window *= tensor.size(d);
  return {tensor.size(1) * window, tensor.size(0) * window};
}

Tensor uniform_(Tensor tensor, double a, double b) {
  return filled(tensor, [&] { tensor.uniform_(a, b); });
}

Tensor normal_(Tensor tensor, double mean, double std) {
  return filled(tensor, [&] { tensor.normal_(mean, std); });
}

Tensor trunc_normal_(Tensor tensor, double mean, double std, double a, double b) {
  return filled(tensor, [&] {
    const double low = normal_distribution((a - mean) / std), high = normal_distribution((b - mean) / std);
    Tensor p = ember::empty(tensor.sizes(), kFloat64);
    p.uniform_(low, high);
    double* values = p.data_ptr<double>();
    for (int64_t i = 0; i < p.numel(); ++i)
      values[i] = std::min(std::max(mean + std * normal_quantile(values[i]), a), b);
    // Bounds that the dtype has, so that rounding does not lead beyond those given.
    const auto inside = [&](double bound, double direction) {
      const Tensor x = ember::full({}, bound, tensor.dtype());
      const bool is_beyond = (x.item<double>() - bound) * direction < 0;
      return is_beyond ? nextafter(x, ember::full({}, direction * INFINITY, tensor.dtype())).item<double>()
                       : x.item<double>();
    };
    tensor.copy_(clamp(p, inside(a, 1), inside(b, -1)));
  });
}

Tensor constant_(Tensor tensor, const Scalar& value) {
  return filled(tensor, [&] { tensor.fill_(value); });
}
Tensor zeros_(Tensor tensor) { return constant_(tensor, 0); }
Tensor ones_(Tensor tensor) { return constant_(tensor, 1); }

Tensor eye_(Tensor tensor) {
  check<ValueError>(tensor.dim() == 2, "Only tensors with 2 dimensions are supported");
  return filled(tensor, [&] { tensor.copy_(ember::eye(tensor.size(0), tensor.size(1))); });
}

Tensor xavier_uniform_(Tensor tensor, double gain) {
  auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  const double bound = std::sqrt(3.0) * gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out));
  return init::uniform_(tensor, -bound, bound);
}

Tensor xavier_normal_(Tensor tensor, double gain) {
  auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  return init::normal_(tensor, 0, gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out)));
}

Tensor kaiming_uniform_(Tensor tensor, double a, FanMode mode, std::string_view nonlinearity) {
  const double std = calculate_gain(nonlinearity, a) / std::sqrt(static_cast<double>(fan(tensor, mode)));
  const double bound = std::sqrt(3.0) * std;
  return init::uniform_(tensor, -bound, bound);
}

Tensor kaiming_normal_(Tensor tensor, double a, FanMode mode, std::string_view nonlinearity) {
  return init::normal_(tensor, 0, calculate_gain(nonlinearity, a) / std::sqrt(static_cast<double>(fan(tensor, mode))));
}

}  // namespace ember::nn::init
