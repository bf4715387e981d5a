#include "core/cpu/convolution_columns.h"

#include <algorithm>

#include "ember/core/kernels/linalg.h"
#include "ember/core/parallel.h"
#include "ember/core/window.h"

namespace ember::columns {

namespace {

constexpr size_t kMaxRank = 3;

/// A window's geometry with leading dims of size 1 up to three.
struct Geometry {
  std::array<int64_t, kMaxRank> input, output, kernel, stride, padding, dilation;
  int64_t groups, channels, outputs;  ///< of all groups together

  Geometry(const TensorBase& x, const TensorBase& out, const Window& window)
      : groups(window.groups), channels(x.sizes()[1]), outputs(out.sizes()[1]) {
    input.fill(1), output.fill(1), kernel.fill(1), stride.fill(1), padding.fill(0), dilation.fill(1);
    const size_t rank = window.kernel.size(), skipped = kMaxRank - rank;
    for (size_t i = 0; i < rank; ++i) {
      input[skipped + i] = x.sizes()[i + 2];
      output[skipped + i] = out.sizes()[i + 2];
      kernel[skipped + i] = window.kernel[i];
      stride[skipped + i] = window.stride[i];
      padding[skipped + i] = window.padding[i];
      dilation[skipped + i] = window.dilation[i];
    }
  }
  static int64_t product(const std::array<int64_t, kMaxRank>& a) { return a[0] * a[1] * a[2]; }
  int64_t plane() const { return product(input); }
  int64_t positions() const { return product(output); }
  int64_t taps() const { return product(kernel); }
  /// One row for each tap of each channel, one column for each window: a batch over groups.
  Shape columns() const { return {groups, channels / groups * taps(), positions()}; }
};

/// Calls `body(channel, row, offset)` for each tap of the channels [first, last): `row` of the columns, and the tap's place.
template <class Body>
void for_each_tap(const Geometry& g, int64_t first, int64_t last, Body body) {
  for (int64_t channel = first; channel < last; ++channel) {
    int64_t row = channel * g.taps();
    for (int64_t d = 0; d < g.kernel[0]; ++d)
      for (int64_t h = 0; h < g.kernel[1]; ++h)
        for (int64_t w = 0; w < g.kernel[2]; ++w, ++row) body(channel, row, std::array<int64_t, kMaxRank>{d, h, w});
  }
}

/// Windows of one line of the output whose element under a tap is not in the padding: `count` from `first` on, the first of
/// which sees the element at `from` of the plane, each other one `stride` further.
struct Run {
  int64_t line, first, count, from, stride;
};

/// Calls `body(run)` for each line of the output; lines wholly in the padding have empty runs.
template <class Body>
void for_each_run(const Geometry& g, const std::array<int64_t, kMaxRank>& tap, Body body) {
  const auto place = [&](size_t dim, int64_t window) {
    return window * g.stride[dim] - g.padding[dim] + tap[dim] * g.dilation[dim];
  };
  const auto is_inside = [&](size_t dim, int64_t at) { return at >= 0 && at < g.input[dim]; };
  // The windows of a line that start at 0 or behind, and those that start behind its end.
  const auto windows_before = [&](int64_t end) {
    const int64_t distance = end - place(2, 0);
    return std::clamp<int64_t>(distance <= 0 ? 0 : (distance - 1) / g.stride[2] + 1, 0, g.output[2]);
  };
  const int64_t first = windows_before(0), count = std::max<int64_t>(windows_before(g.input[2]) - first, 0);
  int64_t line = 0;
  for (int64_t od = 0; od < g.output[0]; ++od)
    for (int64_t oh = 0; oh < g.output[1]; ++oh, line += g.output[2]) {
      const int64_t d = place(0, od), h = place(1, oh);
      const int64_t row = (d * g.input[1] + h) * g.input[2];
      const int64_t seen = is_inside(0, d) && is_inside(1, h) ? count : 0;
      body(Run{line, first, seen, seen > 0 ? row + place(2, first) : 0, g.stride[2]});
    }
}

template <class T>
void gather_columns(T* columns, const T* x, const Geometry& g) {
  parallel_for(0, g.channels, 1, [&](int64_t first, int64_t last) {
    for_each_tap(g, first, last, [&](int64_t channel, int64_t row, const auto& tap) {
      const T* plane = x + channel * g.plane();
      T* to = columns + row * g.positions();
      for_each_run(g, tap, [&](const Run& run) {
        T* line = std::fill_n(to + run.line, run.first, T(0));
        if (run.stride == 1)  // Zen 4: the convolution is 1.3 times as fast
          std::copy_n(plane + run.from, run.count, line);
        else
          for (int64_t i = 0; i < run.count; ++i) line[i] = plane[run.from + i * run.stride];
        std::fill(line + run.count, to + run.line + g.output[2], T(0));
      });
    });
  });
}

template <class T>
void scatter_columns(T* x, const T* columns, const Geometry& g) {
  std::fill_n(x, g.channels * g.plane(), T(0));
  parallel_for(0, g.channels, 1, [&](int64_t first, int64_t last) {
    for_each_tap(g, first, last, [&](int64_t channel, int64_t row, const auto& tap) {
      T* plane = x + channel * g.plane();
      const T* from = columns + row * g.positions();
      for_each_run(g, tap, [&](const Run& run) {
        const T* line = from + run.line + run.first;
        for (int64_t i = 0; i < run.count; ++i) plane[run.from + i * run.stride] += line[i];
      });
    });
  });
}

/// Calls `body(n, columns)` for each sample with columns to work in. Few samples are shared out within each of them.
template <class Body>
void for_each_sample(int64_t samples, const Geometry& g, DType dtype, Body body) {
  const auto run = [&](int64_t first, int64_t last) {
    const TensorBase columns = empty_tensor(g.columns(), dtype);
    for (int64_t n = first; n < last; ++n) body(n, columns);
  };
  parallel_for(0, samples, samples < num_threads() ? samples : 1, run);
}

/// Sample n of the contiguous x, its channels split into groups: [groups, channels / groups, elements of a plane].
TensorBase sample(const TensorBase& x, int64_t n, int64_t groups) {
  const int64_t channels = x.sizes()[1], count = x.numel() / x.sizes()[0], plane = count / channels;
  return x.alias({groups, channels / groups, plane}, {count / groups, plane, 1}, x.storage_offset() + n * count);
}

/// The weight (or its gradient) as [groups, outputs / groups, taps of the channels of a group].
TensorBase matrices(const TensorBase& weight, int64_t groups) {
  const Shape sizes = {groups, weight.sizes()[0] / groups, weight.numel() / weight.sizes()[0]};
  return weight.alias(sizes, contiguous_strides(sizes), weight.storage_offset());
}

TensorBase transposed(const TensorBase& x) {
  return x.alias({x.sizes()[0], x.sizes()[2], x.sizes()[1]}, {x.strides()[0], x.strides()[2], x.strides()[1]},
                 x.storage_offset());
}

/// Adds the sums over samples and windows of each output channel.
template <class T>
void sum_outputs(T* sums, const T* grad, int64_t samples, int64_t outputs, int64_t positions) {
  parallel_for(0, outputs, kGrain / (samples * positions + 1) + 1, [&](int64_t first, int64_t last) {
    for (int64_t channel = first; channel < last; ++channel) {
      double sum = 0;
      for (int64_t n = 0; n < samples; ++n) {
        const T* line = grad + (n * outputs + channel) * positions;
        for (int64_t i = 0; i < positions; ++i) sum += line[i];
      }
      sums[channel] = static_cast<T>(sum);
    }
  });
}

}  // namespace

void conv(const TensorBase& out, const TensorBase& x, const TensorBase& weight, const TensorBase& bias,
          const Window& window) {
  const Geometry g(x, out, window);
  TensorBase added;
  if (bias.defined())
    added = bias.alias({g.groups, g.outputs / g.groups, 1},
                       {g.outputs / g.groups * bias.strides()[0], bias.strides()[0], 1}, bias.storage_offset());
  for_each_sample(x.sizes()[0], g, x.dtype(), [&](int64_t n, const TensorBase& columns) {
    visit_float(x.dtype(), "conv",
                [&]<class T> { gather_columns(columns.data_ptr<T>(), sample(x, n, g.groups).data_ptr<T>(), g); });
    kernels::matmul[kCPU](sample(out, n, g.groups), matrices(weight, g.groups), columns, added);
  });
}

void conv_backward_input(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& weight,
                         const Window& window) {
  const Geometry g(grad_x, grad, window);
  for_each_sample(grad.sizes()[0], g, grad.dtype(), [&](int64_t n, const TensorBase& columns) {
    kernels::matmul[kCPU](columns, transposed(matrices(weight, g.groups)), sample(grad, n, g.groups), {});
    visit_float(grad.dtype(), "conv",
                [&]<class T> { scatter_columns(sample(grad_x, n, g.groups).data_ptr<T>(), columns.data_ptr<T>(), g); });
  });
}

void conv_backward_weight(const TensorBase& grad_weight, const TensorBase& grad_bias, const TensorBase& grad,
                          const TensorBase& x, const Window& window) {
  const Geometry g(x, grad, window);
  if (grad_weight.defined()) {
    const TensorBase columns = empty_tensor(g.columns(), x.dtype()), sums = matrices(grad_weight, g.groups);
    for (int64_t n = 0; n < x.sizes()[0]; ++n) {
      visit_float(x.dtype(), "conv",
                  [&]<class T> { gather_columns(columns.data_ptr<T>(), sample(x, n, g.groups).data_ptr<T>(), g); });
      // Later samples add to the sums of the earlier ones.
      kernels::matmul[kCPU](sums, sample(grad, n, g.groups), transposed(columns), n == 0 ? TensorBase() : sums);
    }
  }
  if (grad_bias.defined())
    visit_float(x.dtype(), "conv", [&]<class T> {
      sum_outputs(grad_bias.data_ptr<T>(), grad.data_ptr<T>(), grad.sizes()[0], g.outputs, g.positions());
    });
}

}  // namespace ember::columns
