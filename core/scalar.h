// One number with its kind kept: a bool, an integer, a float or a complex number.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include "ember/core/dtype.h"

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

  Scalar(std::complex<double> value) : dtype_(kComplex128), real_(value.real()), imaginary_(value.imag()) {}
  Scalar(std::complex<float> value) : Scalar(std::complex<double>(value)) {}

  /// kBool, kInt64, kFloat64 or kComplex128.
  DType dtype() const { return dtype_; }
  bool is_floating_point() const { return dtype_ == kFloat64; }
  bool is_complex() const { return dtype_ == kComplex128; }

  /// Throws ValueError when a complex number with an imaginary part is to become a real one.
  template <class T>
  T to() const {
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
      return T(to<float>());
    } else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
      using Part = typename T::value_type;
      return dtype_ == kComplex128 ? T(static_cast<Part>(real_), static_cast<Part>(imaginary_)) : T(to<Part>());
    } else {
      if (dtype_ == kComplex128) [[unlikely]] {
        if constexpr (std::is_same_v<T, bool>) return real_ != 0 || imaginary_ != 0;
        if (imaginary_ != 0) fail_imaginary();
        return static_cast<T>(real_);
      }
      return is_floating_point() ? static_cast<T>(real_) : static_cast<T>(integer_);
    }
  }

 private:
  [[noreturn]] void fail_imaginary() const;

  DType dtype_;
  union {
    int64_t integer_;
    double real_;
  };
  double imaginary_ = 0;
};

std::string to_string(const Scalar& s);

}  // namespace ember
