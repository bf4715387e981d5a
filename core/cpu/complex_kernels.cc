// Arithmetic of complex numbers. What moves elements, or asks only whether they are zero, is shared with the real numbers; sums
// are sums of the parts; a matrix product is four of real matrices.
#include "core/cpu/complex.h"
#include "core/cpu/complex_families.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "core/kernels/complex.h"

namespace ember::EMBER_ISA {

namespace {

template <class F>
void visit_complex(DType t, F f) {
  t == kComplex64 ? f.template operator()<Complex<float>>() : f.template operator()<Complex<double>>();
}

template <auto f>
void complex_unary(const Tensor& out, const Tensor& x) {
  visit_complex(x.dtype(), [&]<class T>() { map<T, T>(out, x, f); });
}

template <auto f>
void complex_binary(const Tensor& out, const Tensor& a, const Tensor& b) {
  visit_complex(promoted_dtype(a, b), [&]<class T>() { map<T, T>(out, a, b, f); });
}

template <auto f>
void complex_comparison(const Tensor& out, const Tensor& a, const Tensor& b) {
  visit_complex(promoted_dtype(a, b), [&]<class T>() { map<bool, T>(out, a, b, f); });
}

template <auto f>
void complex_test(const Tensor& out, const Tensor& x) {
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

void abs(const Tensor& out, const Tensor& x) {
  visit_complex(x.dtype(),
                [&]<class T>() { map<typename T::value_type, T>(out, x, [](T z) { return magnitude(z); }); });
}

void add_scaled(const Tensor& out, const Tensor& a, const Tensor& b, const Scalar& alpha) {
  visit_complex(promoted_dtype(a, b), [&]<class T>() {
    using Part = typename T::value_type;
    const auto wide = alpha.to<std::complex<double>>();
    const T factor{static_cast<Part>(wide.real()), static_cast<Part>(wide.imag())};
    map<T, T>(out, a, b, [factor](T x, T y) { return x + factor * y; });
  });
}

const Backend& of_reals() { return kernel_table<Backend>(kCPU); }

/// Reduces the parts, each for itself.
template <auto slot>
void reduce_parts(const Tensor& out, const Tensor& x) {
  (of_reals().*slot)(out.alias_real(), x.alias_real());
}

/// The real parts (0) or the imaginary ones (1), where they lie.
Tensor part(const Tensor& x, int64_t which) {
  Shape strides = x.strides();
  for (int64_t& stride : strides) stride *= 2;
  return x.alias_as(real_dtype(x.dtype()), x.sizes(), std::move(strides), x.storage_offset() * 2 + which);
}

void matmul(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& bias) {
  const DType dtype = real_dtype(out.dtype());
  const auto product = [&](int64_t of_a, int64_t of_b, const Tensor& added) {
    const Tensor y = empty_tensor(out.sizes(), dtype);
    of_reals().matmul(y, part(a, of_a), part(b, of_b), added);
    return y;
  };
  const bool has_bias = bias.defined();
  of_reals().sub(part(out, 0), product(0, 0, has_bias ? part(bias, 0) : Tensor()), product(1, 1, {}));
  of_reals().add(part(out, 1), product(0, 1, has_bias ? part(bias, 1) : Tensor()), product(1, 0, {}));
}

/// Kernels that serve any dtype as they are.
void share(Backend& table, const Backend& real) {
  table.copy = real.copy;
  table.fill = real.fill;
  table.where = real.where;
  table.gather = real.gather;
  table.scatter = real.scatter;
  table.scatter_add = real.scatter_add;
  table.index_select = real.index_select;
  table.index_add = real.index_add;
  table.index = real.index;
  table.index_put = real.index_put;
  table.nonzero = real.nonzero;
  table.any = real.any;
  table.all = real.all;
  table.logical_not = real.logical_not;
  table.logical_and = real.logical_and;
  table.logical_or = real.logical_or;
  table.logical_xor = real.logical_xor;
}

}  // namespace

void register_complex() {
  Backend& table = kernel_table<Backend>(kCPU, /*of_complex=*/true);
  share(table, of_reals());

  table.abs = abs;
  table.neg = complex_unary<[](auto z) { return -z; }>;
  table.exp = complex_unary<[](auto z) { return exp(z); }>;
  table.log = complex_unary<[](auto z) { return log(z); }>;
  table.sqrt = complex_unary<[](auto z) { return sqrt(z); }>;
  table.rsqrt = complex_unary<[](auto z) { return decltype(z){1, 0} / sqrt(z); }>;
  table.reciprocal = complex_unary<[](auto z) { return decltype(z){1, 0} / z; }>;
  table.sin = complex_unary<[](auto z) { return sin(z); }>;
  table.cos = complex_unary<[](auto z) { return cos(z); }>;
  table.tanh = complex_unary<[](auto z) { return tanh(z); }>;
  table.sign = complex_unary<[](auto z) {
    const auto size = magnitude(z);
    return size == 0 ? decltype(z){0, 0} : decltype(z){z.re / size, z.im / size};
  }>;
  table.isnan = complex_test<[](auto z) { return z.re != z.re || z.im != z.im; }>;
  table.isinf =
      complex_test<[](auto z) { return math::abs(z.re) == __builtin_inf() || math::abs(z.im) == __builtin_inf(); }>;

  table.add = complex_binary<[](auto a, auto b) { return a + b; }>;
  table.sub = complex_binary<[](auto a, auto b) { return a - b; }>;
  table.mul = complex_binary<[](auto a, auto b) { return a * b; }>;
  table.div = complex_binary<[](auto a, auto b) { return a / b; }>;
  table.pow = complex_binary<[](auto a, auto b) { return pow(a, b); }>;
  table.eq = complex_comparison<[](auto a, auto b) { return a == b; }>;
  table.ne = complex_comparison<[](auto a, auto b) { return !(a == b); }>;
  table.add_scaled = add_scaled;

  table.sum = reduce_parts<&Backend::sum>;
  table.mean = reduce_parts<&Backend::mean>;
  table.matmul = matmul;

  kernel_table<ComplexKernels>(kCPU, /*of_complex=*/true).conj = complex_unary<[](auto z) {
    return decltype(z){z.re, -z.im};
  }>;
  register_fft();
}

}  // namespace ember::EMBER_ISA
