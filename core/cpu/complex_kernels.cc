// Arithmetic of complex numbers. What moves elements, or asks only whether they are zero, is shared with the real numbers; sums
// are sums of the parts; a matrix product is four of real matrices.
#include "core/cpu/complex.h"
#include "core/cpu/complex_families.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/indexing.h"
#include "ember/core/kernels/linalg.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/core/kernels/reduction.h"

namespace ember::EMBER_ISA {

namespace {

template <class F>
void visit_complex(DType t, F f) {
  t == kComplex64 ? f.template operator()<Complex<float>>() : f.template operator()<Complex<double>>();
}

template <auto f>
void complex_unary(const TensorBase& out, const TensorBase& x) {
  visit_complex(x.dtype(), [&]<class T>() { map<T, T>(out, x, f); });
}

template <auto f>
void complex_binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  visit_complex(promoted_dtype(a, b), [&]<class T>() { map<T, T>(out, a, b, f); });
}

template <auto f>
void complex_comparison(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  visit_complex(promoted_dtype(a, b), [&]<class T>() { map<bool, T>(out, a, b, f); });
}

template <auto f>
void complex_test(const TensorBase& out, const TensorBase& x) {
  visit_complex(x.dtype(), [&]<class T>() { map<bool, T>(out, x, f); });
}

// The C library's functions, which know all the branch cuts and infinities.

inline _Complex float native(Complex<float> z) { return __builtin_bit_cast(_Complex float, z); }
inline _Complex double native(Complex<double> z) { return __builtin_bit_cast(_Complex double, z); }
inline Complex<float> ours(_Complex float z) { return __builtin_bit_cast(Complex<float>, z); }
inline Complex<double> ours(_Complex double z) { return __builtin_bit_cast(Complex<double>, z); }

inline Complex<float> log(Complex<float> z) { return ours(__builtin_clogf(native(z))); }
inline Complex<double> log(Complex<double> z) { return ours(__builtin_clog(native(z))); }
inline Complex<float> sqrt(Complex<float> z) { return ours(__builtin_csqrtf(native(z))); }
inline Complex<double> sqrt(Complex<double> z) { return ours(__builtin_csqrt(native(z))); }
inline Complex<float> sin(Complex<float> z) { return ours(__builtin_csinf(native(z))); }
inline Complex<double> sin(Complex<double> z) { return ours(__builtin_csin(native(z))); }
inline Complex<float> cos(Complex<float> z) { return ours(__builtin_ccosf(native(z))); }
inline Complex<double> cos(Complex<double> z) { return ours(__builtin_ccos(native(z))); }
inline Complex<float> tanh(Complex<float> z) { return ours(__builtin_ctanhf(native(z))); }
inline Complex<double> tanh(Complex<double> z) { return ours(__builtin_ctanh(native(z))); }
inline Complex<float> power(Complex<float> z, Complex<float> w) { return ours(__builtin_cpowf(native(z), native(w))); }
inline Complex<double> power(Complex<double> z, Complex<double> w) {
  return ours(__builtin_cpow(native(z), native(w)));
}

inline float magnitude(Complex<float> z) {
  const double re = z.re, im = z.im;
  return static_cast<float>(math::sqrt(re * re + im * im));
}
inline double magnitude(Complex<double> z) { return __builtin_hypot(z.re, z.im); }

template <class T>
Complex<T> exp(Complex<T> z) {
  const T size = math::exp(z.re);
  return {size * math::cos(z.im), size * math::sin(z.im)};
}

template <class T>
Complex<T> pow(Complex<T> z, Complex<T> w) {
  if (w.im == 0 && w.re == 0) return {1, 0};
  if (w.im == 0 && w.re == 2) return z * z;
  return power(z, w);
}

void abs(const TensorBase& out, const TensorBase& x) {
  visit_complex(x.dtype(),
                [&]<class T>() { map<typename T::value_type, T>(out, x, [](T z) { return magnitude(z); }); });
}

void add_scaled(const TensorBase& out, const TensorBase& a, const TensorBase& b, const Scalar& alpha) {
  visit_complex(promoted_dtype(a, b), [&]<class T>() {
    using Part = typename T::value_type;
    const auto wide = alpha.to<std::complex<double>>();
    const T factor{static_cast<Part>(wide.real()), static_cast<Part>(wide.imag())};
    map<T, T>(out, a, b, [factor](T x, T y) { return x + factor * y; });
  });
}

/// Reduces the parts, each for itself.
template <auto& kernel>
void reduce_parts(const TensorBase& out, const TensorBase& x) {
  kernel[kCPU](out.alias_real(), x.alias_real());
}

/// The real parts (0) or the imaginary ones (1), where they lie.
TensorBase part(const TensorBase& x, int64_t which) {
  Shape strides = x.strides();
  for (int64_t& stride : strides) stride *= 2;
  return x.alias_as(real_dtype(x.dtype()), x.sizes(), std::move(strides), x.storage_offset() * 2 + which);
}

void matmul(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias) {
  const DType dtype = real_dtype(out.dtype());
  const auto product = [&](int64_t of_a, int64_t of_b, const TensorBase& added) {
    const TensorBase y = empty_tensor(out.sizes(), dtype);
    kernels::matmul[kCPU](y, part(a, of_a), part(b, of_b), added);
    return y;
  };
  const bool has_bias = bias.defined();
  kernels::sub[kCPU](part(out, 0), product(0, 0, has_bias ? part(bias, 0) : TensorBase()), product(1, 1, {}));
  kernels::add[kCPU](part(out, 1), product(0, 1, has_bias ? part(bias, 1) : TensorBase()), product(1, 0, {}));
}

void share(auto&... kernel) { ((kernel.complex(kCPU) = kernel[kCPU]), ...); }

}  // namespace

void register_complex() {
  // Kernels that serve any dtype as they are.
  share(kernels::copy, kernels::fill, kernels::where, kernels::gather, kernels::scatter, kernels::scatter_add,
        kernels::index_select, kernels::index_add, kernels::index, kernels::index_put, kernels::nonzero, kernels::any,
        kernels::all, kernels::logical_not, kernels::logical_and, kernels::logical_or, kernels::logical_xor);

  kernels::abs.complex(kCPU) = abs;
  kernels::neg.complex(kCPU) = complex_unary<[](auto z) { return -z; }>;
  kernels::exp.complex(kCPU) = complex_unary<[](auto z) { return exp(z); }>;
  kernels::log.complex(kCPU) = complex_unary<[](auto z) { return log(z); }>;
  kernels::sqrt.complex(kCPU) = complex_unary<[](auto z) { return sqrt(z); }>;
  kernels::rsqrt.complex(kCPU) = complex_unary<[](auto z) { return decltype(z){1, 0} / sqrt(z); }>;
  kernels::reciprocal.complex(kCPU) = complex_unary<[](auto z) { return decltype(z){1, 0} / z; }>;
  kernels::sin.complex(kCPU) = complex_unary<[](auto z) { return sin(z); }>;
  kernels::cos.complex(kCPU) = complex_unary<[](auto z) { return cos(z); }>;
  kernels::tanh.complex(kCPU) = complex_unary<[](auto z) { return tanh(z); }>;
  kernels::sign.complex(kCPU) = complex_unary<[](auto z) {
    const auto size = magnitude(z);
    return size == 0 ? decltype(z){0, 0} : decltype(z){z.re / size, z.im / size};
  }>;
  kernels::isnan.complex(kCPU) = complex_test<[](auto z) { return z.re != z.re || z.im != z.im; }>;
  kernels::isinf.complex(kCPU) =
      complex_test<[](auto z) { return math::abs(z.re) == __builtin_inf() || math::abs(z.im) == __builtin_inf(); }>;

  kernels::add.complex(kCPU) = complex_binary<[](auto a, auto b) { return a + b; }>;
  kernels::sub.complex(kCPU) = complex_binary<[](auto a, auto b) { return a - b; }>;
  kernels::mul.complex(kCPU) = complex_binary<[](auto a, auto b) { return a * b; }>;
  kernels::div.complex(kCPU) = complex_binary<[](auto a, auto b) { return a / b; }>;
  kernels::pow.complex(kCPU) = complex_binary<[](auto a, auto b) { return pow(a, b); }>;
  kernels::eq.complex(kCPU) = complex_comparison<[](auto a, auto b) { return a == b; }>;
  kernels::ne.complex(kCPU) = complex_comparison<[](auto a, auto b) { return !(a == b); }>;
  kernels::add_scaled.complex(kCPU) = add_scaled;

  kernels::sum.complex(kCPU) = reduce_parts<kernels::sum>;
  kernels::mean.complex(kCPU) = reduce_parts<kernels::mean>;
  kernels::matmul.complex(kCPU) = matmul;

  kernels::conj.complex(kCPU) = complex_unary<[](auto z) { return decltype(z){z.re, -z.im}; }>;
  register_fft();
}

}  // namespace ember::EMBER_ISA
