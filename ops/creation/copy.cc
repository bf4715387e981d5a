#include "ember/ops/creation/copy.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/core/kernels/creation.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// The kernels of a device move data to and from the CPU, so a copy asks the device that is not one.
void copy_data(const char* op, const Tensor& to, const Tensor& from) {
  kernels::copy.as(op).on(to.device().is_cpu() ? from : to)(to, from);
}

Tensor converted(const Tensor& x, DType dtype, Device device, bool copy) {
  kernel::check_defined("to", "input", x);
  const bool is_same = x.dtype() == dtype && x.device() == device;
  if (is_same && !copy) return x;
  Tensor y = empty_tensor_like(x, dtype);
  if (device != x.device()) y = empty_strided_tensor(y.sizes(), y.strides(), dtype, device);
  copy_data("to", y, x);
  return record("to", y, elements(x), [device = x.device()](const Tensor& g) { return to(g, device); });
}

Tensor& fill_in_place(const char* op, Tensor& x, const Scalar& value) {
  kernel::check_defined(op, "input", x);
  autograd::check_in_place(op, x);
  kernel::check_fill(op, value, x);
  kernels::fill.as(op).on(x)(x, value);
  x.storage()->bump_version();
  return record_in_place(op, x, elements(x), [](const Tensor& g) { return zeros_like(g); });
}

/// The strides of x's shape with the channels innermost.
Shape channels_last_strides(const char* op, const Tensor& x, MemoryFormat format) {
  const int64_t rank = format == MemoryFormat::ChannelsLast ? 4 : 5;
  check(x.dim() == rank, op, ": input has shape ", x.sizes(), " but must have ", rank, " dimensions for channels_last",
        rank == 4 ? "" : "_3d");
  Shape strides = x.sizes();
  strides[1] = 1;
  int64_t stride = std::max<int64_t>(x.sizes()[1], 1);
  for (int64_t d = rank - 1; d != 1; d = d == 2 ? 0 : d == 0 ? 1 : d - 1) {
    strides[d] = stride;
    stride *= std::max<int64_t>(x.sizes()[d], 1);
  }
  return strides;
}

}  // namespace

Tensor empty_in_format(const char* op, const Tensor& x, DType dtype, MemoryFormat format) {
  kernel::check_defined(op, "input", x);
  if (format == MemoryFormat::Contiguous) return empty_batched(x.batch_dims(), x.sizes(), dtype, x.device());
  if (format == MemoryFormat::Preserve) return empty_tensor_like(x, dtype);
  return empty_batched(x.batch_dims(), x.sizes(), channels_last_strides(op, x, format), dtype, x.device());
}

bool is_contiguous(const Tensor& x, MemoryFormat format) {
  kernel::check_defined("is_contiguous", "input", x);
  if (format == MemoryFormat::Contiguous || format == MemoryFormat::Preserve) return x.is_contiguous();
  if (x.dim() != (format == MemoryFormat::ChannelsLast ? 4 : 5)) return false;
  const Shape strides = channels_last_strides("is_contiguous", x, format);
  for (size_t d = 0; d < strides.size(); ++d)
    if (x.sizes()[d] > 1 && x.strides()[d] != strides[d]) return false;
  return true;
}
bool Tensor::is_contiguous(MemoryFormat format) const { return ember::is_contiguous(*this, format); }

Tensor to(const Tensor& x, DType dtype, bool copy) {
  kernel::check_defined("to", "input", x);
  return converted(x, dtype, x.device(), copy);
}

Tensor to(const Tensor& x, Device device, bool copy) {
  kernel::check_defined("to", "input", x);
  return converted(x, x.dtype(), device, copy);
}

Tensor to(const Tensor& x, const TensorOptions& options, bool copy) {
  kernel::check_defined("to", "input", x);
  return converted(x, options.dtype_.value_or(x.dtype()), options.device_, copy);
}
Tensor CopyMethods::to(DType dtype, bool, bool copy) const { return ember::to(self(this), dtype, copy); }
Tensor CopyMethods::to(Device device, bool, bool copy) const { return ember::to(self(this), device, copy); }
Tensor CopyMethods::to(Device device, DType dtype, bool, bool copy) const {
  return ember::to(self(this), TensorOptions(dtype).device(device), copy);
}
Tensor CopyMethods::to(const TensorOptions& options, bool, bool copy) const {
  return ember::to(self(this), options, copy);
}
template <std::same_as<Tensor> Other>
Other CopyMethods::to(const Other& other, bool, bool copy) const {
  return ember::to(self(this), other.options(), copy);
}
template Tensor CopyMethods::to(const Tensor&, bool, bool) const;
Tensor CopyMethods::cpu() const { return ember::to(self(this), Device(kCPU)); }

Tensor clone(const Tensor& x) {
  kernel::check_defined("clone", "input", x);
  Tensor y = empty_tensor_like(x, x.dtype());
  copy_data("clone", y, x);
  return record("clone", y, elements(x), [](const Tensor& g) { return g; });
}

Tensor clone(const Tensor& x, MemoryFormat format) {
  kernel::check_defined("clone", "input", x);
  Tensor y = empty_in_format("clone", x, x.dtype(), format);
  copy_data("clone", y, x);
  return record("clone", y, elements(x), [](const Tensor& g) { return g; });
}
Tensor CopyMethods::clone() const { return ember::clone(self(this)); }
Tensor CopyMethods::clone(MemoryFormat format) const { return ember::clone(self(this), format); }

Tensor contiguous(const Tensor& x, MemoryFormat format) {
  kernel::check_defined("contiguous", "input", x);
  check(format != MemoryFormat::Preserve, "contiguous: preserve_format is no order of dims");
  return is_contiguous(x, format) ? x : clone(x, format);
}

Tensor contiguous(const Tensor& x) {
  kernel::check_defined("contiguous", "input", x);
  if (x.is_contiguous()) return x;
  Tensor y = empty_tensor(x.sizes(), x.dtype(), x.device());
  copy_data("contiguous", y, x);
  return record("contiguous", y, elements(x), [](const Tensor& g) { return g; });
}
Tensor CopyMethods::contiguous() const { return ember::contiguous(self(this)); }
Tensor CopyMethods::contiguous(MemoryFormat format) const { return ember::contiguous(self(this), format); }

Tensor& copy_(Tensor& x, const Tensor& source) {
  kernel::check_defined("copy_", "input", x);
  kernel::check_defined("copy_", "source", source);
  check(broadcast_shapes(x.sizes(), source.sizes(), "copy_") == x.sizes(), "copy_: source has shape ", source.sizes(),
        " but must broadcast to ", x.sizes());
  if (x.is_same(source)) return x;
  if (source.impl()->is_wrapped_number && source.dtype() != x.dtype()) kernel::check_fill("copy_", source.item(), x);
  autograd::check_in_place("copy_", x, {&source});
  // Overlapping views of one storage would be read after they were written.
  copy_data("copy_", x, kernel::share_memory(x, source) ? clone(source.detach()) : source);
  x.storage()->bump_version();
  return record_in_place(
      "copy_", x, elements(x, source), [](const Tensor& g) { return zeros_like(g); },
      [device = source.device()](const Tensor& g) { return to(g, device); });
}
Tensor& CopyMethods::copy_(const Tensor& source, bool) { return ember::copy_(self(this), source); }

Tensor& fill_(Tensor& x, const Tensor& value) {
  kernel::check_defined("fill_", "value", value);
  check(value.dim() == 0, "fill_: value has shape ", value.sizes(), " but must be a number");
  return value.impl()->is_wrapped_number ? fill_in_place("fill_", x, value.item()) : copy_(x, value);
}
Tensor& CopyMethods::fill_(const Tensor& value) { return ember::fill_(self(this), value); }

Tensor fill(const Tensor& x, const Tensor& value) {
  kernel::check_defined("fill", "input", x);
  Tensor y = clone_beside(x, {&value});
  return fill_(y, value);
}

Tensor& zero_(Tensor& x) { return fill_in_place("zero_", x, 0); }
Tensor& CopyMethods::zero_() { return ember::zero_(self(this)); }

bool equal(const Tensor& a, const Tensor& b) {
  kernel::check_defined("equal", "input", a);
  kernel::check_defined("equal", "other", b);
  check(a.dtype() == b.dtype(), "equal: input is ", a.dtype(), " but other is ", b.dtype());
  if (a.sizes() != b.sizes()) return false;
  NoGradGuard no_grad;
  return all(eq(a, b)).item<bool>();
}
bool CopyMethods::equal(const Tensor& other) const { return ember::equal(self(this), other); }

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  kernel::check_defined("isclose", "input", a);
  kernel::check_defined("isclose", "other", b);
  check(a.dtype() == b.dtype(), "isclose: input is ", a.dtype(), " but other is ", b.dtype());
  check(rtol >= 0 && atol >= 0, "isclose: rtol ", rtol, " and atol ", atol, " must not be negative");
  NoGradGuard no_grad;
  Tensor close = eq(a, b);
  const bool is_exact = !a.is_differentiable();
  if (!is_exact && equal_nan) close = logical_or(close, logical_and(isnan(a), isnan(b)));
  if (rtol == 0 && atol == 0) return close;
  // In double for integers, so that their difference neither wraps nor rounds.
  const Tensor x = is_exact ? to(a, kFloat64) : a, y = is_exact ? to(b, kFloat64) : b;
  const Tensor error = abs(sub(x, y)), limit = add(abs(mul(y, rtol)), atol);
  return logical_or(close, logical_and(isfinite(error), le(error, limit)));
}
Tensor CopyMethods::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return ember::isclose(self(this), other, rtol, atol, equal_nan);
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return all(isclose(a, b, rtol, atol, equal_nan)).item<bool>();
}
bool CopyMethods::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return ember::allclose(self(this), other, rtol, atol, equal_nan);
}

}  // namespace ember
