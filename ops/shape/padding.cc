#include "ember/ops/shape/padding.h"

#include <algorithm>

#include "ember/core/kernels/creation.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ops/internal/kernel.h"
#include "ops/internal/pick.h"
#include "ops/internal/views.h"

namespace ember {

namespace {

/// Keeps sums of sizes within int64.
void check_amounts(const Shape& pad) {
  constexpr int64_t kMost = int64_t{1} << 48;
  for (const int64_t amount : pad) check(amount > -kMost && amount < kMost, "pad: padding ", pad, " is too large");
}

}  // namespace

Tensor constant_pad_nd(const Tensor& x, const Shape& pad, const Scalar& value) {
  const int64_t rank = views::rank("pad", x), pairs = static_cast<int64_t>(pad.size()) / 2;
  check(pad.size() % 2 == 0 && pairs <= rank, "pad: padding ", pad, " must be pairs for at most the ", rank,
        " dimensions of input ", x.sizes());
  check_amounts(pad);
  Shape sizes = x.sizes(), negated = pad;
  for (int64_t i = 0; i < pairs; ++i) {
    int64_t& size = sizes[static_cast<size_t>(rank - 1 - i)];
    size += pad[2 * i] + pad[2 * i + 1];
    check(size >= 0, "pad: padding ", pad, " is larger than dimension ", rank - 1 - i, " of input ", x.sizes());
    negated[2 * i] = -pad[2 * i];
    negated[2 * i + 1] = -pad[2 * i + 1];
  }
  kernel::check_fits("pad", value, x.dtype());
  const Tensor y = x.new_full(sizes, value);
  Tensor from = x, to = y;
  for (int64_t i = 0; i < pairs; ++i) {
    const int64_t d = rank - 1 - i, before = pad[2 * i], after = pad[2 * i + 1];
    const int64_t skipped = std::max<int64_t>(-before, 0), start = std::max<int64_t>(before, 0);
    const int64_t kept = std::max<int64_t>(x.sizes()[d] - skipped - std::max<int64_t>(-after, 0), 0);
    from = views::narrow_alias(from, d, skipped, kept);
    to = views::narrow_alias(to, d, start, kept);
  }
  if (from.numel() > 0) kernels::copy.as("pad").on(x)(to, from);
  return record("pad", y, linear_in([&](const Tensor& t) { return constant_pad_nd(t, pad); }, x),
                [negated](const Tensor& g) { return constant_pad_nd(g, negated); });
}

namespace {

enum class Border { Reflect, Replicate, Circular };

/// Which elements of x's dim stand in the padded one; negative amounts crop before the border is made.
std::vector<int64_t> padded_positions(const Tensor& x, int64_t dim, int64_t before, int64_t after, Border border) {
  const int64_t all = x.sizes()[dim], total = all + before + after, first = std::clamp<int64_t>(-before, 0, all);
  const int64_t size = std::max<int64_t>(all - first - std::max<int64_t>(-after, 0), 0), last = first + size - 1;
  const int64_t left = std::max<int64_t>(before, 0), right = std::max<int64_t>(after, 0);
  const int64_t most = border == Border::Reflect ? size - 1 : size;
  check(border == Border::Replicate ? total >= 0 && (all > 0 || total == 0)
                                    : total >= 0 && std::max(left, right) <= std::max<int64_t>(most, 0),
        "pad: padding [", before, ", ", after, "] is too large for dimension ", dim, " of input ", x.sizes());
  constexpr int64_t kMost = int64_t{1} << 31;
  check<OutOfMemoryError>(total < kMost, "pad: a dimension of size ", total, " is too large");
  std::vector<int64_t> positions;
  for (int64_t i = -before; i < total - before; ++i) {
    const bool is_inside = i >= first && i <= last;
    const int64_t reflected = i < first ? 2 * first - i : 2 * last - i, wrapped = i < first ? i + size : i - size;
    positions.push_back(is_inside                    ? i
                        : border == Border::Reflect  ? reflected
                        : border == Border::Circular ? wrapped
                                                     : std::clamp<int64_t>(i, 0, all - 1));
  }
  return positions;
}

}  // namespace

Tensor pad(const Tensor& x, const Shape& pad, std::string_view mode, std::optional<Scalar> value) {
  if (mode == "constant") return constant_pad_nd(x, pad, value.value_or(0));
  check<NotImplementedError>(mode == "reflect" || mode == "replicate" || mode == "circular",
                             "pad: mode must be "
                             "\"constant\", \"reflect\", \"replicate\" or \"circular\", not \"",
                             mode, "\"");
  check<ValueError>(!value || value->to<double>() == 0, "pad: mode \"", mode, "\" takes no value");
  const int64_t rank = views::rank("pad", x), pairs = static_cast<int64_t>(pad.size()) / 2;
  check<NotImplementedError>(
      pad.size() % 2 == 0 && pairs >= 1 && pairs <= 3 && (rank == pairs + 1 || rank == pairs + 2), "pad: padding ", pad,
      " with mode \"", mode,
      "\" must be one to three pairs, one or two "
      "fewer than the dimensions of input ",
      x.sizes());
  check_amounts(pad);
  const Border border = mode == "reflect"     ? Border::Reflect
                        : mode == "replicate" ? Border::Replicate
                                              : Border::Circular;
  PositionMaps maps(static_cast<size_t>(rank));
  for (int64_t i = 0; i < pairs; ++i) {
    const int64_t d = rank - 1 - i, size = x.sizes()[d];
    const int64_t total = size + pad[2 * i] + pad[2 * i + 1];
    check(total != 0 || size == 0, "pad: padding ", pad, " leaves nothing of dimension ", d, " of input ", x.sizes());
    if (total != size || pad[2 * i] != 0) maps[d] = padded_positions(x, d, pad[2 * i], pad[2 * i + 1], border);
  }
  return pick("pad", x, maps);
}

// Its square is an int64.
static constexpr int64_t kMostFactor = int64_t{1} << 24;

Tensor pixel_shuffle(const Tensor& x, int64_t upscale_factor) {
  const int64_t rank = views::rank("pixel_shuffle", x), r = upscale_factor;
  check(rank >= 3, "pixel_shuffle: input has shape ", x.sizes(), " but must have at least 3 dimensions");
  check(r > 0 && r < kMostFactor, "pixel_shuffle: upscale_factor ", r, " must be positive and below ", kMostFactor);
  check(x.size(-3) % (r * r) == 0, "pixel_shuffle: the channels of input ", x.sizes(), " must be a multiple of ", r * r,
        ", the square of upscale_factor ", r);
  Shape split, result;
  for (int64_t d = 0; d < rank - 3; ++d) {
    split.push_back(x.sizes()[d]);
    result.push_back(x.sizes()[d]);
  }
  for (const int64_t size : {x.size(-3) / (r * r), r, r, x.size(-2), x.size(-1)}) split.push_back(size);
  for (const int64_t size : {x.size(-3) / (r * r), x.size(-2) * r, x.size(-1) * r}) result.push_back(size);
  return reshape(movedim(reshape(x, split), {-4, -3}, {-3, -1}), result);
}

Tensor pixel_unshuffle(const Tensor& x, int64_t downscale_factor) {
  const int64_t rank = views::rank("pixel_unshuffle", x), r = downscale_factor;
  check(rank >= 3, "pixel_unshuffle: input has shape ", x.sizes(), " but must have at least 3 dimensions");
  check(r > 0 && r < kMostFactor, "pixel_unshuffle: downscale_factor ", r, " must be positive and below ", kMostFactor);
  check(x.size(-2) % r == 0 && x.size(-1) % r == 0, "pixel_unshuffle: height and width of input ", x.sizes(),
        " must be multiples of downscale_factor ", r);
  Shape split, result;
  for (int64_t d = 0; d < rank - 3; ++d) {
    split.push_back(x.sizes()[d]);
    result.push_back(x.sizes()[d]);
  }
  for (const int64_t size : {x.size(-3), x.size(-2) / r, r, x.size(-1) / r, r}) split.push_back(size);
  for (const int64_t size : {x.size(-3) * r * r, x.size(-2) / r, x.size(-1) / r}) result.push_back(size);
  return reshape(movedim(reshape(x, split), {-3, -1}, {-4, -3}), result);
}

Tensor channel_shuffle(const Tensor& x, int64_t groups) {
  check(views::rank("channel_shuffle", x) > 2, "channel_shuffle: input has shape ", x.sizes(),
        " but must have at least 3 dimensions");
  check(groups > 0 && x.sizes()[1] % groups == 0, "channel_shuffle: the channels of input ", x.sizes(),
        " must be a multiple of groups, ", groups);
  return reshape(transpose(unflatten(x, 1, {groups, x.sizes()[1] / groups}), 1, 2), x.sizes());
}

}  // namespace ember
