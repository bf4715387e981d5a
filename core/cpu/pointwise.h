// From a formula for one element to a kernel of the backend table: picks the dtype to compute in, lets the elementwise iterator
// do the rest. A kernel is `kernels::exp[kCPU] = float_unary<[](auto x) { return math::exp(x); }>`.
#pragma once

#include "core/cpu/cast.h"
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/vector_math.h"
#include "ember/core/elementwise.h"
#include "ember/core/promotion.h"

namespace ember::EMBER_ISA {

constexpr double kInfinity = __builtin_inf();
constexpr double kNaN = __builtin_nan("");

/// An op's name as a template argument.
template <size_t N>
struct Name {
  char text[N];
  consteval Name(const char (&name)[N]) {
    for (size_t i = 0; i < N; ++i) text[i] = name[i];
  }
};

/// The integer type of the same width in which arithmetic wraps; floats stay what they are.
template <class T>
struct WrappingType {
  using type = std::make_unsigned_t<T>;
};
template <>
struct WrappingType<float> {
  using type = float;
};
template <>
struct WrappingType<double> {
  using type = double;
};
template <class T>
using Wrapping = typename WrappingType<T>::type;

/// Loops exist for int32, int64, float32 and float64; the narrower types compute in the first of their kind, and what a narrow
/// integer cannot hold wraps when the result is stored.
inline DType loop_dtype(DType t) {
  if (is_reduced_floating_point(t)) return kFloat32;
  return is_integral(t, true) && t != kInt64 ? kInt32 : t;
}

/// The same for functions of real numbers: integers compute in the dtype of the result.
inline DType float_loop_dtype(DType promoted, DType out) {
  if (is_floating_point(promoted)) return compute_dtype(promoted);
  return is_floating_point(out) ? compute_dtype(out) : kFloat32;
}

inline DType promoted_dtype(const TensorBase& a, const TensorBase& b) {
  return a.dtype() == b.dtype() ? a.dtype() : result_type(a, b);
}

/// Calls `f.template operator()<T>()` for a dtype that loops exist for.
template <class F>
void visit_loop_dtype(DType t, F f) {
  switch (t) {
    case DType::Int32:
      return f.template operator()<int32_t>();
    case DType::Int64:
      return f.template operator()<int64_t>();
    case DType::Float32:
      return f.template operator()<float>();
    default:
      return f.template operator()<double>();
  }
}
template <class F>
void visit_float_loop_dtype(DType t, F f) {
  if (t == kFloat64) return f.template operator()<double>();
  return f.template operator()<float>();
}

/// The storage of a C++ type: bools are written as bytes, which vectorises better.
template <class T>
using Element = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

// Outputs may be inputs, never overlap them otherwise: so iterations are independent.

template <class Out, class A, class F>
void map(const TensorBase& out, const TensorBase& a, F f) {
  Elementwise({{out, dtype_of<Out>}}, {{a, dtype_of<A>}}).run([=](char* const* p, int64_t n) {
    auto* y = reinterpret_cast<Element<Out>*>(p[0]);
    const auto* x = reinterpret_cast<const Element<A>*>(p[1]);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) y[i] = f(x[i]);
  });
}

/// y[i] = f(x[i], second). Zen 4: 1.2 to 1.4 times as fast as a second operand that is repeated in a buffer.
template <class Out, class A, class F>
[[gnu::noinline]] void map_row(char* to, const char* from, A second, int64_t n, F f) {
  auto* y = reinterpret_cast<Element<Out>*>(to);
  const auto* x = reinterpret_cast<const Element<A>*>(from);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) y[i] = f(x[i], second);
}

template <class Out, class A, class F>
void map(const TensorBase& out, const TensorBase& a, const TensorBase& b, F f) {
  if (b.numel() == 1 && a.numel() == out.numel()) {
    A second;
    convert(reinterpret_cast<char*>(&second), dtype_of<A>, b.raw_data(), b.dtype(), 1);
    return Elementwise({{out, dtype_of<Out>}}, {{a, dtype_of<A>}}).run([=](char* const* p, int64_t n) {
      map_row<Out, A>(p[0], p[1], second, n, f);
    });
  }
  Elementwise walk({{out, dtype_of<Out>}}, {{a, dtype_of<A>}, {b, dtype_of<A>}});
  if (walk.repeat(2)) {
    return walk.run(
        [=](char* const* p, int64_t n) { map_row<Out, A>(p[0], p[1], *reinterpret_cast<const A*>(p[2]), n, f); });
  }
  walk.run([=](char* const* p, int64_t n) {
    auto* y = reinterpret_cast<Element<Out>*>(p[0]);
    const auto* x0 = reinterpret_cast<const Element<A>*>(p[1]);
    const auto* x1 = reinterpret_cast<const Element<A>*>(p[2]);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) y[i] = f(x0[i], x1[i]);
  });
}

/// Numbers of any kind but bool: the result has the input's kind.
template <Name op, auto f>
void number_unary(const TensorBase& out, const TensorBase& x) {
  if (x.dtype() == kBool) cpu::fail_dtype(op.text, kBool);
  visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() { map<T, T>(out, x, f); });
}

template <auto f>
void float_unary(const TensorBase& out, const TensorBase& x) {
  visit_float_loop_dtype(float_loop_dtype(x.dtype(), out.dtype()), [&]<class T>() { map<T, T>(out, x, f); });
}

template <auto f>
void number_binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  visit_loop_dtype(loop_dtype(promoted_dtype(a, b)), [&]<class T>() { map<T, T>(out, a, b, f); });
}

template <auto f>
void float_binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  visit_float_loop_dtype(float_loop_dtype(promoted_dtype(a, b), out.dtype()),
                         [&]<class T>() { map<T, T>(out, a, b, f); });
}

/// Writes bool; compares in the promoted dtype.
template <auto f>
void comparison(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  visit_loop_dtype(loop_dtype(promoted_dtype(a, b)), [&]<class T>() { map<bool, T>(out, a, b, f); });
}

/// Reads both as bools.
template <auto f>
void logical(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  map<bool, bool>(out, a, b, f);
}

/// One element after another, for what does not vectorise. Integers only.
template <Name op, auto f>
void integer_binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  const DType dtype = promoted_dtype(a, b);
  if (!is_integral(dtype)) cpu::fail_dtype(op.text, dtype);
  visit_loop_dtype(loop_dtype(dtype), [&]<class T>() {
    if constexpr (std::is_integral_v<T>) map<T, T>(out, a, b, f);
  });
}

}  // namespace ember::EMBER_ISA
