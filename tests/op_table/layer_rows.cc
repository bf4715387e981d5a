// Normalization, convolution, pooling, attention and recurrence.
#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;
using reference::reduce;
using reference::reshaped;

/// (x - mean) / sqrt(variance + 1e-5) over `dims`, which may depend on each other.
Array normalized(const Array& x, const Index& dims) {
  const Array mean = reduce(x, dims, true, reference::mean);
  const Array variance = reduce(x, dims, true, [](const std::vector<double>& l) { return reference::variance(l, 0); });
  return generate(x.shape, [&](const Index& i) {
    return (x.at(i) - mean.broadcast_at(i)) / std::sqrt(variance.broadcast_at(i) + 1e-5);
  });
}

/// y scale + shift, one of each for a channel (dim 1).
Array scaled(const Array& y, const Array& scale, const Array& shift) {
  return generate(y.shape, [&](const Index& i) { return y.at(i) * scale.at({i[1]}) + shift.at({i[1]}); });
}

/// x [N, C, H, W] with zeros (or another value) around it.
double padded_at(const Array& x, int64_t n, int64_t c, int64_t h, int64_t w, double outside) {
  const bool inside = h >= 0 && h < x.size(2) && w >= 0 && w < x.size(3);
  return inside ? x.at({n, c, h, w}) : outside;
}

struct Geometry {
  int64_t stride, padding, dilation, groups;
};

Array conv2d_of(const Array& x, const Array& weight, const Array& bias, const Geometry& g) {
  const auto extent = [&](int64_t d) {
    return (x.size(d) + 2 * g.padding - g.dilation * (weight.size(d) - 1) - 1) / g.stride + 1;
  };
  const int64_t in = weight.size(1), out_per_group = weight.size(0) / g.groups;
  return generate({x.size(0), weight.size(0), extent(2), extent(3)}, [&](const Index& i) {
    double total = bias.at({i[1]});
    for (int64_t c = 0; c < in; ++c)
      for (int64_t h = 0; h < weight.size(2); ++h)
        for (int64_t w = 0; w < weight.size(3); ++w)
          total += weight.at({i[1], c, h, w}) * padded_at(x, i[0], i[1] / out_per_group * in + c,
                                                          i[2] * g.stride - g.padding + h * g.dilation,
                                                          i[3] * g.stride - g.padding + w * g.dilation, 0);
    return total;
  });
}

Row conv_row(const std::string& name, const Geometry& g, Index weight, Sample large = {}) {
  const int64_t channels = weight[1] * g.groups, out = weight[0];
  return {
      .name = name,
      .op = [g](const Tensors& in) { return conv2d(in[0], in[1], in[2], g.stride, g.padding, g.dilation, g.groups); },
      .samples = {{real({2, channels, 5, 4}), real(weight), real({out})}},
      .reference = [g](const Arrays& in) { return conv2d_of(in[0], in[1], in[2], g); },
      .zero_size = {{real({0, channels, 5, 4}), real(weight), real({out})}},
      .large = std::move(large),
      .bad =
          [] {
            conv2d(ones({1, 3, 5, 5}), ones({4, 2, 3, 3}));
          },
      .message = "conv2d",
      .same_bits_for_any_threads = false,
      .tolerance = 8};
}

/// `combine` of the list of elements in each 2 by 2 window, stride 2, one row and column of padding.
template <class Combine>
Array pooled(const Array& x, int64_t padding, double outside, Combine combine) {
  const auto extent = [&](int64_t d) { return (x.size(d) + 2 * padding - 2) / 2 + 1; };
  return generate({x.size(0), x.size(1), extent(2), extent(3)}, [&](const Index& i) {
    std::vector<double> list;
    for (int64_t h = 0; h < 2; ++h)
      for (int64_t w = 0; w < 2; ++w)
        list.push_back(padded_at(x, i[0], i[1], 2 * i[2] + h - padding, 2 * i[3] + w - padding, outside));
    return combine(list);
  });
}

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

/// One step of an LSTM: gates in the order input, forget, cell, output. Changes h and c [N, hidden].
void lstm_step_of(const Array& x, Array& h, Array& c, const Arrays& w) {
  const Array gates = reference::add(reference::linear(x, w[0], &w[2]), reference::linear(h, w[1], &w[3]));
  const int64_t hidden = h.size(1);
  Array next_h = h, next_c = c;
  for_each_index(h.shape, [&](const Index& i) {
    const auto gate = [&](int64_t k) { return gates.at({i[0], k * hidden + i[1]}); };
    next_c.at(i) = sigmoid_of(gate(1)) * c.at(i) + sigmoid_of(gate(0)) * std::tanh(gate(2));
    next_h.at(i) = sigmoid_of(gate(3)) * std::tanh(next_c.at(i));
  });
  h = next_h;
  c = next_c;
}

Array step_of(const Array& sequence, int64_t t) {
  return generate({sequence.size(1), sequence.size(2)}, [&](const Index& i) { return sequence.at({t, i[0], i[1]}); });
}

const bool registered = add_rows({
    {.name = "layer_norm",
     .op = [](const Tensors& in) { return layer_norm(in[0], in[1].sizes(), in[1], in[2]); },
     .samples = {{real({3, 4}), real({4}), real({4})}, {real({2, 2, 3}), real({2, 3}), real({2, 3})}},
     .reference =
         [](const Arrays& in) {
           const Array y = normalized(in[0], in[1].rank() == 1 ? Index{-1} : Index{-2, -1});
           return reference::add(reference::mul(y, in[1]), in[2]);
         },
     .zero_size = {{real({0, 4}), real({4}), real({4})}},
     .large = {real({400, 120}), real({120}), real({120})},
     .bad =
         [] {
           layer_norm(ones({2, 3}), 4);
         },
     .message = "layer_norm: input has shape [2, 3] but its last dimensions must be [4]",
     .tolerance = 8},
    {.name = "rms_norm",
     .op = [](const Tensors& in) { return rms_norm(in[0], 4, in[1], 1e-5); },
     .samples = {{real({3, 4}), real({4})}},
     .reference =
         [](const Arrays& in) {
           const Array power = reduce(in[0], {1}, true, [](const std::vector<double>& l) {
             double total = 0;
             for (const double x : l) total += x * x;
             return total / static_cast<double>(l.size());
           });
           return generate({3, 4}, [&](const Index& i) {
             return in[0].at(i) / std::sqrt(power.at({i[0], 0}) + 1e-5) * in[1].at({i[1]});
           });
         },
     .bad =
         [] {
           rms_norm(ones({2, 3}), 4);
         },
     .message = "rms_norm: input has shape [2, 3] but its last dimensions must be [4]",
     .tolerance = 8},
    {.name = "batch_norm_training",
     .op = [](const Tensors& in) { return batch_norm(in[0], {}, {}, in[1], in[2], /*training=*/true); },
     .samples = {{real({3, 2, 2}), real({2}), real({2})}, {real({4, 2}), real({2}), real({2})}},
     .reference =
         [](const Arrays& in) {
           return scaled(normalized(in[0], in[0].rank() == 2 ? Index{0} : Index{0, 2}), in[1], in[2]);
         },
     .zero_size = {{real({0, 2, 2}), real({2}), real({2})}},
     .large = {real({40, 12, 15, 15}), real({12}), real({12})},
     .bad =
         [] {
           batch_norm(ones({1, 3}), {}, {}, {}, {}, true);
         },
     .message = "batch_norm: expected more than 1 value per channel when training, got input of "
                "shape [1, 3]",
     .tolerance = 16},
    {.name = "batch_norm",
     .op =
         [](const Tensors& in) {
           return batch_norm(in[0], in[3].detach(), in[4].detach(), in[1], in[2],
                             /*training=*/false);
         },
     .samples = {{real({3, 2, 2}), real({2}), real({2}), constant({2}), constant({2}, 0.5, 2)}},
     .reference =
         [](const Arrays& in) {
           const Array y = generate(in[0].shape, [&](const Index& i) {
             return (in[0].at(i) - in[3].at({i[1]})) / std::sqrt(in[4].at({i[1]}) + 1e-5);
           });
           return scaled(y, in[1], in[2]);
         },
     .zero_size = {{real({0, 2, 2}), real(Index{2}), real(Index{2}), constant(Index{2}), constant(Index{2})}},
     .large = {real({40, 12, 15, 15}), real({12}), real({12}), constant({12}), constant({12}, 0.5, 2)},
     .bad =
         [] {
           batch_norm(ones({2, 3}), ones(4), ones(3));
         },
     .message = "batch_norm: running_mean has shape [4] but must have [3] to match input [2, 3]",
     .tolerance = 8},
    {.name = "group_norm",
     .op = [](const Tensors& in) { return group_norm(in[0], 2, in[1], in[2]); },
     .samples = {{real({2, 4, 3}), real({4}), real({4})}},
     .reference =
         [](const Arrays& in) {
           const Array y = normalized(reshaped(in[0], {2, 2, 6}), {2});
           return scaled(reshaped(y, in[0].shape), in[1], in[2]);
         },
     .bad =
         [] {
           group_norm(ones({2, 3}), 2);
         },
     .message = "group_norm: 3 channels of input [2, 3] cannot be divided into 2 groups",
     .tolerance = 8},
    {.name = "instance_norm",
     .op = [](const Tensors& in) { return instance_norm(in[0], {}, {}, in[1], in[2]); },
     .samples = {{real({2, 3, 4}), real({3}), real({3})}},
     .reference = [](const Arrays& in) { return scaled(normalized(in[0], {2}), in[1], in[2]); },
     .zero_size = {{real({0, 3, 4}), real(Index{3}), real(Index{3})}},
     .bad =
         [] {
           instance_norm(ones({2, 3, 1}));
         },
     .message = "instance_norm: expected more than 1 spatial element when training",
     .tolerance = 8},
    {.name = "normalize",
     .op = [](const Tensors& in) { return normalize(in[0]); },
     .samples = {{real({2, 4})}},
     .reference =
         [](const Arrays& in) {
           return reference::along(in[0], 1, [](const std::vector<double>& l, size_t i) {
             double total = 0;
             for (const double x : l) total += x * x;
             return l[i] / std::sqrt(total);
           });
         },
     .zero_size = {{real({0, 4})}, {real({2, 0})}},
     .bad = [] { normalize(Tensor()); },
     .message = "normalize: input is an undefined tensor",
     .tolerance = 4},

    conv_row("conv2d", {1, 0, 1, 1}, {3, 2, 3, 3}, {real({4, 8, 20, 20}), real({16, 8, 3, 3}), real({16})}),
    conv_row("conv2d_strided", {2, 1, 1, 1}, {3, 2, 3, 3}),
    conv_row("conv2d_dilated_groups", {1, 2, 2, 2}, {4, 2, 3, 2}),
    {.name = "max_pool2d",
     .op = [](const Tensors& in) -> Tensors {
       return {max_pool2d(in[0], 2), max_pool2d(in[0], 2, 2, 1)};
     },
     .samples = {{real({2, 2, 4, 5})}},
     .reference = [](const Arrays& in) -> Arrays {
       const double lowest = -std::numeric_limits<double>::infinity();
       return {pooled(in[0], 0, lowest, reference::max), pooled(in[0], 1, lowest, reference::max)};
     },
     .zero_size = {{real({0, 2, 4, 5})}},
     .large = {real({8, 16, 30, 30})},
     .bad =
         [] {
           max_pool2d(ones({2, 3}), 2);
         },
     .message = "max_pool2d"},
    {.name = "avg_pool2d",
     .op = [](const Tensors& in) -> Tensors {
       return {avg_pool2d(in[0], 2), avg_pool2d(in[0], 2, 2, 1)};
     },
     .samples = {{real({2, 2, 4, 5})}},
     .reference = [](const Arrays& in) -> Arrays {
       return {pooled(in[0], 0, 0, reference::mean), pooled(in[0], 1, 0, reference::mean)};
     },
     .zero_size = {{real({0, 2, 4, 5})}},
     .large = {real({8, 16, 30, 30})},
     .bad =
         [] {
           avg_pool2d(ones({2, 3}), 2);
         },
     .message = "avg_pool2d",
     .tolerance = 2},

    {.name = "scaled_dot_product_attention",
     .op =
         [](const Tensors& in) { return scaled_dot_product_attention(in[0], in[1], in[2], {}, 0, /*is_causal=*/true); },
     .samples = {{real({2, 3, 4}), real({2, 3, 4}), real({2, 3, 2})}},
     .reference =
         [](const Arrays& in) {
           Array scores = reference::mul(reference::matmul(in[0], reference::transposed(in[1])), Array({}, 0.5));
           for_each_index(scores.shape, [&](const Index& i) {
             if (i[2] > i[1]) scores.at(i) = -std::numeric_limits<double>::infinity();
           });
           return reference::matmul(reference::softmax(scores, -1), in[2]);
         },
     .zero_size = {{real({0, 3, 4}), real({0, 3, 4}), real({0, 3, 2})},
                   {real({2, 3, 0}), real({2, 3, 0}), real({2, 3, 0})}},
     .bad =
         [] {
           scaled_dot_product_attention(ones({2, 3}), ones({2, 4}), ones({2, 3}));
         },
     .message = "scaled_dot_product_attention: key has shape [2, 4] but its last dimension must be 3",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
    {.name = "masked_attention",
     .op = [](const Tensors& in) -> Tensors {
       return {scaled_dot_product_attention(in[0], in[1], in[2], in[3]),
               scaled_dot_product_attention(in[0], in[1], in[2], ge(in[3], -1), 0, false, 0.5)};
     },
     .samples = {{real({2, 3, 4}), real({2, 5, 4}), real({2, 5, 2}), constant({3, 5})}},
     .reference = [](const Arrays& in) -> Arrays {
       const Array scores = reference::mul(reference::matmul(in[0], reference::transposed(in[1])), Array({}, 0.5));
       const Array visible = generate(scores.shape, [&](const Index& i) {
         return in[3].broadcast_at(i) >= -1 ? scores.at(i) : -std::numeric_limits<double>::infinity();
       });
       return {reference::matmul(reference::softmax(reference::add(scores, in[3]), -1), in[2]),
               reference::matmul(reference::softmax(visible, -1), in[2])};
     },
     .bad =
         [] {
           scaled_dot_product_attention(ones({2, 3}), ones({2, 3}), ones({2, 3}), ones({2, 2}), 0, true);
         },
     .message = "attn_mask and is_causal exclude each other",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
    {.name = "lstm",
     .op =
         [](const Tensors& in) {
           return lstm(in[0], in[1], in[2], {in[3], in[4], in[5], in[6]});
         },
     .samples = {{real({3, 2, 2}), real({1, 2, 2}), real({1, 2, 2}), real({8, 2}), real({8, 2}), real({8}), real({8})}},
     .reference = [](const Arrays& in) -> Arrays {
       const Arrays weights(in.begin() + 3, in.end());
       Array h = step_of(in[1], 0), c = step_of(in[2], 0), output(in[0].shape);
       for (int64_t t = 0; t < in[0].size(0); ++t) {
         lstm_step_of(step_of(in[0], t), h, c, weights);
         for_each_index(h.shape, [&](const Index& i) { output.at({t, i[0], i[1]}) = h.at(i); });
       }
       return {output, reshaped(h, {1, 2, 2}), reshaped(c, {1, 2, 2})};
     },
     .bad =
         [] {
           lstm(ones({3, 2, 2}), {}, {}, {ones({8, 2})});
         },
     .message = "lstm: expected 4 parameters for 1 layers and 1 directions but got 1",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
    {.name = "gru_cell",
     .op = [](const Tensors& in) { return gru_cell(in[0], in[1], in[2], in[3], in[4], in[5]); },
     .samples = {{real({2, 3}), real({2, 2}), real({6, 3}), real({6, 2}), real({6}), real({6})}},
     .reference =
         [](const Arrays& in) {
           const Array x = reference::linear(in[0], in[2], &in[4]), h = reference::linear(in[1], in[3], &in[5]);
           return generate({2, 2}, [&](const Index& i) {
             const auto gate = [&](const Array& from, int64_t k) { return from.at({i[0], 2 * k + i[1]}); };
             const double reset = sigmoid_of(gate(x, 0) + gate(h, 0)), update = sigmoid_of(gate(x, 1) + gate(h, 1));
             const double candidate = std::tanh(gate(x, 2) + reset * gate(h, 2));
             return (1 - update) * candidate + update * in[1].at(i);
           });
         },
     .bad =
         [] {
           gru_cell(ones({2, 3}), ones({2, 3}), ones({6, 3}), ones({6, 2}));
         },
     .message = "gru: h has shape [2, 3] but must have [2, 2]",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
    {.name = "rnn_tanh",
     .op =
         [](const Tensors& in) {
           return rnn_tanh(in[0], {}, {in[1], in[2], in[3], in[4]});
         },
     .samples = {{real({2, 2, 3}), real({2, 3}), real({2, 2}), real({2}), real({2})}},
     .reference = [](const Arrays& in) -> Arrays {
       Array h({2, 2}), output({2, 2, 2});
       for (int64_t t = 0; t < 2; ++t) {
         h = reference::add(reference::linear(step_of(in[0], t), in[1], &in[3]), reference::linear(h, in[2], &in[4]));
         for (double& value : h.data) value = std::tanh(value);
         for_each_index(h.shape, [&](const Index& i) { output.at({t, i[0], i[1]}) = h.at(i); });
       }
       return {output, reshaped(h, {1, 2, 2})};
     },
     .bad =
         [] {
           rnn_tanh(ones({2}), {}, {ones({2, 3}), ones({2, 2})});
         },
     .message = "rnn_tanh: input has shape [2] but must have 2 dimensions (no batch) or 3",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
});

}  // namespace
}  // namespace op_table
