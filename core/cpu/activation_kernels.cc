#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "core/kernels/activation.h"
#include "core/kernels/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

constexpr double kGeluSlope = 0.79788456080286535588;  // sqrt(2 / pi)
constexpr double kGeluCubic = 0.044715;

void relu(const TensorBase& out, const TensorBase& x) {
  if (x.dtype() == kBool) cpu::fail_dtype("relu", kBool);
  visit_loop_dtype(loop_dtype(x.dtype()),
                   [&]<class T>() { map<T, T>(out, x, [](T v) { return v < T(0) ? T(0) : v; }); });
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
}

}  // namespace ember::EMBER_ISA
