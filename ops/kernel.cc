#include "ops/kernel.h"

namespace ember::kernel {

namespace {

/// An output with the memory order of the input that already has its shape.
Tensor output_like(const Tensor& a, const Tensor& b, const Shape& sizes, DType dtype) {
  if (a.sizes() == sizes) return empty_tensor_like(a, dtype);
  if (b.sizes() == sizes) return empty_tensor_like(b, dtype);
  return empty_tensor(sizes, dtype, a.device());
}

/// Whether writing x element by element could change elements of `other` that are still to be read.
bool overlaps_partially(const Tensor& x, const Tensor& other) {
  return x.storage() == other.storage() &&
         (x.storage_offset() != other.storage_offset() || x.sizes() != other.sizes() || x.strides() != other.strides());
}

Tensor copy_of(const Tensor& x) {
  Tensor copy = empty_tensor(x.sizes(), x.dtype(), x.device());
  find_kernel("copy", &Backend::copy, x)(copy, x);
  return copy;
}

}  // namespace

DType result_dtype(Result rule, DType promoted) {
  switch (rule) {
    case Result::Bool:
      return kBool;
    case Result::Float:
      return is_differentiable(promoted) ? promoted : default_dtype();
    case Result::Real:
      return real_dtype(promoted);
    default:
      return promoted;
  }
}

void check_defined(const char* op, const char* argument, const Tensor& x) {
  check<TypeError>(x.defined(), op, ": ", argument, " is an undefined tensor");
}

void check_same_device(const char* op, std::span<const Tensor> tensors) {
  const Tensor* first = nullptr;
  for (const Tensor& x : tensors) {
    if (!x.defined() || (x.dim() == 0 && x.device().is_cpu())) continue;
    if (!first) first = &x;
    check(x.device() == first->device(), op, ": expected all tensors on one device, but found ", first->device(),
          " and ", x.device());
  }
}

Tensor make_output(const char* op, const Tensor& x, Result rule) {
  check_defined(op, "input", x);
  return empty_tensor_like(x, result_dtype(rule, x.dtype()));
}

Tensor make_output(const char* op, const Tensor& a, const Tensor& b, Result rule) {
  check_defined(op, "input", a);
  check_defined(op, "other", b);
  if (!a.device().is_cpu() || !b.device().is_cpu()) check_same_device(op, std::array{a, b});
  const DType dtype = result_dtype(rule, result_type(a, b));
  Tensor y = a.sizes() == b.sizes() ? empty_tensor_like(a, dtype)
                                    : output_like(a, b, broadcast_shapes(a.sizes(), b.sizes(), op), dtype);
  if (a.impl()->is_wrapped_number && b.impl()->is_wrapped_number) y.impl()->is_wrapped_number = true;
  return y;
}

void check_into(const char* op, const Tensor& x, const Tensor& other, DType promoted) {
  check(broadcast_shapes(x.sizes(), other.sizes(), op) == x.sizes(), op, ": the result of shapes ", x.sizes(), " and ",
        other.sizes(), " does not fit into the tensor to write to, ", describe(x));
  check<TypeError>(can_cast(promoted, x.dtype()), op, ": a ", promoted, " result cannot be written into ", describe(x));
}

Tensor readable_beside(const char* op, const Tensor& x, const Tensor& other) {
  check_defined(op, "other", other);
  if (!x.device().is_cpu() || !other.device().is_cpu()) check_same_device(op, std::array{x, other});
  check_into(op, x, other, result_type(x, other));
  return overlaps_partially(x, other) ? copy_of(other) : other;
}

}  // namespace ember::kernel
