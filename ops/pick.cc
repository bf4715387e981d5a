#include "ops/pick.h"

#include "autograd/record.h"
#include "core/kernels/indexing.h"
#include "ops/copy.h"
#include "ops/creation.h"

namespace ember {

namespace {

/// Zeros of `sizes` to which g has been added where pick read.
Tensor unpick(const char* op, const Tensor& g, const Shape& sizes, const PositionMaps& maps) {
  const Tensor y = zeros(sizes, g.options());
  if (g.numel() > 0) find_kernel(op, &IndexingKernels::unpick, g)(y, contiguous(g.detach()), maps);
  return record(op, y, inputs(g), [op, maps](const Tensor& gg) { return pick(op, gg, maps); });
}

}  // namespace

Tensor pick(const char* op, const Tensor& x, const PositionMaps& maps) {
  Shape sizes = x.sizes();
  for (size_t d = 0; d < maps.size(); ++d)
    if (!maps[d].empty()) sizes[d] = static_cast<int64_t>(maps[d].size());
  const Tensor y = empty_tensor(std::move(sizes), x.dtype(), x.device());
  if (y.numel() > 0) find_kernel(op, &IndexingKernels::pick, x)(y, x, maps);
  return record(op, y, inputs(x),
                [op, maps, before = x.sizes()](const Tensor& g) { return unpick(op, g, before, maps); });
}

}  // namespace ember
