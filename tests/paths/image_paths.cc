// Convolutions, pooling, resizing and sampling of images.
#include <cmath>
#include <limits>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// The windows of one op, the same in both dims.
struct Geometry {
  int64_t kernel, stride = 1, padding = 0, dilation = 1, groups = 1;

  int64_t outputs(int64_t size) const { return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1; }
};

/// An array's element [n, c, i, j], 0 outside of it.
double pixel(const Array& x, int64_t n, int64_t c, int64_t i, int64_t j) {
  const int64_t height = x.shape[2], width = x.shape[3];
  if (i < 0 || j < 0 || i >= height || j >= width) return 0;
  return x.data[static_cast<size_t>(((n * x.shape[1] + c) * height + i) * width + j)];
}

template <class F>
Array images(const Index& shape, F f) {
  Array y(shape);
  size_t next = 0;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t i = 0; i < shape[2]; ++i)
        for (int64_t j = 0; j < shape[3]; ++j) y.data[next++] = f(n, c, i, j);
  return y;
}

/// x [N, C, H, W] with weight [O, C / groups, k, k] and bias [O].
Array convolved(const Arrays& in, const Geometry& g) {
  const Array &x = in[0], &weight = in[1];
  const int64_t each = weight.shape[1], per_group = weight.shape[0] / g.groups;
  return images({x.shape[0], weight.shape[0], g.outputs(x.shape[2]), g.outputs(x.shape[3])},
                [&](int64_t n, int64_t o, int64_t i, int64_t j) {
                  double sum = in[2].data[static_cast<size_t>(o)];
                  for (int64_t c = 0; c < each; ++c)
                    for (int64_t a = 0; a < g.kernel; ++a)
                      for (int64_t b = 0; b < g.kernel; ++b)
                        sum += pixel(weight, o, c, a, b) * pixel(x, n, o / per_group * each + c,
                                                                 i * g.stride - g.padding + a * g.dilation,
                                                                 j * g.stride - g.padding + b * g.dilation);
                  return sum;
                });
}

Paths convolution(const std::string& name, Geometry g, std::vector<Index> sizes, std::vector<int64_t> outputs) {
  std::vector<Case> cases;
  for (const Index& x : sizes)
    for (const int64_t o : outputs)
      cases.push_back({{x}, {{o * g.groups, x[1] / g.groups, g.kernel, g.kernel}}, {{o * g.groups}}});
  return {
      .name = "conv2d_" + name,
      .op = [g](const Tensors& in) { return conv2d(in[0], in[1], in[2], g.stride, g.padding, g.dilation, g.groups); },
      .reference = [g](const Arrays& in) { return convolved(in, g); },
      .cases = std::move(cases),
      .dtypes = {kFloat32, kFloat64, kBFloat16},
      .tolerance = 2,
      .has_gradient = true};
}

/// Images whose rows have few windows, more than four that are whole, and more than a block.
std::vector<Case> planes(double low = -20, double high = 20) {
  std::vector<Case> cases;
  for (const int64_t width : around({5, 8, 12, 16, 32})) cases.push_back({{{1, 2, 5, width}, low, high}});
  for (const int64_t width : around({512, 1024})) cases.push_back({{{1, 1, 3, width}, low, high}});
  for (const int64_t channels : around({4, 8, 16})) cases.push_back({{{2, channels, 6, 7}, low, high}});
  cases.push_back({{{1, 513, 3, 4}, low, high}});
  return cases;
}

/// Calls f(element, its place in the plane) for each one of the window, in order.
template <class F>
void for_each_tap(const Array& x, const Geometry& g, int64_t n, int64_t c, int64_t i, int64_t j, F f) {
  for (int64_t a = 0; a < g.kernel; ++a)
    for (int64_t b = 0; b < g.kernel; ++b) {
      const int64_t row = i * g.stride - g.padding + a * g.dilation, column = j * g.stride - g.padding + b * g.dilation;
      if (row >= 0 && column >= 0 && row < x.shape[2] && column < x.shape[3])
        f(pixel(x, n, c, row, column), row * x.shape[3] + column);
    }
}

Index pooled_shape(const Array& x, const Geometry& g) {
  return {x.shape[0], x.shape[1], g.outputs(x.shape[2]), g.outputs(x.shape[3])};
}

Paths max_pooling(const std::string& name, Geometry g) {
  return {
      .name = "max_pool2d_" + name,
      .op =
          [g](const Tensors& in) { return max_pool2d_with_indices(in[0], g.kernel, g.stride, g.padding, g.dilation); },
      .reference = [g](const Arrays& in) -> Arrays {
        const auto pool = [&](bool wants_place) {
          return images(pooled_shape(in[0], g), [&](int64_t n, int64_t c, int64_t i, int64_t j) {
            double best = -std::numeric_limits<double>::infinity();
            int64_t where = 0;
            for_each_tap(in[0], g, n, c, i, j, [&](double value, int64_t at) {
              if (value > best) best = value, where = at;
            });
            return wants_place ? static_cast<double>(where) : best;
          });
        };
        return {pool(false), pool(true)};
      },
      .cases = planes(),
      .dtypes = {kFloat32, kFloat64, kBFloat16},
      .tolerance = 0};
}

Paths average_pooling(const std::string& name, Geometry g) {
  return {.name = "avg_pool2d_" + name,
          .op = [g](const Tensors& in) { return avg_pool2d(in[0], g.kernel, g.stride, g.padding, false, false); },
          .reference =
              [g](const Arrays& in) {
                return images(pooled_shape(in[0], g), [&](int64_t n, int64_t c, int64_t i, int64_t j) {
                  double sum = 0, count = 0;
                  for_each_tap(in[0], g, n, c, i, j, [&](double value, int64_t) { sum += value, ++count; });
                  return sum / count;
                });
              },
          .cases = planes(-2, 2),
          .dtypes = {kFloat32, kFloat64, kBFloat16},
          .tolerance = 2,
          .has_gradient = true};
}

/// Output i of O covers the elements floor(i n / O) ... ceil((i + 1) n / O) - 1.
template <class F, class G>
Array adaptively_pooled(const Array& x, int64_t outputs, double start, F f, G finish) {
  const int64_t height = x.shape[2], width = x.shape[3];
  const auto first = [&](int64_t i, int64_t n) { return i * n / outputs; };
  const auto end = [&](int64_t i, int64_t n) { return ((i + 1) * n + outputs - 1) / outputs; };
  return images({x.shape[0], x.shape[1], outputs, outputs}, [&](int64_t n, int64_t c, int64_t i, int64_t j) {
    double result = start, count = 0;
    for (int64_t a = first(i, height); a < end(i, height); ++a)
      for (int64_t b = first(j, width); b < end(j, width); ++b) result = f(result, pixel(x, n, c, a, b)), ++count;
    return finish(result, count);
  });
}

template <int64_t outputs>
Paths adaptive_pooling() {
  return {.name = "adaptive_pool2d_" + std::to_string(outputs),
          .op = [](const Tensors& in) -> Tensors {
            return {adaptive_avg_pool2d(in[0], outputs), adaptive_max_pool2d(in[0], outputs).first};
          },
          .reference = [](const Arrays& in) -> Arrays {
            return {adaptively_pooled(in[0], outputs, 0, std::plus<>(), std::divides<>()),
                    adaptively_pooled(
                        in[0], outputs, -1e300, [](double a, double b) { return std::max(a, b); },
                        [](double best, double) { return best; })};
          },
          .cases = planes(),
          .dtypes = {kFloat32, kFloat64},
          .tolerance = 2};
}

std::vector<Case> folded() {
  std::vector<Case> cases;
  for (const int64_t width : around({4, 8, 16, 32})) cases.push_back({{{2, 3, 5, width}}});
  return cases;
}

Paths unfolding(const std::string& name, Geometry g) {
  return {.name = "unfold_" + name,
          .op = [g](const Tensors& in) { return unfold_windows(in[0], g.kernel, g.dilation, g.padding, g.stride); },
          .reference =
              [g](const Arrays& in) {
                const int64_t rows = g.outputs(in[0].shape[2]), columns = g.outputs(in[0].shape[3]),
                              taps = g.kernel * g.kernel;
                Array y({in[0].shape[0], in[0].shape[1] * taps, rows * columns});
                size_t next = 0;
                for (int64_t n = 0; n < in[0].shape[0]; ++n)
                  for (int64_t line = 0; line < in[0].shape[1] * taps; ++line)
                    for (int64_t i = 0; i < rows; ++i)
                      for (int64_t j = 0; j < columns; ++j)
                        y.data[next++] =
                            pixel(in[0], n, line / taps, i * g.stride - g.padding + line % taps / g.kernel * g.dilation,
                                  j * g.stride - g.padding + line % g.kernel * g.dilation);
                return y;
              },
          .cases = folded(),
          .dtypes = {kFloat32, kFloat64, kBFloat16},
          .tolerance = 0,
          .has_gradient = true};
}

/// Where output i lies, and the share of the element behind.
struct Place {
  int64_t index;
  double share;
};
Place place(int64_t i, int64_t inputs, int64_t outputs) {
  const double at =
      std::max((static_cast<double>(i) + 0.5) * static_cast<double>(inputs) / static_cast<double>(outputs) - 0.5, 0.0);
  const auto index = std::min(static_cast<int64_t>(at), inputs - 1);
  return {index, at - static_cast<double>(index)};
}

double between(const Array& x, int64_t n, int64_t c, Place row, Place column) {
  const int64_t below = std::min(row.index + 1, x.shape[2] - 1), right = std::min(column.index + 1, x.shape[3] - 1);
  const double top =
      (1 - column.share) * pixel(x, n, c, row.index, column.index) + column.share * pixel(x, n, c, row.index, right);
  const double bottom =
      (1 - column.share) * pixel(x, n, c, below, column.index) + column.share * pixel(x, n, c, below, right);
  return (1 - row.share) * top + row.share * bottom;
}

Paths resizing(const std::string& name, int64_t height, int64_t width) {
  return {.name = "bilinear_to_" + name,
          .op =
              [=](const Tensors& in) {
                return interpolate(in[0], {height, width}, {}, "bilinear");
              },
          .reference =
              [=](const Arrays& in) {
                return images(
                    {in[0].shape[0], in[0].shape[1], height, width}, [&](int64_t n, int64_t c, int64_t i, int64_t j) {
                      return between(in[0], n, c, place(i, in[0].shape[2], height), place(j, in[0].shape[3], width));
                    });
              },
          .cases = folded(),
          .tolerance = 32,  // places are computed in the dtype
          .has_gradient = true};
}

/// The four taps of the cubic convolution around a place, by which the border's elements repeat.
double cubic(const Array& x, int64_t n, int64_t c, double row, double column) {
  const auto weight = [](double d) {
    constexpr double a = -0.75;
    d = std::abs(d);
    return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  };
  const double top = std::floor(row) - 1, left = std::floor(column) - 1;
  double sum = 0;
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t j = 0; j < 4; ++j) {
      const double at_row = top + static_cast<double>(i), at_column = left + static_cast<double>(j);
      sum += weight(row - at_row) * weight(column - at_column) *
             pixel(x, n, c, std::clamp<int64_t>(static_cast<int64_t>(at_row), 0, x.shape[2] - 1),
                   std::clamp<int64_t>(static_cast<int64_t>(at_column), 0, x.shape[3] - 1));
    }
  return sum;
}

Paths cubic_resizing(const std::string& name, int64_t height, int64_t width) {
  return {.name = "bicubic_to_" + name,
          .op =
              [=](const Tensors& in) {
                return interpolate(in[0], {height, width}, {}, "bicubic");
              },
          .reference =
              [=](const Arrays& in) {
                const auto at = [](int64_t i, int64_t inputs, int64_t outputs) {
                  return (static_cast<double>(i) + 0.5) * static_cast<double>(inputs) / static_cast<double>(outputs) -
                         0.5;
                };
                return images({in[0].shape[0], in[0].shape[1], height, width},
                              [&](int64_t n, int64_t c, int64_t i, int64_t j) {
                                return cubic(in[0], n, c, at(i, in[0].shape[2], height), at(j, in[0].shape[3], width));
                              });
              },
          .cases = folded(),
          .tolerance = 64,  // places are computed in the dtype
          .has_gradient = true};
}

/// The element nearest to each place.
Paths nearest_resizing(const std::string& name, int64_t height, int64_t width) {
  return {.name = "nearest_to_" + name,
          .op =
              [=](const Tensors& in) {
                return interpolate(in[0], {height, width}, {}, "nearest");
              },
          .reference =
              [=](const Arrays& in) {
                return images({in[0].shape[0], in[0].shape[1], height, width},
                              [&](int64_t n, int64_t c, int64_t i, int64_t j) {
                                return pixel(in[0], n, c, i * in[0].shape[2] / height, j * in[0].shape[3] / width);
                              });
              },
          .cases = folded(),
          .tolerance = 0,
          .has_gradient = true};
}

/// x [N, C, H, W] at grid [N, h, w, 2], zeros beyond the border.
Array sampled(const Arrays& in) {
  const Array &x = in[0], &grid = in[1];
  const int64_t height = x.shape[2], width = x.shape[3], rows = grid.shape[1], columns = grid.shape[2];
  return images({x.shape[0], x.shape[1], rows, columns}, [&](int64_t n, int64_t c, int64_t i, int64_t j) {
    const auto at = static_cast<size_t>(((n * rows + i) * columns + j) * 2);
    const double u = ((grid.data[at] + 1) * static_cast<double>(width) - 1) / 2,
                 v = ((grid.data[at + 1] + 1) * static_cast<double>(height) - 1) / 2;
    const double left = std::floor(u), top = std::floor(v);
    double sum = 0;
    for (const int64_t a : {0, 1})
      for (const int64_t b : {0, 1})
        sum += (1 - std::abs(v - top - static_cast<double>(a))) * (1 - std::abs(u - left - static_cast<double>(b))) *
               pixel(x, n, c, static_cast<int64_t>(top) + a, static_cast<int64_t>(left) + b);
    return sum;
  });
}

[[maybe_unused]] const bool added = add_paths({
    convolution("tiny", {3, 1, 1}, {{1, 1, 5, 7}, {2, 3, 6, 7}}, {1, 4}),
    convolution("tiny_or_not", {3, 1, 1}, {{1, 16, 10, 10}, {1, 1, 20, 20}}, {1, 2, 5}),
    convolution("strided", {3, 2, 1}, {{1, 3, 9, 17}, {2, 8, 5, 6}, {1, 17, 5, 6}}, {1, 8}),
    convolution("dilated", {2, 1, 1, 2}, {{1, 2, 8, 9}, {2, 5, 9, 7}}, {3, 9}),
    convolution("pointwise", {1}, {{1, 16, 4, 5}, {2, 7, 1, 1}, {2, 33, 3, 3}}, {1, 16}),
    convolution("depthwise", {3, 1, 1, 1, 4}, {{1, 4, 6, 7}, {2, 4, 9, 9}}, {1, 2}),
    convolution("grouped", {3, 1, 0, 1, 2}, {{2, 8, 5, 6}, {1, 16, 5, 5}}, {1, 8}),
    deterministic(convolution("strided", {3, 2, 1}, {{1, 3, 9, 17}, {2, 8, 5, 6}, {1, 17, 5, 6}}, {1, 8})),
    deterministic(convolution("dilated", {2, 1, 1, 2}, {{1, 2, 8, 9}, {2, 5, 9, 7}}, {3, 9})),
    deterministic(convolution("pointwise", {1}, {{1, 16, 4, 5}, {2, 7, 1, 1}, {2, 33, 3, 3}}, {1, 16})),
    deterministic(convolution("depthwise", {3, 1, 1, 1, 4}, {{1, 4, 6, 7}, {2, 4, 9, 9}}, {1, 2})),
    deterministic(convolution("grouped", {3, 1, 0, 1, 2}, {{2, 8, 5, 6}, {1, 16, 5, 5}}, {1, 8})),
    max_pooling("2", {2, 2}),
    max_pooling("3_by_1", {3, 1, 1}),
    max_pooling("3_by_2", {3, 2, 1}),
    max_pooling("2_by_3", {2, 3}),
    max_pooling("2_dilated", {2, 1, 0, 2}),
    average_pooling("2", {2, 2}),
    average_pooling("3_by_1", {3, 1, 1}),
    average_pooling("3_by_3", {3, 3, 1}),
    adaptive_pooling<1>(),
    adaptive_pooling<3>(),
    adaptive_pooling<7>(),
    unfolding("2", {2, 2}),
    unfolding("3_padded", {3, 1, 1}),
    unfolding("2_dilated", {2, 1, 2, 2}),
    resizing("9_by_31", 9, 31),
    resizing("3_by_5", 3, 5),
    cubic_resizing("9_by_31", 9, 31),
    cubic_resizing("3_by_5", 3, 5),
    nearest_resizing("10_by_32", 10, 32),
    nearest_resizing("5_by_3", 5, 3),
    {.name = "grid_sample",
     .op = [](const Tensors& in) { return grid_sample(in[0], in[1]); },
     .reference = sampled,
     .cases =
         [] {
           std::vector<Case> cases;
           // Places that do not fall on pixels, where the slope changes.
           const auto add = [&](int64_t channels, int64_t rows, int64_t columns) {
             cases.push_back({{{2, channels, 5, 6}}, {{2, rows, columns, 2}, -1.25 + 1.0 / 64, 1.25, 1.0 / 16}});
           };
           for (const int64_t n : around({4, 16, 64})) add(2, 1, n);
           for (const int64_t n : around({8, 16, 32})) add(n, 3, 3);
           // Fewer places than a quarter of the pixels.
           add(16, 1, 7), add(16, 1, 8);
           add(2, 9, 15);
           return cases;
         }(),
     .tolerance = 16,
     .has_gradient = true},
});

}  // namespace
}  // namespace paths
