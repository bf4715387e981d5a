#include "ember/ops/attention/attention.h"

#include <cmath>
#include <limits>

#include "ember/autograd/fused.h"
#include "ember/core/kernels/attention.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/random/random.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

constexpr const char* kAttention = "scaled_dot_product_attention";
constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

/// True where row i may not see column j: j > i. bool [rows, columns].
Tensor future_mask(int64_t rows, int64_t columns, Device device) {
  const TensorOptions options = TensorOptions(kInt64).device(device);
  return gt(arange(columns, options), unsqueeze(arange(rows, options), 1));
}

/// Each head of x for `times` neighbours.
Tensor repeat_heads(const Tensor& x, int64_t times) {
  if (times == 1) return x;
  Shape sizes = x.sizes();
  sizes.insert(sizes.size() - 2, times);
  Shape joined = x.sizes();
  joined[joined.size() - 3] *= times;
  return reshape(expand(unsqueeze(x, -3), sizes), joined);
}

/// softmax over the keys; rows that see none become zeros, and so do their gradients.
Tensor masked_softmax(const Tensor& scores, const Tensor& mask, bool is_added) {
  if (!mask.defined()) return softmax(scores, -1);
  const Tensor masked = is_added ? scores + to(mask, scores.dtype()) : masked_fill(scores, mask, kMinusInfinity);
  const Tensor hidden = is_added ? eq(mask.detach(), kMinusInfinity) : mask;
  const Tensor is_blind = all(hidden, -1, true);
  if (!any(with_samples_in_front(is_blind)).item<bool>()) return softmax(masked, -1);
  return where(is_blind, 0, softmax(where(is_blind, 0, masked), -1));
}

/// How scores are made, for the fused op.
struct Scores {
  double scale;
  bool is_causal;
};

/// The derivatives in ops, for gradients of gradients.
std::array<Tensor, 3> composed_backward(const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
                                        Scores how) {
  const Tensor scores = matmul(mul(q, how.scale), mT(k));
  const Tensor mask = how.is_causal ? future_mask(q.size(-2), k.size(-2), q.device()) : Tensor();
  const Tensor weights = masked_softmax(scores, mask, false);
  const Tensor d_weights = matmul(g, mT(v));
  const Tensor d_scores = weights * (d_weights - sum(d_weights * weights, -1, true)) * how.scale;
  return {matmul(d_scores, k), matmul(mT(d_scores), q), matmul(mT(weights), g)};
}

/// Attention of contiguous [B, L, E], [B, S, E] and [B, S, V], without the scores in memory.
Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, Scores how) {
  const Shape rows{q.sizes()[0], q.sizes()[1]};
  Tensor y = empty_tensor({rows[0], rows[1], v.sizes()[2]}, q.dtype(), q.device());
  const Tensor logsumexp = empty_tensor(rows, q.dtype(), q.device());
  kernels::attention.as(kAttention).on(q)(y, logsumexp, {q, k, v, how.scale, how.is_causal});
  return record(
      kAttention, y, inputs(q, k, v),
      [q = saved(q), k = saved(k), v = saved(v), y = saved_output(y), logsumexp, how](const Tensor& grad) {
        const auto kernel = [&] {
          const auto like = [](const Tensor& x) { return empty_tensor(x.sizes(), x.dtype(), x.device()); };
          std::array<Tensor, 3> d{like(q()), like(k()), like(v())};
          kernels::attention_backward.as(kAttention)
              .on(grad)(d[0], d[1], d[2], contiguous(grad), y(), logsumexp, {q(), k(), v(), how.scale, how.is_causal});
          return d;
        };
        return fused_backward<3>("scaled_dot_product_attention_backward", {grad, q(), k(), v()}, kernel,
                                 [how](const auto& in) { return composed_backward(in[0], in[1], in[2], in[3], how); });
      });
}

/// Whether the fused op serves: it wants real scores to save, and every row a key to see.
bool can_fuse(const Tensor& q, const Tensor& k, const Tensor& v) {
  constexpr int64_t kFewScores = 256;
  return (q.dtype() == kFloat32 || q.dtype() == kFloat64) && q.numel() > 0 && k.numel() > 0 && v.numel() > 0 &&
         q.size(-2) * k.size(-2) >= kFewScores && kernels::attention.find(q) != nullptr;
}

/// The fused op on the batch that all three broadcast to.
Tensor attend_fused(const Tensor& q, const Tensor& k, const Tensor& v, Scores how) {
  const auto batch_of = [](const Tensor& x) {
    Shape sizes = x.sizes();
    sizes.resize(sizes.size() - 2);
    return sizes;
  };
  Shape batch = broadcast_shapes(batch_of(q), broadcast_shapes(batch_of(k), batch_of(v), kAttention), kAttention);
  const auto joined = [&](const Tensor& x) {
    Shape sizes = batch;
    sizes.push_back(x.size(-2));
    sizes.push_back(x.size(-1));
    return contiguous(reshape(expand(x, sizes), {batch.numel(), x.size(-2), x.size(-1)}));
  };
  const Tensor y = fused_attention(joined(q), joined(k), joined(v), how);
  batch.push_back(q.size(-2));
  batch.push_back(v.size(-1));
  return reshape(y, batch);
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask, double dropout_p, bool is_causal,
                                    std::optional<double> scale, bool enable_gqa) {
  constexpr const char* op = kAttention;
  for (const auto& [name, x] :
       {std::pair<const char*, const Tensor&>{"query", query}, {"key", key}, {"value", value}}) {
    kernel::check_defined(op, name, x);
    check(x.dim() >= 2, op, ": ", name, " has shape ", x.sizes(), " but must have at least 2 dimensions");
    check(x.is_floating_point() && x.dtype() == query.dtype(), op, ": ", name, " is ", x.dtype(), " but must be ",
          query.dtype(), " like query, a floating-point dtype");
  }
  check(key.size(-1) == query.size(-1), op, ": key has shape ", key.sizes(), " but its last dimension must be ",
        query.size(-1), " to match query ", query.sizes());
  check(value.size(-2) == key.size(-2), op, ": value has shape ", value.sizes(), " but dim -2 must be ", key.size(-2),
        " to match key ", key.sizes());
  check(!(is_causal && attn_mask.defined()), op, ": attn_mask and is_causal exclude each other");
  check<ValueError>(0 <= dropout_p && dropout_p <= 1, op, ": dropout_p is ", dropout_p, " but must lie in [0, 1]");
  Tensor k = key, v = value;
  if (enable_gqa) {
    check(query.dim() >= 3 && key.dim() >= 3 && value.dim() >= 3, op,
          ": enable_gqa needs heads, at least 3 dimensions");
    for (const Tensor* x : {&key, &value})
      check(x->size(-3) > 0 && query.size(-3) % x->size(-3) == 0, op, ": query has ", query.size(-3),
            " heads, which is no multiple of the ", x->size(-3), " of key or value");
    k = repeat_heads(key, query.size(-3) / key.size(-3));
    v = repeat_heads(value, query.size(-3) / value.size(-3));
  }
  if (are_16_bit(query, k, v))
    return in_float32(
        [&](const auto&... x) { return scaled_dot_product_attention(x..., attn_mask, dropout_p, is_causal, scale); },
        query, k, v);
  const double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
  if (!attn_mask.defined() && dropout_p == 0 && can_fuse(query, k, v))
    return attend_fused(query, k, v, {factor, is_causal});
  Tensor mask = attn_mask;
  const bool is_added = mask.defined() && mask.dtype() != kBool;
  if (is_causal)
    mask = future_mask(query.size(-2), key.size(-2), query.device());
  else if (mask.defined() && !is_added)
    mask = logical_not(mask);
  check(!is_added || mask.is_floating_point(), op, ": attn_mask is ", is_added ? mask.dtype() : kBool,
        " but must be bool or floating-point");
  const Tensor scores = matmul(mul(query, factor), mT(k));
  const Tensor weights = masked_softmax(scores, mask, is_added);
  return matmul(dropout_p > 0 ? dropout(weights, dropout_p) : weights, v);
}

}  // namespace ember
