// For kernels that work on whole rows along one dim, such as softmax: hands out blocks of rows as contiguous memory of one dtype,
// staging operands that are not, and splits the blocks over threads.
#pragma once

#include <span>

#include "core/function_ref.h"
#include "core/tensor.h"

namespace ember {

/// Elements of a block, unless one row alone has more.
inline constexpr int64_t kRowBlock = 1024;

/// Works on `rows` rows that lie behind one another in `out` and in each of `in`.
using RowLoop = FunctionRef<void(char* out, const char* const* in, int64_t rows)>;

/// `out` and the inputs (at most three) have one shape. `out` may be an input.
void for_each_row(const Tensor& out, std::span<const Tensor* const> in, int64_t dim, DType loop_dtype, RowLoop loop);

}  // namespace ember
