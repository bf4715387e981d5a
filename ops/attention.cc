#include "ops/attention.h"

#include <cmath>
#include <limits>

#include "ops/activation.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/indexing.h"
#include "ops/kernel.h"
#include "ops/linalg.h"
#include "ops/pointwise.h"
#include "ops/random.h"
#include "ops/reduction.h"
#include "ops/shape.h"

namespace ember {

namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

/// True where row i may not see column j: j > i. bool [rows, columns].
Tensor future_mask(int64_t rows, int64_t columns, Device device) {
  const TensorOptions options = TensorOptions(kInt64).device(device);
  return gt(arange(columns, options), unsqueeze(arange(rows, options), 1));
}

/// Scores with a mask laid over them: a bool mask hides where it is true, another one is added.
Tensor masked(const char* op, const Tensor& scores, const Tensor& hidden) {
  if (!hidden.defined()) return scores;
  if (hidden.dtype() == kBool) return masked_fill(scores, hidden, kMinusInfinity);
  check(hidden.is_floating_point(), op, ": a mask must be bool or floating-point but is ", hidden.dtype());
  return add(scores, to(hidden, scores.dtype()));
}

struct Attended {
  Tensor output, weights;
};

/// Rows whose keys are all hidden give NaN in `weights`, as in PyTorch's composition.
Attended attend(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& hidden, double dropout_p,
                std::optional<double> scale, const char* op) {
  const double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
  // The smaller operand is scaled, and before the product, which keeps 16-bit scores in range.
  const Tensor scores = matmul(mul(query, factor), mT(key));
  const Tensor weights = softmax(masked(op, scores, hidden), -1);
  return {matmul(dropout_p > 0 ? dropout(weights, dropout_p) : weights, value), weights};
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask, double dropout_p, bool is_causal,
                                    std::optional<double> scale) {
  constexpr const char* op = "scaled_dot_product_attention";
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
  Tensor hidden = attn_mask;
  if (is_causal)
    hidden = future_mask(query.size(-2), key.size(-2), query.device());
  else if (attn_mask.defined() && attn_mask.dtype() == kBool)
    hidden = logical_not(attn_mask);
  return attend(query, key, value, hidden, dropout_p, scale, op).output;
}

namespace {

constexpr const char* kMultiHead = "multi_head_attention_forward";

/// Query, key and value projected into the space of the heads.
std::array<Tensor, 3> project(const Tensor& query, const Tensor& key, const Tensor& value, const AttentionWeights& w) {
  const int64_t size = query.size(-1);
  const bool is_packed = w.in_proj_weight.defined();
  if (is_packed && query.is_same(key) && key.is_same(value)) {
    const auto parts = chunk(linear(query, w.in_proj_weight, w.in_proj_bias), 3, -1);
    return {parts[0], parts[1], parts[2]};
  }
  std::array<Tensor, 3> weights{w.q_proj_weight, w.k_proj_weight, w.v_proj_weight}, biases, result;
  for (int64_t i = 0; i < 3; ++i) {
    if (is_packed) weights[i] = narrow(w.in_proj_weight, 0, i * size, size);
    if (w.in_proj_bias.defined()) biases[i] = narrow(w.in_proj_bias, 0, i * size, size);
  }
  result[0] = linear(query, weights[0], biases[0]);
  result[1] = linear(key, weights[1], biases[1]);
  result[2] = linear(value, weights[2], biases[2]);
  return result;
}

/// [length, N, E] to [N, heads, length, E / heads].
Tensor to_heads(const Tensor& x, int64_t heads) {
  const Shape& s = x.sizes();
  return permute(reshape(x, {s[0], s[1], heads, s[2] / heads}), {1, 2, 0, 3});
}

/// Both masks as one that is added to the scores [N, heads, L, S] or hides some of them.
Tensor joined_mask(const AttentionOptions& options, const Tensor& query, const Tensor& key) {
  const int64_t batch = query.sizes()[1], rows = query.sizes()[0], columns = key.sizes()[0], heads = options.num_heads;
  Tensor mask = options.attn_mask, padding = options.key_padding_mask;
  if (options.is_causal && !mask.defined()) mask = future_mask(rows, columns, query.device());
  if (mask.defined()) {
    const Shape single{rows, columns}, each{batch * heads, rows, columns};
    check(mask.sizes() == single || mask.sizes() == each, kMultiHead, ": attn_mask has shape ", mask.sizes(),
          " but must have ", single, " or ", each);
    if (mask.dim() == 3) mask = reshape(mask, {batch, heads, rows, columns});
  }
  if (!padding.defined()) return mask;
  check(padding.sizes() == Shape({batch, columns}), kMultiHead, ": key_padding_mask has shape ", padding.sizes(),
        " but must have ", Shape({batch, columns}));
  padding = reshape(padding, {batch, 1, 1, columns});
  if (!mask.defined()) return padding;
  if (mask.dtype() == kBool && padding.dtype() == kBool) return logical_or(mask, padding);
  const auto as_number = [&](const Tensor& m) {
    return m.dtype() == kBool ? masked_fill(zeros(m.sizes(), query.options()), m, kMinusInfinity) : m;
  };
  return add(as_number(mask), as_number(padding));
}

}  // namespace

std::pair<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                       const AttentionWeights& weights,
                                                       const AttentionOptions& options) {
  kernel::check_defined(kMultiHead, "query", query);
  kernel::check_defined(kMultiHead, "key", key);
  kernel::check_defined(kMultiHead, "value", value);
  check(query.dim() == 2 || query.dim() == 3, kMultiHead, ": query has shape ", query.sizes(),
        " but must have 2 dimensions (no batch) or 3");
  check(key.dim() == query.dim() && value.dim() == query.dim(), kMultiHead, ": query ", query.sizes(), ", key ",
        key.sizes(), " and value ", value.sizes(), " must have as many dimensions");
  if (query.dim() == 2) {
    AttentionOptions batched = options;
    if (batched.key_padding_mask.defined()) batched.key_padding_mask = unsqueeze(batched.key_padding_mask, 0);
    const bool is_shared = query.is_same(key) && key.is_same(value);
    const Tensor q = unsqueeze(query, 1), k = is_shared ? q : unsqueeze(key, 1),
                 v = is_shared ? q : unsqueeze(value, 1);
    auto [output, attention] = multi_head_attention_forward(q, k, v, weights, batched);
    return {squeeze(output, 1), attention.defined() ? squeeze(attention, 0) : attention};
  }
  const int64_t rows = query.sizes()[0], batch = query.sizes()[1], size = query.sizes()[2], heads = options.num_heads;
  check(heads > 0 && size % heads == 0, kMultiHead, ": the embedding size ", size, " cannot be divided into ", heads,
        " heads");
  check(key.sizes()[0] == value.sizes()[0] && key.sizes()[1] == batch && value.sizes()[1] == batch, kMultiHead,
        ": key has shape ", key.sizes(), " and value ", value.sizes(),
        " but both must have one length and the batch of query ", query.sizes());

  const auto [q, k, v] = project(query, key, value, weights);
  const double dropout_p = options.training ? options.dropout_p : 0;
  const Attended result = attend(to_heads(q, heads), to_heads(k, heads), to_heads(v, heads),
                                 joined_mask(options, query, key), dropout_p, {}, kMultiHead);
  const Tensor joined = reshape(permute(result.output, {2, 0, 1, 3}), {rows, batch, size});
  const Tensor output = linear(joined, weights.out_proj_weight, weights.out_proj_bias);
  if (!options.need_weights) return {output, {}};
  return {output, options.average_attn_weights ? mean(result.weights, 1) : result.weights};
}

}  // namespace ember
