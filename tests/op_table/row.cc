#include "tests/op_table/row.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace op_table {

namespace {

std::vector<Row>& table() {
  static std::vector<Row> rows;
  return rows;
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
  const Tensor x = ember::reshape(ember::tensor(values.data), sizes);
  return ember::to(x, kind == Kind::Real ? dtype : kind == Kind::Integers ? ember::kInt64 : ember::kBool);
}

Input real(Index shape, double low, double high) { return {Input::Kind::Real, std::move(shape), low, high}; }
Input constant(Index shape, double low, double high) { return {Input::Kind::Real, std::move(shape), low, high, false}; }
Input integers(Index shape, double low, double high) {
  return {Input::Kind::Integers, std::move(shape), low, high, false};
}
Input boolean(Index shape) { return {Input::Kind::Bool, std::move(shape), 0, 1, false}; }

const std::vector<Row>& all_rows() { return table(); }

bool add_rows(std::vector<Row> rows, std::source_location where) {
  const std::string path = where.file_name(), file = path.substr(path.rfind('/') + 1);
  for (Row& row : rows) {
    row.family = file.substr(0, file.rfind("_rows"));
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
