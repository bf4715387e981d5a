#include "ember/core/promotion.h"

namespace ember {

namespace {

/// PyTorch's rule for results of different rank: `higher` decides unless `lower` is of a higher kind.
std::optional<DType> combine(std::optional<DType> higher, std::optional<DType> lower) {
  if (!higher || !lower) return higher ? higher : lower;
  if (is_complex(*higher)) return higher;
  if (is_floating_point(*higher)) return is_complex(*lower) ? complex_dtype(*higher) : *higher;
  if (*higher == kBool || is_differentiable(*lower)) return promote_types(*higher, *lower);
  return higher;
}

}  // namespace

void Promotion::add(const TensorBase& x) {
  if (!x.defined()) return;
  const bool is_number = x.impl()->is_wrapped_number;
  DType dtype = x.dtype();
  if (is_number && ember::is_floating_point(dtype)) dtype = default_dtype();
  if (is_number && ember::is_complex(dtype)) dtype = default_complex_dtype();
  auto& slot = is_number ? number_ : x.dim() == 0 ? zero_dim_ : dims_;
  slot = slot ? promote_types(*slot, dtype) : dtype;
}

DType Promotion::result() const { return combine(dims_, combine(zero_dim_, number_)).value_or(default_dtype()); }

DType result_type(const TensorBase& a, const TensorBase& b) {
  if (a.dtype() == b.dtype() && !a.impl()->is_wrapped_number && !b.impl()->is_wrapped_number) return a.dtype();
  Promotion promotion;
  promotion.add(a);
  promotion.add(b);
  return promotion.result();
}

}  // namespace ember
