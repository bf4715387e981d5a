#include "ops/indexing.h"

#include <algorithm>

#include "autograd/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/in_place.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"
#include "ops/reduction.h"
#include "ops/shape.h"

namespace ember {

namespace {

Tensor copied(const Tensor& x) {
  NoGradGuard no_grad;
  return clone(x);
}

/// An index tensor as int64; TypeError for anything but integers.
Tensor as_index(const char* op, const Tensor& index) {
  kernel::check_defined(op, "index", index);
  check<TypeError>(index.dtype() == kInt64 || index.dtype() == kInt32, op, ": index must be int64 but is ",
                   index.dtype());
  return to(index, kInt64);
}

/// Checks x against an index of the same rank, which may be larger than x in no dim but `dim`; returns `dim` wrapped.
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

/// `src` as far as the index reaches, in x's dtype; a number stands for all of it.
Tensor check_source(const char* op, const Tensor& x, const Tensor& index, const Tensor& src) {
  kernel::check_defined(op, "src", src);
  if (src.impl()->is_wrapped_number) return expand(to(src, TensorOptions(x.dtype()).device(x.device())), index.sizes());
  check(src.dtype() == x.dtype(), op, ": src is ", src.dtype(), " but must be ", x.dtype(), " like input");
  check(src.dim() == index.dim(), op, ": src has shape ", src.sizes(), " but must have as many dimensions as index ",
        index.sizes());
  Tensor part = src;
  for (int64_t d = 0; d < src.dim(); ++d) {
    check(index.sizes()[d] <= src.sizes()[d], op, ": src has shape ", src.sizes(), " but dim ", d,
          " must be at least that of index ", index.sizes());
    if (index.sizes()[d] < src.sizes()[d]) part = narrow(part, d, 0, index.sizes()[d]);
  }
  return part;
}

/// Zeros of `sizes` to which g has been added by scatter_add: the gradient of gather.
Tensor gather_backward(const Tensor& g, const Shape& sizes, int64_t dim, const Tensor& index) {
  Tensor y = zeros(sizes, g.options());
  find_kernel("gather_backward", &Backend::scatter_add, y)(y, dim, index, g);
  return record("gather_backward", y, inputs(g),
                [dim, index = saved(index)](const Tensor& gg) { return gather(gg, dim, index()); });
}

/// Zeros of `sizes` to which g's slices have been added: the gradient of index_select.
Tensor index_select_backward(const Tensor& g, const Shape& sizes, int64_t dim, const Tensor& index) {
  Tensor y = zeros(sizes, g.options());
  find_kernel("index_select_backward", &Backend::index_add, y)(y, dim, index, g);
  return record("index_select_backward", y, inputs(g),
                [dim, index = saved(index)](const Tensor& gg) { return index_select(gg, dim, index()); });
}

}  // namespace

Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  const Tensor positions = as_index("gather", index);
  if (positions.dim() == 0 && x.dim() == 0) return reshape(gather(reshape(x, 1), dim, reshape(positions, 1)), {});
  const int64_t at = check_index("gather", x, dim, positions);
  Tensor y = empty_tensor(positions.sizes(), x.dtype(), x.device());
  find_kernel("gather", &Backend::gather, x)(y, x, at, positions);
  return record("gather", y, inputs(x), [at, sizes = x.sizes(), index = saved(positions)](const Tensor& g) {
    return gather_backward(g, sizes, at, index());
  });
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<int64_t> dim) {
  kernel::check_defined("take_along_dim", "input", x);
  kernel::check_defined("take_along_dim", "index", index);
  if (!dim) return gather(reshape(x, -1), 0, reshape(index, -1));
  check(x.dim() == index.dim(), "take_along_dim: index has shape ", index.sizes(),
        " but must have as many dimensions as input ", x.sizes());
  const int64_t at = wrap_dim(*dim, x.dim(), "take_along_dim");
  Shape x_sizes = x.sizes(), index_sizes = index.sizes();
  if (x.dim() > 0) {
    x_sizes[at] = index_sizes[at] = 1;
    const Shape common = broadcast_shapes(x_sizes, index_sizes, "take_along_dim");
    x_sizes = index_sizes = common;
    x_sizes[at] = x.sizes()[at];
    index_sizes[at] = index.sizes()[at];
  }
  return gather(expand(x, x_sizes), at, expand(index, index_sizes));
}

Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  const Tensor positions = as_index("scatter", index);
  const int64_t at = check_index("scatter", x, dim, positions);
  const Tensor part = check_source("scatter", x, positions, src);
  Tensor y = copied(x);
  find_kernel("scatter", &Backend::scatter, x)(y, at, positions, part);
  return record(
      "scatter", y, inputs(x, part),
      [at, index = saved(positions)](const Tensor& g) { return scatter(g, at, index(), 0); },
      [at, index = saved(positions)](const Tensor& g) { return gather(g, at, index()); });
}

Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  const Tensor positions = as_index("scatter_add", index);
  const int64_t at = check_index("scatter_add", x, dim, positions);
  const Tensor part = check_source("scatter_add", x, positions, src);
  Tensor y = copied(x);
  find_kernel("scatter_add", &Backend::scatter_add, x)(y, at, positions, part);
  return record(
      "scatter_add", y, inputs(x, part), [](const Tensor& g) { return g; },
      [at, index = saved(positions)](const Tensor& g) { return gather(g, at, index()); });
}

Tensor& scatter_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  return in_place("scatter_", x, [&](const Tensor& y) { return scatter(y, dim, index, src); });
}

Tensor& scatter_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  return in_place("scatter_add_", x, [&](const Tensor& y) { return scatter_add(y, dim, index, src); });
}

Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index) {
  const Tensor positions = as_index("index_select", index);
  kernel::check_defined("index_select", "input", x);
  kernel::check_same_device("index_select", std::array{x, positions});
  check(positions.dim() <= 1, "index_select: index has shape ", index.sizes(), " but must have 1 dimension");
  if (x.dim() == 0) return reshape(index_select(reshape(x, 1), dim, positions), {});
  const int64_t at = wrap_dim(dim, x.dim(), "index_select");
  if (positions.dim() == 0) return index_select(x, at, reshape(positions, 1));
  Shape sizes = x.sizes();
  sizes[at] = positions.numel();
  Tensor y = empty_tensor(std::move(sizes), x.dtype(), x.device());
  find_kernel("index_select", &Backend::index_select, x)(y, x, at, positions);
  return record("index_select", y, inputs(x), [at, sizes = x.sizes(), index = saved(positions)](const Tensor& g) {
    return index_select_backward(g, sizes, at, index());
  });
}

Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  const Tensor positions = reshape(as_index("index_add", index), -1);
  kernel::check_defined("index_add", "input", x);
  kernel::check_defined("index_add", "source", source);
  kernel::check_same_device("index_add", std::array{x, positions, source});
  check<IndexError>(x.dim() > 0, "index_add: a zero-dim tensor has no dimension ", dim);
  const int64_t at = wrap_dim(dim, x.dim(), "index_add");
  check(index.dim() <= 1, "index_add: index has shape ", index.sizes(), " but must have 1 dimension");
  check(source.dtype() == x.dtype(), "index_add: source is ", source.dtype(), " but must be ", x.dtype(),
        " like input");
  Shape sizes = x.sizes();
  sizes[at] = positions.numel();
  check(source.sizes() == sizes, "index_add: source has shape ", source.sizes(), " but must have ", sizes,
        " to match input ", x.sizes(), " and index ", index.sizes());
  const Tensor scaled = alpha.to<double>() == 1 ? source : mul(source, alpha);
  Tensor y = copied(x);
  find_kernel("index_add", &Backend::index_add, x)(y, at, positions, scaled);
  return record(
      "index_add", y, inputs(x, scaled), [](const Tensor& g) { return g; },
      [at, index = saved(positions)](const Tensor& g) { return index_select(g, at, index()); });
}

Tensor& index_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  return in_place("index_add_", x, [&](const Tensor& y) { return index_add(y, dim, index, source, alpha); });
}

Tensor embedding(const Tensor& weight, const Tensor& indices, std::optional<int64_t> padding_idx) {
  kernel::check_defined("embedding", "weight", weight);
  check(weight.dim() == 2, "embedding: weight has shape ", weight.sizes(), " but must have 2 dimensions");
  const Tensor positions = reshape(as_index("embedding", indices), -1);
  kernel::check_same_device("embedding", std::array{weight, positions});
  const int64_t rows = weight.sizes()[0];
  check(!padding_idx || (*padding_idx >= -rows && *padding_idx < rows), "embedding: padding_idx ",
        padding_idx.value_or(0), " is out of range for weight ", weight.sizes());
  Shape sizes = indices.sizes();
  sizes.push_back(weight.sizes()[1]);
  Tensor y = empty_tensor({positions.numel(), weight.sizes()[1]}, weight.dtype(), weight.device());
  find_kernel("embedding", &Backend::index_select, weight)(y, weight, 0, positions);
  const int64_t padding = padding_idx ? (*padding_idx + rows) % rows : -1;
  y = record("embedding", y, inputs(weight),
             [padding, sizes = weight.sizes(), index = saved(positions)](const Tensor& g) {
               const Tensor at = index();
               const Tensor kept = padding < 0 ? g : masked_fill(g, unsqueeze(eq(at, padding), 1), 0);
               return index_select_backward(kept, sizes, 0, at);
             });
  return indices.dim() == 1 ? y : reshape(y, sizes);
}

Tensor one_hot(const Tensor& x, int64_t num_classes) {
  kernel::check_defined("one_hot", "input", x);
  check(x.dtype() == kInt64, "one_hot: input must be int64 but is ", x.dtype());
  check(x.numel() > 0 || num_classes > 0, "one_hot: num_classes cannot be found from an empty input");
  const int64_t largest = x.numel() > 0 ? max(x).item<int64_t>() : -1;
  check(x.numel() == 0 || min(x).item<int64_t>() >= 0, "one_hot: classes must not be negative");
  check(num_classes == -1 || largest < num_classes, "one_hot: class ", largest, " is not below num_classes ",
        num_classes);
  Shape sizes = x.sizes();
  sizes.push_back(num_classes == -1 ? largest + 1 : num_classes);
  Tensor y = zeros(sizes, x.options());
  if (x.numel() > 0) scatter_(y, -1, unsqueeze(x, -1), 1);
  return y;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  kernel::check_defined("masked_fill", "input", x);
  kernel::check_defined("masked_fill", "mask", mask);
  kernel::check_defined("masked_fill", "value", value);
  check(mask.dtype() == kBool, "masked_fill: mask must be bool but is ", mask.dtype());
  check(value.dim() == 0, "masked_fill: value has shape ", value.sizes(), " but must be a number");
  check(is_floating_point(x.dtype()) || !value.is_floating_point(), "masked_fill: a ", value.dtype(),
        " value cannot be put into a tensor of ", x.dtype());
  return where(mask, to(value, TensorOptions(x.dtype()).device(x.device())), x);
}

Tensor& masked_fill_(Tensor& x, const Tensor& mask, const Tensor& value) {
  return in_place("masked_fill_", x, [&](const Tensor& y) { return masked_fill(y, mask, value); });
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  kernel::check_defined("masked_select", "input", x);
  kernel::check_defined("masked_select", "mask", mask);
  check(mask.dtype() == kBool, "masked_select: mask must be bool but is ", mask.dtype());
  const auto both = broadcast_tensors({x, mask});
  return index(both[0], {both[1]});
}

Tensor nonzero(const Tensor& x) {
  kernel::check_defined("nonzero", "input", x);
  return find_kernel("nonzero", &Backend::nonzero, x)(x);
}

}  // namespace ember
