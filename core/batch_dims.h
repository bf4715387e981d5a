// The dims of a tensor that vmap maps over. Ops see the tensor without them, as one sample of many that have the same shape; kernels see
// them all (core/batching.h).
#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "ember/core/ref_counted.h"

namespace ember {

struct BatchDim {
  uint64_t level;  ///< names the vmap that maps over it; an inner one has a higher level
  int64_t size;
  int64_t stride;  ///< in elements

  bool operator==(const BatchDim&) const = default;
};

/// Of one tensor, by rising level; at least one.
class BatchDims final : public RefCounted {
 public:
  explicit BatchDims(std::vector<BatchDim> dims);

  std::span<const BatchDim> list() const { return dims_; }
  const BatchDim* find(uint64_t level) const;

  /// Whether any tensor of the process has some, which every call of a kernel asks.
  static bool exist() { return count_.load(std::memory_order_relaxed) != 0; }

 private:
  ~BatchDims() override;

  static inline constinit std::atomic<int64_t> count_{0};
  std::vector<BatchDim> dims_;
};

}  // namespace ember
