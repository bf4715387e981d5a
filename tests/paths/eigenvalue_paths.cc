#include <algorithm>
#include <cmath>

#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/spectral.h"
#include "ember/ops/shape/shape.h"
#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// Sizes around the one that chooses between Eigen and LAPACK, in batches of none, one and more than there are threads.
std::vector<Case> matrices() {
  std::vector<Case> cases;
  for (const int64_t n : {1, 2, 3, 4, 5, 8, 16, 31, 32, 33, 40})
    for (const int64_t batch : {1, 5}) cases.push_back({{{batch, n, n}}});
  cases.push_back({{{0, 4, 4}}});
  cases.push_back({{{300, 3, 3}}});
  return cases;
}

Tensor symmetric(const Tensor& x) { return x + x.mT(); }

/// x + x^T, matrix after matrix.
Array symmetric(const Array& x) {
  Array y(x.shape);
  const int64_t n = x.shape[1];
  for (int64_t b = 0; b < x.shape[0]; ++b)
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j)
        y.data[static_cast<size_t>((b * n + i) * n + j)] =
            x.data[static_cast<size_t>((b * n + i) * n + j)] + x.data[static_cast<size_t>((b * n + j) * n + i)];
  return y;
}

/// The diagonal that is left when rotations have turned every other element to 0. Jacobi, 1846.
std::vector<double> eigenvalues(std::vector<double> a, int64_t n) {
  const auto at = [&](int64_t i, int64_t j) -> double& { return a[static_cast<size_t>(i * n + j)]; };
  for (int sweep = 0; sweep < 30; ++sweep)
    for (int64_t p = 0; p < n; ++p)
      for (int64_t q = p + 1; q < n; ++q) {
        if (at(p, q) == 0) continue;
        const double angle = 0.5 * std::atan2(2 * at(p, q), at(q, q) - at(p, p));
        const double c = std::cos(angle), s = std::sin(angle);
        for (int64_t k = 0; k < n; ++k) {
          const double x = at(k, p), y = at(k, q);
          at(k, p) = c * x - s * y;
          at(k, q) = s * x + c * y;
        }
        for (int64_t k = 0; k < n; ++k) {
          const double x = at(p, k), y = at(q, k);
          at(p, k) = c * x - s * y;
          at(q, k) = s * x + c * y;
        }
      }
  std::vector<double> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(at(i, i));
  std::sort(values.begin(), values.end());
  return values;
}

Array all_eigenvalues(const Arrays& in) {
  const Array s = symmetric(in[0]);
  const int64_t n = s.shape[1];
  Array y({s.shape[0], n});
  for (int64_t b = 0; b < s.shape[0]; ++b) {
    const auto first = s.data.begin() + b * n * n;
    const std::vector<double> values = eigenvalues({first, first + n * n}, n);
    std::copy(values.begin(), values.end(), y.data.begin() + b * n);
  }
  return y;
}

Tensor put_together(const std::tuple<Tensor, Tensor>& factors) {
  const auto& [values, vectors] = factors;
  return matmul(vectors * unsqueeze(values, -2), vectors.mT());
}

[[maybe_unused]] const bool added = add_paths({
    {.name = "eigvalsh",
     .op = [](const Tensors& in) { return Tensors{linalg::eigvalsh(symmetric(in[0]))}; },
     .reference = [](const Arrays& in) { return Arrays{all_eigenvalues(in)}; },
     .cases = matrices(),
     .tolerance = 64},
    {.name = "eigh_lower",
     .op = [](const Tensors& in) { return Tensors{put_together(linalg::eigh(tril(symmetric(in[0]))))}; },
     .reference = [](const Arrays& in) { return Arrays{symmetric(in[0])}; },
     .cases = matrices(),
     .tolerance = 64},
    {.name = "eigh_upper",
     .op = [](const Tensors& in) { return Tensors{put_together(linalg::eigh(triu(symmetric(in[0])), "U"))}; },
     .reference = [](const Arrays& in) { return Arrays{symmetric(in[0])}; },
     .cases = matrices(),
     .tolerance = 64},
});

}  // namespace
}  // namespace paths
