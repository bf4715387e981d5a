#include "ember/ops/shape/batch_dims.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/ops/shape/shape.h"

namespace ember {

Tensor add_batch_dim(const Tensor& x, int64_t dim, uint64_t level) {
  dim = wrap_dim(dim, x.dim(), "vmap");
  std::vector<BatchDim> batch(x.batch_dims().begin(), x.batch_dims().end());
  const BatchDim added{level, x.sizes()[dim], x.strides()[dim]};
  batch.insert(std::ranges::upper_bound(batch, level, {}, &BatchDim::level), added);
  Shape sizes = x.sizes(), strides = x.strides();
  sizes.erase(dim);
  strides.erase(dim);
  return record_view("vmap",
                     x.alias_batched(std::move(batch), std::move(sizes), std::move(strides), x.storage_offset()),
                     linear_in([=](const Tensor& t) { return add_batch_dim(t, dim, level); }, x),
                     [dim, added](const Tensor& g) { return remove_batch_dim(g, dim, added.level, added.size); });
}

Tensor remove_batch_dim(const Tensor& x, int64_t dim, uint64_t level, int64_t size) {
  dim = wrap_dim(dim, x.dim() + 1, "vmap");
  const BatchDim* found = x.is_batched() ? x.impl()->batch->find(level) : nullptr;
  Shape sizes = x.sizes(), strides = x.strides();
  sizes.insert(dim, size);
  if (!found) return unsqueeze(x, dim).expand(sizes);
  strides.insert(dim, found->stride);
  std::vector<BatchDim> batch(x.batch_dims().begin(), x.batch_dims().end());
  std::erase(batch, *found);
  return record_view("vmap",
                     x.alias_batched(std::move(batch), std::move(sizes), std::move(strides), x.storage_offset()),
                     linear_in([=](const Tensor& t) { return remove_batch_dim(t, dim, level, size); }, x),
                     [dim, level](const Tensor& g) { return add_batch_dim(g, dim, level); });
}

}  // namespace ember
