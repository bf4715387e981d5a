#include "ember/ops/attention/multi_head_attention.h"

#include <cmath>
#include <limits>

#include "ember/ops/activation/softmax.h"
#include "ember/ops/attention/attention.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/random/random.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

constexpr const char* kMultiHead = "multi_head_attention_forward";
constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

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

/// [N heads, length, E / heads] to [N, heads, length, E / heads].
Tensor given_heads(const char* name, const Tensor& x, int64_t batch, int64_t heads, int64_t size) {
  check(x.dim() == 3 && x.sizes()[0] == batch * heads && x.sizes()[2] == size, kMultiHead, ": ", name, " has shape ",
        x.sizes(), " but must be [", batch * heads, ", S, ", size, "]");
  return reshape(x, {batch, heads, x.sizes()[1], size});
}

/// x with zeros (false in a mask) behind the end of `dim`.
Tensor with_zeros(const Tensor& x, int64_t dim, int64_t count) {
  if (!x.defined() || count == 0) return x;
  Shape sizes = x.sizes();
  sizes[static_cast<size_t>(wrap_dim(dim, x.dim(), kMultiHead))] = count;
  return cat({x, zeros(sizes, x.options())}, dim);
}

/// True where row i may not see column j.
Tensor future_mask(int64_t rows, int64_t columns, Device device) {
  const TensorOptions options = TensorOptions(kInt64).device(device);
  return gt(arange(columns, options), unsqueeze(arange(rows, options), 1));
}

/// Both masks as one that is added to the scores [N, heads, L, S] or hides some of them. The last `extra` keys are seen by all.
Tensor joined_mask(const AttentionOptions& options, const Tensor& query, int64_t columns, int64_t extra) {
  const int64_t batch = query.sizes()[1], rows = query.sizes()[0], heads = options.num_heads, own = columns - extra;
  Tensor mask = options.attn_mask, padding = options.key_padding_mask;
  if (options.is_causal && !mask.defined()) mask = future_mask(rows, own, query.device());
  if (mask.defined()) {
    const Shape single{rows, own}, each{batch * heads, rows, own};
    check(mask.sizes() == single || mask.sizes() == each, kMultiHead, ": attn_mask has shape ", mask.sizes(),
          " but must have ", single, " or ", each);
    if (mask.dim() == 3) mask = reshape(mask, {batch, heads, rows, own});
    mask = with_zeros(mask, -1, extra);
  }
  if (!padding.defined()) return mask;
  check(padding.sizes() == Shape({batch, own}), kMultiHead, ": key_padding_mask has shape ", padding.sizes(),
        " but must have ", Shape({batch, own}));
  padding = reshape(with_zeros(padding, -1, extra), {batch, 1, 1, columns});
  if (!mask.defined()) return padding;
  if (mask.dtype() == kBool && padding.dtype() == kBool) return logical_or(mask, padding);
  const auto as_number = [&](const Tensor& m) {
    return m.dtype() == kBool ? masked_fill(zeros(m.sizes(), query.options()), m, kMinusInfinity) : m;
  };
  return add(as_number(mask), as_number(padding));
}

/// The output of the heads and the weights. Rows whose keys are all hidden give NaN.
std::pair<Tensor, Tensor> attend(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
                                 double dropout_p) {
  if (are_16_bit(query, key, value))
    return in_float32([&](const auto&... x) { return attend(x..., mask, dropout_p); }, query, key, value);
  Tensor scores = matmul(mul(query, 1 / std::sqrt(static_cast<double>(query.size(-1)))), mT(key));
  if (mask.defined()) {
    check(mask.dtype() == kBool || mask.is_floating_point(), kMultiHead, ": a mask is ", mask.dtype(),
          " but must be bool or floating-point");
    scores = mask.dtype() == kBool ? masked_fill(scores, mask, kMinusInfinity) : add(scores, to(mask, scores.dtype()));
  }
  Tensor weights = softmax(scores, -1);
  if (dropout_p > 0) weights = dropout(weights, dropout_p);
  return {matmul(weights, value), weights};
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

  auto [q, k, v] = project(query, key, value, weights);
  int64_t extra = 0;
  if (weights.bias_k.defined() || weights.bias_v.defined()) {
    check(weights.bias_k.defined() && weights.bias_v.defined(), kMultiHead, ": bias_k and bias_v go together");
    check(!options.static_k.defined() && !options.static_v.defined(), kMultiHead,
          ": a bias cannot be added to static keys and values");
    check(weights.bias_k.numel() == size && weights.bias_v.numel() == size, kMultiHead, ": bias_k has shape ",
          weights.bias_k.sizes(), " and bias_v ", weights.bias_v.sizes(), " but both must have ", size, " elements");
    k = cat({k, expand(reshape(weights.bias_k, {1, 1, size}), {1, batch, size})});
    v = cat({v, expand(reshape(weights.bias_v, {1, 1, size}), {1, batch, size})});
    ++extra;
  }
  q = to_heads(q, heads);
  const auto of_heads = [&](const char* name, const Tensor& given, const Tensor& projected) {
    return given.defined() ? given_heads(name, given, batch, heads, size / heads) : to_heads(projected, heads);
  };
  k = of_heads("static_k", options.static_k, k);
  v = of_heads("static_v", options.static_v, v);
  if (options.add_zero_attn) {
    k = with_zeros(k, 2, 1);
    v = with_zeros(v, 2, 1);
    ++extra;
  }
  check(k.sizes()[2] == v.sizes()[2], kMultiHead, ": there are ", k.sizes()[2], " keys but ", v.sizes()[2], " values");
  const Tensor mask = joined_mask(options, query, k.sizes()[2], extra);
  const double dropout_p = options.training ? options.dropout_p : 0;
  Tensor output, attention;
  if (options.need_weights) {
    std::tie(output, attention) = attend(q, k, v, mask, dropout_p);
    if (options.average_attn_weights) attention = mean(attention, 1);
  } else {
    const Tensor seen = mask.defined() && mask.dtype() == kBool ? logical_not(mask) : mask;
    output = scaled_dot_product_attention(q, k, v, seen, dropout_p);
  }
  const Tensor joined = reshape(permute(output, {2, 0, 1, 3}), {rows, batch, size});
  return {linear(joined, weights.out_proj_weight, weights.out_proj_bias), attention};
}

}  // namespace ember
