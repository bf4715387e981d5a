#include "ember/ops/random/dropout.h"

#include <cmath>

#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/random/random.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

void check_arguments(const char* op, const Tensor& x, double p) {
  kernel::check_defined(op, "input", x);
  check<ValueError>(0 <= p && p <= 1, op, ": p is ", p, " but must lie in [0, 1]");
}

/// 1 with probability 1 - p, else 0.
Tensor keep_mask(const Shape& sizes, const Tensor& like, double p) {
  check<TypeError>(like.is_floating_point(), "dropout: needs a floating-point tensor, not ", describe(like));
  Tensor mask = empty(sizes, like.options());
  return bernoulli_(mask, 1 - p);
}

/// One entry for each channel, broadcasting over what lies behind it.
Shape channel_sizes(const char* op, const Tensor& x) {
  check(x.dim() >= 2, op, ": input has shape ", x.sizes(), " but must have at least 2 dimensions");
  Shape sizes = Shape::filled(x.sizes().size(), 1);
  sizes[0] = x.sizes()[0];
  sizes[1] = x.sizes()[1];
  return sizes;
}

/// feature_dropout where dim 0 is the channels when x lacks one of `batched_rank` dims.
Tensor channel_dropout(const char* op, const Tensor& x, int64_t batched_rank, double p, bool training) {
  check_arguments(op, x, p);
  check(x.dim() == batched_rank || x.dim() == batched_rank - 1, op, ": input has shape ", x.sizes(), " but must have ",
        batched_rank - 1, " or ", batched_rank, " dimensions");
  if (x.dim() == batched_rank) return feature_dropout(x, p, training);
  return squeeze(feature_dropout(unsqueeze(x, 0), p, training), 0);
}

/// x where `keep` is 1 and -alpha elsewhere, scaled and shifted.
Tensor self_normalising(const Tensor& x, const Tensor& keep, double p) {
  constexpr double kAlpha = 1.7580993408473766;  // of SELU: alpha times lambda
  const double scale = 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
  const Tensor shift = (keep - 1) * (kAlpha * scale) + kAlpha * scale * p;
  return x * (keep * scale) + shift;
}

bool changes_nothing(const Tensor& x, double p, bool training) { return !training || p == 0 || x.numel() == 0; }

}  // namespace

Tensor feature_dropout(const Tensor& x, double p, bool training) {
  check_arguments("feature_dropout", x, p);
  if (changes_nothing(x, p, training)) return x;
  if (p == 1) return x * 0;
  if (are_16_bit(x)) return in_float32([p](const Tensor& wide) { return feature_dropout(wide, p, true); }, x);
  return x * (keep_mask(channel_sizes("feature_dropout", x), x, p) / (1 - p));
}

Tensor dropout1d(const Tensor& x, double p, bool training) { return channel_dropout("dropout1d", x, 3, p, training); }
Tensor dropout2d(const Tensor& x, double p, bool training) { return feature_dropout(x, p, training); }
Tensor dropout3d(const Tensor& x, double p, bool training) { return channel_dropout("dropout3d", x, 5, p, training); }

Tensor alpha_dropout(const Tensor& x, double p, bool training) {
  check_arguments("alpha_dropout", x, p);
  if (changes_nothing(x, p, training)) return x;
  if (p == 1) return x * 0;
  return in_float32([p](const Tensor& wide) { return self_normalising(wide, keep_mask(wide.sizes(), wide, p), p); }, x);
}

Tensor feature_alpha_dropout(const Tensor& x, double p, bool training) {
  check_arguments("feature_alpha_dropout", x, p);
  if (changes_nothing(x, p, training)) return x;
  if (p == 1) return x * 0;
  const Shape sizes = channel_sizes("feature_alpha_dropout", x);
  return in_float32([&](const Tensor& wide) { return self_normalising(wide, keep_mask(sizes, wide, p), p); }, x);
}

}  // namespace ember
