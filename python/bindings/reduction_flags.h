// PyTorch's old way to name a reduction.
#pragma once

#include <optional>

#include "ember/ops/loss/loss.h"

namespace ember::python {

using Flag = std::optional<bool>;

/// `reduction`, unless one of the flags size_average and reduce is given, which outrank it.
inline Reduction reduction_of(Flag size_average, Flag reduce, Reduction reduction) {
  if (!size_average && !reduce) return reduction;
  if (!reduce.value_or(true)) return Reduction::None;
  return size_average.value_or(true) ? Reduction::Mean : Reduction::Sum;
}

}  // namespace ember::python
