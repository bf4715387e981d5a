// One number with its kind kept: a bool, an integer or a float.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include "core/dtype.h"

namespace ember {

class Scalar {
 public:
  Scalar() : Scalar(int64_t{0}) {}
  template <class T>
  requires std::is_arithmetic_v<T> Scalar(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      dtype_ = kBool;
      integer_ = value;
    } else if constexpr (std::is_integral_v<T>) {
      dtype_ = kInt64;
      integer_ = static_cast<int64_t>(value);
    } else {
      dtype_ = kFloat64;
      real_ = static_cast<double>(value);
    }
  }

  /// kBool, kInt64 or kFloat64.
  DType dtype() const { return dtype_; }
  bool is_floating_point() const { return dtype_ == kFloat64; }

  template <class T>
  T to() const {
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
      return T(to<float>());
    } else {
      return is_floating_point() ? static_cast<T>(real_) : static_cast<T>(integer_);
    }
  }

 private:
  DType dtype_;
  union {
    int64_t integer_;
    double real_;
  };
};

inline std::string to_string(const Scalar& s) {
  return s.is_floating_point() ? concat(s.to<double>()) : concat(s.to<int64_t>());
}

}  // namespace ember
