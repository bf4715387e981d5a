// What an op gives for a row's inputs: outputs and gradients.
#pragma once

#include "tests/op_table/row.h"

namespace op_table {

/// Outputs, and the gradients of a sum of them with uneven weights.
struct Results {
  Tensors outputs, gradients;
};
Results run(const Function& op, const Tensors& inputs);

/// The sample with elements for several threads where there is one.
const Sample& large_sample(const Row& row);

}  // namespace op_table
