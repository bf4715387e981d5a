// The one recorded product of matrices that all others are views around; internal to ops/.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

/// a b + bias for matrices (2-d) or batches of them (3-d), each read transposed on demand, so that no pullback needs a view; the
/// bias broadcasts to the result. Shapes and dtypes have been checked.
Tensor matrix_product(const char* name, const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b,
                      const Tensor& bias = {});

/// How many rows x has when its leading dims are made one.
int64_t rows_of(const Tensor& x);
Shape with_last(Shape sizes, int64_t last);

}  // namespace ember
