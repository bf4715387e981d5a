#include "ember/ops/linalg/matrix_norms.h"

#include <cmath>

#include "ember/ops/creation/copy.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/linalg/spectral.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrices.h"

namespace ember {

namespace {

struct MatrixDims {
  int64_t row, column;
};

MatrixDims matrix_dims(const char* op, const Tensor& a, const Shape& dims) {
  kernel::check_defined(op, "A", a);
  check(a.is_floating_point(), op, ": Expected a floating point tensor as input, but A is ", a.dtype());
  check(a.dim() >= 2, op, ": The input tensor A must have at least 2 dimensions, but has shape ", a.sizes());
  check(dims.size() == 2, op, ": dim must be a 2-tuple of dims, but is ", dims);
  const MatrixDims d{wrap_dim(dims[0], a.dim(), op), wrap_dim(dims[1], a.dim(), op)};
  check(d.row != d.column, op, ": dims must be different, but are ", dims);
  return d;
}

/// The singular values, where the matrix lies in any two dims; then `reduce` over them.
template <class F>
Tensor over_singular_values(const Tensor& a, MatrixDims d, bool keepdim, F reduce) {
  const Tensor y = reduce(linalg::svdvals(movedim(a, {d.row, d.column}, {-2, -1})));
  if (!keepdim) return y;
  return unsqueeze(unsqueeze(y, std::min(d.row, d.column)), std::max(d.row, d.column));
}

Tensor in_dtype(const char* op, const Tensor& a, std::optional<DType> dtype) {
  if (!dtype) return a;
  check(is_floating_point(*dtype), op, ": dtype must be a floating-point one, but is ", *dtype);
  check(!a.defined() || promote_types(a.dtype(), *dtype) == *dtype, op, ": dtype ", *dtype, " is narrower than A's ",
        a.defined() ? a.dtype() : *dtype);
  return to(a, *dtype);
}

}  // namespace

namespace linalg {

Tensor matrix_norm(const Tensor& x, std::string_view ord, const Shape& dims, bool keepdim, std::optional<DType> dtype) {
  const char* op = "linalg.matrix_norm";
  kernel::check_defined(op, "A", x);
  const Tensor a = in_dtype(op, x, dtype);
  const MatrixDims d = matrix_dims(op, a, dims);
  if (ord == "fro") return vector_norm(a, 2, {d.row, d.column}, keepdim);
  check<ValueError>(ord == "nuc", op, ": Order ", ord, " not supported; it must be 'fro', 'nuc' or a number");
  return over_singular_values(a, d, keepdim, [](const Tensor& s) { return sum(s, -1); });
}

Tensor matrix_norm(const Tensor& x, const Scalar& ord, const Shape& dims, bool keepdim, std::optional<DType> dtype) {
  const char* op = "linalg.matrix_norm";
  kernel::check_defined(op, "A", x);
  const Tensor a = in_dtype(op, x, dtype);
  const MatrixDims d = matrix_dims(op, a, dims);
  if (are_16_bit(a))
    return in_float32([&](const Tensor& wide) { return matrix_norm(wide, ord, dims, keepdim, {}); }, a);
  const double order = ord.to<double>(), size = std::abs(order);
  check<ValueError>(size == 1 || size == 2 || std::isinf(order), op, ": Order ", ord,
                    " not supported; it must be 1, -1, 2, -2, inf or -inf");
  // Of nothing, the largest sum is 0.
  auto extreme = [&](const Tensor& y, int64_t dim, bool keep) {
    if (order > 0 && y.size(dim) == 0) return sum(y, dim, keep);
    return order > 0 ? amax(y, dim, keep) : amin(y, dim, keep);
  };
  if (size == 2) return over_singular_values(a, d, keepdim, [&](const Tensor& s) { return extreme(s, -1, false); });
  // Largest sum of a column for 1, of a row for infinity.
  const bool columns = size == 1;
  const Tensor sums = sum(abs(a), columns ? d.row : d.column, true);
  const Tensor y = extreme(sums, columns ? d.column : d.row, true);
  return keepdim ? y : squeeze(y, Shape{d.row, d.column});
}

Tensor norm(const Tensor& x, std::optional<Scalar> ord, std::optional<Shape> dims, bool keepdim,
            std::optional<DType> dtype) {
  const char* op = "linalg.norm";
  kernel::check_defined(op, "A", x);
  if (!ord) return vector_norm(in_dtype(op, x, dtype), 2, dims.value_or(Shape()), keepdim);
  check(dims || x.dim() <= 2, op, ": If dim is not specified but ord is, the input must be 1D or 2D, but has shape ",
        x.sizes());
  check(!dims || dims->size() == 1 || dims->size() == 2, op, ": dim must be one or two dims, but is ",
        dims.value_or(Shape()));
  if (dims ? dims->size() == 2 : x.dim() == 2) return matrix_norm(x, *ord, dims.value_or(Shape{0, 1}), keepdim, dtype);
  return vector_norm(in_dtype(op, x, dtype), *ord, dims.value_or(Shape()), keepdim);
}

Tensor norm(const Tensor& x, std::string_view ord, std::optional<Shape> dims, bool keepdim,
            std::optional<DType> dtype) {
  const char* op = "linalg.norm";
  kernel::check_defined(op, "A", x);
  check(dims || x.dim() == 2, op, ": the order ", ord, " needs a matrix, but the input has shape ", x.sizes());
  return matrix_norm(x, ord, dims.value_or(Shape{0, 1}), keepdim, dtype);
}

}  // namespace linalg

Tensor nuclear_norm(const Tensor& a, const Shape& dims, bool keepdim) {
  return linalg::matrix_norm(a, "nuc", dims, keepdim);
}

}  // namespace ember
