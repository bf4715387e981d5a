#include "ember/ops/indexing/scatter.h"

#include "ember/autograd/record.h"
#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
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

}  // namespace

Tensor& scatter_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  kernel::check_defined("scatter", "index", index);
  if (index.numel() == 0) return x;
  const Scattering s("scatter", x, dim, index, kernel::beside(src, x));
  autograd::check_in_place("scatter_", x, {&index, &src});
  kernels::scatter.on(x)(x, s.dim, kernel::beside(s.index, x), s.src);
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
  const Scattering s("scatter_add", x, dim, index, kernel::beside(src, x));
  autograd::check_in_place("scatter_add_", x, {&index, &src});
  const Tensor places = kernel::beside(s.index, x);
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
  Tensor y = clone_beside(x, {&index, &src});
  return scatter_(y, dim, index, src);
}

Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  Tensor y = clone_beside(x, {&index, &src});
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
  Tensor start = include_self ? clone_beside(x, {&s.index, &s.src}) : scatter(x, at, s.index, identity(how, x.dtype()));
  if (s.src.is_batched()) start = clone_beside(start, {&s.src});
  if (how == ScatterReduce::Sum) return scatter_add(start, at, s.index, s.src);
  if (how == ScatterReduce::Mean) {
    const Tensor total = scatter_add(start, at, s.index, s.src), terms = count(x.detach(), s, include_self);
    return x.is_floating_point() ? div(total, terms) : floor_divide(total, terms);
  }
  const Tensor y = std::exchange(start, {}).detach();
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

}  // namespace ember
