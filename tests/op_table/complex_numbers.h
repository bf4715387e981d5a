// Complex inputs and outputs of rows whose tables know real numbers only: a last dim of size 2 holds the two parts. So finite differences
// of real functions check the gradients by complex numbers too.
#pragma once

#include <string>

#include "tests/op_table/row.h"

namespace op_table {

/// The complex numbers that an input stands for.
inline Tensor number(const Tensor& x) { return ember::complex(select(x, -1, 0), select(x, -1, 1)); }
/// What the table sees of a complex output.
inline Tensor shown(const Tensor& y) { return y.is_complex() ? view_as_real(y) : y; }

/// The same two in PyTorch.
inline std::string torch_number(const std::string& input) {
  return "torch.complex(" + input + "[..., 0], " + input + "[..., 1])";
}
inline std::string torch_shown(const std::string& expression) {
  return "(lambda y: torch.view_as_real(y.resolve_conj()) if y.is_complex() else y)(" + expression + ")";
}

}  // namespace op_table
