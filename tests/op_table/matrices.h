// Matrices for rows of decompositions, made of plain inputs: far from singular, and with distinct eigenvalues and singular values even
// where all rows of the input are the same. Each comes with the same in PyTorch.
#pragma once

#include <string>

#include "tests/op_table/row.h"

namespace op_table {

/// a with 4, 6, 8, ... added along its diagonal.
inline Tensor regular(const Tensor& a) {
  const int64_t m = a.size(-2), n = a.size(-1);
  return a + ember::eye(m, n, a.options()) * ember::arange(4, 4 + 2 * n, 2, a.options());
}
inline std::string torch_regular(const std::string& a) {
  return "(lambda x: x + torch.eye(*x.shape[-2:], dtype=x.dtype) * torch.arange(4, 4 + 2 * x.shape[-1], 2))(" + a + ")";
}

/// The same with its rows in reverse, so that pivots are exchanged.
inline Tensor exchanged(const Tensor& a) { return flip(regular(a), -2); }
inline std::string torch_exchanged(const std::string& a) { return torch_regular(a) + ".flip(-2)"; }

inline Tensor symmetric(const Tensor& a) { return regular(a + mT(a)); }
inline std::string torch_symmetric(const std::string& a) { return torch_regular(a + " + " + a + ".mT"); }

inline Tensor positive_definite(const Tensor& a) { return regular(matmul(a, mT(a))); }
inline std::string torch_positive_definite(const std::string& a) { return torch_regular(a + " @ " + a + ".mT"); }

/// A sample of one matrix, or of a batch.
inline Sample matrix(Index shape) { return {real(std::move(shape), -1, 1)}; }
inline Sample constant_matrix(Index shape) { return {constant(std::move(shape), -1, 1)}; }

/// A function of one square matrix. Products in it may depend on the number of threads.
inline Row of_square(const std::string& name, Function op, const std::string& pytorch, std::function<void()> bad,
                     const std::string& message) {
  Row row = composed(name, std::move(op), {matrix({3, 3}), matrix({2, 3, 3})}, pytorch, std::move(bad), message, 16);
  row.zero_size = {matrix({0, 3, 3}), matrix({0, 0})};
  row.large = matrix({40, 7, 7});
  row.same_bits_for_any_threads = false;
  return row;
}

/// The same for matrices of other shapes.
inline Row of_matrices(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
                       std::function<void()> bad, const std::string& message) {
  Row row = composed(name, std::move(op), std::move(samples), pytorch, std::move(bad), message, 16);
  row.same_bits_for_any_threads = false;
  return row;
}

}  // namespace op_table
