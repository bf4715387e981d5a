// Slopes that many pullbacks have.
#pragma once

#include "ember/ops/creation/creation.h"

namespace ember {

/// For piecewise constant functions: the derivative is zero wherever there is one.
inline Tensor no_slope(const Tensor& g) { return zeros_like(g); }

}  // namespace ember
