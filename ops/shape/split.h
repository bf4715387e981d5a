// Several views at once; in-place changes of one are an error while gradients are recorded, as in PyTorch.
#pragma once

#include <vector>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// Pieces of `size` along `dim`; the last one may be smaller.
std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim = 0);
/// Pieces of these sizes, which must add up to x's.
std::vector<Tensor> split(const Tensor& x, const Shape& sizes, int64_t dim = 0);
/// At most `chunks` pieces of equal size, but for the last.
std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim = 0);
/// Every slice along `dim`, which goes.
std::vector<Tensor> unbind(const Tensor& x, int64_t dim = 0);
/// That many pieces, the first ones larger by one where it does not come out even.
std::vector<Tensor> tensor_split(const Tensor& x, int64_t sections, int64_t dim = 0);
/// The pieces between these positions of `dim`, by the rules of slice.
std::vector<Tensor> tensor_split(const Tensor& x, const Shape& indices, int64_t dim = 0);
/// tensor_split along the columns, rows and planes; the sections must come out even.
std::vector<Tensor> hsplit(const Tensor& x, int64_t sections);
std::vector<Tensor> hsplit(const Tensor& x, const Shape& indices);
std::vector<Tensor> vsplit(const Tensor& x, int64_t sections);
std::vector<Tensor> vsplit(const Tensor& x, const Shape& indices);
std::vector<Tensor> dsplit(const Tensor& x, int64_t sections);
std::vector<Tensor> dsplit(const Tensor& x, const Shape& indices);

/// Methods of Tensor.
class SplitMethods {
 public:
  std::vector<Tensor> split(int64_t size, int64_t dim = 0) const;
  std::vector<Tensor> split(const Shape& sizes, int64_t dim = 0) const;
  std::vector<Tensor> split_with_sizes(const Shape& sizes, int64_t dim = 0) const;
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_split(int64_t size, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_split_with_sizes(const Shape& sizes, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(int64_t sections, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(const Shape& indices, int64_t dim = 0) const;
  std::vector<Tensor> hsplit(int64_t sections) const;
  std::vector<Tensor> hsplit(const Shape& indices) const;
  std::vector<Tensor> vsplit(int64_t sections) const;
  std::vector<Tensor> vsplit(const Shape& indices) const;
  std::vector<Tensor> dsplit(int64_t sections) const;
  std::vector<Tensor> dsplit(const Shape& indices) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
