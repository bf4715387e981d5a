// Elementwise kernels beyond those of core/backend.h. Inputs broadcast to `out`; computed in the promoted dtype, float32 for 16-bit
// floats.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct PointwiseKernels {
  UnaryKernel *tan = nullptr, *asin = nullptr, *acos = nullptr, *atan = nullptr, *sinh = nullptr, *cosh = nullptr,
              *asinh = nullptr, *acosh = nullptr, *atanh = nullptr, *exp2 = nullptr, *log2 = nullptr, *log10 = nullptr,
              *erfc = nullptr, *trunc = nullptr, *frac = nullptr;
  UnaryKernel* signbit = nullptr;  ///< writes bool; true for -0.0

  BinaryKernel *fmod = nullptr, *fmax = nullptr, *fmin = nullptr, *hypot = nullptr, *copysign = nullptr,
               *nextafter = nullptr, *logaddexp = nullptr, *logaddexp2 = nullptr, *xlogy = nullptr, *xlog1py = nullptr;
  /// Integers only; what does not fit wraps.
  BinaryKernel *gcd = nullptr, *lcm = nullptr, *left_shift = nullptr, *right_shift = nullptr;

  /// x = mantissa 2^exponent with |mantissa| in [1/2, 1); exponent is int32.
  void (*frexp)(const Tensor& mantissa, const Tensor& exponent, const Tensor& x) = nullptr;
  /// a + weight (b - a), floats only.
  void (*lerp)(const Tensor& out, const Tensor& a, const Tensor& b, double weight) = nullptr;
  /// x + value a b, all of one dtype.
  void (*addcmul)(const Tensor& out, const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) = nullptr;
  /// Replaces NaN, infinity and minus infinity; floats only.
  void (*nan_to_num)(const Tensor& out, const Tensor& x, double nan, double high, double low) = nullptr;
};

/// Activations with parameters. Backward kernels take (grad, x).
struct ActivationKernels {
  UnaryKernel *logsigmoid = nullptr, *hardsigmoid = nullptr, *hardswish = nullptr, *mish = nullptr;
  BinaryKernel* prelu = nullptr;  ///< of x and its slopes below 0
  void (*leaky_relu)(const Tensor& out, const Tensor& x, double negative_slope) = nullptr;
  void (*softshrink)(const Tensor& out, const Tensor& x, double lambda) = nullptr;
  void (*hardshrink)(const Tensor& out, const Tensor& x, double lambda) = nullptr;
  /// scale x where x > 0, scale alpha (exp(rate x) - 1) elsewhere.
  void (*elu)(const Tensor& out, const Tensor& x, double alpha, double scale, double rate) = nullptr;
  /// log(1 + exp(beta x)) / beta where beta x <= threshold, x elsewhere.
  void (*softplus)(const Tensor& out, const Tensor& x, double beta, double threshold) = nullptr;
  /// x where x > threshold, value elsewhere.
  void (*threshold)(const Tensor& out, const Tensor& x, double threshold, double value) = nullptr;

  BinaryKernel *logsigmoid_backward = nullptr, *hardswish_backward = nullptr, *mish_backward = nullptr;
  void (*leaky_relu_backward)(const Tensor& out, const Tensor& grad, const Tensor& x, double negative_slope) = nullptr;
  void (*elu_backward)(const Tensor& out, const Tensor& grad, const Tensor& x, double alpha, double scale,
                       double rate) = nullptr;
  /// grad where low < x < high.
  void (*window_backward)(const Tensor& out, const Tensor& grad, const Tensor& x, double low, double high) = nullptr;
};

}  // namespace ember
