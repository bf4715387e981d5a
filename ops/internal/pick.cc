#include "ops/internal/pick.h"

#include <optional>

#include "ember/autograd/record.h"
#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ops/internal/in_float32.h"

namespace ember {

namespace {

/// Zeros of `sizes` to which g has been added where pick read.
Tensor unpick(const char* op, const Tensor& g, const Shape& sizes, const PositionMaps& maps) {
  // Many elements may meet in one.
  if (are_16_bit(g)) return in_float32([&](const Tensor& wide) { return unpick(op, wide, sizes, maps); }, g);
  const Tensor y = zeros(sizes, g.options());
  if (g.numel() > 0) kernels::unpick.as(op).on(g)(y, contiguous(g.detach()), maps);
  return record(op, y, inputs(g), [op, maps](const Tensor& gg) { return pick(op, gg, maps); });
}

/// The maps that lead back, if each is a permutation of its dim.
std::optional<PositionMaps> inverse(const PositionMaps& maps, const Shape& sizes) {
  PositionMaps result(maps.size());
  for (size_t d = 0; d < maps.size(); ++d) {
    if (maps[d].empty()) continue;
    if (static_cast<int64_t>(maps[d].size()) != sizes[d]) return std::nullopt;
    result[d].assign(maps[d].size(), -1);
    for (size_t i = 0; i < maps[d].size(); ++i) {
      int64_t& place = result[d][static_cast<size_t>(maps[d][i])];
      if (place >= 0) return std::nullopt;
      place = static_cast<int64_t>(i);
    }
  }
  return result;
}

}  // namespace

Tensor pick(const char* op, const Tensor& x, const PositionMaps& maps) {
  Shape sizes = x.sizes();
  for (size_t d = 0; d < maps.size(); ++d)
    if (!maps[d].empty()) sizes[d] = static_cast<int64_t>(maps[d].size());
  const Tensor y = empty_tensor(std::move(sizes), x.dtype(), x.device());
  if (y.numel() > 0) kernels::pick.as(op).on(x)(y, x, maps);
  return record(op, y, inputs(x), [op, maps, before = x.sizes()](const Tensor& g) {
    const auto back = inverse(maps, before);
    return back ? pick(op, g, *back) : unpick(op, g, before, maps);
  });
}

}  // namespace ember
