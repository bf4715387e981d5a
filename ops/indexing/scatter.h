// Writing by index along one dim: scatter and its kin take an index for each element, the index_ ops one for each slice. Index
// tensors are int64 (or int32); IndexError for an entry out of range. Zero-dim tensors count as vectors of one element.
#pragma once

#include <string_view>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
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

/// A copy of x with alpha source's slice i added to the slice index[i] of `dim`.
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1);
Tensor& index_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1);
/// A copy of x whose slice index[i] of `dim` is source's slice i; of slices that meet, one wins.
Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);
Tensor& index_copy_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);
/// A copy of x with a number, or a zero-dim tensor, in the slices that index names; negative entries count from the end.
Tensor index_fill(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& value);
Tensor& index_fill_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& value);
/// scatter_reduce for slices.
Tensor index_reduce(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
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
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1) const;
  Tensor index_copy(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor index_fill(int64_t dim, const Tensor& index, const Tensor& value) const;
  Tensor index_reduce(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                      bool include_self = true) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src);
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce);
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& src);
  Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                          bool include_self = true);
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1);
  Tensor& index_copy_(int64_t dim, const Tensor& index, const Tensor& source);
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Tensor& value);
  Tensor& index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                        bool include_self = true);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
