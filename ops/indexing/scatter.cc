#include "ember/ops/indexing/scatter.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ember/ops/sorting/unique.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace indexing {

Tensor as_index(const char* op, const Tensor& index) {
  kernel::check_defined(op, "index", index);
  check<TypeError>(
      index.dtype() == kInt64 || index.dtype() == kInt32 || (index.numel() == 0 && is_integral(index.dtype())), op,
      ": index must be int64 but is ", index.dtype());
  return to(index, kInt64);
}

int64_t check_index(const char* op, const Tensor& x, int64_t dim, const Tensor& index) {
  kernel::check_defined(op, "input", x);
  kernel::check_same_device(op, std::array{x, index});
  const int64_t at = wrap_dim(dim, x.dim(), op);
  check(index.dim() == x.dim(), op, ": index has shape ", index.sizes(), " but must have as many dimensions as input ",
        x.sizes());
  for (int64_t d = 0; d < x.dim(); ++d)
    check(d == at || index.sizes()[d] <= x.sizes()[d] || index.numel() == 0, op, ": index has shape ", index.sizes(),
          " but dim ", d, " must be at most ", x.sizes()[d], " to fit input ", x.sizes());
  return at;
}

}  // namespace indexing

namespace {

/// The operands of a scatter: x as at least a vector, index as int64 and src as far as the index reaches.
struct Scattering {
  int64_t dim;
  Tensor index, src;

  Scattering(const char* op, const Tensor& x, int64_t along, const Tensor& given_index, const Tensor& given_src) {
    kernel::check_defined(op, "input", x);
    kernel::check_defined(op, "src", given_src);
    index = indexing::as_index(op, given_index);
    if (x.dim() == 0 && index.dim() == 1 && index.numel() == 1) index = reshape(index, {});
    if (x.dim() == 1 && index.dim() == 0) index = reshape(index, 1);
    dim = indexing::check_index(op, x, along, index);
    if (given_src.impl()->is_wrapped_number) {
      kernel::check_fits(op, given_src, x.dtype());
      src = expand(to(given_src, TensorOptions(x.dtype()).device(x.device())), index.sizes());
      return;
    }
    check(given_src.dtype() == x.dtype(), op, ": src is ", given_src.dtype(), " but must be ", x.dtype(),
          " like input");
    src = given_src.dim() == 1 && index.dim() == 0   ? reshape(given_src, {})
          : given_src.dim() == 0 && index.dim() == 1 ? reshape(given_src, 1)
                                                     : given_src;
    check(src.dim() == index.dim(), op, ": src has shape ", src.sizes(), " but must have as many dimensions as index ",
          index.sizes());
    for (int64_t d = 0; d < src.dim(); ++d) {
      check(index.sizes()[d] <= src.sizes()[d], op, ": src has shape ", src.sizes(), " but dim ", d,
            " must be at least that of index ", index.sizes());
      if (index.sizes()[d] < src.sizes()[d]) src = narrow(src, d, 0, index.sizes()[d]);
    }
  }
};

/// x itself to read from, or a copy when it shares memory with `written`.
Tensor beside(const Tensor& x, const Tensor& written) {
  return x.defined() && written.defined() && kernel::share_memory(x, written) ? clone(x) : x;
}

}  // namespace

Tensor& scatter_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  kernel::check_defined("scatter", "index", index);
  if (index.numel() == 0) return x;
  const Scattering s("scatter", x, dim, index, beside(src, x));
  autograd::check_in_place("scatter_", x);
  kernels::scatter.on(x)(x, s.dim, beside(s.index, x), s.src);
  x.storage()->bump_version();
  return record_in_place(
      "scatter", x, inputs(x, s.src),
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return scatter(g, at, index(), 0); },
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return gather(g, at, index()); });
}
Tensor& ScatterMethods::scatter_(int64_t dim, const Tensor& index, const Tensor& src) {
  return ember::scatter_(self(this), dim, index, src);
}

Tensor& scatter_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  kernel::check_defined("scatter_add", "index", index);
  if (index.numel() == 0) return x;
  const Scattering s("scatter_add", x, dim, index, beside(src, x));
  autograd::check_in_place("scatter_add_", x);
  const Tensor places = beside(s.index, x);
  add_at_places(
      x, s.src,
      [&](const Tensor& sums, const Tensor& terms) { kernels::scatter_add.on(x)(sums, s.dim, places, terms); },
      [&](const Tensor& v) { return gather(v, s.dim, places); });
  x.storage()->bump_version();
  return record_in_place(
      "scatter_add", x, inputs(x, s.src), [](const Tensor& g) { return g; },
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return gather(g, at, index()); });
}
Tensor& ScatterMethods::scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) {
  return ember::scatter_add_(self(this), dim, index, src);
}

Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  Tensor y = clone(x);
  return scatter_(y, dim, index, src);
}

Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  Tensor y = clone(x);
  return scatter_add_(y, dim, index, src);
}
Tensor ScatterMethods::scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const {
  return ember::scatter_add(self(this), dim, index, src);
}

Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) {
  check(reduce == "add" || reduce == "multiply", "scatter: reduce must be \"add\" or \"multiply\", not \"", reduce,
        "\"");
  return reduce == "add" ? scatter_add(x, dim, index, src) : scatter_reduce(x, dim, index, src, "prod");
}
Tensor ScatterMethods::scatter(int64_t dim, const Tensor& index, const Tensor& src) const {
  return ember::scatter(self(this), dim, index, src);
}
Tensor ScatterMethods::scatter(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) const {
  return ember::scatter(self(this), dim, index, src, reduce);
}
Tensor& ScatterMethods::scatter_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) {
  return in_place("scatter_", self(this), [&](const Tensor& x) { return ember::scatter(x, dim, index, src, reduce); });
}

namespace {

ScatterReduce parse_reduce(const char* op, std::string_view name) {
  constexpr std::pair<std::string_view, ScatterReduce> kNames[] = {{"sum", ScatterReduce::Sum},
                                                                   {"prod", ScatterReduce::Prod},
                                                                   {"mean", ScatterReduce::Mean},
                                                                   {"amax", ScatterReduce::AMax},
                                                                   {"amin", ScatterReduce::AMin}};
  for (const auto& [known, value] : kNames)
    if (name == known) return value;
  fail(op, ": reduce must be \"sum\", \"prod\", \"mean\", \"amax\" or \"amin\", not \"", name, "\"");
}

/// What changes nothing when it is reduced with others.
Tensor identity(ScatterReduce how, DType dtype) {
  return visit_dtype(dtype, [&]<class T>() -> Tensor {
    using Limits = std::numeric_limits<std::conditional_t<std::is_arithmetic_v<T>, T, float>>;
    if (how == ScatterReduce::Prod) return 1;
    if (how == ScatterReduce::AMax) return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    if (how == ScatterReduce::AMin) return Limits::has_infinity ? Limits::infinity() : Limits::max();
    return 0;
  });
}

/// How many elements meet at each place, at least 1.
Tensor count(const Tensor& like, const Scattering& s, bool include_self) {
  const Tensor start = full_like(like, include_self ? 1 : 0);
  const Tensor all = scatter_add(start, s.dim, s.index, full_like(s.src, 1));
  return masked_fill(all, eq(all, 0), 1);
}

/// The gradients of a product, also where one factor is 0; several zeros at a place give 0.
std::array<Tensor, 2> product_backward(const Tensor& g, const Tensor& x, const Tensor& src, const Tensor& y,
                                       const Tensor& index, int64_t dim, bool include_self) {
  const Tensor others = masked_fill(x, eq(x, 0), 1);
  const Tensor grad_x = div(mul(g, scatter_reduce(others, dim, index, src, "prod", include_self)), others);
  const Tensor is_zero = eq(src, 0);
  const Tensor zeros_there = gather(scatter_add(zeros_like(x), dim, index, to(is_zero, x.dtype())), dim, index);
  const Tensor is_only_zero = logical_and(is_zero, eq(zeros_there, 1));
  const Tensor without_it = scatter_reduce(x, dim, index, masked_fill(src, is_only_zero, 1), "prod", include_self);
  const Tensor grad_src = where(is_only_zero, gather(mul(g, without_it), dim, index),
                                div(gather(mul(g, y), dim, index), masked_fill(src, is_zero, 1)));
  return {grad_x, grad_src};
}

/// Elements that equal the extreme share the gradient.
std::array<Tensor, 2> extreme_backward(const Tensor& g, const Tensor& x, const Tensor& src, const Tensor& y,
                                       const Tensor& index, int64_t dim, bool include_self) {
  Tensor x_is_it = to(eq(x, y), g.dtype());
  if (!include_self) x_is_it = scatter(x_is_it, dim, index, 0);
  const Tensor src_is_it = to(eq(src, gather(y, dim, index)), g.dtype());
  const Tensor share = div(g, scatter_add(x_is_it, dim, index, src_is_it));
  return {mul(x_is_it, share), mul(src_is_it, gather(share, dim, index))};
}

}  // namespace

Tensor scatter_reduce(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                      bool include_self) {
  const char* op = "scatter_reduce";
  const ScatterReduce how = parse_reduce(op, reduce);
  kernel::check_defined(op, "input", x);
  kernel::check_defined(op, "index", index);
  if (are_16_bit(x, src) && how != ScatterReduce::Sum)
    return in_float32(
        [&](const Tensor& wide, const Tensor& s) { return scatter_reduce(wide, dim, index, s, reduce, include_self); },
        x, src);
  if (index.numel() == 0) return clone(x);
  const Scattering s(op, x, dim, index, src);
  const int64_t at = s.dim;
  const Tensor start = include_self ? clone(x) : scatter(x, at, s.index, identity(how, x.dtype()));
  if (how == ScatterReduce::Sum) return scatter_add(start, at, s.index, s.src);
  if (how == ScatterReduce::Mean) {
    const Tensor total = scatter_add(start, at, s.index, s.src), terms = count(x.detach(), s, include_self);
    return x.is_floating_point() ? div(total, terms) : floor_divide(total, terms);
  }
  const Tensor y = start.detach();
  kernels::scatter_reduce.as(op).on(x)(y, at, s.index, s.src, how);
  return record(op, y, inputs(x, s.src),
                [how, at, include_self, x = saved(x), src = saved(s.src), index = saved(s.index),
                 y = saved_output(y)](const Tensor& g) {
                  auto grads = how == ScatterReduce::Prod
                                   ? product_backward(g, x(), src(), y(), index(), at, include_self)
                                   : extreme_backward(g, x(), src(), y(), index(), at, include_self);
                  if (!include_self) grads[0] = scatter(grads[0], at, index(), 0);
                  return grads;
                });
}
Tensor ScatterMethods::scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                                      bool include_self) const {
  return ember::scatter_reduce(self(this), dim, index, src, reduce, include_self);
}
Tensor& ScatterMethods::scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                                        bool include_self) {
  return in_place("scatter_reduce_", self(this), ember::scatter_reduce, dim, index, src, reduce, include_self);
}

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
  const Tensor given = beside(s.source("index_add", x, source), x);
  kernel::check_fits("index_add", alpha, x.dtype());
  // Products with alpha are summed before they are rounded.
  const Tensor scaled =
      alpha.to<double>() == 1 ? given : to(mul(wide::widened(given), alpha), compute_dtype(x.dtype()));
  autograd::check_in_place("index_add_", x);
  const Tensor places = beside(s.index, x);
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
Tensor& ScatterMethods::index_add_(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  return ember::index_add_(self(this), dim, index, source, alpha);
}

Tensor& index_copy_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  kernel::check_defined("index_copy", "input", x);
  if (x.dim() == 0) return as_vector(x, [&](Tensor& v) { index_copy_(v, dim, index, vector_of(source)); });
  const Slices s("index_copy", x, dim, index);
  const Tensor given = beside(s.source("index_copy", x, source), x);
  autograd::check_in_place("index_copy_", x);
  kernels::index_copy.on(x)(x, s.dim, beside(s.index, x), given);
  x.storage()->bump_version();
  return record_in_place(
      "index_copy", x, inputs(x, given),
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return index_fill(g, at, index(), 0); },
      [at = s.dim, index = saved(s.index)](const Tensor& g) { return index_select(g, at, index()); });
}
Tensor& ScatterMethods::index_copy_(int64_t dim, const Tensor& index, const Tensor& source) {
  return ember::index_copy_(self(this), dim, index, source);
}

Tensor& index_fill_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& value) {
  return in_place("index_fill_", x, [&](const Tensor& before) { return index_fill(before, dim, index, value); });
}
Tensor& ScatterMethods::index_fill_(int64_t dim, const Tensor& index, const Tensor& value) {
  return ember::index_fill_(self(this), dim, index, value);
}

Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  Tensor y = clone(x);
  return index_add_(y, dim, index, source, alpha);
}
Tensor ScatterMethods::index_add(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) const {
  return ember::index_add(self(this), dim, index, source, alpha);
}

Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  Tensor y = clone(x);
  return index_copy_(y, dim, index, source);
}
Tensor ScatterMethods::index_copy(int64_t dim, const Tensor& index, const Tensor& source) const {
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
  Tensor mask = zeros({size}, TensorOptions(kBool).device(x.device()));
  const Tensor wrapped = where(lt(s.index, 0), add(s.index, size), s.index);
  index_copy_(mask, 0, wrapped, ones(wrapped.sizes(), mask.options()));
  Shape along = Shape::filled(x.sizes().size(), 1);
  along[s.dim] = size;
  return where(reshape(mask, along), to(value, TensorOptions(x.dtype()).device(x.device())), x);
}
Tensor ScatterMethods::index_fill(int64_t dim, const Tensor& index, const Tensor& value) const {
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
Tensor ScatterMethods::index_reduce(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                                    bool include_self) const {
  return ember::index_reduce(self(this), dim, index, source, reduce, include_self);
}
Tensor& ScatterMethods::index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                                      bool include_self) {
  return in_place("index_reduce_", self(this), ember::index_reduce, dim, index, source, reduce, include_self);
}

}  // namespace ember
