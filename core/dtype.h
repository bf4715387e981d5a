// Element types, their names and PyTorch's promotion rules.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "ember/core/error.h"
#include "ember/core/half.h"

namespace ember {

enum class DType : uint8_t {
  UInt8,
  Int8,
  Int16,
  Int32,
  Int64,
  Float16,
  Float32,
  Float64,
  Bool,
  BFloat16,
  Complex64,   ///< two float32: the real and the imaginary part
  Complex128,  ///< two float64
};
inline constexpr int kDTypeCount = 12;

inline constexpr DType kUInt8 = DType::UInt8, kInt8 = DType::Int8, kInt16 = DType::Int16, kInt32 = DType::Int32,
                       kInt64 = DType::Int64, kFloat16 = DType::Float16, kFloat32 = DType::Float32,
                       kFloat64 = DType::Float64, kBool = DType::Bool, kBFloat16 = DType::BFloat16,
                       kComplex64 = DType::Complex64, kComplex128 = DType::Complex128;
inline constexpr DType kHalf = kFloat16, kFloat = kFloat32, kDouble = kFloat64, kLong = kInt64, kInt = kInt32,
                       kByte = kUInt8;

/// The C++ type's DType: `dtype_of<float> == kFloat32`. Complex is std::complex, or any pair that names its `value_type`.
template <class T>
inline constexpr DType dtype_of = [] {
  if constexpr (std::is_same_v<T, bool>)
    return DType::Bool;
  else if constexpr (std::is_same_v<T, uint8_t>)
    return DType::UInt8;
  else if constexpr (std::is_same_v<T, int8_t>)
    return DType::Int8;
  else if constexpr (std::is_same_v<T, int16_t>)
    return DType::Int16;
  else if constexpr (std::is_same_v<T, int32_t>)
    return DType::Int32;
  else if constexpr (std::is_integral_v<T> && sizeof(T) == 8)
    return DType::Int64;
  else if constexpr (std::is_same_v<T, Half>)
    return DType::Float16;
  else if constexpr (std::is_same_v<T, float>)
    return DType::Float32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::Float64;
  else if constexpr (requires { typename T::value_type; })
    return std::is_same_v<typename T::value_type, float> ? DType::Complex64 : DType::Complex128;
  else {
    static_assert(std::is_same_v<T, BFloat16>, "no DType for this C++ type");
    return DType::BFloat16;
  }
}();

constexpr bool is_floating_point(DType t) { return t == kFloat16 || t == kFloat32 || t == kFloat64 || t == kBFloat16; }
constexpr bool is_reduced_floating_point(DType t) { return t == kFloat16 || t == kBFloat16; }
constexpr bool is_complex(DType t) { return t == kComplex64 || t == kComplex128; }
/// The types that have gradients.
constexpr bool is_differentiable(DType t) { return is_floating_point(t) || is_complex(t); }
constexpr bool is_integral(DType t, bool include_bool = false) {
  return t == kBool ? include_bool : !is_differentiable(t);
}
/// Whether results of type `from` may be written into a tensor of type `to`: not into a lower kind (bool < integer < float < complex).
constexpr bool can_cast(DType from, DType to) {
  if (is_complex(from)) return is_complex(to);
  if (is_floating_point(from)) return is_differentiable(to);
  return to != kBool || from == kBool;
}

/// The type of the real and the imaginary part; real types are their own.
constexpr DType real_dtype(DType t) { return t == kComplex64 ? kFloat32 : t == kComplex128 ? kFloat64 : t; }
/// The complex type whose parts hold numbers of this type; float32 parts for the 16-bit floats.
constexpr DType complex_dtype(DType t) { return t == kFloat64 || t == kComplex128 ? kComplex128 : kComplex64; }

constexpr int64_t item_size(DType t) {
  switch (t) {
    case DType::UInt8:
    case DType::Int8:
    case DType::Bool:
      return 1;
    case DType::Int16:
    case DType::Float16:
    case DType::BFloat16:
      return 2;
    case DType::Int32:
    case DType::Float32:
      return 4;
    case DType::Complex128:
      return 16;
    default:
      return 8;
  }
}

/// Of a floating-point type: integers up to 2 to this power are exact.
constexpr int significant_bits(DType t) { return t == kFloat16 ? 11 : t == kBFloat16 ? 8 : t == kFloat32 ? 24 : 53; }
/// The largest finite number of a floating-point type.
constexpr double largest_number(DType t) {
  return t == kFloat16 ? 65504 : t == kBFloat16 ? 0x1.fep127 : t == kFloat32 ? 0x1.fffffep127 : 0x1.fffffffffffffp1023;
}

/// The type kernels compute in: float32 for the 16-bit floats, the type itself otherwise.
constexpr DType compute_dtype(DType t) { return is_reduced_floating_point(t) ? kFloat32 : t; }

/// The smallest type that both convert to, by PyTorch's table: int64 + float16 -> float16.
DType promote_types(DType a, DType b);

/// PyTorch's name without the prefix: "float32", "int64".
std::string to_string(DType t);

/// The dtype of floating-point factories and of Python floats; float32 unless set.
DType default_dtype();
void set_default_dtype(DType t);
/// The dtype of Python's complex numbers: complex128 when default_dtype() is float64, else complex64.
inline DType default_complex_dtype() { return complex_dtype(default_dtype()); }

/// Calls `f.template operator()<T>()` with the C++ type of `t`.
template <class F>
decltype(auto) visit_dtype(DType t, F&& f) {
  switch (t) {
    case DType::UInt8:
      return f.template operator()<uint8_t>();
    case DType::Int8:
      return f.template operator()<int8_t>();
    case DType::Int16:
      return f.template operator()<int16_t>();
    case DType::Int32:
      return f.template operator()<int32_t>();
    case DType::Int64:
      return f.template operator()<int64_t>();
    case DType::Float16:
      return f.template operator()<Half>();
    case DType::Float32:
      return f.template operator()<float>();
    case DType::Float64:
      return f.template operator()<double>();
    case DType::Bool:
      return f.template operator()<bool>();
    case DType::BFloat16:
      return f.template operator()<BFloat16>();
    case DType::Complex64:
      return f.template operator()<std::complex<float>>();
    case DType::Complex128:
      return f.template operator()<std::complex<double>>();
  }
  fail<TypeError>("unknown dtype ", static_cast<int>(t));
}

/// The same for float32 and float64 only; `op` names the caller in the error.
template <class F>
decltype(auto) visit_float(DType t, const char* op, F&& f) {
  if (t == kFloat32) return f.template operator()<float>();
  if (t == kFloat64) return f.template operator()<double>();
  fail<NotImplementedError>(op, ": no kernel for dtype ", t);
}

}  // namespace ember
