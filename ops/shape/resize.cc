#include "ember/ops/shape/resize.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/core/function_ref.h"
#include "ember/core/kernels/creation.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

bool is_expanded(const Tensor& x) {
  for (size_t d = 0; d < x.sizes().size(); ++d)
    if (x.strides()[d] == 0 && x.sizes()[d] > 1) return true;
  return false;
}

/// Gives x the geometry and the history of view(x).
Tensor& become(const char* op, Tensor& x, FunctionRef<Tensor(const Tensor& x)> view) {
  kernel::check_defined(op, "input", x);
  // No element is written, so an expanded tensor is fine where no history is at stake.
  if (!is_expanded(x) || x.requires_grad()) autograd::check_in_place(op, x);
  const Tensor y = view(x);
  if (y.is_same(x)) return x;
  const auto node = y.requires_grad() ? autograd::grad_fn(y) : IntrusivePtr<autograd::Node>();
  const uint32_t output = autograd::meta(y).output;
  x.impl()->set_geometry(y.sizes(), y.strides(), y.storage_offset());
  x.storage()->bump_version();
  if (!node) return x;
  if (autograd::meta(x).view)
    autograd::set_history(x, node, output);
  else
    autograd::rebase_history(x, node);
  return x;
}

}  // namespace

Tensor& as_strided_(Tensor& x, const Shape& sizes, const Shape& strides, std::optional<int64_t> offset) {
  return become("as_strided_", x, [&](const Tensor& y) { return as_strided(y, sizes, strides, offset); });
}
Tensor& ResizeMethods::as_strided_(const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset) {
  return ember::as_strided_(self(this), sizes, strides, storage_offset);
}

Tensor& squeeze_(Tensor& x) {
  return become("squeeze_", x, [](const Tensor& y) { return squeeze(y); });
}

Tensor& squeeze_(Tensor& x, const Shape& dims) {
  return become("squeeze_", x, [&](const Tensor& y) { return squeeze(y, dims); });
}
Tensor& ResizeMethods::squeeze_() { return ember::squeeze_(self(this)); }
Tensor& ResizeMethods::squeeze_(const Shape& dims) { return ember::squeeze_(self(this), dims); }

Tensor& t_(Tensor& x) {
  return become("t_", x, [](const Tensor& y) { return t(y); });
}
Tensor& ResizeMethods::t_() { return ember::t_(self(this)); }

Tensor& transpose_(Tensor& x, int64_t dim0, int64_t dim1) {
  return become("transpose_", x, [&](const Tensor& y) { return transpose(y, dim0, dim1); });
}
Tensor& ResizeMethods::transpose_(int64_t dim0, int64_t dim1) { return ember::transpose_(self(this), dim0, dim1); }
Tensor& ResizeMethods::swapaxes_(int64_t dim0, int64_t dim1) { return ember::transpose_(self(this), dim0, dim1); }
Tensor& ResizeMethods::swapdims_(int64_t dim0, int64_t dim1) { return ember::transpose_(self(this), dim0, dim1); }

Tensor& unsqueeze_(Tensor& x, int64_t dim) {
  return become("unsqueeze_", x, [&](const Tensor& y) { return unsqueeze(y, dim); });
}
Tensor& ResizeMethods::unsqueeze_(int64_t dim) { return ember::unsqueeze_(self(this), dim); }

Tensor& resize_(Tensor& x, const Shape& sizes) {
  kernel::check_defined("resize_", "input", x);
  check(!x.requires_grad(), "resize_: ", describe(x),
        " requires grad and cannot be resized; use reshape or detach() it");
  check(!x.is_batched(), "resize_: ", describe(x), " holds the samples of vmap and cannot be resized; use reshape");
  for (const int64_t size : sizes) check(size >= 0, "resize_: shape ", sizes, " has a negative size");
  TensorImpl& impl = *x.impl();
  int64_t bytes = x.element_size();
  for (const int64_t size : sizes)
    check<OutOfMemoryError>(!__builtin_mul_overflow(bytes, size, &bytes), "resize_: shape ", sizes, " is too large");
  const int64_t held = static_cast<int64_t>(x.storage()->bytes()) - impl.offset * x.element_size();
  if (bytes <= held) {
    impl.set_geometry(sizes, contiguous_strides(sizes), impl.offset);
    return x;
  }
  const Tensor larger = empty_tensor(sizes, x.dtype(), x.device());
  const int64_t kept = std::max<int64_t>(held / x.element_size(), 0);
  kernels::copy.as("resize_").on(x)(larger.alias(kept, 1, 0), x.alias(kept, 1, impl.offset));
  impl.storage = larger.storage();
  impl.set_geometry(sizes, contiguous_strides(sizes), 0);
  return x;
}
Tensor& ResizeMethods::resize_(const Shape& sizes) { return ember::resize_(self(this), sizes); }

Tensor& resize_as_(Tensor& x, const Tensor& other) {
  kernel::check_defined("resize_as_", "other", other);
  return resize_(x, other.sizes());
}
Tensor& ResizeMethods::resize_as_(const Tensor& other) { return ember::resize_as_(self(this), other); }

}  // namespace ember
