// The geometry of convolution and pooling.
#pragma once

#include <cstdint>
#include <optional>

#include "ember/core/shape.h"

namespace ember {

/// Window geometry of convolution and pooling: one entry for each spatial dimension.
struct Window {
  Shape kernel, stride, padding, dilation;
  int64_t groups = 1;
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::optional<int64_t> divisor;
};

}  // namespace ember
