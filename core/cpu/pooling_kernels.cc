// Pooling of images by windows. Images come as planes (NCHW) or with their channels innermost (NHWC); loops over a row or over
// channels vectorise either way. Anything else is copied into planes first.
#include <algorithm>
#include <limits>

#include "core/backend.h"
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

struct Span {
  int64_t first, last;
};

/// The geometry of one pooling, and the taps of each output.
struct Pool {
  int64_t images, channels, height, width, out_height, out_width;
  const Window& window;

  Pool(const Tensor& x, const Tensor& out, const Window& window)
      : images(x.sizes()[0]),
        channels(x.sizes()[1]),
        height(x.sizes()[2]),
        width(x.sizes()[3]),
        out_height(out.sizes()[2]),
        out_width(out.sizes()[3]),
        window(window) {}

  int64_t start(int d, int64_t o) const { return o * window.stride[d] - window.padding[d]; }
  /// The kernel positions of output o along dimension d (0: height, 1: width) that lie inside of the image.
  Span taps(int d, int64_t o) const {
    const int64_t begin = start(d, o), step = window.dilation[d], size = d == 0 ? height : width;
    const int64_t first = begin < 0 ? (-begin + step - 1) / step : 0;
    const int64_t last = begin >= size ? 0 : std::min(window.kernel[d], (size - begin + step - 1) / step);
    return {first, std::max(first, last)};
  }
  /// What the sum over the window of output (i, j) is divided by for a mean.
  double divisor(int64_t i, int64_t j) const {
    if (window.divisor) return static_cast<double>(*window.divisor);
    const Span rows = taps(0, i), columns = taps(1, j);
    if (!window.count_include_pad)
      return static_cast<double>((rows.last - rows.first) * (columns.last - columns.first));
    const int64_t bottom = std::min(start(0, i) + window.kernel[0], height + window.padding[0]);
    const int64_t right = std::min(start(1, j) + window.kernel[1], width + window.padding[1]);
    return static_cast<double>((bottom - start(0, i)) * (right - start(1, j)));
  }
  bool halves() const {
    return window.kernel == Shape{2, 2} && window.stride == Shape{2, 2} && window.padding == Shape{0, 0} &&
           window.dilation == Shape{1, 1} && 2 * out_height <= height && 2 * out_width <= width;
  }
};

bool is_channels_last(const Tensor& x) {
  const Shape& n = x.sizes();
  return !x.is_contiguous() && x.strides() == Shape{n[1] * n[2] * n[3], 1, n[3] * n[1], n[1]};
}

Tensor converted(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype && (x.is_contiguous() || is_channels_last(x))) return x;
  Tensor copy = empty_tensor_like(x, dtype);
  if (!copy.is_contiguous() && !is_channels_last(copy)) copy = empty_tensor(x.sizes(), dtype);
  backend(x.device()).copy(copy, x);
  return copy;
}

/// Memory of the same layout as `like`, which is planes or channels innermost.
Tensor of_layout(const Tensor& like, const Shape& sizes, DType dtype) {
  if (!is_channels_last(like)) return empty_tensor(sizes, dtype);
  return empty_strided_tensor(sizes, {sizes[1] * sizes[2] * sizes[3], 1, sizes[3] * sizes[1], sizes[1]}, dtype, {});
}

/// `x` itself where a kernel of `dtype` can work on it in this layout, else memory to be copied back by finish().
Tensor prepared(const Tensor& x, const Tensor& like, DType dtype) {
  const bool fits = x.dtype() == dtype && (is_channels_last(like) ? is_channels_last(x) : x.is_contiguous());
  return fits ? x : of_layout(like, x.sizes(), dtype);
}

void finish(const Tensor& x, const Tensor& computed) {
  if (!x.is_same(computed)) backend(x.device()).copy(x, computed);
}

template <class T>
T* data(const Tensor& x) {
  return reinterpret_cast<T*>(x.raw_data());
}

template <class T>
inline bool beats(T candidate, T best) {
  return (candidate > best) | (candidate != candidate);
}

/// The window of two by two, a row of outputs at a time: branch-free, so that it vectorises.
template <class T>
void max_halves(T* out, int32_t* where, const T* top, const T* bottom, int64_t count, int32_t at, int32_t width) {
#pragma GCC ivdep
  for (int64_t j = 0; j < count; ++j) {
    const auto here = at + static_cast<int32_t>(2 * j);
    const T a = top[2 * j], b = top[2 * j + 1], c = bottom[2 * j], d = bottom[2 * j + 1];
    const T upper = beats(b, a) ? b : a, lower = beats(d, c) ? d : c;
    const int32_t upper_at = beats(b, a) ? here + 1 : here, lower_at = (beats(d, c) ? here + 1 : here) + width;
    const bool down = (lower > upper) | ((lower != lower) & (upper == upper));
    out[j] = down ? lower : upper;
    where[j] = down ? lower_at : upper_at;
  }
}

constexpr int64_t kRow = 512;

template <class T>
void max_pool_plane(const Pool& p, T* out, int64_t* indices, const T* x) {
  const bool halves = p.halves();
  for (int64_t i = 0; i < p.out_height; ++i) {
    for (int64_t begin = 0; halves && begin < p.out_width; begin += kRow) {
      const int64_t count = std::min(kRow, p.out_width - begin), at = 2 * i * p.width + 2 * begin;
      int32_t where[kRow];
      max_halves(out + i * p.out_width + begin, where, x + at, x + at + p.width, count, static_cast<int32_t>(at),
                 static_cast<int32_t>(p.width));
      for (int64_t j = 0; j < count; ++j) indices[i * p.out_width + begin + j] = where[j];
    }
    if (halves) continue;
    const Span rows = p.taps(0, i);
    for (int64_t j = 0; j < p.out_width; ++j) {
      const Span columns = p.taps(1, j);
      T best = -std::numeric_limits<T>::infinity();
      int64_t where = -1;
      for (int64_t r = rows.first; r < rows.last; ++r) {
        const int64_t row = (p.start(0, i) + r * p.window.dilation[0]) * p.width;
        for (int64_t c = columns.first; c < columns.last; ++c) {
          const int64_t at = row + p.start(1, j) + c * p.window.dilation[1];
          if (where >= 0 && !(x[at] > best || (x[at] != x[at] && best == best))) continue;
          best = x[at];
          where = at;
        }
      }
      out[i * p.out_width + j] = best;
      indices[i * p.out_width + j] = where;
    }
  }
}

template <class T>
void max_pool_pixels(const Pool& p, T* out, int64_t* indices, const T* x, int64_t i, int64_t j) {
  const Span rows = p.taps(0, i), columns = p.taps(1, j);
  for (int64_t begin = 0; begin < p.channels; begin += kRow) {
    const int64_t count = std::min(kRow, p.channels - begin);
    T best[kRow];
    int32_t where[kRow];
    bool is_first = true;
    for (int64_t r = rows.first; r < rows.last; ++r) {
      for (int64_t c = columns.first; c < columns.last; ++c) {
        const int64_t pixel =
            (p.start(0, i) + r * p.window.dilation[0]) * p.width + p.start(1, j) + c * p.window.dilation[1];
        const T* from = x + pixel * p.channels + begin;
        const auto at = static_cast<int32_t>(pixel);
        if (is_first) {
          for (int64_t k = 0; k < count; ++k) best[k] = from[k], where[k] = at;
          is_first = false;
          continue;
        }
#pragma GCC ivdep
        for (int64_t k = 0; k < count; ++k) {
          const bool wins = (from[k] > best[k]) | ((from[k] != from[k]) & (best[k] == best[k]));
          best[k] = wins ? from[k] : best[k];
          where[k] = wins ? at : where[k];
        }
      }
    }
    for (int64_t k = 0; k < count; ++k) out[begin + k] = best[k];
    for (int64_t k = 0; k < count; ++k) indices[begin + k] = where[k];
  }
}

template <class T>
void max_pool_as(const Tensor& out, const Tensor& indices, const Tensor& x, const Window& window) {
  const Tensor in = converted(x, dtype_of<T>);
  const Tensor y = prepared(out, in, dtype_of<T>), at = prepared(indices, in, kInt64);
  const Pool p(in, y, window);
  const int64_t size = p.height * p.width, out_size = p.out_height * p.out_width;
  if (is_channels_last(in)) {
    parallel_for(0, p.images * p.out_height, 1, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        const T* image = data<T>(in) + row / p.out_height * size * p.channels;
        for (int64_t j = 0; j < p.out_width; ++j) {
          const int64_t to = (row * p.out_width + j) * p.channels;
          max_pool_pixels(p, data<T>(y) + to, data<int64_t>(at) + to, image, row % p.out_height, j);
        }
      }
    });
  } else {
    const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(size, 1));
    parallel_for(0, p.images * p.channels, grain, [&](int64_t first, int64_t last) {
      for (int64_t plane = first; plane < last; ++plane)
        max_pool_plane(p, data<T>(y) + plane * out_size, data<int64_t>(at) + plane * out_size,
                       data<T>(in) + plane * size);
    });
  }
  finish(out, y);
  finish(indices, at);
}

template <class T>
void max_pool_backward_as(const Tensor& grad_x, const Tensor& grad, const Tensor& indices) {
  const Tensor g = converted(grad, dtype_of<T>);
  // The layout of `grad` leads: `indices` and `grad_x` follow.
  Tensor at = prepared(indices, g, kInt64);
  if (!at.is_same(indices)) backend(at.device()).copy(at, indices);
  const Tensor d = prepared(grad_x, g, dtype_of<T>);
  const int64_t channels = d.sizes()[1], size = d.sizes()[2] * d.sizes()[3], out_size = g.sizes()[2] * g.sizes()[3];
  const bool last_channels = is_channels_last(g);
  // Each part owns whole images or planes of the result, so sums do not depend on the threads.
  const int64_t inner = last_channels ? channels : 1, parts = d.sizes()[0] * channels / std::max<int64_t>(inner, 1);
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(size * inner, 1));
  parallel_for(0, parts, grain, [&](int64_t first, int64_t last) {
    for (int64_t part = first; part < last; ++part) {
      T* to = data<T>(d) + part * size * inner;
      const T* from = data<T>(g) + part * out_size * inner;
      const int64_t* where = data<int64_t>(at) + part * out_size * inner;
      std::fill(to, to + size * inner, T(0));
      if (inner == 1) {
        for (int64_t o = 0; o < out_size; ++o) to[where[o]] += from[o];
      } else {
        for (int64_t o = 0; o < out_size; ++o)
          for (int64_t c = 0; c < inner; ++c) to[where[o * inner + c] * inner + c] += from[o * inner + c];
      }
    }
  });
  finish(grad_x, d);
}

/// Visits every (output, tap) pair of a part of the images with the offsets of its elements in units of `inner` and the output's
/// divisor; both means and their gradients are such walks.
template <class F>
void for_each_tap(const Pool& p, F visit) {
  for (int64_t i = 0; i < p.out_height; ++i) {
    const Span rows = p.taps(0, i);
    for (int64_t j = 0; j < p.out_width; ++j) {
      const Span columns = p.taps(1, j);
      const double divisor = p.divisor(i, j);
      for (int64_t r = rows.first; r < rows.last; ++r)
        for (int64_t c = columns.first; c < columns.last; ++c)
          visit(i * p.out_width + j, (p.start(0, i) + r) * p.width + p.start(1, j) + c, divisor);
    }
  }
}

/// Runs `walk(part of the pooled side, part of the image side, elements side by side)` for every image or plane.
template <class T, class F>
void for_each_part(const Pool& p, const Tensor& pooled, const Tensor& image, F walk) {
  const int64_t inner = is_channels_last(image) ? p.channels : 1, size = p.height * p.width * inner;
  const int64_t out_size = p.out_height * p.out_width * inner,
                parts = p.images * p.channels / std::max<int64_t>(inner, 1);
  parallel_for(0, parts, std::max<int64_t>(1, kGrain / std::max<int64_t>(size, 1)), [&](int64_t first, int64_t last) {
    for (int64_t part = first; part < last; ++part)
      walk(data<T>(pooled) + part * out_size, data<T>(image) + part * size, inner);
  });
}

template <class T>
void avg_pool_as(const Tensor& out, const Tensor& x, const Window& window) {
  const Tensor in = converted(x, dtype_of<T>), y = prepared(out, in, dtype_of<T>);
  const Pool p(in, y, window);
  for_each_part<T>(p, y, in, [&](T* to, const T* from, int64_t inner) {
    std::fill(to, to + p.out_height * p.out_width * inner, T(0));
    for_each_tap(p, [&](int64_t o, int64_t at, double divisor) {
      const T scale = static_cast<T>(1 / divisor);
      for (int64_t c = 0; c < inner; ++c) to[o * inner + c] += from[at * inner + c] * scale;
    });
  });
  finish(out, y);
}

template <class T>
void avg_pool_backward_as(const Tensor& grad_x, const Tensor& grad, const Window& window) {
  const Tensor g = converted(grad, dtype_of<T>), d = prepared(grad_x, g, dtype_of<T>);
  const Pool p(d, g, window);
  for_each_part<T>(p, g, d, [&](const T* from, T* to, int64_t inner) {
    std::fill(to, to + p.height * p.width * inner, T(0));
    for_each_tap(p, [&](int64_t o, int64_t at, double divisor) {
      const T scale = static_cast<T>(1 / divisor);
      for (int64_t c = 0; c < inner; ++c) to[at * inner + c] += from[o * inner + c] * scale;
    });
  });
  finish(grad_x, d);
}

/// Calls f.operator()<T>() with the type to compute `dtype` in.
template <class F>
void visit_compute(const char* op, DType dtype, F f) {
  if (!is_floating_point(dtype)) cpu::fail_dtype(op, dtype);
  compute_dtype(dtype) == kFloat64 ? f.template operator()<double>() : f.template operator()<float>();
}

void max_pool(const Tensor& out, const Tensor& indices, const Tensor& x, const Window& window) {
  visit_compute("max_pool2d", x.dtype(), [&]<class T> { max_pool_as<T>(out, indices, x, window); });
}
void max_pool_backward(const Tensor& grad_x, const Tensor& grad, const Tensor& indices) {
  visit_compute("max_pool2d_backward", grad.dtype(), [&]<class T> { max_pool_backward_as<T>(grad_x, grad, indices); });
}
void avg_pool(const Tensor& out, const Tensor& x, const Window& window) {
  visit_compute("avg_pool2d", x.dtype(), [&]<class T> { avg_pool_as<T>(out, x, window); });
}
void avg_pool_backward(const Tensor& grad_x, const Tensor& grad, const Window& window) {
  visit_compute("avg_pool2d_backward", grad.dtype(), [&]<class T> { avg_pool_backward_as<T>(grad_x, grad, window); });
}

}  // namespace

void register_pooling(Backend& table) {
  table.max_pool = max_pool;
  table.max_pool_backward = max_pool_backward;
  table.avg_pool = avg_pool;
  table.avg_pool_backward = avg_pool_backward;
}

}  // namespace ember::EMBER_ISA
