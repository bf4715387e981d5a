// Elements read through a map of positions for each dim: what roll and the borders of pad are made of; internal to ops/.
#pragma once

#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// For each dim the positions to read, in order; none for a dim that stays as it is.
using PositionMaps = std::vector<std::vector<int64_t>>;

/// y[i, j, ...] = x[maps[0][i], maps[1][j], ...].
Tensor pick(const char* op, const Tensor& x, const PositionMaps& maps);

}  // namespace ember
