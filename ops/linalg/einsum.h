// Sums of products by index letters.
#pragma once

#include <string_view>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// Products and sums by index letters: einsum("bij,bjk->bik", {a, b}). An ellipsis stands for broadcast dims.
Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands);

}  // namespace ember
