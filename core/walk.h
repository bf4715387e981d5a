// Walking several strided operands through the same dimensions: the bookkeeping that reductions, softmax and indexing share.
// Dimensions of size 1 vanish, those that lie behind one another in every operand merge, and the innermost comes first.
#pragma once

#include <array>
#include <cstdint>

#include "ember/core/function_ref.h"

namespace ember {

struct Walk {
  static constexpr int kMaxRank = 64;
  static constexpr int kMaxOperands = 4;
  using Strides = std::array<int64_t, kMaxOperands>;  ///< in bytes, one for each operand

  int rank = 0;
  int64_t numel = 1;
  std::array<int64_t, kMaxRank> sizes;
  std::array<Strides, kMaxRank> strides;

  /// Adds a dimension outside of those that are there; throws Error beyond kMaxRank dimensions.
  void add(int64_t size, const Strides& stride);
  /// Puts dimensions along which operand 0 moves least first; those along which it does not move come last.
  void sort();
  /// Merges neighbours that every operand walks as one.
  void merge();
  /// The operands' offsets of element `index`, counted over the dims from `first_dim` outward.
  Strides offsets(int64_t index, int first_dim = 0) const;

  int64_t size_or_1(int dim) const { return dim < rank ? sizes[dim] : 1; }
  int64_t stride_or_0(int dim, int operand) const { return dim < rank ? strides[dim][operand] : 0; }
};

/// A position in a Walk that moves one element on at a time.
class WalkCursor {
 public:
  /// Starts at element `index` of the dims from `first_dim` outward.
  WalkCursor(const Walk& walk, int64_t index, int first_dim = 0);

  int64_t offset(int operand) const { return offsets_[operand]; }
  void next();

 private:
  const Walk& walk_;
  int first_dim_;
  Walk::Strides offsets_;
  std::array<int64_t, Walk::kMaxRank> position_;
};

/// Calls `body` with the offsets and the length of each run along dim 0 that together make elements [first, last).
void for_each_run(const Walk& walk, int64_t first, int64_t last,
                  FunctionRef<void(const Walk::Strides& offsets, int64_t count)> body);

}  // namespace ember
