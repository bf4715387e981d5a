// Convolutions and pooling of volumes, and transposed convolutions.
#include <limits>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// The windows of one op, the same in each dim.
struct Geometry {
  int64_t kernel, stride = 1, padding = 0;

  int64_t outputs(int64_t size) const { return (size + 2 * padding - kernel) / stride + 1; }
  Index outputs(const Index& x, int64_t channels) const {
    return {x[0], channels, outputs(x[2]), outputs(x[3]), outputs(x[4])};
  }
};

/// Calls f(value, place in the volume) for each element of channel c that lies in the window of output i [n, ., d, h, w], in order.
template <class F>
void for_each_tap(const Array& x, const Geometry& g, const Index& i, int64_t c, F f) {
  Index at = {i[0], c, 0, 0, 0};
  int64_t tap = 0;
  for (int64_t a = 0; a < g.kernel; ++a)
    for (int64_t b = 0; b < g.kernel; ++b)
      for (int64_t e = 0; e < g.kernel; ++e, ++tap) {
        const int64_t offset[] = {a, b, e};
        bool is_inside = true;
        for (size_t d = 0; d < 3; ++d) {
          at[d + 2] = i[d + 2] * g.stride - g.padding + offset[d];
          is_inside &= at[d + 2] >= 0 && at[d + 2] < x.shape[d + 2];
        }
        if (is_inside) f(x.at(at), (at[2] * x.shape[3] + at[3]) * x.shape[4] + at[4], tap);
      }
}

Paths convolution(const std::string& name, Geometry g, const std::vector<Index>& sizes, int64_t outputs) {
  std::vector<Case> cases;
  for (const Index& x : sizes) cases.push_back({{x}, {{outputs, x[1], g.kernel, g.kernel, g.kernel}}, {{outputs}}});
  return {.name = "conv3d_" + name,
          .op = [g](const Tensors& in) { return conv3d(in[0], in[1], in[2], g.stride, g.padding); },
          .reference =
              [g](const Arrays& in) {
                const Array &x = in[0], &weight = in[1];
                const int64_t taps = g.kernel * g.kernel * g.kernel;
                return generate(g.outputs(x.shape, weight.shape[0]), [&](const Index& i) {
                  double sum = in[2].data[static_cast<size_t>(i[1])];
                  for (int64_t c = 0; c < x.shape[1]; ++c)
                    for_each_tap(x, g, i, c, [&](double value, int64_t, int64_t tap) {
                      sum += value * weight.data[static_cast<size_t>((i[1] * x.shape[1] + c) * taps + tap)];
                    });
                  return sum;
                });
              },
          .cases = std::move(cases),
          .dtypes = {kFloat32, kFloat64, kBFloat16},
          .tolerance = 2,
          .has_gradient = true};
}

std::vector<Case> volumes(double low, double high) {
  std::vector<Case> cases;
  for (const int64_t width : around({5, 8, 16})) cases.push_back({{{1, 2, 3, 4, width}, low, high}});
  for (const int64_t channels : around({4, 16})) cases.push_back({{{2, channels, 4, 3, 5}, low, high}});
  return cases;
}

Paths max_pooling(const std::string& name, Geometry g) {
  return {.name = "max_pool3d_" + name,
          .op = [g](const Tensors& in) { return max_pool3d_with_indices(in[0], g.kernel, g.stride, g.padding); },
          .reference = [g](const Arrays& in) -> Arrays {
            const auto pool = [&](bool wants_place) {
              return generate(g.outputs(in[0].shape, in[0].shape[1]), [&](const Index& i) {
                double best = -std::numeric_limits<double>::infinity(), where = 0;
                for_each_tap(in[0], g, i, i[1], [&](double value, int64_t place, int64_t) {
                  if (value > best) best = value, where = static_cast<double>(place);
                });
                return wants_place ? where : best;
              });
            };
            return {pool(false), pool(true)};
          },
          .cases = volumes(-20, 20),
          .dtypes = {kFloat32, kFloat64, kBFloat16},
          .tolerance = 0};
}

Paths average_pooling(const std::string& name, Geometry g) {
  return {.name = "avg_pool3d_" + name,
          .op = [g](const Tensors& in) { return avg_pool3d(in[0], g.kernel, g.stride, g.padding, false, false); },
          .reference =
              [g](const Arrays& in) {
                return generate(g.outputs(in[0].shape, in[0].shape[1]), [&](const Index& i) {
                  double sum = 0, count = 0;
                  for_each_tap(in[0], g, i, i[1], [&](double value, int64_t, int64_t) { sum += value, ++count; });
                  return sum / count;
                });
              },
          .cases = volumes(-2, 2),
          .dtypes = {kFloat32, kFloat64, kBFloat16},
          .tolerance = 2,
          .has_gradient = true};
}

/// Each input element adds its multiple of the weight [C, O, k, k] to the outputs under it.
Paths transposed_convolution(const std::string& name, int64_t kernel, int64_t stride, int64_t padding,
                             const std::vector<Index>& sizes, int64_t outputs) {
  std::vector<Case> cases;
  for (const Index& x : sizes) cases.push_back({{x}, {{x[1], outputs, kernel, kernel}}, {{outputs}}});
  return {.name = "conv_transpose2d_" + name,
          .op = [=](const Tensors& in) { return conv_transpose2d(in[0], in[1], in[2], stride, padding); },
          .reference =
              [=](const Arrays& in) {
                const Array &x = in[0], &weight = in[1];
                const auto extent = [&](int64_t size) { return (size - 1) * stride - 2 * padding + kernel; };
                return generate({x.shape[0], outputs, extent(x.shape[2]), extent(x.shape[3])}, [&](const Index& i) {
                  double sum = in[2].data[static_cast<size_t>(i[1])];
                  for (int64_t c = 0; c < x.shape[1]; ++c)
                    for (int64_t h = 0; h < x.shape[2]; ++h)
                      for (int64_t w = 0; w < x.shape[3]; ++w) {
                        const int64_t a = i[2] + padding - h * stride, b = i[3] + padding - w * stride;
                        if (a >= 0 && b >= 0 && a < kernel && b < kernel)
                          sum += x.at({i[0], c, h, w}) * weight.at({c, i[1], a, b});
                      }
                  return sum;
                });
              },
          .cases = std::move(cases),
          .dtypes = {kFloat32, kFloat64, kBFloat16},
          .tolerance = 2,
          .has_gradient = true};
}

[[maybe_unused]] const bool added = add_paths({
    convolution("padded", {3, 1, 1}, {{1, 1, 3, 4, 5}, {2, 3, 4, 3, 5}, {1, 16, 3, 3, 4}}, 2),
    convolution("strided", {2, 2}, {{1, 2, 4, 5, 9}, {2, 7, 3, 3, 3}, {1, 17, 3, 3, 3}}, 8),
    max_pooling("2", {2, 2}),
    max_pooling("3_by_1", {3, 1, 1}),
    average_pooling("2", {2, 2}),
    average_pooling("3_by_1", {3, 1, 1}),
    transposed_convolution("plain", 3, 1, 0, {{1, 1, 4, 5}, {2, 3, 3, 7}, {1, 16, 3, 3}}, 2),
    transposed_convolution("strided", 3, 2, 1, {{1, 2, 4, 5}, {2, 8, 3, 3}, {1, 17, 3, 2}}, 8),
});

}  // namespace
}  // namespace paths
