#include "ember/ops/shape/shape.h"

#include <algorithm>
#include <numeric>

#include "ember/core/kernels/creation.h"
#include "ember/ops/pointwise/complex.h"
#include "ops/internal/kernel.h"
#include "ops/internal/views.h"

namespace ember {

using views::dim_of;
using views::rank;

namespace {

/// `shape` with its -1 replaced by the size that fits `numel` elements.
Shape infer_size(const char* op, Shape shape, int64_t numel) {
  Shape given = shape;
  std::optional<size_t> open;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      check(!open, op, ": only one size may be -1, got ", shape);
      open = i;
      given[i] = 1;
    } else {
      check(shape[i] >= 0, op, ": shape ", shape, " has a negative size");
    }
  }
  kernel::check_numel(op, given);
  if (open) {
    const int64_t known = given.numel();
    check(known != 0, op, ": -1 in shape ", shape, " can be anything, as the other sizes multiply to 0");
    if (numel % known == 0) shape[*open] = numel / known;
  }
  check(shape.numel() == numel && (!open || shape[*open] >= 0), op, ": shape ", shape, " is invalid for input of ",
        numel, " elements");
  return shape;
}

/// The strides that let `shape` look at x's elements in order, or nothing where there are none.
std::optional<Shape> view_strides(const Tensor& x, const Shape& shape) {
  if (x.is_contiguous()) return contiguous_strides(shape);
  Shape strides = Shape::filled(shape.size(), 1);
  size_t next = shape.size();
  // Each run of x's dims that lie behind one another must be filled by whole dims of the view.
  int64_t run = 1, base = x.strides().back();
  for (int64_t d = x.dim() - 1; d >= 0; --d) {
    run *= x.sizes()[d];
    if (d > 0 && (x.sizes()[d - 1] == 1 || x.strides()[d - 1] == run * base)) continue;
    int64_t filled = 1;
    while (next > 0 && (filled < run || shape[next - 1] == 1)) {
      --next;
      strides[next] = filled * base;
      filled *= shape[next];
    }
    if (filled != run) return {};
    if (d > 0) {
      base = x.strides()[d - 1];
      run = 1;
    }
  }
  return next == 0 ? std::optional(strides) : std::nullopt;
}

/// A view of all of x's elements in order; undone by reshaping.
Tensor record_reshaped(const char* name, const Tensor& x, Shape sizes, Shape strides) {
  const auto op = [after = sizes](const Tensor& t) { return reshape(t, after); };
  return record_view(name, x.alias(std::move(sizes), std::move(strides), x.storage_offset()), linear_in(op, x),
                     [before = x.sizes()](const Tensor& g) { return reshape(g, before); });
}

}  // namespace

Tensor view(const Tensor& x, const Shape& shape) {
  rank("view", x);
  Shape sizes = infer_size("view", shape, x.numel());
  auto strides = view_strides(x, sizes);
  check(strides.has_value(), "view: shape ", sizes, " is not compatible with input of shape ", x.sizes(),
        " and strides ", x.strides(),
        " (at least one dimension spans across two contiguous subspaces); use reshape instead");
  return record_reshaped("view", x, std::move(sizes), std::move(*strides));
}

Tensor view_as(const Tensor& x, const Tensor& other) {
  kernel::check_defined("view_as", "other", other);
  return view(x, other.sizes());
}
Tensor ShapeMethods::view_as(const Tensor& other) const { return ember::view_as(self(this), other); }

Tensor view(const Tensor& x, DType dtype) {
  rank("view", x);
  if (dtype == x.dtype()) return view(x, x.sizes());
  const int64_t from = x.element_size(), to = item_size(dtype);
  Shape sizes = x.sizes(), strides = x.strides();
  int64_t offset = x.storage_offset();
  if (from != to) {
    check(x.dim() > 0, "view: a zero-dim ", x.dtype(), " tensor cannot be viewed as ", dtype, ", of another size");
    check(strides.back() == 1, "view: the last dimension of input, of stride ", strides.back(),
          ", must have stride 1 to view ", x.dtype(), " as ", dtype);
    bool fits = sizes.back() * from % to == 0 && offset * from % to == 0;
    sizes.back() = sizes.back() * from / to;
    offset = offset * from / to;
    for (size_t d = 0; d + 1 < strides.size(); ++d) {
      fits = fits && strides[d] * from % to == 0;
      strides[d] = strides[d] * from / to;
    }
    check(fits, "view: the elements of input, of shape ", x.sizes(), ", strides ", x.strides(), " and offset ",
          x.storage_offset(), ", do not make whole elements of ", dtype);
  }
  return x.alias_as(dtype, std::move(sizes), std::move(strides), offset);
}
Tensor ShapeMethods::view(const Shape& shape) const { return ember::view(self(this), shape); }
Tensor ShapeMethods::view(DType dtype) const { return ember::view(self(this), dtype); }

Tensor reshape(const Tensor& x, const Shape& shape) {
  rank("reshape", x);
  Shape sizes = infer_size("reshape", shape, x.numel());
  auto strides = view_strides(x, sizes);
  if (strides) return record_reshaped("reshape", x, std::move(sizes), std::move(*strides));
  const Tensor copy = empty_batched(x.batch_dims(), x.sizes(), x.dtype(), x.device());
  kernels::copy.as("reshape").on(x)(copy, x);
  const Tensor y = copy.alias(sizes, contiguous_strides(sizes), 0);
  return record("reshape", y, linear_in([&](const Tensor& t) { return reshape(t, sizes); }, x),
                [before = x.sizes()](const Tensor& g) { return reshape(g, before); });
}
Tensor ShapeMethods::reshape(const Shape& shape) const { return ember::reshape(self(this), shape); }
Tensor ShapeMethods::ravel() const { return ember::reshape(self(this), -1); }

Tensor reshape_as(const Tensor& x, const Tensor& other) {
  kernel::check_defined("reshape_as", "other", other);
  return reshape(x, other.sizes());
}
Tensor ShapeMethods::reshape_as(const Tensor& other) const { return ember::reshape_as(self(this), other); }

Tensor flatten(const Tensor& x, int64_t start_dim, int64_t end_dim) {
  const int64_t dims = rank("flatten", x);
  const int64_t start = wrap_dim(start_dim, dims, "flatten"), end = wrap_dim(end_dim, dims, "flatten");
  check(start <= end, "flatten: start_dim ", start_dim, " comes after end_dim ", end_dim);
  if (dims == 0) return reshape(x, 1);
  if (start == end) return x;
  Shape sizes;
  for (int64_t d = 0; d < dims; ++d) {
    if (d > start && d <= end) {
      sizes.back() *= x.sizes()[d];
    } else {
      sizes.push_back(x.sizes()[d]);
    }
  }
  return reshape(x, sizes);
}
Tensor ShapeMethods::flatten(int64_t start_dim, int64_t end_dim) const {
  return ember::flatten(self(this), start_dim, end_dim);
}

Tensor unflatten(const Tensor& x, int64_t dim, const Shape& sizes) {
  const int64_t at = dim_of("unflatten", x, dim);
  check(!sizes.empty(), "unflatten: sizes must not be empty");
  const Shape parts = infer_size("unflatten", sizes, x.sizes()[at]);
  Shape shape;
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (d != at)
      shape.push_back(x.sizes()[d]);
    else
      for (const int64_t part : parts) shape.push_back(part);
  }
  return view(x, shape);
}
Tensor ShapeMethods::unflatten(int64_t dim, const Shape& sizes) const {
  return ember::unflatten(self(this), dim, sizes);
}

Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1) {
  const int64_t dims = rank("transpose", x);
  const int64_t a = wrap_dim(dim0, dims, "transpose"), b = wrap_dim(dim1, dims, "transpose");
  Shape sizes = x.sizes(), strides = x.strides();
  if (a != b) {
    std::swap(sizes[a], sizes[b]);
    std::swap(strides[a], strides[b]);
  }
  const auto op = [a, b](const Tensor& t) { return transpose(t, a, b); };
  return record_view("transpose", x.alias(std::move(sizes), std::move(strides), x.storage_offset()), linear_in(op, x),
                     op);
}
Tensor ShapeMethods::transpose(int64_t dim0, int64_t dim1) const { return ember::transpose(self(this), dim0, dim1); }
Tensor ShapeMethods::swapaxes(int64_t dim0, int64_t dim1) const { return ember::transpose(self(this), dim0, dim1); }
Tensor ShapeMethods::swapdims(int64_t dim0, int64_t dim1) const { return ember::transpose(self(this), dim0, dim1); }

Tensor permute(const Tensor& x, const Shape& dims) {
  const int64_t count = rank("permute", x);
  check(static_cast<int64_t>(dims.size()) == count, "permute: dims ", dims, " must name each of the ", count,
        " dimensions of input ", x.sizes());
  if (count == 0) return record_reshaped("permute", x, {}, {});
  const Shape order = wrap_dims(dims, count, "permute");
  Shape sizes = order, strides = order, inverse = order;
  for (int64_t d = 0; d < count; ++d) {
    sizes[d] = x.sizes()[order[d]];
    strides[d] = x.strides()[order[d]];
    inverse[order[d]] = d;
  }
  return record_view("permute", x.alias(std::move(sizes), std::move(strides), x.storage_offset()),
                     linear_in([&](const Tensor& t) { return permute(t, order); }, x),
                     [inverse](const Tensor& g) { return permute(g, inverse); });
}
Tensor ShapeMethods::permute(const Shape& dims) const { return ember::permute(self(this), dims); }

Tensor movedim(const Tensor& x, const Shape& source, const Shape& destination) {
  const int64_t dims = rank("movedim", x);
  check(source.size() == destination.size(), "movedim: source ", source, " and destination ", destination,
        " must have as many dims");
  if (source.empty()) return x;
  const Shape from = wrap_dims(source, dims, "movedim"), to = wrap_dims(destination, dims, "movedim");
  Shape order = Shape::filled(dims, -1);
  for (size_t i = 0; i < from.size(); ++i) order[to[i]] = from[i];
  int64_t next = 0;
  for (int64_t& dim : order) {
    if (dim != -1) continue;
    while (std::find(from.begin(), from.end(), next) != from.end()) ++next;
    dim = next++;
  }
  return permute(x, order);
}
Tensor ShapeMethods::movedim(const Shape& source, const Shape& destination) const {
  return ember::movedim(self(this), source, destination);
}
Tensor ShapeMethods::moveaxis(const Shape& source, const Shape& destination) const {
  return ember::movedim(self(this), source, destination);
}

Tensor t(const Tensor& x) {
  check(rank("t", x) <= 2, "t: input has shape ", x.sizes(), " but must have at most 2 dimensions; use mT");
  return x.dim() < 2 ? x : transpose(x, 0, 1);
}
Tensor ShapeMethods::t() const { return ember::t(self(this)); }

Tensor mT(const Tensor& x) {
  check(rank("mT", x) >= 2, "mT: input has shape ", x.sizes(), " but must have at least 2 dimensions");
  return transpose(x, -2, -1);
}
Tensor ShapeMethods::mT() const { return ember::mT(self(this)); }

// Real numbers are their own conjugates.
Tensor mH(const Tensor& x) {
  check(rank("mH", x) >= 2, "mH: input has shape ", x.sizes(), " but must have at least 2 dimensions");
  return conj(transpose(x, -2, -1));
}
Tensor ShapeMethods::mH() const { return ember::mH(self(this)); }
Tensor ShapeMethods::adjoint() const { return ember::mH(self(this)); }

Tensor H(const Tensor& x) {
  check(rank("H", x) == 0 || x.dim() == 2, "H: input has shape ", x.sizes(), " but must have 2 dimensions; use mH");
  return conj(x.dim() == 0 ? x : transpose(x, 0, 1));
}
Tensor ShapeMethods::H() const { return ember::H(self(this)); }

Tensor T(const Tensor& x) {
  Shape dims;
  for (int64_t d = rank("T", x); d-- > 0;) dims.push_back(d);
  return permute(x, dims);
}
Tensor ShapeMethods::T() const { return ember::T(self(this)); }

Tensor atleast_1d(const Tensor& x) { return rank("atleast_1d", x) == 0 ? reshape(x, 1) : x; }

Tensor atleast_2d(const Tensor& x) { return rank("atleast_2d", x) < 2 ? unsqueeze(atleast_1d(x), 0) : x; }

Tensor atleast_3d(const Tensor& x) { return rank("atleast_3d", x) < 3 ? unsqueeze(atleast_2d(x), -1) : x; }

Tensor expand(const Tensor& x, const Shape& shape) {
  const int64_t dims = rank("expand", x), added = static_cast<int64_t>(shape.size()) - dims;
  check(added >= 0, "expand: shape ", shape, " has fewer dimensions than input ", x.sizes());
  Shape sizes = shape, strides = Shape::filled(shape.size(), 0);
  for (int64_t d = 0; d < static_cast<int64_t>(shape.size()); ++d) {
    if (d < added) {
      check(sizes[d] >= 0, "expand: shape ", shape, " must name the size of the new dimension ", d);
      continue;
    }
    const int64_t size = x.sizes()[d - added];
    if (sizes[d] == -1) sizes[d] = size;
    check(sizes[d] == size || (size == 1 && sizes[d] >= 0), "expand: input of shape ", x.sizes(),
          " does not expand to ", shape, " at dimension ", d);
    if (sizes[d] == size) strides[d] = x.strides()[d - added];
  }
  kernel::check_numel("expand", sizes);
  // The gradient is summed over the repeated dims by the tape.
  const auto op = [&shape](const Tensor& t) { return expand(t, shape); };
  return record_view("expand", x.alias(std::move(sizes), std::move(strides), x.storage_offset()), linear_in(op, x),
                     [](const Tensor& g) { return g; });
}
Tensor ShapeMethods::expand(const Shape& shape) const { return ember::expand(self(this), shape); }

Tensor expand_as(const Tensor& x, const Tensor& other) {
  kernel::check_defined("expand_as", "other", other);
  return expand(x, other.sizes());
}
Tensor ShapeMethods::expand_as(const Tensor& other) const { return ember::expand_as(self(this), other); }

Tensor broadcast_to(const Tensor& x, const Shape& shape) { return expand(x, shape); }
Tensor ShapeMethods::broadcast_to(const Shape& shape) const { return ember::broadcast_to(self(this), shape); }

std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors) {
  Shape shape;
  for (const Tensor& x : tensors) {
    rank("broadcast_tensors", x);
    shape = broadcast_shapes(shape, x.sizes(), "broadcast_tensors");
  }
  std::vector<Tensor> result;
  for (const Tensor& x : tensors) result.push_back(expand(x, shape));
  return result;
}

Tensor squeeze(const Tensor& x) {
  Shape dims = Shape::filled(rank("squeeze", x), 0);
  std::iota(dims.begin(), dims.end(), 0);
  return squeeze(x, dims);
}

Tensor squeeze(const Tensor& x, const Shape& dims) {
  const int64_t count = rank("squeeze", x);
  const Shape chosen = dims.empty() ? dims : wrap_dims(dims, count, "squeeze");
  Shape sizes, strides;
  for (int64_t d = 0; d < count; ++d) {
    if (x.sizes()[d] == 1 && std::find(chosen.begin(), chosen.end(), d) != chosen.end()) continue;
    sizes.push_back(x.sizes()[d]);
    strides.push_back(x.strides()[d]);
  }
  return record_reshaped("squeeze", x, std::move(sizes), std::move(strides));
}
Tensor ShapeMethods::squeeze() const { return ember::squeeze(self(this)); }
Tensor ShapeMethods::squeeze(const Shape& dims) const { return ember::squeeze(self(this), dims); }

Tensor unsqueeze(const Tensor& x, int64_t dim) {
  const int64_t count = rank("unsqueeze", x), at = wrap_dim(dim, count + 1, "unsqueeze");
  Shape sizes = x.sizes(), strides = x.strides();
  strides.insert(at, at < count ? sizes[at] * strides[at] : 1);
  sizes.insert(at, 1);
  return record_reshaped("unsqueeze", x, std::move(sizes), std::move(strides));
}
Tensor ShapeMethods::unsqueeze(int64_t dim) const { return ember::unsqueeze(self(this), dim); }

}  // namespace ember
