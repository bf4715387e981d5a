// What the kernels of pooling share: the elements under each window, and images in a layout that loops can run over: planes, or with
// the channels innermost. Anything else is copied into planes first.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/staging.h"
#include "ember/core/parallel.h"
#include "ember/core/window.h"

namespace ember::EMBER_ISA::pooling {

/// The elements of one dim under one window: first, first + step, ...; `counted` is its share of a mean's divisor.
struct Taps {
  int64_t first, count, counted;
};

/// The windows along one dim.
struct Line {
  std::vector<Taps> taps;
  int64_t step = 1;
  /// Windows [begin, end) are whole, of `kernel` elements, and move by `stride`.
  int64_t kernel = 0, stride = 1, begin = 0, end = 0;

  int64_t size() const { return static_cast<int64_t>(taps.size()); }
};

inline Line strided_line(const Window& window, size_t d, int64_t size, int64_t outputs) {
  Line line{{}, window.dilation[d], window.kernel[d], window.stride[d]};
  line.begin = outputs;
  for (int64_t o = 0; o < outputs; ++o) {
    const int64_t start = o * line.stride - window.padding[d];
    const int64_t before = start < 0 ? (-start + line.step - 1) / line.step : 0;
    const int64_t last = start >= size ? 0 : std::min(line.kernel, (size - start + line.step - 1) / line.step);
    const int64_t count = std::max<int64_t>(0, last - before);
    const int64_t reach = std::min(start + line.kernel, size + window.padding[d]) - start;
    line.taps.push_back({std::clamp<int64_t>(start + before * line.step, 0, std::max<int64_t>(0, size - 1)), count,
                         window.count_include_pad ? reach : count});
    if (count < line.kernel) continue;
    if (o < line.begin) line.begin = o;
    line.end = o + 1;
  }
  return line;
}

inline Line adaptive_line(int64_t size, int64_t outputs) {
  Line line;
  for (int64_t o = 0; o < outputs; ++o) {
    const int64_t first = o * size / outputs, count = ((o + 1) * size + outputs - 1) / outputs - first;
    line.taps.push_back({first, count, count});
  }
  if (outputs > 0 && size % outputs == 0) line.kernel = line.stride = size / outputs, line.end = outputs;
  return line;
}

/// The windows of one pooling and its sizes, as if it had three dims.
struct Windows {
  std::array<Line, 3> lines;
  std::array<int64_t, 3> size = {1, 1, 1};
  int64_t images, channels;
  std::optional<int64_t> divisor;

  template <class MakeLine>
  Windows(const TensorBase& x, const TensorBase& out, MakeLine make_line)
      : images(x.sizes()[0]), channels(x.sizes()[1]) {
    const size_t rank = x.sizes().size() - 2, skipped = 3 - rank;
    for (size_t d = 0; d < 3; ++d) {
      if (d >= skipped) size[d] = x.sizes()[d - skipped + 2];
      lines[d] = d < skipped ? adaptive_line(1, 1) : make_line(d - skipped, size[d], out.sizes()[d - skipped + 2]);
    }
  }
  int64_t elements() const { return size[0] * size[1] * size[2]; }
  int64_t outputs() const { return lines[0].size() * lines[1].size() * lines[2].size(); }
};

inline Windows strided_windows(const TensorBase& x, const TensorBase& out, const Window& window) {
  Windows w(x, out, [&](size_t d, int64_t size, int64_t outputs) { return strided_line(window, d, size, outputs); });
  w.divisor = window.divisor;
  return w;
}
inline Windows adaptive_windows(const TensorBase& x, const TensorBase& out) {
  return Windows(x, out, [](size_t, int64_t size, int64_t outputs) { return adaptive_line(size, outputs); });
}

inline bool is_channels_last(const TensorBase& x) {
  return !x.is_contiguous() && cpu::has_strides(x, cpu::channels_last_strides(x.sizes()));
}

/// x as loops read it, in the layout of `like`.
inline TensorBase read_image(const TensorBase& x, const TensorBase& like, DType dtype) {
  if (!is_channels_last(like)) return cpu::read_as(x, dtype);
  return cpu::read_as(x, dtype, cpu::channels_last_strides(x.sizes()));
}

/// A result, which may be undefined, in the layout of `like`.
inline cpu::WriteAs write_image(const TensorBase& out, const TensorBase& like, DType dtype) {
  if (!out.defined() || !is_channels_last(like)) return {out, dtype};
  return {out, dtype, cpu::channels_last_strides(out.sizes())};
}

template <class T>
T* data(const TensorBase& x) {
  return reinterpret_cast<T*>(x.raw_data());
}

/// Calls f.operator()<T>() with the type to compute `dtype` in.
template <class F>
void visit_compute(const char* op, DType dtype, F f) {
  if (dtype == kBool) cpu::fail_dtype(op, dtype);
  if (is_integral(dtype, false)) return f.template operator()<int64_t>();
  compute_dtype(dtype) == kFloat64 ? f.template operator()<double>() : f.template operator()<float>();
}

/// Planes for one thread at least.
inline int64_t grain(int64_t plane) { return std::max<int64_t>(1, kGrain / std::max<int64_t>(plane, 1)); }

}  // namespace ember::EMBER_ISA::pooling
