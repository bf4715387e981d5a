// Elements by their place in the flattened tensor, repetition, and the places of those that are not zero.
#pragma once

#include <optional>
#include <vector>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The elements at these positions of the flattened x, in index' shape; negative ones count from the end.
Tensor take(const Tensor& x, const Tensor& index);
/// A copy of x with source, in order, at these positions of the flattened tensor.
Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate = false);
/// i repeated repeats[i] times for each i, 1-d. output_size, where it is known, saves adding up.
Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size = {});
/// Each slice of `dim` repeated in place, all as often or each its own number of times; flattens without `dim`.
Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim = {},
                         std::optional<int64_t> output_size = {});
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size = {});
/// x with the elements of source, in order, where the bool mask, which broadcasts, holds.
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);
/// int64 positions [count, x.dim()] of the elements that are not zero.
Tensor nonzero(const Tensor& x);
/// The same as one vector for each dim, ready to index with; a zero-dim x counts as a vector.
std::vector<Tensor> nonzero_tuple(const Tensor& x);
/// The first `size` rows of nonzero; fill_value where there are fewer.
Tensor nonzero_static(const Tensor& x, int64_t size, int64_t fill_value = -1);
Tensor argwhere(const Tensor& x);
/// The coordinates of flat positions in a tensor of this shape, one tensor for each of its dims.
std::vector<Tensor> unravel_index(const Tensor& indices, const Shape& shape);

/// Methods of Tensor.
class TakeMethods {
 public:
  Tensor repeat_interleave(std::optional<int64_t> output_size = {}) const;
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = {},
                           std::optional<int64_t> output_size = {}) const;
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = {},
                           std::optional<int64_t> output_size = {}) const;
  Tensor take(const Tensor& index) const;
  Tensor put(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  Tensor masked_scatter(const Tensor& mask, const Tensor& source) const;
  Tensor nonzero() const;
  Tensor nonzero_static(int64_t size, int64_t fill_value = -1) const;
  Tensor argwhere() const;
  Tensor& put_(const Tensor& index, const Tensor& source, bool accumulate = false);
  Tensor& masked_scatter_(const Tensor& mask, const Tensor& source);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
