// For kernels that work on whole rows along one dim, such as softmax and sorts: hands out blocks of rows as contiguous memory of the
// dtypes they ask for, staging operands that are not, and splits the blocks over threads.
#pragma once

#include <span>

#include "ember/core/function_ref.h"
#include "ember/core/tensor_base.h"

namespace ember {

/// Elements that a loop gets at once, unless one row alone has more.
inline constexpr int64_t kRowBlock = 1024;

/// A tensor and the dtype that the loop reads or writes it in.
struct RowOperand {
  const TensorBase& tensor;
  DType dtype;
};

/// Works on `rows` rows; those of an operand lie behind one another at its pointer, outputs first.
using RowsLoop = FunctionRef<void(char* const* pointers, int64_t rows)>;

/// The operands (at most four) have one shape but for their sizes along `dim`. `cost` is what the loop does for an element of the
/// longest operand, in units of an addition. An output may be an input of the same length.
void for_each_rows(std::span<const RowOperand> outputs, std::span<const RowOperand> inputs, int64_t dim, int64_t cost,
                   RowsLoop loop);

/// The same for one output and operands of one length and one dtype in the loop.
using RowLoop = FunctionRef<void(char* out, const char* const* in, int64_t rows)>;
void for_each_row(const TensorBase& out, std::span<const TensorBase* const> in, int64_t dim, DType loop_dtype,
                  RowLoop loop);

}  // namespace ember
