// Elements selected by index tensors: what index_select, index_add, index and index_put share. An index tensor, or several that
// broadcast to one shape, replace neighbouring dims of the selected tensor by their own; the other tensor has that shape.
#pragma once

#include <span>
#include <vector>

#include "ember/core/function_ref.h"
#include "ember/core/tensor_base.h"
#include "ember/core/walk.h"

namespace ember {

/// Throws IndexError "op: index 7 is out of range for dimension 1 with size 5".
[[noreturn]] void fail_index(const char* op, int64_t index, int64_t dim, int64_t size);

class Selection {
 public:
  /// Some positions of the index tensors, and a run of elements at each. Offsets and strides in bytes.
  struct Run {
    char* plain;
    char* selected;
    const int64_t *plain_offsets, *selected_offsets;  ///< one for each position
    int64_t positions;
    int64_t count, plain_stride, selected_stride;  ///< of a run's elements
  };
  using Loop = FunctionRef<void(const Run& run)>;

  /// selected[..., indices, ...] stands against `plain`, which broadcasts to it; the first index is for dim `dim`.
  /// Negative indices count from the end when `from_end`, and are errors otherwise.
  Selection(const char* op, const TensorBase& plain, const TensorBase& selected, std::span<const TensorBase> indices,
            int64_t dim, bool from_end = false);

  /// For loops that write `plain`: in any order.
  void read(Loop loop) const;
  /// For loops that write `selected`, where positions may coincide: each element meets its positions in order.
  void write(Loop loop) const;

 private:
  struct Index {
    const int64_t* data;
    int64_t dim, size, stride;  ///< of the selected tensor, the stride in bytes
    Walk walk;
  };
  static constexpr int64_t kPositions = 512;

  void offsets(int64_t first, int64_t last, int64_t* plain, int64_t* selected) const;
  void run_block(int64_t first, int64_t last, int64_t first_element, int64_t last_element, Loop loop) const;

  const char* op_;
  bool from_end_;
  char *plain_, *selected_;
  std::vector<Index> indices_;
  Walk positions_;  ///< of plain, in order
  Walk rest_;       ///< of plain and selected: the dims without an index
};

}  // namespace ember
