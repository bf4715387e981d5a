// Attention, and tables of vectors.
#include "ember/ops/attention/attention.h"

#include "ember/ops/attention/multi_head_attention.h"
#include "ember/ops/embedding/embedding.h"
#include "python/bindings/casters.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

/// By pybind11, since this op has more parameters than an Op takes.
void bind_multi_head_attention(PyObject* module) {
  auto m = py::reinterpret_borrow<py::module_>(module);
  m.def(
      "multi_head_attention_forward",
      [](const Tensor& query, const Tensor& key, const Tensor& value, int64_t embed_dim, int64_t num_heads,
         const std::optional<Tensor>& in_proj_weight, const std::optional<Tensor>& in_proj_bias,
         const std::optional<Tensor>& bias_k, const std::optional<Tensor>& bias_v, bool add_zero_attn, double dropout_p,
         const Tensor& out_proj_weight, const std::optional<Tensor>& out_proj_bias, bool training,
         const Tensor& key_padding_mask, bool need_weights, const Tensor& attn_mask, bool separate,
         const Tensor& q_proj_weight, const Tensor& k_proj_weight, const Tensor& v_proj_weight, const Tensor& static_k,
         const Tensor& static_v, bool average_attn_weights, bool is_causal) {
        check<ValueError>(query.defined() && query.size(-1) == embed_dim,
                          "multi_head_attention_forward: query must have ", embed_dim, " features");
        check(!is_causal || attn_mask.defined(), "multi_head_attention_forward: is_causal needs attn_mask");
        const AttentionWeights weights{.in_proj_weight = separate ? Tensor() : in_proj_weight.value_or(Tensor()),
                                       .in_proj_bias = in_proj_bias.value_or(Tensor()),
                                       .q_proj_weight = q_proj_weight,
                                       .k_proj_weight = k_proj_weight,
                                       .v_proj_weight = v_proj_weight,
                                       .out_proj_weight = out_proj_weight,
                                       .out_proj_bias = out_proj_bias.value_or(Tensor()),
                                       .bias_k = bias_k.value_or(Tensor()),
                                       .bias_v = bias_v.value_or(Tensor())};
        const AttentionOptions options{.num_heads = num_heads,
                                       .dropout_p = dropout_p,
                                       .training = training,
                                       .key_padding_mask = key_padding_mask,
                                       .attn_mask = attn_mask,
                                       .is_causal = is_causal,
                                       .need_weights = need_weights,
                                       .average_attn_weights = average_attn_weights,
                                       .add_zero_attn = add_zero_attn,
                                       .static_k = static_k,
                                       .static_v = static_v};
        const GilRelease gil;
        const auto [output, attention] = multi_head_attention_forward(query, key, value, weights, options);
        return std::tuple(output, attention.defined() ? std::optional(attention) : std::nullopt);
      },
      py::arg("query"), py::arg("key"), py::arg("value"), py::arg("embed_dim_to_check"), py::arg("num_heads"),
      py::arg("in_proj_weight"), py::arg("in_proj_bias"), py::arg("bias_k"), py::arg("bias_v"),
      py::arg("add_zero_attn"), py::arg("dropout_p"), py::arg("out_proj_weight"), py::arg("out_proj_bias"),
      py::arg("training") = true, py::arg("key_padding_mask") = py::none(), py::arg("need_weights") = true,
      py::arg("attn_mask") = py::none(), py::arg("use_separate_proj_weight") = false,
      py::arg("q_proj_weight") = py::none(), py::arg("k_proj_weight") = py::none(),
      py::arg("v_proj_weight") = py::none(), py::arg("static_k") = py::none(), py::arg("static_v") = py::none(),
      py::arg("average_attn_weights") = true, py::arg("is_causal") = false,
      "Attention of several heads with its projections: the output and the weights.");
}

}  // namespace

void bind_attention(Ops& functional, PyObject* module) {
  functional.add_function(
      "scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, "
      "enable_gqa=False)",
      scaled_dot_product_attention, "softmax(query key^T scale + mask) value.");
  bind_multi_head_attention(module);
  functional.add_function(
      "embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, "
      "sparse=False)",
      [](const Tensor& indices, const Tensor& weight, std::optional<int64_t> padding_idx,
         std::optional<double> max_norm, double norm_type, bool by_frequency, bool) {
        return embedding(weight, indices, EmbeddingLookup{padding_idx, max_norm, norm_type, by_frequency});
      },
      "The rows of weight named by input. Gradients are dense, also with sparse=True.");
  functional.add_function(
      "embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', "
      "sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None)",
      [](const Tensor& indices, const Tensor& weight, const Tensor& offsets, std::optional<double> max_norm,
         double norm_type, bool by_frequency, std::string_view mode, bool, const Tensor& per_sample_weights,
         bool include_last_offset, std::optional<int64_t> padding_idx) {
        return embedding_bag(weight, indices, offsets,
                             {bag_mode(mode),
                              {padding_idx, max_norm, norm_type, by_frequency},
                              per_sample_weights,
                              include_last_offset});
      },
      "The sum, mean or maximum of the rows in each bag. Gradients are dense, also with sparse=True.");
}

}  // namespace ember::python
