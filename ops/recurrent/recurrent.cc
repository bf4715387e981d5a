#include "ember/ops/recurrent/recurrent.h"

#include <algorithm>
#include <array>

#include "ember/ops/activation/activation.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/random/random.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// The parameters of one layer in one direction.
struct Cell {
  Tensor w_ih, w_hh, b_ih, b_hh;
  Tensor w_hr = {};  ///< undefined without a projection
};

/// Hidden and, for an LSTM, cell state; [N, hidden].
using State = std::array<Tensor, 2>;

/// One step from the input's share of the gates, w_ih x + b_ih [N, gates hidden], and the state before.
using Step = State (*)(const Tensor& projected, const State& before, const Cell& cell);

State lstm_step(const Tensor& projected, const State& before, const Cell& cell) {
  Tensor gates = addmm(projected, before[0], t(cell.w_hh));
  if (cell.b_hh.defined()) gates = add(gates, cell.b_hh);
  const auto part = chunk(gates, 4, 1);
  const Tensor c = add(mul(sigmoid(part[1]), before[1]), mul(sigmoid(part[0]), tanh(part[2])));
  const Tensor h = mul(sigmoid(part[3]), tanh(c));
  return {cell.w_hr.defined() ? linear(h, cell.w_hr) : h, c};
}

State gru_step(const Tensor& projected, const State& before, const Cell& cell) {
  const auto x = chunk(projected, 3, 1), h = chunk(linear(before[0], cell.w_hh, cell.b_hh), 3, 1);
  const Tensor reset = sigmoid(add(x[0], h[0])), update = sigmoid(add(x[1], h[1]));
  const Tensor candidate = tanh(add(x[2], mul(reset, h[2])));
  return {add(candidate, mul(update, sub(before[0], candidate))), {}};
}

Tensor plain_gates(const Tensor& projected, const State& before, const Cell& cell) {
  const Tensor gates = addmm(projected, before[0], t(cell.w_hh));
  return cell.b_hh.defined() ? add(gates, cell.b_hh) : gates;
}

State tanh_step(const Tensor& projected, const State& before, const Cell& cell) {
  return {tanh(plain_gates(projected, before, cell)), {}};
}

State relu_step(const Tensor& projected, const State& before, const Cell& cell) {
  return {relu(plain_gates(projected, before, cell)), {}};
}

struct Kind {
  const char* name;
  int64_t gates;
  bool has_cell_state;
  /// The bias of the recurrent part may be added to the input's share, for all steps at once.
  bool joins_biases;
  Step step;
};

constexpr Kind kLstm{"lstm", 4, true, true, lstm_step};
constexpr Kind kGru{"gru", 3, false, false, gru_step};
constexpr Kind kTanh{"rnn_tanh", 1, false, true, tanh_step};
constexpr Kind kRelu{"rnn_relu", 1, false, true, relu_step};

/// `state` is the size of the hidden state, which is the cell's own unless a projection makes it shorter.
void check_cell(const Kind& kind, const Cell& cell, int64_t input_size, int64_t hidden, int64_t state) {
  const int64_t rows = kind.gates * hidden;
  const auto check_sizes = [&](const char* name, const Tensor& x, const Shape& sizes) {
    kernel::check_defined(kind.name, name, x);
    check(x.sizes() == sizes, kind.name, ": ", name, " has shape ", x.sizes(), " but must have ", sizes);
  };
  check_sizes("w_ih", cell.w_ih, {rows, input_size});
  check_sizes("w_hh", cell.w_hh, {rows, state});
  if (cell.w_hr.defined()) check_sizes("w_hr", cell.w_hr, {state, hidden});
  if (cell.b_ih.defined()) check_sizes("b_ih", cell.b_ih, rows);
  if (cell.b_hh.defined()) check_sizes("b_hh", cell.b_hh, rows);
}

/// The input's share of the gates in all steps, by one product. A bias that may join it does, and leaves the cell.
Tensor project(const Kind& kind, const Tensor& x, Cell& cell) {
  Tensor bias = cell.b_ih;
  if (kind.joins_biases && cell.b_hh.defined()) {
    bias = add(cell.b_ih, cell.b_hh);
    cell.b_hh = {};
  }
  return linear(x, cell.w_ih, bias);
}

/// Runs one direction of one layer over x [L, N, input]; the outputs of all steps [L, N, hidden] and the last state.
std::pair<Tensor, State> run_direction(const Kind& kind, const Tensor& x, State state, Cell cell, bool backwards) {
  const std::vector<Tensor> projected = unbind(project(kind, x, cell), 0);
  std::vector<Tensor> outputs(projected.size());
  for (size_t i = 0; i < projected.size(); ++i) {
    const size_t at = backwards ? projected.size() - 1 - i : i;
    state = kind.step(projected[at], state, cell);
    outputs[at] = state[0];
  }
  return {stack(outputs, 0), state};
}

/// Rows [start, end) of both states.
State rows_of(const State& state, int64_t start, int64_t end) {
  State rows;
  for (size_t s = 0; s < 2; ++s)
    if (state[s].defined()) rows[s] = narrow(state[s], 0, start, end - start);
  return rows;
}

State joined(const std::vector<State>& parts) {
  if (parts.size() == 1) return parts[0];
  State whole;
  for (size_t s = 0; s < 2; ++s) {
    if (!parts[0][s].defined()) continue;
    std::vector<Tensor> pieces;
    for (const State& part : parts) pieces.push_back(part[s]);
    whole[s] = cat(pieces, 0);
  }
  return whole;
}

/// The same over packed x [sum of sizes, input]: forwards the shortest sequences, which are the last ones, end first; backwards they
/// begin last.
std::pair<Tensor, State> run_packed_direction(const Kind& kind, const Tensor& x, const State& initial, Cell cell,
                                              bool backwards, const std::vector<int64_t>& sizes) {
  const std::vector<Tensor> projected = split(project(kind, x, cell), Shape(sizes), 0);
  std::vector<Tensor> outputs(projected.size());
  std::vector<State> ended;
  int64_t rows = backwards ? sizes.back() : sizes.front();
  State state = rows_of(initial, 0, rows);
  for (size_t i = 0; i < projected.size(); ++i) {
    const size_t at = backwards ? projected.size() - 1 - i : i;
    const int64_t size = sizes[at];
    if (size < rows) {
      ended.push_back(rows_of(state, size, rows));
      state = rows_of(state, 0, size);
    } else if (size > rows) {
      state = joined({state, rows_of(initial, rows, size)});
    }
    rows = size;
    state = kind.step(projected[at], state, cell);
    outputs[at] = state[0];
  }
  ended.push_back(state);
  std::reverse(ended.begin(), ended.end());
  return {cat(outputs, 0), joined(ended)};
}

struct Result {
  Tensor output;
  State last;
};

void check_packed(const Kind& kind, const Tensor& x, const std::vector<int64_t>& sizes) {
  check(x.dim() == 2, kind.name, ": packed input has shape ", x.sizes(), " but must have 2 dimensions");
  int64_t rows = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    check(sizes[i] > 0 && (i == 0 || sizes[i] <= sizes[i - 1]), kind.name,
          ": batch_sizes must be positive and never rise, but step ", i, " has ", sizes[i]);
    rows += sizes[i];
  }
  check(rows == x.sizes()[0], kind.name, ": packed input has shape ", x.sizes(), " but batch_sizes add up to ", rows);
}

/// All layers and directions over x [L, N, input], or packed x; states [layers directions, N, hidden].
Result run_layers(const Kind& kind, const Tensor& x, const State& initial, const std::vector<Tensor>& params,
                  const RecurrentOptions& options) {
  const int64_t directions = options.bidirectional ? 2 : 1, count = options.num_layers * directions;
  const size_t plain = options.has_biases ? 4 : 2;
  const bool is_projected = kind.has_cell_state && params.size() == (plain + 1) * static_cast<size_t>(count);
  const size_t each = is_projected ? plain + 1 : plain;
  check(options.num_layers >= 1, kind.name, ": num_layers must be at least 1, got ", options.num_layers);
  check(params.size() == each * static_cast<size_t>(count), kind.name, ": expected ", each * count, " parameters for ",
        options.num_layers, " layers and ", directions, " directions but got ", params.size());
  kernel::check_defined(kind.name, "w_hh", params[1]);
  check(params[1].dim() == 2, kind.name, ": w_hh has shape ", params[1].sizes(), " but must have 2 dimensions");
  check(x.sizes()[0] > 0, kind.name, ": input ", x.sizes(), " has no time steps");
  const bool is_packed = !options.batch_sizes.empty();
  const int64_t state_size = params[1].sizes()[1], batch = is_packed ? options.batch_sizes[0] : x.sizes()[1];
  const int64_t hidden = is_projected ? params[1].sizes()[0] / kind.gates : state_size;
  State first = initial;
  for (int s = 0; s < (kind.has_cell_state ? 2 : 1); ++s) {
    const Shape sizes{count, batch, s == 0 ? state_size : hidden};
    if (!first[s].defined()) first[s] = zeros(sizes, x.options());
    check(first[s].sizes() == sizes, kind.name, ": ", s == 0 ? "h0" : "c0", " has shape ", first[s].sizes(),
          " but must have ", sizes);
  }

  Tensor sequence = x;
  std::array<std::vector<Tensor>, 2> last;
  for (int64_t layer = 0; layer < options.num_layers; ++layer) {
    std::vector<Tensor> outputs;
    for (int64_t direction = 0; direction < directions; ++direction) {
      const int64_t index = layer * directions + direction;
      const Tensor* p = &params[each * static_cast<size_t>(index)];
      const Cell cell{p[0], p[1], plain == 4 ? p[2] : Tensor(), plain == 4 ? p[3] : Tensor(),
                      is_projected ? p[plain] : Tensor()};
      check_cell(kind, cell, sequence.size(-1), hidden, state_size);
      const State start{select(first[0], 0, index), kind.has_cell_state ? select(first[1], 0, index) : Tensor()};
      auto [output, state] =
          is_packed ? run_packed_direction(kind, sequence, start, cell, direction == 1, options.batch_sizes)
                    : run_direction(kind, sequence, start, cell, direction == 1);
      outputs.push_back(output);
      for (int s = 0; s < (kind.has_cell_state ? 2 : 1); ++s) last[s].push_back(state[s]);
    }
    sequence = directions == 1 ? outputs[0] : cat(outputs, -1);
    if (options.dropout > 0 && options.training && layer + 1 < options.num_layers)
      sequence = dropout(sequence, options.dropout);
  }
  return {sequence, {stack(last[0], 0), kind.has_cell_state ? stack(last[1], 0) : Tensor()}};
}

Result run(const Kind& kind, const Tensor& x, const State& initial, const std::vector<Tensor>& params,
           const RecurrentOptions& options);

/// run on input, states and parameters in 16 bits; only outputs and last states are rounded, not every step.
Result run_in_float32(const Kind& kind, const std::vector<Tensor>& all, const RecurrentOptions& options) {
  const auto y = in_float32(
      [&](const std::vector<Tensor>& wide) {
        const std::vector<Tensor> params(wide.begin() + 3, wide.end());
        const Result result = run(kind, wide[0], {wide[1], wide[2]}, params, options);
        return std::vector{result.output, result.last[0], result.last[1]};
      },
      all);
  return {y[0], {y[1], y[2]}};
}

/// Brings x to [L, N, input] and the result back to the caller's order of dims.
Result run(const Kind& kind, const Tensor& x, const State& initial, const std::vector<Tensor>& params,
           const RecurrentOptions& options) {
  kernel::check_defined(kind.name, "input", x);
  if (is_reduced_floating_point(x.dtype())) {
    std::vector<Tensor> all = {x, initial[0], initial[1]};
    all.insert(all.end(), params.begin(), params.end());
    if (are_16_bit(all)) return run_in_float32(kind, all, options);
  }
  if (!options.batch_sizes.empty()) {
    check_packed(kind, x, options.batch_sizes);
    return run_layers(kind, x, initial, params, options);
  }
  check(x.dim() == 2 || x.dim() == 3, kind.name, ": input has shape ", x.sizes(),
        " but must have 2 dimensions (no batch) or 3");
  if (x.dim() == 2) {
    State batched;
    for (size_t s = 0; s < 2; ++s)
      if (initial[s].defined()) batched[s] = unsqueeze(initial[s], 1);
    RecurrentOptions time_first = options;
    time_first.batch_first = false;
    Result result = run_layers(kind, unsqueeze(x, 1), batched, params, time_first);
    for (Tensor* y : {&result.output, &result.last[0], &result.last[1]})
      if (y->defined()) *y = squeeze(*y, 1);
    return result;
  }
  if (!options.batch_first) return run_layers(kind, x, initial, params, options);
  Result result = run_layers(kind, transpose(x, 0, 1), initial, params, options);
  result.output = transpose(result.output, 0, 1);
  return result;
}

std::pair<Tensor, Tensor> run_plain(const Kind& kind, const Tensor& x, const Tensor& h0,
                                    const std::vector<Tensor>& params, const RecurrentOptions& options) {
  const Result result = run(kind, x, {h0, {}}, params, options);
  return {result.output, result.last[0]};
}

State run_cell(const Kind& kind, const Tensor& x, const State& before, const Cell& cell) {
  kernel::check_defined(kind.name, "input", x);
  kernel::check_defined(kind.name, "h", before[0]);
  if (are_16_bit(x, before[0], before[1], cell.w_ih, cell.w_hh, cell.b_ih, cell.b_hh))
    return in_float32(
        [&](const Tensor& in, const Tensor& h, const Tensor& c, const auto&... parameters) {
          return run_cell(kind, in, {h, c}, Cell{parameters...});
        },
        x, before[0], before[1], cell.w_ih, cell.w_hh, cell.b_ih, cell.b_hh);
  if (x.dim() == 1) {
    State batched;
    for (size_t s = 0; s < 2; ++s)
      if (before[s].defined()) batched[s] = unsqueeze(before[s], 0);
    State after = run_cell(kind, unsqueeze(x, 0), batched, cell);
    for (Tensor& y : after)
      if (y.defined()) y = squeeze(y, 0);
    return after;
  }
  check(x.dim() == 2, kind.name, ": input has shape ", x.sizes(), " but must have 2 dimensions");
  const Shape sizes{x.sizes()[0], cell.w_hh.defined() ? cell.w_hh.size(-1) : 0};
  check(before[0].sizes() == sizes, kind.name, ": h has shape ", before[0].sizes(), " but must have ", sizes);
  if (kind.has_cell_state) {
    kernel::check_defined(kind.name, "c", before[1]);
    check(before[1].sizes() == sizes, kind.name, ": c has shape ", before[1].sizes(), " but must have ", sizes);
  }
  check_cell(kind, cell, x.sizes()[1], sizes[1], sizes[1]);
  return kind.step(linear(x, cell.w_ih, cell.b_ih), before, cell);
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& x, const Tensor& h0, const Tensor& c0,
                                        const std::vector<Tensor>& params, const RecurrentOptions& options) {
  const Result result = run(kLstm, x, {h0, c0}, params, options);
  return {result.output, result.last[0], result.last[1]};
}

std::pair<Tensor, Tensor> gru(const Tensor& x, const Tensor& h0, const std::vector<Tensor>& params,
                              const RecurrentOptions& options) {
  return run_plain(kGru, x, h0, params, options);
}

std::pair<Tensor, Tensor> rnn_tanh(const Tensor& x, const Tensor& h0, const std::vector<Tensor>& params,
                                   const RecurrentOptions& options) {
  return run_plain(kTanh, x, h0, params, options);
}

std::pair<Tensor, Tensor> rnn_relu(const Tensor& x, const Tensor& h0, const std::vector<Tensor>& params,
                                   const RecurrentOptions& options) {
  return run_plain(kRelu, x, h0, params, options);
}

std::pair<Tensor, Tensor> lstm_cell(const Tensor& x, const Tensor& h, const Tensor& c, const Tensor& w_ih,
                                    const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh) {
  const State after = run_cell(kLstm, x, {h, c}, {w_ih, w_hh, b_ih, b_hh});
  return {after[0], after[1]};
}

Tensor gru_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                const Tensor& b_hh) {
  return run_cell(kGru, x, {h, {}}, {w_ih, w_hh, b_ih, b_hh})[0];
}

Tensor rnn_tanh_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                     const Tensor& b_hh) {
  return run_cell(kTanh, x, {h, {}}, {w_ih, w_hh, b_ih, b_hh})[0];
}

Tensor rnn_relu_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                     const Tensor& b_hh) {
  return run_cell(kRelu, x, {h, {}}, {w_ih, w_hh, b_ih, b_hh})[0];
}

}  // namespace ember
