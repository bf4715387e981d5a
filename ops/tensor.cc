#include "ember/ops/tensor.h"

#include "ember/core/promotion.h"

namespace ember {

Tensor::Tensor(const Scalar& value) : Tensor(empty_tensor({}, value.dtype())) {
  visit_dtype(value.dtype(), [&]<class T> { *reinterpret_cast<T*>(raw_data()) = value.to<T>(); });
  impl()->is_wrapped_number = true;
}

DType result_type(std::span<const Tensor> tensors) {
  Promotion promotion;
  for (const Tensor& x : tensors) promotion.add(x);
  return promotion.result();
}

}  // namespace ember
