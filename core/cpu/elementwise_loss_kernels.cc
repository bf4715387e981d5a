// See core/kernels/elementwise_loss.h.
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "ember/core/kernels/loss.h"

namespace ember::EMBER_ISA {

namespace {

/// `make()` gives f(x, target) with its parameters in the type of the loop.
template <class Make>
void losses(const TensorBase& out, const TensorBase& x, const TensorBase& target, Make make) {
  visit_float_loop_dtype(loop_dtype(out.dtype()),
                         [&]<class T>() { map<T, T>(out, x, target, make.template operator()<T>()); });
}

/// The same for f(grad, x, target).
template <class Make>
void slopes(const TensorBase& out, const TensorBase& grad, const TensorBase& x, const TensorBase& target, Make make) {
  visit_float_loop_dtype(loop_dtype(out.dtype()), [&]<class T>() {
    constexpr DType dtype = dtype_of<T>;
    Elementwise({{out, dtype}}, {{grad, dtype}, {x, dtype}, {target, dtype}})
        .run([f = make.template operator()<T>()](char* const* p, int64_t n) {
          auto* y = reinterpret_cast<T*>(p[0]);
          const auto *g = reinterpret_cast<const T*>(p[1]), *a = reinterpret_cast<const T*>(p[2]);
          const auto* b = reinterpret_cast<const T*>(p[3]);
#pragma GCC ivdep
          for (int64_t i = 0; i < n; ++i) y[i] = f(g[i], a[i], b[i]);
        });
  });
}

void huber(const TensorBase& out, const TensorBase& x, const TensorBase& target, double delta, double scale) {
  losses(out, x, target, [&]<class T>() {
    return [limit = T(delta), half = T(0.5 * scale), slope = T(scale * delta), less = T(0.5 * delta)](T a, T b) {
      const T d = a - b, distance = math::abs(d);
      const T near = d * d * half, far = slope * (distance - less);
      return distance <= limit ? near : far;
    };
  });
}
void huber_backward(const TensorBase& out, const TensorBase& grad, const TensorBase& x, const TensorBase& target,
                    double delta, double scale) {
  slopes(out, grad, x, target, [&]<class T>() {
    return [limit = T(delta), factor = T(scale)](T g, T a, T b) {
      const T d = a - b, raised = d < -limit ? -limit : d;
      return g * factor * (raised > limit ? limit : raised);
    };
  });
}

void logistic(const TensorBase& out, const TensorBase& x, const TensorBase& target) {
  losses(out, x, target, [&]<class T>() {
    return [](T a, T b) { return (a > T(0) ? a : T(0)) - a * b + math::log1p(math::exp(-math::abs(a))); };
  });
}
void logistic_backward(const TensorBase& out, const TensorBase& grad, const TensorBase& x, const TensorBase& target) {
  slopes(out, grad, x, target,
         [&]<class T>() { return [](T g, T a, T b) { return g * (T(1) / (T(1) + math::exp(-a)) - b); }; });
}
void bernoulli_backward(const TensorBase& out, const TensorBase& grad, const TensorBase& x, const TensorBase& target) {
  slopes(out, grad, x, target, [&]<class T>() {
    return [](T g, T a, T b) {
      const T variance = a * (T(1) - a), least = T(1e-12);
      return g * (a - b) / (variance < least ? least : variance);
    };
  });
}

}  // namespace

void register_elementwise_loss() {
  kernels::huber[kCPU] = huber;
  kernels::huber_backward[kCPU] = huber_backward;
  kernels::logistic[kCPU] = logistic;
  kernels::logistic_backward[kCPU] = logistic_backward;
  kernels::bernoulli_backward[kCPU] = bernoulli_backward;
}

}  // namespace ember::EMBER_ISA
