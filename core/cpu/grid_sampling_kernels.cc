// Sampling images at the places of a grid. The taps of a block of places are worked out once for all channels, many of which are
// brought side by side, so that a tap is a vector of them.
#include <algorithm>
#include <cmath>
#include <memory>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/vector.h"
#include "core/cpu/vector_math.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/resampling.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

constexpr int64_t kBlock = 64;
constexpr int64_t kMaxTaps = 64;  ///< four along each of three dims

/// The taps of one place along one dim: elements (negative outside of the image), weights and their derivatives by the coordinate.
template <class T>
struct LineTaps {
  int64_t index[4];
  T weight[4], slope[4];
};

template <class T>
T reflected(T x, T low, T span, T& sign) {
  if (span == 0) return sign = 0, T(0);
  T distance = x - low;
  if (distance < 0) distance = -distance, sign = -sign;
  const T flips = std::floor(distance / span), rest = distance - flips * span;
  if (std::fmod(flips, T(2)) == 0) return rest + low;
  sign = -sign;
  return span - rest + low;
}

/// x brought into the image by the padding; `factor` becomes the derivative of that, times what it was.
template <class T>
T padded(T x, int64_t size, const GridSampling& s, T& factor) {
  const T top = static_cast<T>(size - 1);
  if (s.padding == GridPadding::Zeros) return x;
  if (s.padding == GridPadding::Reflection)
    x = s.align_corners ? reflected<T>(x, 0, top, factor) : reflected<T>(x, T(-0.5), static_cast<T>(size), factor);
  // A NaN goes to the first element.
  if (!(x > 0)) return factor = 0, T(0);
  if (x >= top) return factor = 0, top;
  return x;
}

/// The element at `x`, or -1 outside. Coordinates far outside do not convert to integers.
template <class T>
int64_t element(T x, int64_t size) {
  return x >= 0 && x < static_cast<T>(size) ? static_cast<int64_t>(x) : -1;
}

template <class T>
T cubic_near(T d) {
  return (T(1.25) * d - T(2.25)) * d * d + 1;
}
template <class T>
T cubic_far(T d) {
  return ((T(-0.75) * d + T(3.75)) * d - 6) * d + 3;
}
template <class T>
T cubic_near_slope(T d) {
  return (T(3.75) * d - T(4.5)) * d;
}
template <class T>
T cubic_far_slope(T d) {
  return (T(-2.25) * d + T(7.5)) * d - 6;
}

template <class T>
[[gnu::always_inline]] inline void line_taps(LineTaps<T>& taps, T coordinate, int64_t size, const GridSampling& s) {
  const auto n = static_cast<T>(size);
  T factor = s.align_corners ? (n - 1) / 2 : n / 2;
  T x = s.align_corners ? (coordinate + 1) / 2 * (n - 1) : ((coordinate + 1) * n - 1) / 2;
  if (s.interpolation == Interpolation::Cubic) {
    const T floor = std::floor(x), t = x - floor;
    const T weights[] = {cubic_far(1 + t), cubic_near(t), cubic_near(1 - t), cubic_far(2 - t)};
    const T slopes[] = {cubic_far_slope(1 + t), cubic_near_slope(t), -cubic_near_slope(1 - t), -cubic_far_slope(2 - t)};
    for (int k = 0; k < 4; ++k) {
      T unused = 1;
      taps.index[k] = element(padded<T>(floor + static_cast<T>(k - 1), size, s, unused), size);
      taps.weight[k] = weights[k];
      taps.slope[k] = slopes[k] * factor;
    }
    return;
  }
  x = padded(x, size, s, factor);
  if (s.interpolation == Interpolation::Nearest) {
    taps.index[0] = element(std::nearbyint(x), size);
    taps.weight[0] = 1;
    taps.slope[0] = 0;
    return;
  }
  const T floor = std::floor(x);
  taps.index[0] = element(floor, size);
  taps.index[1] = element(floor + 1, size);
  taps.weight[0] = floor + 1 - x;
  taps.weight[1] = x - floor;
  taps.slope[0] = -factor;
  taps.slope[1] = factor;
}

/// The taps of up to kBlock places: elements of a plane, their weights and, on demand, derivatives by each coordinate.
template <class T>
struct Block {
  int64_t taps;
  int32_t index[kMaxTaps][kBlock];
  T weight[kMaxTaps][kBlock], slope[3][kMaxTaps][kBlock];

  void fill(const T* grid, int64_t count, int64_t rank, const int64_t* size, const GridSampling& s, bool with_slopes) {
    if (rank == 2 && s.padding != GridPadding::Reflection) {
      if (s.interpolation == Interpolation::Linear) return fill_plane<2>(grid, count, size, s, with_slopes);
      if (s.interpolation == Interpolation::Nearest) return fill_plane<1>(grid, count, size, s, with_slopes);
    }
    const int64_t each = s.interpolation == Interpolation::Linear ? 2 : s.interpolation == Interpolation::Cubic ? 4 : 1;
    taps = rank == 2 ? each * each : each * each * each;
    for (int64_t p = 0; p < count; ++p) {
      LineTaps<T> line[3];  // depth, height, width; the grid has the width's first
      for (int64_t d = 0; d < rank; ++d) line_taps(line[2 - d], grid[p * rank + d], size[2 - d], s);
      if (rank == 2) line[0] = {{0}, {1}, {0}};
      int64_t t = 0;
      for (int64_t a = 0; a < (rank == 2 ? 1 : each); ++a)
        for (int64_t b = 0; b < each; ++b)
          for (int64_t c = 0; c < each; ++c, ++t) {
            const int64_t i = line[0].index[a], j = line[1].index[b], k = line[2].index[c];
            const T u = line[0].weight[a], v = line[1].weight[b], w = line[2].weight[c];
            const bool outside = i < 0 || j < 0 || k < 0;
            index[t][p] = static_cast<int32_t>(outside ? -1 : (i * size[1] + j) * size[2] + k);
            weight[t][p] = outside ? 0 : u * v * w;  // coordinates may be NaN
            if (!with_slopes) continue;
            if (outside) {
              slope[0][t][p] = slope[1][t][p] = slope[2][t][p] = 0;
              continue;
            }
            slope[0][t][p] = u * v * line[2].slope[c];
            slope[1][t][p] = u * line[1].slope[b] * w;
            slope[2][t][p] = line[0].slope[a] * v * w;
          }
    }
  }

 private:
  /// The same for images by loops over places that vectorise, with Each taps along both dims.
  template <int Each>
  void fill_plane(const T* grid, int64_t count, const int64_t* size, const GridSampling& s, bool with_slopes) {
    taps = Each * Each;
    int32_t at[2][Each][kBlock];  // width, height
    T weights[2][Each][kBlock], factors[2][kBlock];
    for (int d = 0; d < 2; ++d) {
      const T n = static_cast<T>(size[2 - d]), top = n - 1, scale = s.align_corners ? top / 2 : n / 2;
      const T back = s.align_corners ? T(0) : T(0.5);
      const bool is_clamped = s.padding == GridPadding::Border;
      const auto last = static_cast<uint32_t>(size[2 - d] - 1);
      const auto inside = [last](int32_t i) { return static_cast<uint32_t>(i) <= last ? i : -1; };
      T coordinate[kBlock];
      for (int64_t p = 0; p < count; ++p) coordinate[p] = grid[2 * p + d];
#pragma GCC ivdep
      for (int64_t p = 0; p < count; ++p) {
        T x = (coordinate[p] + 1) * scale - back, factor = scale;
        if (is_clamped) {  // a NaN goes to the first element
          factor = (x > 0) & (x < top) ? scale : T(0);
          x = x > 0 ? x : T(0);
          x = x < top ? x : top;
        }
        const T low = Each == 2 ? math::floor(x) : math::round(x);
        // What is NaN or far outside becomes an element that is not there.
        const T near = low >= -1 ? low : T(-2);
        const auto i = static_cast<int32_t>(near <= n ? near : n);
        at[d][0][p] = inside(i);
        weights[d][0][p] = Each == 2 ? low + 1 - x : T(1);
        if constexpr (Each == 2) {
          at[d][1][p] = inside(i + 1);
          weights[d][1][p] = x - low;
        }
        factors[d][p] = Each == 2 ? factor : T(0);
      }
    }
    const auto width = static_cast<int32_t>(size[2]);
    for (int b = 0; b < Each; ++b)
      for (int c = 0; c < Each; ++c) {
        const int t = b * Each + c;
#pragma GCC ivdep
        for (int64_t p = 0; p < count; ++p) {
          const int32_t j = at[1][b][p], k = at[0][c][p];
          const bool outside = (j | k) < 0;
          index[t][p] = outside ? -1 : j * width + k;
          weight[t][p] = outside ? T(0) : weights[1][b][p] * weights[0][c][p];
        }
        if (!with_slopes) continue;
        const T sign_x = c == 0 ? T(-1) : T(1), sign_y = b == 0 ? T(-1) : T(1);
#pragma GCC ivdep
        for (int64_t p = 0; p < count; ++p) {
          const bool outside = index[t][p] < 0;
          slope[0][t][p] = outside ? T(0) : weights[1][b][p] * factors[0][p] * sign_x;
          slope[1][t][p] = outside ? T(0) : weights[0][c][p] * factors[1][p] * sign_y;
        }
      }
  }
};

/// Elements are read and written with Wide channels side by side: [chunk of channels][place][Wide], zeros behind the last one.
template <class T, int64_t Wide>
struct Sampler {
  static constexpr bool kIsPlain = Wide == 1;
  static constexpr int64_t kLanes = kIsPlain ? 1 : Vector<T>::kLanes, kVectors = Wide / kLanes;
  using Lanes = std::conditional_t<kIsPlain, T, typename Vector<T>::Type>;

  int64_t rank, images, channels, places, plane, chunks, size[3];
  const T* x;
  const T* grid;
  const GridSampling& s;
  std::unique_ptr<T[]> wide_x;

  Sampler(const TensorBase& x, const TensorBase& grid, const GridSampling& s)
      : rank(x.dim() - 2),
        images(x.sizes()[0]),
        channels(x.sizes()[1]),
        places(grid.numel() / std::max<int64_t>(1, images * rank)),
        chunks((channels + Wide - 1) / Wide),
        size{rank == 2 ? 1 : x.sizes()[2], x.sizes()[rank], x.sizes()[rank + 1]},
        x(reinterpret_cast<const T*>(x.raw_data())),
        grid(reinterpret_cast<const T*>(grid.raw_data())),
        s(s) {
    plane = size[0] * size[1] * size[2];
  }

  static Lanes load(const T* from) {
    if constexpr (kIsPlain)
      return *from;
    else
      return Vector<T>::load(from);
  }
  static void store(T* to, Lanes value) {
    if constexpr (kIsPlain)
      *to = value;
    else
      Vector<T>::store(to, value);
  }

  int64_t channel(int64_t image, int64_t chunk) const { return image * channels + chunk * Wide; }

  /// Between a chunk's channels side by side and planes of them.
  void transpose(int64_t chunk, T* to, int64_t to_channel, int64_t to_place, const T* from, int64_t from_channel,
                 int64_t from_place, int64_t count) const {
    const int64_t width = std::min(Wide, channels - chunk * Wide);
    for (int64_t first = 0; first < count; first += kBlock)
      for (int64_t c = 0; c < width; ++c)
        for (int64_t i = first; i < std::min(first + kBlock, count); ++i)
          to[c * to_channel + i * to_place] = from[c * from_channel + i * from_place];
  }

  void interleave_x() {
    if (kIsPlain) return;
    wide_x = std::make_unique<T[]>(static_cast<size_t>(images * chunks * plane * Wide));
    parallel_for(0, images * chunks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        transpose(i % chunks, wide_x.get() + i * plane * Wide, 1, Wide, x + channel(i / chunks, i % chunks) * plane,
                  plane, 1, plane);
    });
  }
  const T* pixels(int64_t image, int64_t chunk) const {
    return (kIsPlain ? x : wide_x.get()) + (image * chunks + chunk) * plane * Wide;
  }

  /// Calls `body(image, first place, count, taps)` for all blocks, several at once.
  template <class Body>
  void for_each_block(bool with_slopes, Body body) const {
    const int64_t blocks = (places + kBlock - 1) / kBlock;
    parallel_for(0, images * blocks, std::max<int64_t>(1, 512 / channels), [&](int64_t begin, int64_t end) {
      const auto taps = std::make_unique<Block<T>>();
      for (int64_t i = begin; i < end; ++i) {
        const int64_t image = i / blocks, first = i % blocks * kBlock, count = std::min(kBlock, places - first);
        taps->fill(grid + (image * places + first) * rank, count, rank, size, s, with_slopes);
        body(image, first, count, *taps);
      }
    });
  }

  void forward(T* out) {
    interleave_x();
    for_each_block(false, [&](int64_t image, int64_t first, int64_t count, const Block<T>& block) {
      alignas(64) T line[kBlock * Wide];
      for (int64_t chunk = 0; chunk < chunks; ++chunk) {
        const T* from = pixels(image, chunk);
        if constexpr (kIsPlain) {  // places side by side, so that gathering vectorises
          T sum[kBlock] = {};
          for (int64_t t = 0; t < block.taps; ++t) {
#pragma GCC ivdep
            for (int64_t p = 0; p < count; ++p) {
              const T value = from[std::max<int32_t>(block.index[t][p], 0)];
              sum[p] += block.weight[t][p] * (block.index[t][p] < 0 ? T(0) : value);
            }
          }
          std::copy(sum, sum + count, out + channel(image, chunk) * places + first);
          continue;
        }
        for (int64_t p = 0; p < count; ++p) {
          Lanes sum[kVectors] = {};
          for (int64_t t = 0; t < block.taps; ++t) {
            if (block.index[t][p] < 0) continue;
            const T* pixel = from + block.index[t][p] * Wide;
            for (int v = 0; v < kVectors; ++v) sum[v] += load(pixel + v * kLanes) * block.weight[t][p];
          }
          for (int v = 0; v < kVectors; ++v) store(line + p * Wide + v * kLanes, sum[v]);
        }
        transpose(chunk, out + channel(image, chunk) * places + first, places, 1, line, 1, Wide, count);
      }
    });
  }

  void backward_grid(T* grad_grid, const T* grad) {
    interleave_x();
    rank == 2 ? backward_grid<2>(grad_grid, grad) : backward_grid<3>(grad_grid, grad);
  }
  template <int Rank>
  void backward_grid(T* grad_grid, const T* grad) const {
    for_each_block(true, [&](int64_t image, int64_t first, int64_t count, const Block<T>& block) {
      alignas(64) T line[kBlock * Wide] = {};
      T* const to = grad_grid + (image * places + first) * Rank;
      std::fill(to, to + count * Rank, T(0));
      for (int64_t chunk = 0; chunk < chunks; ++chunk) {
        const T* from = pixels(image, chunk);
        if constexpr (kIsPlain) {
          const T* g = grad + channel(image, chunk) * places + first;
          for (int d = 0; d < Rank; ++d) {
            T sum[kBlock] = {};
            for (int64_t t = 0; t < block.taps; ++t) {
#pragma GCC ivdep
              for (int64_t p = 0; p < count; ++p) {
                const T value = from[std::max<int32_t>(block.index[t][p], 0)];
                sum[p] += block.slope[d][t][p] * (block.index[t][p] < 0 ? T(0) : value);
              }
            }
            for (int64_t p = 0; p < count; ++p) to[p * Rank + d] += sum[p] * g[p];
          }
          continue;
        }
        transpose(chunk, line, 1, Wide, grad + channel(image, chunk) * places + first, places, 1, count);
        for (int64_t p = 0; p < count; ++p) {
          Lanes sum[Rank][kVectors] = {};
          for (int64_t t = 0; t < block.taps; ++t) {
            if (block.index[t][p] < 0) continue;
            const T* pixel = from + block.index[t][p] * Wide;
            for (int v = 0; v < kVectors; ++v)
              for (int d = 0; d < Rank; ++d) sum[d][v] += load(pixel + v * kLanes) * block.slope[d][t][p];
          }
          for (int d = 0; d < Rank; ++d) {
            T products[Wide];
            for (int v = 0; v < kVectors; ++v)
              store(products + v * kLanes, sum[d][v] * load(line + p * Wide + v * kLanes));
            to[p * Rank + d] += fold<Sum>(products, Wide);
          }
        }
      }
    });
  }

  /// Each chunk of the result belongs to one thread.
  void backward_input(T* grad_x, const T* grad) const {
    const int64_t parts = std::clamp<int64_t>(num_threads() / std::max<int64_t>(1, images), 1, chunks);
    parallel_for(0, images * parts, 1, [&](int64_t begin, int64_t end) {
      const auto block = std::make_unique<Block<T>>();
      alignas(64) T line[kBlock * Wide] = {};
      for (int64_t part = begin; part < end; ++part) {
        const int64_t image = part / parts, own = part % parts;
        const int64_t low = chunks * own / parts, high = chunks * (own + 1) / parts;
        const int64_t count_x = (high - low) * plane * Wide;
        const auto wide = std::make_unique_for_overwrite<T[]>(static_cast<size_t>(kIsPlain ? 0 : count_x));
        T* const sums = kIsPlain ? grad_x + channel(image, low) * plane : wide.get();
        std::fill(sums, sums + count_x, T(0));
        for (int64_t first = 0; first < places; first += kBlock) {
          const int64_t count = std::min(kBlock, places - first);
          block->fill(grid + (image * places + first) * rank, count, rank, size, s, false);
          for (int64_t chunk = low; chunk < high; ++chunk) {
            transpose(chunk, line, 1, Wide, grad + channel(image, chunk) * places + first, places, 1, count);
            for (int64_t p = 0; p < count; ++p)
              for (int64_t t = 0; t < block->taps; ++t) {
                if (block->index[t][p] < 0) continue;
                T* pixel = sums + ((chunk - low) * plane + block->index[t][p]) * Wide;
                for (int64_t c = 0; c < Wide; c += kLanes)
                  store(pixel + c, load(pixel + c) + load(line + p * Wide + c) * block->weight[t][p]);
              }
          }
        }
        for (int64_t chunk = low; !kIsPlain && chunk < high; ++chunk)
          transpose(chunk, grad_x + channel(image, chunk) * plane, plane, 1, sums + (chunk - low) * plane * Wide, 1,
                    Wide, plane);
      }
    });
  }
};

TensorBase dense(const TensorBase& x, DType dtype) {
  if (x.dtype() == dtype && x.is_contiguous()) return x;
  const TensorBase copy = empty_tensor(x.sizes(), dtype);
  kernels::copy[kCPU](copy, x);
  return copy;
}

/// `out` itself when a loop of `dtype` can write it.
TensorBase writable(const TensorBase& out, DType dtype) {
  if (!out.defined() || (out.dtype() == dtype && out.is_contiguous())) return out;
  return empty_tensor(out.sizes(), dtype);
}
void finish(const TensorBase& out, const TensorBase& computed) {
  if (out.defined() && !out.is_same(computed)) kernels::copy[kCPU](out, computed);
}

template <class F>
void visit(const TensorBase& x, F f) {
  if (!is_floating_point(x.dtype())) cpu::fail_dtype("grid_sample", x.dtype());
  compute_dtype(x.dtype()) == kFloat64 ? f.template operator()<double>() : f.template operator()<float>();
}

template <class T, class F>
void with_sampler(const TensorBase& x, const TensorBase& grid, const GridSampling& sampling, F f) {
  Sampler<T, 1> plain(x, grid, sampling);
  // Bringing few channels or the whole of a large image together costs more than it saves.
  if (plain.channels < 8 || plain.plane > 4 * plain.places) return f(plain);
  Sampler<T, 16> wide(x, grid, sampling);
  f(wide);
}

void grid_sample(const TensorBase& out, const TensorBase& x, const TensorBase& grid, const GridSampling& sampling) {
  visit(x, [&]<class T> {
    const TensorBase in = dense(x, dtype_of<T>), places = dense(grid, dtype_of<T>), y = writable(out, dtype_of<T>);
    if (out.numel() > 0)
      with_sampler<T>(in, places, sampling,
                      [&](auto& sampler) { sampler.forward(reinterpret_cast<T*>(y.raw_data())); });
    finish(out, y);
  });
}

void grid_sample_backward(const TensorBase& grad_x, const TensorBase& grad_grid, const TensorBase& grad,
                          const TensorBase& x, const TensorBase& grid, const GridSampling& sampling) {
  visit(x, [&]<class T> {
    const TensorBase in = dense(x, dtype_of<T>), places = dense(grid, dtype_of<T>), g = dense(grad, dtype_of<T>);
    const TensorBase to_x = writable(grad_x, dtype_of<T>), to_grid = writable(grad_grid, dtype_of<T>);
    with_sampler<T>(in, places, sampling, [&](auto& sampler) {
      const auto* from = reinterpret_cast<const T*>(g.raw_data());
      if (to_x.defined() && x.numel() > 0) sampler.backward_input(reinterpret_cast<T*>(to_x.raw_data()), from);
      if (to_grid.defined() && grid.numel() > 0) sampler.backward_grid(reinterpret_cast<T*>(to_grid.raw_data()), from);
    });
    finish(grad_x, to_x);
    finish(grad_grid, to_grid);
  });
}

}  // namespace

void register_grid_sampling() {
  kernels::grid_sample[kCPU] = grid_sample;
  kernels::grid_sample_backward[kCPU] = grid_sample_backward;
}

}  // namespace ember::EMBER_ISA
