#include "ember/core/scalar.h"

#include <cmath>

namespace ember {

void Scalar::fail_imaginary() const {
  fail<ValueError>("the complex number ", to_string(*this), " cannot become a real one: its imaginary part is not 0");
}

std::string to_string(const Scalar& s) {
  if (s.is_complex()) {
    const auto value = s.to<std::complex<double>>();
    return concat(value.real(), std::signbit(value.imag()) ? "" : "+", value.imag(), "j");
  }
  return s.is_floating_point() ? concat(s.to<double>()) : concat(s.to<int64_t>());
}

}  // namespace ember
