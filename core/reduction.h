// The one walker of reductions. A kernel reduces contiguous runs of its compute type, either along a row or across rows, and
// combines such results; everything else happens here, once for all reductions: which dims are kept, merging of dims, staging of
// operands that are strided or of another dtype, and splitting over threads. The work is cut into pieces by the shape alone
// and pieces are combined in a fixed tree, so that the result has the same bits for any number of threads.
#pragma once

#include "ember/core/function_ref.h"
#include "ember/core/tensor_base.h"

namespace ember {

/// What a reduction's loop works on: `columns` outputs, each made of `rows` elements of the loop's dtype.
struct ReductionTile {
  char* result;  ///< one accumulator for each column, written without being read
  const char* x;
  int64_t rows, columns;
  int64_t stride;       ///< in elements: between columns for `along`, between rows otherwise; the other one is 1
  int64_t first_row;    ///< this tile's first row, counted from the beginning of the reduced elements
  char* side;           ///< the side operand's entry of the first column
  int64_t side_stride;  ///< in bytes, between columns
};

/// The last step: `columns` accumulators become entries of `out` and perhaps `side`. Strides in bytes.
struct ReductionStore {
  char* result;
  int64_t columns;
  char* out;
  int64_t out_stride;
  char* side;
  int64_t side_stride;
};

struct ReductionLoops {
  /// Each column's rows are contiguous. Zero rows give the identity.
  FunctionRef<void(const ReductionTile&)> along;
  /// Each row's columns are contiguous.
  FunctionRef<void(const ReductionTile&)> across;
  /// As `across`, but on accumulators; `result` may be the first row, or lie before all rows.
  FunctionRef<void(const ReductionTile&)> combine;
  FunctionRef<void(const ReductionStore&)> store;

  DType loop_dtype;          ///< what `along` and `across` read x in
  int64_t accumulator_size;  ///< in bytes, a divisor or multiple of 8
};

/// Elements in a piece that is reduced along, and columns in one that is reduced across: bounds for a loop's own buffers.
inline constexpr int64_t kReductionRun = 4096;
inline constexpr int64_t kReductionColumns = 256;
/// The most rows that a piece reduced across has.
inline constexpr int64_t kReductionRows = 128;

/// Reduces x over the dims where `out` has size 1. `side`, when defined, has out's shape and is handed to the loops.
void reduce(const TensorBase& out, const TensorBase& side, const TensorBase& x, const ReductionLoops& loops);

/// A `store` that converts accumulators of `dtype` to out's dtype.
void store_as(DType out_dtype, DType dtype, const ReductionStore& store);

/// How many elements of x make one of out.
int64_t reduced_count(const TensorBase& out, const TensorBase& x);

}  // namespace ember
