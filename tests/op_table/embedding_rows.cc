// Tables of vectors, and attention beyond layer_rows.cc's.
#include "ember/core/kernels/embedding.h"
#include "ember/ops/attention/attention.h"
#include "ember/ops/attention/multi_head_attention.h"
#include "ember/ops/embedding/embedding.h"
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

Row bag(const std::string& name, Function op, std::vector<Sample> samples, const std::string& expression) {
  return {.name = name,
          .op = std::move(op),
          .samples = std::move(samples),
          .pytorch = expression,
          .bad =
              [] {
                embedding_bag(ones({3, 2}), full(4, 3, kInt64), zeros(1, kInt64));
              },
          .message = "embedding_bag: index 3 is out of range",
          .tolerance = 4};
}

Tensor offsets() { return tensor(std::vector<int64_t>{0, 2, 2, 5}); }

Row attention(const std::string& name, Function op, Sample sample, const std::string& expression) {
  return {.name = name,
          .op = std::move(op),
          .samples = {std::move(sample)},
          .pytorch = expression,
          .bad =
              [] {
                scaled_dot_product_attention(ones({2, 3, 4}), ones({2, 3, 4}), ones({2, 3, 4}), ones({3, 3}), 0, true);
              },
          .message = "attn_mask and is_causal exclude each other",
          .same_bits_for_any_threads = false,
          .tolerance = 16};
}

AttentionOptions of_heads(int64_t count) {
  AttentionOptions options;
  options.num_heads = count;
  options.training = false;
  return options;
}

Row multi_head(const std::string& name, Function op, Sample sample, const std::string& expression) {
  Row multi_head = attention(name, std::move(op), std::move(sample), expression);
  multi_head.bad = [] {
    multi_head_attention_forward(ones({2, 3, 4}), ones({2, 3, 4}), ones({2, 3, 4}), {}, of_heads(3));
  };
  multi_head.message = "multi_head_attention_forward: the embedding size 4 cannot be divided into 3 heads";
  return multi_head;
}

const std::string kBag = "F.embedding_bag(b, a, ";

const bool registered = add_rows({
    bag(
        "embedding_bag_sum",
        [](const Tensors& in) {
          return embedding_bag(in[0], in[1], offsets(), {.mode = BagMode::Sum, .per_sample_weights = in[2]});
        },
        {{real({6, 3}), integers(Index{7}, 0, 6), real(Index{7})}},
        kBag + "torch.tensor([0, 2, 2, 5]), mode='sum', per_sample_weights=c)"),
    bag(
        "embedding_bag_mean",
        [](const Tensors& in) -> Tensors {
          return {embedding_bag(in[0], in[1], offsets(), {.lookup = {.padding_idx = 2}}),
                  embedding_bag(in[0], in[1], tensor(std::vector<int64_t>{0, 2, 2, 7}), {.include_last_offset = true})};
        },
        {{real({6, 3}), integers(Index{7}, 0, 6)}},
        "[" + kBag + "torch.tensor([0, 2, 2, 5]), padding_idx=2), " + kBag +
            "torch.tensor([0, 2, 2, 7]), include_last_offset=True)]"),
    bag(
        "embedding_bag_max",
        [](const Tensors& in) -> Tensors {
          return {embedding_bag(in[0], in[1], offsets(), {.mode = BagMode::Max}),
                  embedding_bag(in[0], in[2], {}, {.mode = BagMode::Max})};
        },
        {{real({6, 3}), integers(Index{7}, 0, 6), integers({2, 3}, 0, 6)}},
        "[" + kBag + "torch.tensor([0, 2, 2, 5]), mode='max'), F.embedding_bag(c, a, mode='max')]"),
    attention(
        "attention_gqa",
        [](const Tensors& in) { return scaled_dot_product_attention(in[0], in[1], in[2], {}, 0, true, 0.7, true); },
        {real({2, 4, 3, 5}), real({2, 2, 6, 5}), real({2, 2, 6, 3})},
        "F.scaled_dot_product_attention(a, b, c, is_causal=True, scale=0.7, enable_gqa=True)"),
    with_empty(attention(
                   "attention_mask",
                   [](const Tensors& in) -> Tensors {
                     const Tensor sees_nothing = reshape(tensor(std::vector<int64_t>{1, 0, 1}), {3, 1}) > 0;
                     return {scaled_dot_product_attention(in[0], in[1], in[2], in[3]),
                             scaled_dot_product_attention(in[0], in[1], in[2], in[4] & sees_nothing)};
                   },
                   {real({2, 3, 5}), real({2, 6, 5}), real({2, 6, 4}), real({3, 6}), boolean({3, 6})},
                   "[F.scaled_dot_product_attention(a, b, c, d), "
                   "F.scaled_dot_product_attention(a, b, c, e & torch.tensor([[True], [False], [True]]))]"),
               {{real({0, 3, 5}), real({0, 6, 5}), real({0, 6, 4}), real({3, 6}), boolean({3, 6})}}),
    without_gradient(row(
        "embedding_renorm_",
        [](const Tensors& in) {
          Tensor table = clone(in[0].detach()), by_sums = clone(table);
          return Tensors{embedding_renorm_(table, in[1], 1.5), embedding_renorm_(by_sums, in[1], 2, 1)};
        },
        {{real({6, 3}), integers({2, 3}, 0, 6)}},
        "[torch.embedding_renorm_(a.clone(), b, 1.5, 2), torch.embedding_renorm_(a.clone(), b, 2, 1)]",
        [] {
          Tensor table = ones({3, 2});
          embedding_renorm_(table, full(1, 3, kInt64), 1);
        },
        "embedding_renorm_: index 3 is out of range")),
    without_gradient(row(
        "embedding_max_norm",
        [](const Tensors& in) {
          Tensor table = clone(in[0].detach());
          return Tensors{embedding(table, in[1], {.padding_idx = -1, .max_norm = 1.5}), table};
        },
        {{real({6, 3}), integers({2, 3}, 0, 6)}}, "(lambda w: [F.embedding(b, w, -1, 1.5), w])(a.clone())",
        [] {
          embedding(ones({3, 2}), full(1, 3, kInt64), EmbeddingLookup{.max_norm = 1});
        },
        "index 3 is out of range")),
    multi_head(
        "multi_head_attention_forward",
        [](const Tensors& in) {
          const AttentionWeights weights = {in[3], in[4], {}, {}, {}, in[5], in[6], in[7], in[8]};
          AttentionOptions options = of_heads(2);
          options.add_zero_attn = true;
          return multi_head_attention_forward(in[0], in[1], in[2], weights, options);
        },
        {real({2, 2, 4}, -1, 1), real({3, 2, 4}, -1, 1), real({3, 2, 4}, -1, 1), real({12, 4}, -1, 1), real(Index{12}),
         real({4, 4}), real(Index{4}), real({1, 1, 4}), real({1, 1, 4})},
        "F.multi_head_attention_forward(a, b, c, 4, 2, d, e, h, i, True, 0.0, f, g, training=False)"),
    multi_head(
        "multi_head_attention_of_sizes",
        [](const Tensors& in) {
          const AttentionWeights weights = {{}, {}, in[3], in[4], in[5], in[6], {}};
          AttentionOptions options = of_heads(2);
          options.attn_mask = in[7];
          options.average_attn_weights = false;
          return multi_head_attention_forward(in[0], in[1], in[2], weights, options);
        },
        {real({2, 2, 4}, -1, 1), real({3, 2, 3}, -1, 1), real({3, 2, 5}, -1, 1), real({4, 4}, -1, 1), real({4, 3}),
         real({4, 5}), real({4, 4}), real({2, 3})},
        "F.multi_head_attention_forward(a, b, c, 4, 2, None, None, None, None, False, 0.0, g, None, training=False, "
        "attn_mask=h, use_separate_proj_weight=True, q_proj_weight=d, k_proj_weight=e, v_proj_weight=f, "
        "average_attn_weights=False)"),
});

}  // namespace
}  // namespace op_table
