// Recurrent networks over sequences x [L, N, input] ([N, L, input] with batch_first, or without N). Parameters come as PyTorch
// keeps them: for each layer, and in it each direction, w_ih [gates hidden, input], w_hh [gates hidden, hidden], then b_ih and b_hh
// unless options.has_biases is false; an LSTM may have a last one, w_hr [projected, hidden], by which its hidden state becomes shorter.
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

struct RecurrentOptions {
  bool has_biases = true;
  int64_t num_layers = 1;
  double dropout = 0;  ///< between layers, while training
  bool training = false;
  bool bidirectional = false;
  bool batch_first = false;
  /// Unless empty, x [their sum, input] holds sequences of different lengths, the longest first, step after step: how many have each step.
  /// So does the output; last states are those after each sequence's own last step.
  std::vector<int64_t> batch_sizes = {};
};

/// The outputs of the last layer [L, N, directions hidden] and the last states [layers directions, N, hidden]. Initial states
/// that are undefined are zeros. Hochreiter and Schmidhuber, 1997; gates in the order input, forget, cell, output.
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& x, const Tensor& h0, const Tensor& c0,
                                        const std::vector<Tensor>& params, const RecurrentOptions& options = {});
/// Cho et al., 2014; gates in the order reset, update, new.
std::pair<Tensor, Tensor> gru(const Tensor& x, const Tensor& h0, const std::vector<Tensor>& params,
                              const RecurrentOptions& options = {});
/// h' = tanh (relu) of w_ih x + b_ih + w_hh h + b_hh.
std::pair<Tensor, Tensor> rnn_tanh(const Tensor& x, const Tensor& h0, const std::vector<Tensor>& params,
                                   const RecurrentOptions& options = {});
std::pair<Tensor, Tensor> rnn_relu(const Tensor& x, const Tensor& h0, const std::vector<Tensor>& params,
                                   const RecurrentOptions& options = {});

/// One step: x [N, input], states [N, hidden]; undefined biases count as zeros.
std::pair<Tensor, Tensor> lstm_cell(const Tensor& x, const Tensor& h, const Tensor& c, const Tensor& w_ih,
                                    const Tensor& w_hh, const Tensor& b_ih = {}, const Tensor& b_hh = {});
Tensor gru_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
                const Tensor& b_hh = {});
Tensor rnn_tanh_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
                     const Tensor& b_hh = {});
Tensor rnn_relu_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
                     const Tensor& b_hh = {});

}  // namespace ember
