#include "ops/internal/in_float32.h"

#include <optional>

#include "ember/ops/creation/copy.h"

namespace ember::wide {

namespace {

bool is_16_bit(const Tensor& x) { return x.defined() && is_reduced_floating_point(x.dtype()); }

}  // namespace

bool are_16_bit(std::span<const Tensor* const> tensors) {
  const auto is_neutral = [](const Tensor& x) {
    return !x.defined() || !x.is_differentiable() || x.impl()->is_wrapped_number;
  };
  bool found = false;
  for (const Tensor* x : tensors) {
    if (is_16_bit(*x))
      found = true;
    else if (!is_neutral(*x))
      return false;
  }
  return found;
}

DType narrow_dtype(std::span<const Tensor* const> tensors) {
  std::optional<DType> dtype;
  for (const Tensor* x : tensors)
    if (is_16_bit(*x)) dtype = dtype ? promote_types(*dtype, x->dtype()) : x->dtype();
  return dtype.value();
}

std::vector<const Tensor*> pointers(const std::vector<Tensor>& tensors) {
  std::vector<const Tensor*> all;
  for (const Tensor& x : tensors) all.push_back(&x);
  return all;
}

Tensor widened(const Tensor& x) { return is_16_bit(x) ? to(x, kFloat32) : x; }

Tensor narrowed(const Tensor& y, DType dtype) { return y.defined() && y.dtype() == kFloat32 ? to(y, dtype) : y; }

std::vector<Tensor> narrowed(std::vector<Tensor> ys, DType dtype) {
  for (Tensor& y : ys) y = narrowed(y, dtype);
  return ys;
}

}  // namespace ember::wide
