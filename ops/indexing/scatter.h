// Writing by an index for each element, along one dim; slices.h has what writes whole slices. Index tensors are int64 (or int32);
// IndexError for an entry out of range. Zero-dim tensors count as vectors of one element.
#pragma once

#include <string_view>

#include "ember/core/dtype.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// A copy of x with out[i][index[i][j][k]][k] = src[i][j][k] for dim = 1; of entries that meet, one wins. A number stands for all
/// of src. index may be smaller than x and src.
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
/// The same, where `reduce` is "add" or "multiply".
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce);
/// The same, adding.
Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
/// The "sum", "prod", "mean", "amax" or "amin" of what meets at a place; with what x has there only if include_self. A mean of
/// integers is rounded down.
Tensor scatter_reduce(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                      bool include_self = true);

namespace indexing {

/// An index tensor as int64; TypeError for anything but integers.
Tensor as_index(const char* op, const Tensor& index);
/// Checks x against an index of the same rank, which may be larger than x in no dim but `dim`; returns `dim` wrapped.
int64_t check_index(const char* op, const Tensor& x, int64_t dim, const Tensor& index);

}  // namespace indexing

/// Methods of Tensor.
class ScatterMethods {
 public:
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) const;
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                        bool include_self = true) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src);
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce);
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& src);
  Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                          bool include_self = true);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
