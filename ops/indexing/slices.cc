#include "ember/ops/indexing/slices.h"

#include "ember/autograd/record.h"
#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/scatter.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/sorting/unique.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// The operands of an index_ op: x's dim wrapped, index as an int64 vector.
struct Slices {
  int64_t dim;
  Tensor index;

  Slices(const char* op, const Tensor& x, int64_t along, const Tensor& given) {
    kernel::check_defined(op, "input", x);
    index = reshape(indexing::as_index(op, given), -1);
    kernel::check_same_device(op, std::array{x, index});
    check(given.dim() <= 1, op, ": index has shape ", given.sizes(), " but must have 1 dimension");
    dim = wrap_dim(along, x.dim(), op);
  }

  /// source as one slice for each index.
  Tensor source(const char* op, const Tensor& x, const Tensor& given) const {
    kernel::check_defined(op, "source", given);
    kernel::check_same_device(op, std::array{x, given});
    check(given.dtype() == x.dtype(), op, ": source is ", given.dtype(), " but must be ", x.dtype(), " like input");
    Shape sizes = x.sizes();
    sizes[dim] = index.numel();
    const bool is_one = given.dim() == 0 && sizes.size() == 1 && index.numel() == 1;
    check(is_one || given.sizes() == sizes, op, ": source has shape ", given.sizes(), " but must have ", sizes,
          " to match input ", x.sizes(), " and index ", index.sizes());
    return is_one ? reshape(given, 1) : given;
  }
};

/// f on a zero-dim x as a vector.
template <class F>
Tensor& as_vector(Tensor& x, F f) {
  Tensor vector = reshape(x, 1);
  f(vector);
  return x;
}

Tensor vector_of(const Tensor& source) { return source.defined() && source.dim() == 0 ? reshape(source, 1) : source; }

/// Adds slices to those of a 16-bit x, whose sums are kept in float32: only for the slices that the index names.
void add_slices(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& slices) {
  const NoGradGuard no_grad;
  const auto [places, inverse, counts] = unique(index, true);
  const Tensor sums = to(index_select(x.detach(), dim, places), kFloat32);
  kernels::index_add.on(x)(sums, dim, inverse, to(slices.detach(), kFloat32));
  kernels::index_copy.as("index_add").on(x)(x, dim, places, to(sums, x.dtype()));
}

}  // namespace

Tensor& index_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  kernel::check_defined("index_add", "input", x);
  if (x.dim() == 0) return as_vector(x, [&](Tensor& v) { index_add_(v, dim, index, vector_of(source), alpha); });
  const Slices s("index_add", x, dim, index);
  const Tensor given = kernel::beside(s.source("index_add", x, source), x);
  kernel::check_fits("index_add", alpha, x.dtype());
  // Products with alpha are summed before they are rounded.
  const Tensor scaled =
      alpha.to<double>() == 1 ? given : to(mul(wide::widened(given), alpha), compute_dtype(x.dtype()));
  autograd::check_in_place("index_add_", x, {&index, &source});
  const Tensor places = kernel::beside(s.index, x);
  if (are_16_bit(x) && has_few_terms(x, scaled))
    add_slices(x, s.dim, places, scaled);
  else
    add_at_places(
        x, scaled,
        [&](const Tensor& sums, const Tensor& terms) { kernels::index_add.on(x)(sums, s.dim, places, terms); },
        [&](const Tensor& v) { return index_select(v, s.dim, places); });
  x.storage()->bump_version();
  return record_in_place(
      "index_add", x, inputs(x, scaled), [](const Tensor& g) { return g; },
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return index_select(g, at, index()); });
}
Tensor& SlicesMethods::index_add_(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  return ember::index_add_(self(this), dim, index, source, alpha);
}

Tensor& index_copy_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  kernel::check_defined("index_copy", "input", x);
  if (x.dim() == 0) return as_vector(x, [&](Tensor& v) { index_copy_(v, dim, index, vector_of(source)); });
  const Slices s("index_copy", x, dim, index);
  const Tensor given = kernel::beside(s.source("index_copy", x, source), x);
  autograd::check_in_place("index_copy_", x, {&index, &source});
  kernels::index_copy.on(x)(x, s.dim, kernel::beside(s.index, x), given);
  x.storage()->bump_version();
  return record_in_place(
      "index_copy", x, inputs(x, given),
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return index_fill(g, at, index(), 0); },
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return index_select(g, at, index()); });
}
Tensor& SlicesMethods::index_copy_(int64_t dim, const Tensor& index, const Tensor& source) {
  return ember::index_copy_(self(this), dim, index, source);
}

Tensor& index_fill_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& value) {
  return in_place("index_fill_", x, [&](const Tensor& before) { return index_fill(before, dim, index, value); });
}
Tensor& SlicesMethods::index_fill_(int64_t dim, const Tensor& index, const Tensor& value) {
  return ember::index_fill_(self(this), dim, index, value);
}

Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  Tensor y = clone_beside(x, {&index, &source});
  return index_add_(y, dim, index, source, alpha);
}
Tensor SlicesMethods::index_add(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) const {
  return ember::index_add(self(this), dim, index, source, alpha);
}

Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  Tensor y = clone_beside(x, {&index, &source});
  return index_copy_(y, dim, index, source);
}
Tensor SlicesMethods::index_copy(int64_t dim, const Tensor& index, const Tensor& source) const {
  return ember::index_copy(self(this), dim, index, source);
}

Tensor index_fill(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& value) {
  kernel::check_defined("index_fill", "input", x);
  kernel::check_defined("index_fill", "value", value);
  check(value.dim() == 0, "index_fill: value has shape ", value.sizes(), " but must be a number");
  kernel::check_fits("index_fill", value, x.dtype());
  if (x.dim() == 0) return reshape(index_fill(reshape(x, 1), dim, index, value), {});
  const Slices s("index_fill", x, dim, index);
  const int64_t size = x.sizes()[s.dim];
  // A mask, so that an index given twice counts once in the value's gradient.
  Tensor mask = to(s.index.new_zeros({size}, kBool), x.device());
  const Tensor wrapped = where(lt(s.index, 0), add(s.index, size), s.index);
  index_copy_(mask, 0, wrapped, ones(wrapped.sizes(), mask.options()));
  Shape along = Shape::filled(x.sizes().size(), 1);
  along[s.dim] = size;
  return where(reshape(mask, along), to(value, TensorOptions(x.dtype()).device(x.device())), x);
}
Tensor SlicesMethods::index_fill(int64_t dim, const Tensor& index, const Tensor& value) const {
  return ember::index_fill(self(this), dim, index, value);
}

Tensor index_reduce(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                    bool include_self) {
  const char* op = "index_reduce";
  check(reduce != "sum", op, ": reduce must be \"prod\", \"mean\", \"amax\" or \"amin\", not \"sum\"; use index_add");
  kernel::check_defined(op, "input", x);
  if (x.dim() == 0)
    return reshape(index_reduce(reshape(x, 1), dim, index, vector_of(source), reduce, include_self), {});
  const Slices s(op, x, dim, index);
  const Tensor given = s.source(op, x, source);
  Shape along = Shape::filled(x.sizes().size(), 1);
  along[s.dim] = s.index.numel();
  return scatter_reduce(x, s.dim, expand(reshape(s.index, along), given.sizes()), given, reduce, include_self);
}
Tensor SlicesMethods::index_reduce(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                                   bool include_self) const {
  return ember::index_reduce(self(this), dim, index, source, reduce, include_self);
}
Tensor& SlicesMethods::index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                                     bool include_self) {
  return in_place("index_reduce_", self(this), ember::index_reduce, dim, index, source, reduce, include_self);
}

}  // namespace ember
