#include "ember/data/transforms.h"

#include <algorithm>
#include <limits>

#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/shape.h"

namespace ember::data {

namespace {

uint32_t random_word() {
  const auto state = sample_generator().reserve(1);
  return philox(state.position, 0, state.seed)[0];
}

/// An integer on [0, bound].
int64_t random_up_to(int64_t bound) {
  return static_cast<int64_t>(uint64_t{random_word()} * static_cast<uint64_t>(bound + 1) >> 32);
}

void check_image(const Tensor& x, const char* transform) {
  check<ValueError>(x.dim() >= 2, transform, ": expected an image [..., height, width] but got ", describe(x));
}

double largest_value(DType t) {
  switch (t) {
    case DType::UInt8:
      return std::numeric_limits<uint8_t>::max();
    case DType::Int8:
      return std::numeric_limits<int8_t>::max();
    case DType::Int16:
      return std::numeric_limits<int16_t>::max();
    case DType::Int32:
      return std::numeric_limits<int32_t>::max();
    case DType::Int64:
      return static_cast<double>(std::numeric_limits<int64_t>::max());
    default:
      return 1;
  }
}

Tensor channels(const std::vector<double>& values) {
  return tensor(values, dtype(kFloat32)).reshape({static_cast<int64_t>(values.size()), 1, 1});
}

}  // namespace

Generator& sample_generator() { return default_generator(); }

uint64_t sample_seed(uint64_t seed, int64_t epoch, int64_t index) {
  // Another stream than the epoch's order, which takes `epoch` itself.
  const auto words = philox(static_cast<uint64_t>(index), ~static_cast<uint64_t>(epoch), seed);
  return uint64_t{words[0]} << 32 | words[1];
}

SampleGeneratorGuard::SampleGeneratorGuard(uint64_t seed, int64_t epoch, int64_t index)
    : generator_(sample_seed(seed, epoch, index)), guard_(generator_) {}

Tensor Compose::operator()(const Tensor& x) const {
  Tensor y = x;
  for (const Transform& transform : transforms_) y = transform(y);
  return y;
}

bool Compose::takes_batches() const {
  return std::all_of(transforms_.begin(), transforms_.end(), [](const Transform& t) { return t.takes_batches(); });
}

Tensor ToFloat::operator()(const Tensor& x) const {
  const Tensor y = x.to(kFloat32);
  return is_integral(x.dtype()) ? div(y, largest_value(x.dtype())) : y;
}

Normalize::Normalize(std::vector<double> mean, std::vector<double> std) {
  check<ValueError>(!mean.empty() && mean.size() == std.size(), "Normalize: mean has ", mean.size(),
                    " entries and std has ", std.size(), " but both need one for each channel");
  for (double& s : std) {
    check<ValueError>(s != 0, "Normalize: std holds a 0");
    s = 1 / s;
  }
  mean_ = channels(mean);
  scale_ = channels(std);
}

Tensor Normalize::operator()(const Tensor& x) const {
  check<TypeError>(x.is_floating_point(), "Normalize: expected floating-point elements but got ", describe(x),
                   "; put ToFloat() before it");
  check<ValueError>(x.dim() >= 3 && (mean_.size(0) == 1 || x.size(-3) == mean_.size(0)),
                    "Normalize: expected [..., channels, height, width] with ", mean_.size(0), " channels but got ",
                    describe(x));
  return mul(sub(x, mean_), scale_).to(x.dtype());
}

RandomHorizontalFlip::RandomHorizontalFlip(double p) : p_(p) {
  check<ValueError>(0 <= p && p <= 1, "RandomHorizontalFlip: p is ", p, " but must lie in [0, 1]");
}

Tensor RandomHorizontalFlip::operator()(const Tensor& x) const {
  check_image(x, "RandomHorizontalFlip");
  return random_word() * 0x1p-32 < p_ ? flip(x, {-1}) : x;
}

RandomCrop::RandomCrop(const Shape& size, int64_t padding) : padding_(padding) {
  check<ValueError>(size.size() == 1 || size.size() == 2, "RandomCrop: size ", size,
                    " must be [height, width] or one number");
  height_ = size[0];
  width_ = size.back();
  check<ValueError>(height_ >= 1 && width_ >= 1 && padding >= 0, "RandomCrop: ", size, " with padding ", padding,
                    " is no window");
}

Tensor RandomCrop::operator()(const Tensor& x) const {
  check_image(x, "RandomCrop");
  const int64_t room_down = x.size(-2) + 2 * padding_ - height_, room_right = x.size(-1) + 2 * padding_ - width_;
  check<ValueError>(room_down >= 0 && room_right >= 0, "RandomCrop: ", describe(x), " with padding ", padding_,
                    " is smaller than the window [", height_, ", ", width_, "]");
  const int64_t top = random_up_to(room_down), left = random_up_to(room_right);
  if (padding_ == 0) return x.narrow(-2, top, height_).narrow(-1, left, width_);
  // The part of the window that lies on the image, copied into zeros.
  const int64_t from_y = std::max<int64_t>(top - padding_, 0), from_x = std::max<int64_t>(left - padding_, 0);
  const int64_t to_y = std::min(top - padding_ + height_, x.size(-2));
  const int64_t to_x = std::min(left - padding_ + width_, x.size(-1));
  Shape shape = x.sizes();
  shape[shape.size() - 2] = height_;
  shape[shape.size() - 1] = width_;
  Tensor window = zeros(shape, x.options());
  if (to_y > from_y && to_x > from_x) {
    window.narrow(-2, from_y - top + padding_, to_y - from_y)
        .narrow(-1, from_x - left + padding_, to_x - from_x)
        .copy_(x.narrow(-2, from_y, to_y - from_y).narrow(-1, from_x, to_x - from_x));
  }
  return window;
}

TransformedDataset::TransformedDataset(DatasetPtr dataset, Transform transform, Transform target_transform)
    : dataset_(std::move(dataset)), transform_(std::move(transform)), target_transform_(std::move(target_transform)) {
  check<ValueError>(dataset_ != nullptr, "TransformedDataset: no dataset given");
}

Example TransformedDataset::get(int64_t index) const {
  Example sample = dataset_->get(index);
  if (!sample.empty()) sample[0] = transform_(sample[0]);
  if (sample.size() > 1) sample[1] = target_transform_(sample[1]);
  return sample;
}

std::optional<Example> TransformedDataset::get_batch(std::span<const int64_t> indices) const {
  if (!transform_.takes_batches() || !target_transform_.takes_batches()) return std::nullopt;
  auto batch = dataset_->get_batch(indices);
  if (!batch) return std::nullopt;
  if (!batch->empty()) (*batch)[0] = transform_((*batch)[0]);
  if (batch->size() > 1) (*batch)[1] = target_transform_((*batch)[1]);
  return batch;
}

}  // namespace ember::data
