#include "ember/core/error.h"

#include <charconv>

namespace ember::detail {

void append(std::string& out, double part) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, part).ptr;
  out.append(text, end);
}

}  // namespace ember::detail
