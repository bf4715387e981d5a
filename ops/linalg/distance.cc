#include "ember/ops/linalg/distance.h"

#include <cmath>

#include "ember/autograd/fused.h"
#include "ember/core/kernels/linalg.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/slices.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

// What the distance `length` of a pair changes by, with respect to the elements of its difference, times g, is a weight of the pair
// times a direction.

Tensor distance_weight(const Tensor& g, const Tensor& length, double p) {
  if (p == 0) return zeros_like(g);
  if (p == 1 || std::isinf(p)) return g;
  const Tensor is_same = length == 0, safe = masked_fill(length, is_same, 1);
  return masked_fill(g / (p == 2 ? safe : pow(safe, p - 1)), is_same, 0);
}

Tensor distance_direction(const Tensor& difference, const Tensor& length, double p) {
  if (p == 0) return zeros_like(difference);
  if (p == 1) return sign(difference);
  if (p == 2) return difference;
  if (std::isinf(p)) return sign(difference) * to(abs(difference) == length, difference.dtype());
  return masked_fill(difference * pow(abs(difference), p - 2), difference == 0, 0);
}

/// The gradient of rows a [B, P, M] beside b [B, R, M] whose pairs have weights and lengths [B, P, R].
Tensor direction_sums(const Tensor& weight, const Tensor& a, const Tensor& b, const Tensor& length, double p) {
  const auto kernel = [&]() -> std::array<Tensor, 1> {
    const Tensor grad = empty_tensor(a.sizes(), a.dtype(), a.device());
    kernels::cdist_backward.on(a)(grad, contiguous(weight), contiguous(a), contiguous(b), contiguous(length), p);
    return {grad};
  };
  const auto composed = [p](const auto& in) -> std::array<Tensor, 1> {
    const Tensor difference = unsqueeze(in[1], 2) - unsqueeze(in[2], 1);
    return {sum(unsqueeze(in[0], 3) * distance_direction(difference, unsqueeze(in[3], 3), p), 2)};
  };
  return fused_backward<1>("cdist_backward", {weight, a, b, length}, kernel, composed)[0];
}

/// Batches [B, P, M] and [B, R, M], pair by pair.
Tensor cdist_by_pairs(const Tensor& a, const Tensor& b, double p) {
  const Tensor left = contiguous(a.detach()), right = contiguous(b.detach());
  Tensor y = empty_tensor({a.size(0), a.size(1), b.size(1)}, a.dtype(), a.device());
  kernels::cdist.on(a)(y, left, right, p);
  return record("cdist", y, inputs(a, b),
                [a = saved(a), b = saved(b), y = saved_output(y), p](const Tensor& g,
                                                                     const Needs<2>& needs) -> std::array<Tensor, 2> {
                  const Tensor weight = distance_weight(g, y(), p);
                  return {needs[0] ? direction_sums(weight, a(), b(), y(), p) : Tensor(),
                          needs[1] ? direction_sums(mT(weight), b(), a(), mT(y()), p) : Tensor()};
                });
}

/// |a - b|^2 = |a|^2 + |b|^2 - 2 a b.
Tensor cdist_by_product(const Tensor& a, const Tensor& b) {
  Tensor y;
  {
    const NoGradGuard no_grad;
    const Tensor squares = sum(square(a), -1, true) + mT(sum(square(b), -1, true));
    y = sqrt(clamp_min(add(squares, matmul(a, mT(b)), -2), 0));
  }
  return record("cdist", y, inputs(a, b),
                [a = saved(a), b = saved(b), y = saved_output(y)](const Tensor& g) -> std::array<Tensor, 2> {
                  const Tensor is_same = y() == 0;
                  const Tensor ratio = masked_fill(g / masked_fill(y(), is_same, 1), is_same, 0);
                  return {a() * sum(ratio, -1, true) - matmul(ratio, b()),
                          b() * mT(sum(ratio, -2, true)) - matmul(mT(ratio), a())};
                });
}

/// x times the 2-norm's inverse, where norms below eps count as eps but keep their gradient.
Tensor unit_vectors(const Tensor& x, int64_t dim, double eps) {
  const Tensor length = linalg::vector_norm(x, 2, dim, true), plain = length.detach();
  return x / (length + (clamp_min(plain, eps) - plain));
}

}  // namespace

Tensor dist(const Tensor& a, const Tensor& b, const Scalar& p) {
  if (are_16_bit(a, b)) return in_float32([&](const auto&... x) { return dist(x..., p); }, a, b);
  return linalg::vector_norm(a - b, p);
}
Tensor DistanceMethods::dist(const Tensor& other, const Scalar& p) const { return ember::dist(self(this), other, p); }

Tensor cdist(const Tensor& a, const Tensor& b, double p, std::string_view compute_mode) {
  for (const auto& [name, x] : {std::pair{"x1", &a}, {"x2", &b}}) {
    kernel::check_defined("cdist", name, *x);
    check(x->is_floating_point() && x->dim() >= 2, "cdist: ", name,
          " must be floating-point with at least 2 dims but is ", describe(*x));
  }
  check(a.dtype() == b.dtype(), "cdist: x1 is ", a.dtype(), " but x2 is ", b.dtype());
  check(a.size(-1) == b.size(-1), "cdist: x1 and x2 must have one size in the last dim but have shapes ", a.sizes(),
        " and ", b.sizes());
  check<ValueError>(p >= 0, "cdist: p must not be negative but is ", p);
  const bool if_necessary = compute_mode == "use_mm_for_euclid_dist_if_necessary";
  check<ValueError>(
      if_necessary || compute_mode == "use_mm_for_euclid_dist" || compute_mode == "donot_use_mm_for_euclid_dist",
      "cdist: compute_mode must be use_mm_for_euclid_dist_if_necessary, use_mm_for_euclid_dist or "
      "donot_use_mm_for_euclid_dist but is ",
      compute_mode);
  if (are_16_bit(a, b)) return in_float32([&](const auto&... x) { return cdist(x..., p, compute_mode); }, a, b);
  const int64_t rows = a.size(-2), columns = b.size(-2), length = a.size(-1);
  const auto batch_of = [](const Tensor& x) { return Shape(std::span(x.sizes().begin(), x.sizes().size() - 2)); };
  const Shape batch = broadcast_shapes(batch_of(a), batch_of(b), "cdist");
  const auto flat = [&](const Tensor& x, int64_t count) {
    Shape sizes = batch;
    sizes.push_back(count);
    sizes.push_back(length);
    return reshape(expand(x, sizes), {batch.numel(), count, length});
  };
  const Tensor left = flat(a, rows), right = flat(b, columns);
  constexpr int64_t kMany = 25;
  const bool by_product =
      p == 2 && (if_necessary ? rows > kMany || columns > kMany : compute_mode == "use_mm_for_euclid_dist");
  Shape sizes = batch;
  sizes.push_back(rows);
  sizes.push_back(columns);
  return reshape(by_product ? cdist_by_product(left, right) : cdist_by_pairs(left, right, p), sizes);
}

Tensor pdist(const Tensor& x, double p) {
  kernel::check_defined("pdist", "input", x);
  check(x.dim() == 2, "pdist: input must be 2-d but is ", describe(x));
  check<ValueError>(p >= 0, "pdist: p must not be negative but is ", p);
  check(x.is_floating_point(), "pdist: input must be floating-point but is ", describe(x));
  if (are_16_bit(x)) return in_float32([&](const Tensor& wide) { return pdist(wide, p); }, x);
  const int64_t rows = x.size(0);
  const Tensor batch = unsqueeze(contiguous(x.detach()), 0);
  Tensor y = empty_tensor({rows * (rows - 1) / 2}, x.dtype(), x.device());
  kernels::cdist.as("pdist").on(x)(y, batch, batch, p);
  return record("pdist", y, inputs(x), [x = saved(x), y = saved_output(y), p](const Tensor& g) {
    // Each pair stands at [i, j] and at [j, i] of a square, whose rows then sum to the gradients.
    const int64_t rows = x().size(0);
    const Tensor pairs = triu_indices(rows, rows, 1);
    const Tensor upper = to(select(pairs, 0, 0) * rows + select(pairs, 0, 1), g.device());
    const auto square_of = [&](const Tensor& values) {
      const Tensor half = reshape(index_add(zeros({rows * rows}, values.options()), 0, upper, values), {rows, rows});
      return half + mT(half);
    };
    const Tensor weight = square_of(distance_weight(g, y(), p));
    const Tensor lengths = std::isinf(p) ? square_of(y()) : weight;  // only that direction depends on them
    const Tensor batch = unsqueeze(x(), 0);
    return squeeze(direction_sums(unsqueeze(weight, 0), batch, batch, unsqueeze(lengths, 0), p), 0);
  });
}

Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p, double eps, bool keepdim) {
  kernel::check_defined("pairwise_distance", "x1", a);
  kernel::check_defined("pairwise_distance", "x2", b);
  if (are_16_bit(a, b))
    return in_float32([&](const auto&... x) { return pairwise_distance(x..., p, eps, keepdim); }, a, b);
  return linalg::vector_norm(a - b + eps, p, -1, keepdim);
}

Tensor cosine_similarity(const Tensor& a, const Tensor& b, int64_t dim, double eps) {
  kernel::check_defined("cosine_similarity", "x1", a);
  kernel::check_defined("cosine_similarity", "x2", b);
  const DType dtype = result_type(a, b);
  check(is_floating_point(dtype), "cosine_similarity: x1 and x2 must be floating-point but are ", describe(a), " and ",
        describe(b));
  if (are_16_bit(a, b)) return in_float32([&](const auto&... x) { return cosine_similarity(x..., dim, eps); }, a, b);
  const Shape sizes = broadcast_shapes(a.sizes(), b.sizes(), "cosine_similarity");
  const Tensor left = expand(to(a, dtype), sizes), right = expand(to(b, dtype), sizes);
  return sum(unit_vectors(left, dim, eps) * unit_vectors(right, dim, eps), dim);
}

}  // namespace ember
