#include "tests/op_table/row.h"

#include <algorithm>
#include <cmath>

#include "ember/core/random.h"
#include "tests/op_table/reference.h"

namespace op_table {

namespace {

std::vector<Row>& table() {
  static std::vector<Row> rows;
  return rows;
}

/// The sample with sizes of 0: first dims, last dims, dims put in front, or the first input's first dim alone.
std::vector<Sample> emptied(const Sample& sample) {
  Sample first = sample, last = sample, batch = sample, one = sample;
  for (Input& input : batch) input.shape.insert(input.shape.begin(), 0);
  for (size_t i = 0; i < sample.size(); ++i) {
    if (sample[i].shape.empty()) continue;
    first[i].shape.front() = 0;
    last[i].shape.back() = 0;
  }
  if (sample.size() == 1 || sample[0].shape.empty()) return {first, last, batch};
  one[0].shape.front() = 0;
  return {first, last, batch, one};
}

}  // namespace

Tensor Input::make(ember::DType dtype, uint64_t seed) const {
  Array values(shape);
  uint64_t counter = 0;
  for (double& value : values.data) {
    const auto words = ember::philox(counter++, 0, seed);
    const double unit = words[0] / 4294967296.0;
    switch (kind) {
      case Kind::Real:
        value = low + (high - low) * unit;
        if (std::abs(value) < 0.05) value = value < 0 ? value - 0.05 : value + 0.05;
        break;
      case Kind::Integers:
        value = low + std::floor((high - low) * unit);
        break;
      case Kind::Bool:
        value = unit < 0.5;
        break;
    }
  }
  const ember::Shape sizes(shape);
  const Tensor x = ember::reshape(ember::tensor(values.data, ember::kFloat64), sizes);
  return ember::to(x, kind == Kind::Real ? dtype : kind == Kind::Integers ? ember::kInt64 : ember::kBool);
}

Input real(Index shape, double low, double high) { return {Input::Kind::Real, std::move(shape), low, high}; }
Input constant(Index shape, double low, double high) { return {Input::Kind::Real, std::move(shape), low, high, false}; }
Input integers(Index shape, double low, double high) {
  return {Input::Kind::Integers, std::move(shape), low, high, false};
}
Input boolean(Index shape) { return {Input::Kind::Bool, std::move(shape), 0, 1, false}; }

Row row(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
        std::function<void()> bad, const std::string& message) {
  return {.name = name,
          .op = std::move(op),
          .samples = std::move(samples),
          .pytorch = pytorch,
          .bad = std::move(bad),
          .message = message};
}

Row composed(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
             std::function<void()> bad, const std::string& message, double tolerance) {
  Row composition = row(name, std::move(op), std::move(samples), pytorch, std::move(bad), message);
  composition.supports_half = false;
  composition.tolerance = tolerance;
  return composition;
}

Row unary(const std::string& name, Tensor (*op)(const Tensor&), double (*function)(double), double low, double high,
          double tolerance) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0]); },
          .samples = {{real({2, 3}, low, high)}, {real({}, low, high)}, {real({3, 1, 2}, low, high)}},
          .reference = reference::elementwise(function),
          .zero_size = {{real({0, 3}, low, high)}, {real({2, 0, 3}, low, high)}},
          .large = {real({300, 401}, low, high)},
          .bad = [op] { op(Tensor()); },
          .message = "input is an undefined tensor",
          .is_elementwise = true,
          .tolerance = tolerance};
}

Row binary(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), double (*function)(double, double),
           double low, double high, double tolerance) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], in[1]); },
          .samples = {{real({2, 3}, low, high), real({2, 3}, low, high)},
                      {real({2, 1, 3}, low, high), real({4, 1}, low, high)},
                      {real({}, low, high), real({2, 2}, low, high)}},
          .reference = reference::pairwise(function),
          .zero_size = {{real({0, 3}, low, high), real({1, 3}, low, high)}},
          .large = {real({300, 401}, low, high), real({401}, low, high)},
          .bad =
              [op] {
                op(ember::ones({2, 3}), ember::ones({4}));
              },
          .message = "shapes [2, 3] and [4] do not broadcast",
          .is_elementwise = true,
          .tolerance = tolerance};
}

Row without_gradient(Row row) {
  row.has_gradient = false;
  return row;
}

Row with_empty(Row row, std::vector<Sample> zero_size) {
  row.zero_size = std::move(zero_size);
  return row;
}

Row with_tolerance(Row row, double tolerance) {
  row.tolerance = tolerance;
  return row;
}

const std::vector<Row>& all_rows() { return table(); }

bool add_rows(std::vector<Row> rows, std::string_view path) {
  const std::string file(path.substr(path.rfind('/') + 1));
  for (Row& row : rows) {
    row.family = file.substr(0, file.rfind("_rows"));
    if (row.zero_size.empty() && !row.pytorch.empty()) row.emptied = emptied(row.samples[0]);
    table().push_back(std::move(row));
  }
  return true;
}

Tensors make(const Sample& sample, ember::DType dtype) {
  Tensors inputs;
  uint64_t seed = 1;
  for (const Input& input : sample) {
    inputs.push_back(input.make(dtype, seed++));
    if (input.has_gradient) inputs.back().requires_grad_();
  }
  return inputs;
}

Array to_array(const Tensor& x) {
  const Tensor values = ember::contiguous(ember::to(x.detach(), ember::kFloat64));
  Array array(x.sizes().vec());
  std::copy_n(values.data_ptr<double>(), values.numel(), array.data.begin());
  return array;
}

Arrays to_arrays(const Tensors& xs) {
  Arrays arrays;
  for (const Tensor& x : xs) arrays.push_back(to_array(x));
  return arrays;
}

}  // namespace op_table
