// Which dims a reduction removes, and how its gradient gets them back.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

class ReducedDims {
 public:
  /// Wraps and checks `dims` for x; empty means all. Throws as wrap_dims does, naming `op`.
  ReducedDims(const char* op, const Tensor& x, const Shape& dims, bool keepdim);

  const Shape& dims() const { return dims_; }
  /// How many elements go into one result.
  int64_t count() const;
  /// x's sizes with 1 for each reduced dim.
  Shape kept_sizes() const;
  /// A kernel's result of kept_sizes() in the shape the op promises; off the tape.
  Tensor shape_result(const Tensor& y) const;
  /// A tensor of the result's shape with the reduced dims back, as size 1.
  Tensor restore(const Tensor& y) const;
  /// The same expanded to x's shape.
  Tensor spread(const Tensor& y) const;

 private:
  Shape result_sizes() const;

  Shape sizes_, dims_;
  bool keepdim_;
};

}  // namespace ember
