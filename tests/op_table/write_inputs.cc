// Writes the inputs of every row that has a PyTorch expression, for make_reference.py to evaluate.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/op_table/row.h"

namespace op_table {
namespace {

nlohmann::json written(const std::vector<Sample>& samples) {
  auto list = nlohmann::json::array();
  for (const Sample& sample : samples) {
    auto inputs = nlohmann::json::array();
    for (const Tensor& x : make(sample, ember::kFloat64)) {
      const Array values = to_array(x);
      inputs.push_back({{"dtype", to_string(x.dtype())}, {"shape", values.shape}, {"values", values.data}});
    }
    list.push_back(inputs);
  }
  return list;
}

}  // namespace
}  // namespace op_table

int main() {
  nlohmann::json rows;
  for (const op_table::Row& row : op_table::all_rows()) {
    if (row.pytorch.empty()) continue;
    rows[row.family][row.name] = {{"pytorch", row.pytorch},
                                  {"samples", op_table::written(row.samples)},
                                  {"zero_size", op_table::written(row.zero_size)},
                                  {"emptied", op_table::written(row.emptied)}};
  }
  std::cout << rows << std::endl;
}
