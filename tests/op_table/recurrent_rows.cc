// Recurrent networks and their cells, against PyTorch's.
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// A cell or network; its sums of products may depend on the number of threads.
Row recurrent(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
              std::function<void()> bad, const std::string& message) {
  Row recurrent = with_tolerance(row(name, std::move(op), std::move(samples), pytorch, std::move(bad), message), 16);
  recurrent.same_bits_for_any_threads = false;
  return recurrent;
}

/// One layer in both directions on top of another, as its 16 parameters.
Sample two_layers(Index x, Index state, int64_t gates) {
  Sample sample = {real(std::move(x), -1, 1), real(std::move(state), -1, 1)};
  for (const int64_t inputs : {3, 4})
    for (int direction = 0; direction < 2; ++direction)
      for (Index shape : {Index{2 * gates, inputs}, Index{2 * gates, 2}, Index{2 * gates}, Index{2 * gates}})
        sample.push_back(real(std::move(shape), -1, 1));
  return sample;
}
Tensors parameters(const Tensors& in, size_t first) { return Tensors(in.begin() + static_cast<long>(first), in.end()); }
const std::string kParameters = "[c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r]";

/// A cell with gates, with and without biases.
Row cell(const std::string& name,
         Tensor (*op)(const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&),
         const std::string& pytorch, const std::string& message) {
  return with_empty(
      recurrent(
          name,
          [op](const Tensors& in) {
            return Tensors{op(in[0], in[1], in[2], in[3], in[4], in[5]), op(in[0], in[1], in[2], in[3], {}, {})};
          },
          {{real({2, 3}), real({2, 2}), real({2, 3}), real({2, 2}), real({2}), real({2})}},
          "[" + pytorch + "(a, b, c, d, e, f), " + pytorch + "(a, b, c, d)]",
          [op] {
            op(ones({2, 3}), ones({2, 3}), ones({2, 3}), ones({2, 2}), {}, {});
          },
          message + ": h has shape [2, 3] but must have [2, 2]"),
      {{real({0, 3}), real({0, 2}), real({2, 3}), real({2, 2}), real({2}), real({2})}});
}

const bool registered = add_rows({
    recurrent(
        "gru",
        [](const Tensors& in) {
          return gru(in[0], in[1], parameters(in, 2), {.num_layers = 2, .bidirectional = true, .batch_first = true});
        },
        {two_layers({2, 3, 3}, {4, 2, 2}, 3)}, "torch.gru(a, b, " + kParameters + ", True, 2, 0.0, False, True, True)",
        [] {
          gru(ones({3, 2, 2}), {}, {ones({6, 2})});
        },
        "gru: expected 4 parameters for 1 layers and 1 directions but got 1"),
    recurrent(
        "lstm_of_two_layers",
        [](const Tensors& in) {
          return lstm(in[0], in[1], in[1] * 0.5, parameters(in, 2), {.num_layers = 2, .bidirectional = true});
        },
        {two_layers({3, 2, 3}, {4, 2, 2}, 4)},
        "torch.lstm(a, (b, b * 0.5), " + kParameters + ", True, 2, 0.0, False, True, False)",
        [] {
          lstm(ones({3, 2, 2}), ones({2, 2, 2}), {}, {ones({8, 2}), ones({8, 2}), ones(8), ones(8)});
        },
        "lstm: h0 has shape [2, 2, 2] but must have [1, 2, 2]"),
    recurrent(
        "rnn_relu",
        [](const Tensors& in) {
          return rnn_relu(in[0], in[1], parameters(in, 2), {.num_layers = 2, .bidirectional = true});
        },
        {two_layers({3, 2, 3}, {4, 2, 2}, 1)},
        "torch.rnn_relu(a, b, " + kParameters + ", True, 2, 0.0, False, True, False)",
        [] {
          rnn_relu(ones({2}), {}, {ones({2, 3}), ones({2, 2})});
        },
        "rnn_relu: input has shape [2] but must have 2 dimensions (no batch) or 3"),
    recurrent(
        "rnn_without_batch",
        [](const Tensors& in) {
          return rnn_tanh(in[0], in[1], {in[2], in[3]}, {.has_biases = false});
        },
        {{real({3, 2}), real({1, 2}), real({2, 2}), real({2, 2})}},
        "(lambda y, h: [y[:, 0], h[:, 0]])(*torch.rnn_tanh(a[:, None], b[:, None], [c, d], False, 1, 0.0, False, "
        "False, "
        "False))",
        [] {
          rnn_tanh(ones({0, 2}), {}, {ones({2, 2}), ones({2, 2})}, {.has_biases = false});
        },
        "has no time steps"),
    recurrent(
        "lstm_cell",
        [](const Tensors& in) {
          const auto [h, c] = lstm_cell(in[0], in[1], in[2], in[3], in[4], in[5], in[6]);
          const auto [plain_h, plain_c] = lstm_cell(in[0], in[1], in[2], in[3], in[4]);
          return Tensors{h, c, plain_h, plain_c};
        },
        {{real({2, 3}), real({2, 2}), real({2, 2}), real({8, 3}), real({8, 2}), real({8}), real({8})}},
        "[*torch.lstm_cell(a, (b, c), d, e, f, g), *torch.lstm_cell(a, (b, c), d, e)]",
        [] {
          lstm_cell(ones({2, 3}), ones({2, 2}), ones({2, 3}), ones({8, 3}), ones({8, 2}));
        },
        "lstm: c has shape [2, 3] but must have [2, 2]"),
    cell("rnn_tanh_cell", rnn_tanh_cell, "torch.rnn_tanh_cell", "rnn_tanh"),
    cell("rnn_relu_cell", rnn_relu_cell, "torch.rnn_relu_cell", "rnn_relu"),
});

}  // namespace
}  // namespace op_table
