// Resizing: every mode is one linear map along each spatial dim, and so is its gradient, with the maps transposed.
#include "ember/ops/resampling/interpolate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/cubic_weights.h"
#include "ember/core/kernels/resampling.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/pooling/adaptive_pooling.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// How one dim is resized. `factor` is the scale factor that the user gave, which may differ a little from the sizes' ratio.
struct Resize {
  int64_t inputs, outputs;
  std::optional<double> factor;
  bool align_corners;
};

/// Rows of a map are built one after another, of any lengths.
class MapBuilder {
 public:
  MapBuilder(int64_t inputs, int64_t outputs) : inputs_(inputs), rows_(outputs) {}

  /// One more entry; beyond the border lies the border's element.
  void add(int64_t row, int64_t index, double weight) {
    rows_[row].emplace_back(std::clamp<int64_t>(index, 0, inputs_ - 1), weight);
  }
  ResamplingMap build() const {
    ResamplingMap map{.inputs = inputs_,
                      .outputs = static_cast<int64_t>(rows_.size()),
                      .width = 1,
                      .index = {},
                      .weight = {},
                      .used = {}};
    for (const auto& row : rows_) {
      map.used.push_back(static_cast<int32_t>(row.size()));
      map.width = std::max(map.width, static_cast<int64_t>(row.size()));
    }
    map.index.resize(map.width * map.outputs);
    map.weight.resize(map.width * map.outputs);
    for (int64_t i = 0; i < map.outputs; ++i)
      for (size_t k = 0; k < rows_[i].size(); ++k) {
        map.index[k * map.outputs + i] = static_cast<int32_t>(rows_[i][k].first);
        map.weight[k * map.outputs + i] = rows_[i][k].second;
      }
    return map;
  }

 private:
  int64_t inputs_;
  std::vector<std::vector<std::pair<int64_t, double>>> rows_;
};

ResamplingMap identity_map(int64_t size) {
  ResamplingMap map{.inputs = size, .outputs = size, .width = 1, .index = {}, .weight = {}, .used = {}};
  for (int64_t i = 0; i < size; ++i) map.index.push_back(static_cast<int32_t>(i));
  map.weight.assign(size, 1);
  map.used.assign(size, 1);
  return map;
}

bool is_identity(const ResamplingMap& map) {
  if (map.width != 1 || map.inputs != map.outputs) return false;
  for (int64_t i = 0; i < map.outputs; ++i)
    if (map.index[i] != i || map.weight[i] != 1) return false;
  return true;
}

ResamplingMap transposed(const ResamplingMap& map) {
  if (is_identity(map)) return map;
  MapBuilder builder(map.outputs, map.inputs);
  for (int64_t i = 0; i < map.outputs; ++i)
    for (int64_t k = 0; k < map.used[i]; ++k)
      if (const double weight = map.weight[k * map.outputs + i]; weight != 0)
        builder.add(map.index[k * map.outputs + i], i, weight);
  return builder.build();
}

// Places are computed in the dtype of the tensor, so that they fall on the same side of a pixel's border as PyTorch's.

template <class T>
T scale_of(const Resize& r) {
  if (r.align_corners) return r.outputs > 1 ? static_cast<T>(r.inputs - 1) / static_cast<T>(r.outputs - 1) : T(0);
  return r.factor ? static_cast<T>(1 / *r.factor) : static_cast<T>(r.inputs) / static_cast<T>(r.outputs);
}

/// Where output i lies in the input.
template <class T>
T place(const Resize& r, T scale, int64_t i) {
  return r.align_corners ? scale * static_cast<T>(i) : scale * (static_cast<T>(i) + T(0.5)) - T(0.5);
}

template <class T>
ResamplingMap nearest_map(const Resize& r, bool exact) {
  MapBuilder builder(r.inputs, r.outputs);
  const T scale = scale_of<T>(r);
  for (int64_t i = 0; i < r.outputs; ++i) {
    const T at = exact ? std::max(T(0), place(r, scale, i)) + T(0.5) : scale * static_cast<T>(i);
    // In float even for float64, as PyTorch rounds.
    builder.add(i, static_cast<int64_t>(std::floor(static_cast<float>(at))), 1);
  }
  return builder.build();
}

template <class T>
ResamplingMap linear_map(const Resize& r) {
  MapBuilder builder(r.inputs, r.outputs);
  const T scale = scale_of<T>(r);
  for (int64_t i = 0; i < r.outputs; ++i) {
    const T at = std::max(T(0), place(r, scale, i));
    const int64_t left = std::min(static_cast<int64_t>(at), r.inputs - 1);
    const T share = std::clamp(at - static_cast<T>(left), T(0), T(1));
    builder.add(i, left, 1 - share);
    builder.add(i, left + 1, share);
  }
  return builder.build();
}

template <class T>
ResamplingMap cubic_map(const Resize& r) {
  MapBuilder builder(r.inputs, r.outputs);
  const T scale = scale_of<T>(r);
  for (int64_t i = 0; i < r.outputs; ++i) {
    const T at = place(r, scale, i);
    const int64_t left = std::min(static_cast<int64_t>(std::floor(at)), r.inputs - 1);
    const T t = std::clamp(at - static_cast<T>(left), T(0), T(1));
    builder.add(i, left - 1, cubic::far(t + 1));
    builder.add(i, left, cubic::near(t));
    builder.add(i, left + 1, cubic::near(1 - t));
    builder.add(i, left + 2, cubic::far(2 - t));
  }
  return builder.build();
}

/// Filters of `reach` pixels to each side, as wide as the pixels of the output when these are larger: as Pillow resizes.
template <class T, class Filter>
ResamplingMap filtered_map(const Resize& r, T reach, Filter filter) {
  MapBuilder builder(r.inputs, r.outputs);
  const T scale = scale_of<T>(r), support = scale >= 1 ? reach * scale : reach, shrink = scale >= 1 ? 1 / scale : T(1);
  for (int64_t i = 0; i < r.outputs; ++i) {
    const T center = scale * (static_cast<T>(i) + T(0.5));
    const int64_t first = std::max<int64_t>(static_cast<int64_t>(center - support + T(0.5)), 0);
    const int64_t last = std::min(static_cast<int64_t>(center + support + T(0.5)), r.inputs);
    T total = 0;
    std::vector<T> weights;
    for (int64_t j = first; j < last; ++j) {
      weights.push_back(filter((static_cast<T>(j) - center + T(0.5)) * shrink));
      total += weights.back();
    }
    for (int64_t j = first; j < last; ++j)
      builder.add(i, j, total != 0 ? weights[j - first] / total : weights[j - first]);
  }
  return builder.build();
}

template <class T>
ResamplingMap antialiased_map(const Resize& r, std::string_view mode) {
  if (mode == "bilinear") return filtered_map<T>(r, 1, [](T x) { return std::max(T(0), 1 - std::abs(x)); });
  if (mode == "bicubic")
    return filtered_map<T>(r, 2, [](T x) {
      const T d = std::abs(x), a = T(-0.5);
      return d < 1 ? cubic::near(d, a) : d < 2 ? cubic::far(d, a) : T(0);
    });
  return filtered_map<T>(r, 3, [](T x) {
    const T y = x * std::numbers::pi_v<T>;
    if (std::abs(x) >= 3) return T(0);
    return y == 0 ? T(1) : std::sin(y) / y * std::sin(y / 3) / (y / 3);
  });
}

template <class T>
ResamplingMap make_map(const Resize& r, std::string_view mode, bool antialias) {
  if (antialias) return antialiased_map<T>(r, mode);
  if (r.inputs == r.outputs && mode != "bicubic" && !mode.starts_with("nearest")) return identity_map(r.inputs);
  if (mode.starts_with("nearest")) return nearest_map<T>(r, mode == "nearest-exact");
  return mode == "bicubic" ? cubic_map<T>(r) : linear_map<T>(r);
}

/// Both maps at once over x [planes, rows, columns].
Tensor resample(const Tensor& x, const ResamplingMap& rows, const ResamplingMap& columns) {
  Tensor y = empty_tensor({x.sizes()[0], rows.outputs, columns.outputs}, x.dtype(), x.device());
  kernels::resample.as("interpolate").on(x)(y, x, rows, columns);
  return record("interpolate", y, inputs(x),
                [rows, columns](const Tensor& g) { return resample(g, transposed(rows), transposed(columns)); });
}

bool is_smooth(std::string_view mode) {
  return mode == "linear" || mode == "bilinear" || mode == "trilinear" || mode == "bicubic" || mode == "lanczos";
}

void check_mode(const Tensor& x, std::string_view mode, std::optional<bool> align_corners, bool antialias) {
  const int64_t rank = x.dim() - 2;
  const bool is_flat = mode == "nearest" || mode == "nearest-exact" || mode == "area";
  check<NotImplementedError>(is_flat || is_smooth(mode), "interpolate: mode is \"", std::string(mode),
                             "\" but must be nearest, nearest-exact, area, linear, bilinear, bicubic, trilinear or "
                             "lanczos");
  const int64_t wanted = mode == "linear" ? 1 : mode == "trilinear" ? 3 : 2;
  check<NotImplementedError>(is_flat || wanted == rank, "interpolate: mode \"", std::string(mode), "\" needs a ",
                             wanted + 2, "-dim input, got shape ", x.sizes());
  check<ValueError>(!is_flat || !align_corners, "interpolate: align_corners cannot be set with mode \"",
                    std::string(mode), "\"");
  check<ValueError>(!antialias || mode == "bilinear" || mode == "bicubic" || mode == "lanczos",
                    "interpolate: antialias needs mode bilinear, bicubic or lanczos, not \"", std::string(mode), "\"");
  check<ValueError>(mode != "lanczos" || (antialias && !align_corners.value_or(false)),
                    "interpolate: mode \"lanczos\" needs antialias and no align_corners");
}

}  // namespace

Tensor interpolate(const Tensor& x, const Shape& size, const std::vector<double>& scale_factor, std::string_view mode,
                   std::optional<bool> align_corners, std::optional<bool> recompute_scale_factor, bool antialias) {
  kernel::check_defined("interpolate", "input", x);
  check<NotImplementedError>(x.dim() >= 3 && x.dim() <= 5, "interpolate: input has shape ", x.sizes(),
                             " but must have 3 to 5 dimensions");
  const auto rank = static_cast<size_t>(x.dim() - 2);
  check_mode(x, mode, align_corners, antialias);
  if (are_16_bit(x) && mode == "trilinear")
    return in_float32(
        [&](const Tensor& wide) {
          return interpolate(wide, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias);
        },
        x);
  if (x.dtype() == kUInt8) {
    const Tensor y =
        interpolate(to(x, kFloat32), size, scale_factor, mode, align_corners, recompute_scale_factor, antialias);
    return to(clamp(round(y), 0, 255), kUInt8);
  }
  check<ValueError>(size.empty() != scale_factor.empty(), "interpolate: needs just one of size and scale_factor");
  check<ValueError>(size.empty() || size.size() == 1 || size.size() == rank, "interpolate: size is ", size,
                    " but must have one entry or ", rank, " for input ", x.sizes());
  check<ValueError>(scale_factor.empty() || scale_factor.size() == 1 || scale_factor.size() == rank,
                    "interpolate: scale_factor has ", scale_factor.size(), " entries but must have one or ", rank,
                    " for input ", x.sizes());
  const bool recompute = recompute_scale_factor.value_or(false);
  check<ValueError>(!recompute || size.empty(), "interpolate: recompute_scale_factor needs a scale_factor, not a size");

  std::vector<Resize> dims;
  Shape wanted;
  for (size_t d = 0; d < rank; ++d) {
    Resize r{x.sizes()[d + 2], 0, {}, align_corners.value_or(false)};
    if (size.empty()) {
      const double factor = scale_factor[scale_factor.size() == 1 ? 0 : d];
      const double scaled = static_cast<double>(r.inputs) * factor;
      check<ValueError>(factor > 0 && scaled < 1e9,
                        "interpolate: scale_factor must be positive and not too large but is ", factor);
      r.outputs = static_cast<int64_t>(scaled);
      if (!recompute) r.factor = factor;
    } else {
      r.outputs = size[size.size() == 1 ? 0 : d];
    }
    check(r.inputs > 0 && r.inputs < (1 << 30) && r.outputs > 0 && r.outputs < (1 << 30), "interpolate: input ",
          x.sizes(), " cannot be resized to ", r.outputs, " elements in dim ", d + 2);
    wanted.push_back(r.outputs);
    dims.push_back(r);
  }
  check(x.size(1) > 0, "interpolate: input ", x.sizes(), " has no channels");
  if (mode == "area") {
    return rank == 1   ? adaptive_avg_pool1d(x, wanted)
           : rank == 2 ? adaptive_avg_pool2d(x, wanted)
                       : adaptive_avg_pool3d(x, wanted);
  }
  check<NotImplementedError>(x.is_floating_point(), "interpolate: input is ", describe(x),
                             " but must be floating-point");

  std::vector<ResamplingMap> maps;
  for (const Resize& r : dims)
    maps.push_back(x.dtype() == kFloat64 ? make_map<double>(r, mode, antialias) : make_map<float>(r, mode, antialias));
  const int64_t planes = x.size(0) * x.size(1);
  Shape sizes = {x.size(0), x.size(1)};
  for (const int64_t n : wanted) sizes.push_back(n);
  if (rank == 1)
    return reshape(resample(reshape(x, {1, planes, dims[0].inputs}), identity_map(planes), maps[0]), sizes);
  Tensor y = x;
  if (rank == 3) {
    const int64_t plane = dims[1].inputs * dims[2].inputs;
    y = resample(reshape(x, {planes, dims[0].inputs, plane}), maps[0], identity_map(plane));
  }
  const int64_t images = rank == 3 ? planes * wanted[0] : planes;
  y = resample(reshape(y, {images, dims[rank - 2].inputs, dims[rank - 1].inputs}), maps[rank - 2], maps[rank - 1]);
  return reshape(y, sizes);
}

}  // namespace ember
