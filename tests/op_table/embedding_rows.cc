// Tables of vectors, and attention beyond layer_rows.cc's.
#include "ops/attention.h"
#include "ops/embedding.h"
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
    attention(
        "attention_mask",
        [](const Tensors& in) -> Tensors {
          const Tensor sees_nothing = reshape(tensor(std::vector<int64_t>{1, 0, 1}), {3, 1}) > 0;
          return {scaled_dot_product_attention(in[0], in[1], in[2], in[3]),
                  scaled_dot_product_attention(in[0], in[1], in[2], in[4] & sees_nothing)};
        },
        {real({2, 3, 5}), real({2, 6, 5}), real({2, 6, 4}), real({3, 6}), boolean({3, 6})},
        "[F.scaled_dot_product_attention(a, b, c, d), "
        "F.scaled_dot_product_attention(a, b, c, e & torch.tensor([[True], [False], [True]]))]"),
});

}  // namespace
}  // namespace op_table
