// Copies whose elements stand in other places.
#pragma once

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The elements in reverse along each of `dims`.
Tensor flip(const Tensor& x, const Shape& dims);
Tensor fliplr(const Tensor& x);
Tensor flipud(const Tensor& x);
/// The plane of two dims turned by k quarters, from the first towards the second.
Tensor rot90(const Tensor& x, int64_t k = 1, const Shape& dims = {0, 1});
/// Elements moved on by shifts[i] along dims[i], around the end; without dims, in the flattened tensor.
Tensor roll(const Tensor& x, const Shape& shifts, const Shape& dims = {});
/// x repeated repeats[i] times along dim i; more repeats than dims add dims in front.
Tensor repeat(const Tensor& x, const Shape& repeats);
/// The same, where missing repeats in front are 1.
Tensor tile(const Tensor& x, const Shape& repeats);
/// The lower (upper) triangle of each matrix, up to (from) `diagonal`; zeros elsewhere.
Tensor tril(const Tensor& x, int64_t diagonal = 0);
Tensor triu(const Tensor& x, int64_t diagonal = 0);

/// Methods of Tensor.
class RearrangeMethods {
 public:
  Tensor flip(const Shape& dims) const;
  Tensor fliplr() const;
  Tensor flipud() const;
  Tensor rot90(int64_t k = 1, const Shape& dims = {0, 1}) const;
  Tensor roll(const Shape& shifts, const Shape& dims = {}) const;
  Tensor repeat(const Shape& repeats) const;
  Tensor tile(const Shape& repeats) const;
  Tensor tril(int64_t diagonal = 0) const;
  Tensor triu(int64_t diagonal = 0) const;
  Tensor& tril_(int64_t diagonal = 0);
  Tensor& triu_(int64_t diagonal = 0);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
