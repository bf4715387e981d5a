#include "ember/nn/init.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/slices.h"
#include "ember/ops/linalg/qr.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/random/random.h"
#include "ember/ops/shape/diagonal.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"

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

Tensor uniform_(Tensor tensor, double a, double b, Generator* generator) {
  return filled(tensor, [&] { tensor.uniform_(a, b, generator); });
}

Tensor normal_(Tensor tensor, double mean, double std, Generator* generator) {
  return filled(tensor, [&] { tensor.normal_(mean, std, generator); });
}

Tensor trunc_normal_(Tensor tensor, double mean, double std, double a, double b, Generator* generator) {
  return filled(tensor, [&] {
    const double low = normal_distribution((a - mean) / std), high = normal_distribution((b - mean) / std);
    Tensor p = ember::empty(tensor.sizes(), kFloat64);
    p.uniform_(low, high, generator);
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

Tensor dirac_(Tensor tensor, int64_t groups) {
  check<ValueError>(tensor.dim() >= 3 && tensor.dim() <= 5, "Only tensors with 3, 4, or 5 dimensions are supported");
  check<ValueError>(groups > 0 && tensor.size(0) % groups == 0,
                    "dim 0 must be divisible by groups, but the tensor has shape ", tensor.sizes(), " and groups is ",
                    groups);
  return filled(tensor, [&] {
    tensor.zero_();
    Tensor middle = tensor;
    while (middle.dim() > 2) middle = select(middle, -1, middle.size(-1) / 2);
    const int64_t each = tensor.size(0) / groups, same = std::min(each, tensor.size(1));
    for (int64_t group = 0; group < groups; ++group)
      narrow(middle, 0, group * each, same).copy_(ember::eye(same, tensor.size(1)));
  });
}

Tensor orthogonal_(Tensor tensor, double gain, Generator* generator) {
  check<ValueError>(tensor.dim() >= 2, "Only tensors with 2 or more dimensions are supported");
  if (tensor.numel() == 0) return tensor;
  return filled(tensor, [&] {
    const int64_t rows = tensor.size(0), columns = tensor.numel() / rows;
    const DType dtype = is_reduced_floating_point(tensor.dtype()) ? kFloat32 : tensor.dtype();
    Tensor random = ember::empty({rows, columns}, tensor.options().dtype(dtype));
    random.normal_(0, 1, generator);
    const auto [q, r] = linalg::qr(rows < columns ? t(random) : random);
    // Signs that make Q uniform: Mezzadri, "How to generate random matrices from the classical compact groups", 2007.
    const Tensor uniform = q * sign(diagonal(r));
    tensor.copy_(reshape(rows < columns ? t(uniform) : uniform, tensor.sizes()) * gain);
  });
}

Tensor sparse_(Tensor tensor, double sparsity, double std, Generator* generator) {
  check<ValueError>(tensor.dim() == 2, "Only tensors with 2 dimensions are supported");
  check<ValueError>(sparsity >= 0 && sparsity <= 1, "sparse_: sparsity must lie in [0, 1], got ", sparsity);
  return filled(tensor, [&] {
    const int64_t rows = tensor.size(0), zeros = static_cast<int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
    tensor.normal_(0, std, generator);
    for (int64_t column = 0; column < tensor.size(1); ++column)
      select(tensor, 1, column).index_fill_(0, narrow(randperm(rows, {}, generator), 0, 0, zeros), 0);
  });
}

Tensor xavier_uniform_(Tensor tensor, double gain, Generator* generator) {
  auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  const double bound = std::sqrt(3.0) * gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out));
  return init::uniform_(tensor, -bound, bound, generator);
}

Tensor xavier_normal_(Tensor tensor, double gain, Generator* generator) {
  auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  return init::normal_(tensor, 0, gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out)), generator);
}

Tensor kaiming_uniform_(Tensor tensor, double a, FanMode mode, std::string_view nonlinearity, Generator* generator) {
  if (tensor.numel() == 0) return tensor;
  const double std = calculate_gain(nonlinearity, a) / std::sqrt(static_cast<double>(fan(tensor, mode)));
  const double bound = std::sqrt(3.0) * std;
  return init::uniform_(tensor, -bound, bound, generator);
}

Tensor kaiming_normal_(Tensor tensor, double a, FanMode mode, std::string_view nonlinearity, Generator* generator) {
  if (tensor.numel() == 0) return tensor;
  const double std = calculate_gain(nonlinearity, a) / std::sqrt(static_cast<double>(fan(tensor, mode)));
  return init::normal_(tensor, 0, std, generator);
}

}  // namespace ember::nn::init
