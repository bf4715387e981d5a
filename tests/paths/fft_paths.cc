#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// Lengths around the splits of 4, 8 and 16 lanes, products of each radix, and those that have no passes of their own.
const std::vector<int64_t> kLengths = {1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11, 12, 13,  15,
                                       16,  17,  18,  20,  22,  24,  25,  26,  30,  31,  32, 33, 35,  37,
                                       40,  48,  49,  62,  63,  64,  65,  72,  74,  80,  96, 97, 100, 120,
                                       127, 128, 129, 144, 192, 240, 255, 256, 257, 512, 514};

/// The signal and its length: one row, a few and more than the lanes hold.
std::vector<Case> signals(bool are_halves = false) {
  std::vector<Case> cases;
  const auto add = [&](int64_t rows, int64_t length) {
    const double n = static_cast<double>(length);
    cases.push_back({{{rows, are_halves ? length / 2 + 1 : length}}, {{1}, n, n + 1, 1, kInt64}});
  };
  for (size_t i = 0; i < kLengths.size(); ++i)
    add(static_cast<int64_t>(kLengths[i] > 130 ? i % 2 + 1 : std::array<size_t, 4>{1, 2, 5, 17}[i % 4]), kLengths[i]);
  for (const int64_t rows : {1, 2, 3, 4, 5, 8, 15, 16, 17, 33})
    for (const int64_t length : {8, 9, 64}) add(rows, length);
  return cases;
}

struct Complex {
  double re, im;
};

/// The sums over j of number(row, j) exp(+- 2 pi i j k / n), for each k < count: [rows, count, 2].
template <class F>
Array transform(int64_t rows, int64_t n, int64_t count, double sign, double scale, F number) {
  std::vector<Complex> roots;
  for (int64_t j = 0; j < n; ++j) {
    const double angle = sign * 2 * std::numbers::pi * static_cast<double>(j) / static_cast<double>(n);
    roots.push_back({std::cos(angle), std::sin(angle)});
  }
  Array y({rows, count, 2});
  size_t next = 0;
  for (int64_t row = 0; row < rows; ++row) {
    std::vector<Complex> x;
    for (int64_t j = 0; j < n; ++j) x.push_back(number(row, j));
    for (int64_t k = 0; k < count; ++k) {
      Complex sum{0, 0};
      for (int64_t j = 0; j < n; ++j) {
        const Complex w = roots[static_cast<size_t>(j * k % n)], z = x[static_cast<size_t>(j)];
        sum.re += z.re * w.re - z.im * w.im;
        sum.im += z.re * w.im + z.im * w.re;
      }
      y.data[next++] = sum.re * scale;
      y.data[next++] = sum.im * scale;
    }
  }
  return y;
}

Array of_reals(const Array& x) {
  const int64_t n = x.shape[1];
  return transform(x.shape[0], n, n / 2 + 1, -1, 1, [&](int64_t row, int64_t j) { return Complex{x.at({row, j}), 0}; });
}

Array of_complex(const Array& x, double sign, double scale) {
  const int64_t n = x.shape[1];
  return transform(x.shape[0], n, n, sign, scale, [&](int64_t row, int64_t j) {
    return Complex{x.at({row, j, 0}), x.at({row, j, 1})};
  });
}

/// A signal of n real numbers out of its half spectrum, of whose self-conjugate entries only the real part counts.
Array to_reals(const Array& x, int64_t n) {
  const Array z = transform(x.shape[0], n, n, 1, 1.0 / static_cast<double>(n), [&](int64_t row, int64_t j) {
    const bool mirrored = j > n / 2;
    const int64_t at = mirrored ? n - j : j;
    const double im = at == 0 || 2 * at == n ? 0 : x.at({row, at, 1});
    return Complex{x.at({row, at, 0}), mirrored ? -im : im};
  });
  return generate({x.shape[0], n}, [&](const Index& i) { return z.at({i[0], i[1], 0}); });
}

/// Along the last dim, and along the first of the transposed tensor, whose numbers lie otherwise.
template <class F>
Tensors both_ways(const Tensor& x, F f) {
  return {f(x, 1), transpose(f(transpose(x, 0, 1), 0), 0, 1)};
}

Paths transform(const std::string& name, Tensor (*op)(const Tensor&, fft::Length, int64_t, fft::Norm),
                std::function<Array(const Array& x, int64_t n)> reference, std::vector<Case> cases, bool is_real) {
  return {.name = name,
          .op =
              [op](const Tensors& in) {
                const auto n = in[1].item<int64_t>();
                return both_ways(in[0], [&](const Tensor& x, int64_t dim) { return op(x, n, dim, {}); });
              },
          .reference =
              [reference](const Arrays& in) {
                const auto n = static_cast<int64_t>(in[1].data[0]);
                return Arrays(2, reference(in[0], n));
              },
          .cases = std::move(cases),
          .dtypes = is_real ? std::vector{kFloat32, kFloat64} : std::vector{kComplex64, kComplex128},
          .tolerance = 4,
          .has_gradient = true,
          .joins_parts = true};
}

[[maybe_unused]] const bool added = add_paths({
    transform(
        "rfft", fft::rfft, [](const Array& x, int64_t) { return of_reals(x); }, signals(), true),
    transform(
        "fft", fft::fft, [](const Array& x, int64_t) { return of_complex(x, -1, 1); }, signals(), false),
    transform(
        "ifft", fft::ifft, [](const Array& x, int64_t n) { return of_complex(x, 1, 1.0 / static_cast<double>(n)); },
        signals(), false),
    transform("irfft", fft::irfft, to_reals, signals(true), false),
});

}  // namespace
}  // namespace paths
