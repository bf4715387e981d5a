#include "core/cpu/elementary_math.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "ember/core/kernels/activation.h"
#include "ember/core/kernels/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

constexpr double kGeluSlope = 0.79788456080286535588;  // sqrt(2 / pi)
constexpr double kGeluCubic = 0.044715;

void relu(const TensorBase& out, const TensorBase& x) {
  if (x.dtype() == kBool) cpu::fail_dtype("relu", kBool);
  visit_loop_dtype(loop_dtype(x.dtype()),
                   [&]<class T>() { map<T, T>(out, x, [](T v) { return v < T(0) ? T(0) : v; }); });
}

/// `make(numbers...)` gives the function of x, with its parameters in the type of the loop.
template <class Make>
void shaped(const TensorBase& out, const TensorBase& x, Make make) {
  visit_float_loop_dtype(float_loop_dtype(x.dtype(), out.dtype()),
                         [&]<class T>() { map<T, T>(out, x, make.template operator()<T>()); });
}
template <class Make>
void shaped_backward(const TensorBase& out, const TensorBase& grad, const TensorBase& x, Make make) {
  visit_float_loop_dtype(float_loop_dtype(promoted_dtype(grad, x), out.dtype()),
                         [&]<class T>() { map<T, T>(out, grad, x, make.template operator()<T>()); });
}

template <class T>
inline T clamp(T x, T low, T high) {
  const T raised = x < low ? low : x;
  return raised > high ? high : raised;
}

void leaky_relu(const TensorBase& out, const TensorBase& x, double negative_slope) {
  shaped(out, x, [&]<class T>() {
    return [slope = T(negative_slope)](T v) {
      const T scaled = v * slope;
      return v > T(0) ? v : scaled;
    };
  });
}
void leaky_relu_backward(const TensorBase& out, const TensorBase& grad, const TensorBase& x, double negative_slope) {
  shaped_backward(out, grad, x, [&]<class T>() {
    return [slope = T(negative_slope)](T g, T v) {
      const T scaled = g * slope;
      return v > T(0) ? g : scaled;
    };
  });
}

void elu(const TensorBase& out, const TensorBase& x, double alpha, double scale, double rate) {
  shaped(out, x, [&]<class T>() {
    return [low = T(alpha * scale), high = T(scale), r = T(rate)](T v) {
      const T below = math::expm1((v < T(0) ? v : T(0)) * r) * low;
      return v > T(0) ? v * high : v != v ? v : below;
    };
  });
}
void elu_backward(const TensorBase& out, const TensorBase& grad, const TensorBase& x, double alpha, double scale,
                  double rate) {
  shaped_backward(out, grad, x, [&]<class T>() {
    return [low = T(alpha * scale * rate), high = T(scale), r = T(rate)](T g, T v) {
      const T below = math::exp((v > T(0) ? T(0) : v) * r) * low;
      return g * (v > T(0) ? high : below);
    };
  });
}

void softplus(const TensorBase& out, const TensorBase& x, double beta, double threshold) {
  shaped(out, x, [&]<class T>() {
    return [b = T(beta), limit = T(threshold)](T v) {
      const T t = v * b;
      const T soft = ((t < T(0) ? T(0) : t) + math::log1p(math::exp(-math::abs(t)))) / b;
      return t > limit ? v : soft;
    };
  });
}

void softshrink(const TensorBase& out, const TensorBase& x, double lambda) {
  shaped(out, x, [&]<class T>() { return [l = T(lambda)](T v) { return v > l ? v - l : v < -l ? v + l : v * T(0); }; });
}
void hardshrink(const TensorBase& out, const TensorBase& x, double lambda) {
  shaped(out, x, [&]<class T>() { return [l = T(lambda)](T v) { return math::abs(v) <= l ? T(0) : v; }; });
}

void threshold(const TensorBase& out, const TensorBase& x, double limit, double value) {
  if (x.dtype() == kBool) cpu::fail_dtype("threshold", kBool);
  visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
    map<T, T>(out, x, [l = T(limit), fallback = T(value)](T v) { return v <= l ? fallback : v; });
  });
}

void window_backward(const TensorBase& out, const TensorBase& grad, const TensorBase& x, double low, double high) {
  shaped_backward(out, grad, x, [&]<class T>() {
    return [l = T(low), h = T(high)](T g, T v) {
      const T below = v < h ? g : T(0);
      return v > l ? below : T(0);
    };
  });
}

}  // namespace

void register_activation() {
  kernels::relu[kCPU] = relu;
  kernels::sigmoid[kCPU] = float_unary<[](auto x) { return math::sigmoid(x); }>;
  kernels::tanh[kCPU] = float_unary<[](auto x) { return math::tanh(x); }>;
  kernels::silu[kCPU] = float_unary<[](auto x) { return x * math::sigmoid(x); }>;
  kernels::gelu[kCPU] = float_unary<[](auto x) {
    decltype(x) cdf, density;
    math::normal(x, cdf, density);
    return x * cdf;
  }>;
  kernels::gelu_tanh[kCPU] = float_unary<[](auto x) {
    using T = decltype(x);
    const T inner = T(kGeluSlope) * (x + T(kGeluCubic) * x * x * x);
    return T(0.5) * x * (T(1) + math::tanh(inner));
  }>;
  kernels::relu_backward[kCPU] =
      float_binary<[](auto grad, auto y) { return y <= decltype(y)(0) ? decltype(grad)(0) : grad; }>;
  kernels::sigmoid_backward[kCPU] = float_binary<[](auto grad, auto y) { return grad * y * (decltype(y)(1) - y); }>;
  kernels::tanh_backward[kCPU] = float_binary<[](auto grad, auto y) { return grad * (decltype(y)(1) - y * y); }>;
  kernels::silu_backward[kCPU] = float_binary<[](auto grad, auto x) {
    const auto s = math::sigmoid(x);
    return grad * s * (decltype(x)(1) + x * (decltype(x)(1) - s));
  }>;
  kernels::gelu_backward[kCPU] = float_binary<[](auto grad, auto x) {
    decltype(x) cdf, density;
    math::normal(x, cdf, density);
    return grad * (cdf + x * density);
  }>;
  kernels::gelu_tanh_backward[kCPU] = float_binary<[](auto grad, auto x) {
    using T = decltype(x);
    const T inner = T(kGeluSlope) * (x + T(kGeluCubic) * x * x * x);
    const T slope = T(kGeluSlope) * (T(1) + T(3 * kGeluCubic) * x * x);
    const T t = math::tanh(inner);
    return grad * T(0.5) * ((T(1) + t) + x * (T(1) - t * t) * slope);
  }>;
  // -log(1 + exp(-x)), turned so that exp cannot overflow.
  kernels::logsigmoid[kCPU] = float_unary<[](auto x) {
    using T = decltype(x);
    return (x < T(0) ? x : T(0)) - math::log1p(math::exp(-math::abs(x)));
  }>;
  kernels::hardsigmoid[kCPU] = float_unary<[](auto x) {
    using T = decltype(x);
    return clamp(x + T(3), T(0), T(6)) / T(6);
  }>;
  kernels::hardswish[kCPU] = float_unary<[](auto x) {
    using T = decltype(x);
    return x * clamp(x + T(3), T(0), T(6)) / T(6);
  }>;
  kernels::prelu[kCPU] = float_binary<[](auto x, auto slope) {
    const auto scaled = x * slope;
    return (x > decltype(x)(0)) ? x : scaled;
  }>;
  kernels::logsigmoid_backward[kCPU] = float_binary<[](auto grad, auto x) { return grad * math::sigmoid(-x); }>;
  kernels::hardswish_backward[kCPU] = float_binary<[](auto g, auto x) {
    using T = decltype(x);
    const T inside = g * (x / T(3) + T(0.5));
    return x <= T(-3) ? T(0) : x >= T(3) ? g : inside;
  }>;
  // tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2) with e = exp(x); beyond 20 it is 1.
  kernels::mish[kCPU] = float_unary<[](auto x) {
    using T = decltype(x);
    const T e = math::exp(x > T(20) ? T(20) : x), n = e * (e + T(2));
    return x * (n / (n + T(2)));
  }>;
  kernels::mish_backward[kCPU] = float_binary<[](auto g, auto x) {
    using T = decltype(x);
    const T e = math::exp(x > T(20) ? T(20) : x), n = e * (e + T(2));
    const T t = n / (n + T(2));
    return g * (t + x * (T(1) - t * t) * (e / (T(1) + e)));
  }>;
  kernels::leaky_relu[kCPU] = leaky_relu;
  kernels::leaky_relu_backward[kCPU] = leaky_relu_backward;
  kernels::elu[kCPU] = elu;
  kernels::elu_backward[kCPU] = elu_backward;
  kernels::softplus[kCPU] = softplus;
  kernels::softshrink[kCPU] = softshrink;
  kernels::hardshrink[kCPU] = hardshrink;
  kernels::threshold[kCPU] = threshold;
  kernels::window_backward[kCPU] = window_backward;
}

}  // namespace ember::EMBER_ISA
