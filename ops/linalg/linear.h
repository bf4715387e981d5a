// Linear and bilinear maps of the last dim, as layers have them.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

/// x weight^T + bias for x [..., in], weight [out, in] (or [in]) and bias [out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
/// a^T weight[o] b + bias[o] for each o: a [..., n], b [..., m], weight [out, n, m].
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {});

}  // namespace ember
