// What the files of decompositions share: checks of shapes, and column-major copies. Internal to ops/.
#pragma once

#include "ember/autograd/record.h"
#include "ember/core/function_ref.h"
#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/tensor.h"

namespace ember::matrices {

enum class Numbers { Real, RealOrComplex };
/// Throws unless `a` is a (square) matrix or a batch of them, of float32 or float64 or complex numbers of these.
void check_matrix(const char* op, const char* argument, const Tensor& a, Numbers numbers = Numbers::Real);
void check_square(const char* op, const char* argument, const Tensor& a, Numbers numbers = Numbers::Real);
void check_same_dtype(const char* op, const char* argument, const Tensor& b, const Tensor& a);

inline int64_t rows(const Tensor& a) { return a.sizes()[a.sizes().size() - 2]; }
inline int64_t columns(const Tensor& a) { return a.sizes().back(); }
/// The leading dims.
Shape batch_of(const Tensor& a);
Shape with(Shape batch, std::initializer_list<int64_t> dims);
inline Shape common_batch(const char* op, const Tensor& a, const Tensor& b) {
  return broadcast_shapes(batch_of(a), batch_of(b), op);
}

/// Column-major matrices [*batch, m, n] off the tape: memory that vmap maps as it does `like` and `other`, a copy of x broadcast to `batch`, or x itself where it is one.
Tensor empty_columns(const Shape& batch, int64_t m, int64_t n, const Tensor& like, const Tensor& other = {});
Tensor copy_columns(const Tensor& x, const Shape& batch);
Tensor as_columns(const Tensor& x, const Shape& batch);
inline Tensor copy_columns(const Tensor& x) { return copy_columns(x, batch_of(x)); }

/// x with its last two dims exchanged, off the tape.
Tensor transposed(const Tensor& x);

/// int32 [*batch] zeros.
Tensor empty_info(const Shape& batch, const Tensor& like);
/// Throws LinAlgError with `reason(info)` for the first info that is not 0.
void check_info(const char* op, const Tensor& info, FunctionRef<std::string(int info)> reason);

/// The same for the decompositions that iterate; `values` are what may be too many alike. A negative info is about the input.
void check_converged(const char* op, const Tensor& info, const char* values);

/// Identity matrices [*batch, n, n] (a view).
Tensor identity(const Shape& batch, int64_t n, const Tensor& like);
/// Whether b is a vector, or a batch of them for the batch of matrices a.
bool is_vector(const Tensor& a, const Tensor& b);

}  // namespace ember::matrices
