#include "ember/nn/format.h"

#include <charconv>
#include <cmath>

#include "ember/core/error.h"

namespace ember::nn {

std::string text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char digits[64];
  const double size = std::abs(value);
  const bool is_plain = size == 0 || (size >= 1e-4 && size < 1e16);
  auto end = std::to_chars(digits, digits + sizeof(digits), value,
                           is_plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string result(digits, end.ptr);
  if (is_plain && result.find('.') == std::string::npos) result += ".0";
  return result;
}

std::string tuple_text(const Shape& values) {
  std::string result = "(";
  for (size_t i = 0; i < values.size(); ++i) result += concat(i ? ", " : "", values[i]);
  return result + (values.size() == 1 ? ",)" : ")");
}

std::string text(const Shape& values) { return values.size() == 1 ? std::to_string(values[0]) : tuple_text(values); }

}  // namespace ember::nn
