#include "ember/ops/indexing/indexing.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

using indexing::as_index;
using indexing::check_index;

namespace {

/// Zeros of `sizes` to which g has been added by scatter_add: the gradient of gather.
Tensor gather_backward(const Tensor& g, const Shape& sizes, int64_t dim, const Tensor& index) {
  if (are_16_bit(g)) return in_float32([&](const Tensor& wide) { return gather_backward(wide, sizes, dim, index); }, g);
  Tensor y = zeros(sizes, g.options());
  kernels::scatter_add.as("gather_backward").on(y)(y, dim, index, g);
  return record("gather_backward", y,
                linear_in([&](const Tensor& t) { return gather_backward(t, sizes, dim, index); }, g),
                [dim, index = saved(index)](const Tensor& gg) { return gather(gg, dim, index()); });
}

/// Zeros of `sizes` to which g's slices have been added: the gradient of index_select.
Tensor index_select_backward(const Tensor& g, const Shape& sizes, int64_t dim, const Tensor& index) {
  if (are_16_bit(g))
    return in_float32([&](const Tensor& wide) { return index_select_backward(wide, sizes, dim, index); }, g);
  Tensor y = zeros(sizes, g.options());
  kernels::index_add.as("index_select_backward").on(y)(y, dim, index, g);
  return record("index_select_backward", y,
                linear_in([&](const Tensor& t) { return index_select_backward(t, sizes, dim, index); }, g),
                [dim, index = saved(index)](const Tensor& gg) { return index_select(gg, dim, index()); });
}

}  // namespace

Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  kernel::check_defined("gather", "input", x);
  const Tensor positions = as_index("gather", index);
  if (positions.numel() == 0) return reshape(narrow(reshape(x, -1), 0, 0, 0), positions.sizes());
  if (std::min(positions.dim(), x.dim()) == 0 && std::max(positions.dim(), x.dim()) <= 1)
    return reshape(gather(reshape(x, -1), dim, reshape(positions, -1)), positions.sizes());
  const int64_t at = check_index("gather", x, dim, positions);
  Tensor y = empty_tensor(positions.sizes(), x.dtype(), x.device());
  kernels::gather.on(x)(y, x, at, positions);
  return record("gather", y, linear_in([&](const Tensor& t) { return gather(t, at, positions); }, x),
                [at, sizes = x.sizes(), index = saved(positions)](const Tensor& g) {
                  return gather_backward(g, sizes, at, index());
                });
}
Tensor IndexingMethods::gather(int64_t dim, const Tensor& index) const { return ember::gather(self(this), dim, index); }

Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<int64_t> dim) {
  kernel::check_defined("take_along_dim", "input", x);
  kernel::check_defined("take_along_dim", "index", index);
  if (!dim) return take_along_dim(reshape(x, -1), reshape(index, -1), 0);
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
  const Tensor wrapped = where(lt(index, 0), add(index, x.dim() > 0 ? x.sizes()[at] : 1), index);
  return gather(expand(x, x_sizes), at, expand(wrapped, index_sizes));
}
Tensor IndexingMethods::take_along_dim(const Tensor& index, std::optional<int64_t> dim) const {
  return ember::take_along_dim(self(this), index, dim);
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
  kernels::index_select.on(x)(y, x, at, positions);
  return record("index_select", y, linear_in([&](const Tensor& t) { return index_select(t, at, positions); }, x),
                [at, sizes = x.sizes(), index = saved(positions)](const Tensor& g) {
                  return index_select_backward(g, sizes, at, index());
                });
}
Tensor IndexingMethods::index_select(int64_t dim, const Tensor& index) const {
  return ember::index_select(self(this), dim, index);
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
  kernels::index_select.as("embedding").on(weight)(y, weight, 0, positions);
  const int64_t padding = padding_idx ? (*padding_idx + rows) % rows : -1;
  y = record("embedding", y, linear_in([&](const Tensor& t) { return index_select(t, 0, positions); }, weight),
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
  if (x.is_batched() && num_classes == -1) fail_data_dependent("one_hot");
  const Tensor all = with_samples_in_front(x);
  const int64_t largest = all.numel() > 0 ? max(all).item<int64_t>() : -1;
  check(all.numel() == 0 || min(all).item<int64_t>() >= 0, "one_hot: classes must not be negative");
  check(num_classes == -1 || largest < num_classes, "one_hot: class ", largest, " is not below num_classes ",
        num_classes);
  Shape sizes = x.sizes();
  sizes.push_back(num_classes == -1 ? largest + 1 : num_classes);
  Tensor y = x.new_zeros(sizes);
  if (x.numel() > 0) scatter_(y, -1, unsqueeze(x, -1), 1);
  return y;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  kernel::check_defined("masked_fill", "input", x);
  kernel::check_defined("masked_fill", "mask", mask);
  kernel::check_defined("masked_fill", "value", value);
  check(mask.dtype() == kBool, "masked_fill: mask must be bool but is ", mask.dtype());
  check(value.dim() == 0, "masked_fill: value has shape ", value.sizes(), " but must be a number");
  kernel::check_fits("masked_fill", value, x.dtype());
  check(value.impl()->is_wrapped_number || can_cast(value.dtype(), x.dtype()) || x.dtype() == kBool, "masked_fill: a ",
        value.dtype(), " value cannot be put into a tensor of ", x.dtype());
  return where(mask, to(value, TensorOptions(x.dtype()).device(x.device())), x);
}
Tensor IndexingMethods::masked_fill(const Tensor& mask, const Tensor& value) const {
  return ember::masked_fill(self(this), mask, value);
}

Tensor& masked_fill_(Tensor& x, const Tensor& mask, const Tensor& value) {
  return in_place("masked_fill_", x, [&](const Tensor& y) { return masked_fill(y, mask, value); });
}
Tensor& IndexingMethods::masked_fill_(const Tensor& mask, const Tensor& value) {
  return ember::masked_fill_(self(this), mask, value);
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  kernel::check_defined("masked_select", "input", x);
  kernel::check_defined("masked_select", "mask", mask);
  check(mask.dtype() == kBool, "masked_select: mask must be bool but is ", mask.dtype());
  const auto both = broadcast_tensors({x, mask});
  return gather(reshape(both[0], -1), 0, select(nonzero(reshape(both[1], -1)), 1, 0));
}
Tensor IndexingMethods::masked_select(const Tensor& mask) const { return ember::masked_select(self(this), mask); }

}  // namespace ember
