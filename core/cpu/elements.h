// Elements as words: what moves them need not know their type, and what adds them knows it once.
#pragma once

#include "core/cpu/complex.h"
#include "core/cpu/cpu_kernels.h"
#include "ember/core/half.h"

namespace ember::EMBER_ISA {

/// A complex128's worth of memory, which may lie on any multiple of 8 bytes.
struct Word16 {
  uint64_t words[2];
};

/// Calls f.operator()<Word>() with the unsigned integer of this many bytes, or Word16.
template <class F>
void visit_word(int64_t item_size, F f) {
  switch (item_size) {
    case 1:
      return f.template operator()<uint8_t>();
    case 2:
      return f.template operator()<uint16_t>();
    case 4:
      return f.template operator()<uint32_t>();
    case 8:
      return f.template operator()<uint64_t>();
    default:
      return f.template operator()<Word16>();
  }
}

/// Calls f.operator()<T>() with a type that adds as `dtype` does; integers wrap.
template <class F>
void visit_addable(DType dtype, F f) {
  switch (dtype) {
    case DType::Float32:
      return f.template operator()<float>();
    case DType::Float64:
      return f.template operator()<double>();
    case DType::Float16:
      return f.template operator()<Half>();
    case DType::BFloat16:
      return f.template operator()<BFloat16>();
    case DType::Bool:
      return f.template operator()<bool>();
    case DType::Complex64:
      return f.template operator()<Complex<float>>();
    case DType::Complex128:
      return f.template operator()<Complex<double>>();
    case DType::UInt8:
    case DType::Int8:
      return f.template operator()<uint8_t>();
    case DType::Int16:
      return f.template operator()<uint16_t>();
    case DType::Int32:
      return f.template operator()<uint32_t>();
    case DType::Int64:
      return f.template operator()<uint64_t>();
  }
}

/// a + b; true when either is for bools.
template <class T>
inline T plus(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a | b;
  else if constexpr (std::is_integral_v<T> || std::is_floating_point_v<T>)
    return static_cast<T>(a + b);
  else if constexpr (requires { typename T::value_type; })
    return a + b;
  else
    return T(static_cast<float>(a) + static_cast<float>(b));
}

}  // namespace ember::EMBER_ISA
