#include "ops/internal/kernel.h"

#include <atomic>
#include <cmath>
#include <iostream>
#include <limits>

#include "ember/core/kernels/creation.h"

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
  return share_memory(x, other) &&
         (x.storage_offset() != other.storage_offset() || x.sizes() != other.sizes() || x.strides() != other.strides());
}

void print_warning(const std::string& message) { std::cerr << "ember: warning: " << message << '\n'; }

std::atomic<void (*)(const std::string&)> warning_handler = print_warning;

template <class T>
bool fits(const Scalar& number) {
  if constexpr (std::is_same_v<T, bool>) {
    return true;
  } else if constexpr (is_complex(dtype_of<T>)) {
    const auto value = number.to<std::complex<double>>();
    using Part = typename T::value_type;
    return fits<Part>(value.real()) && fits<Part>(value.imag());
  } else if (number.is_complex()) {
    const auto value = number.to<std::complex<double>>();
    return value.imag() == 0 && fits<T>(value.real());
  } else if constexpr (is_floating_point(dtype_of<T>)) {
    const double value = number.to<double>();
    return !std::isfinite(value) || std::abs(value) <= largest_number(dtype_of<T>);
  } else if (number.is_floating_point()) {
    // 2^bits, which a double holds exactly, as it does the lowest number.
    const double value = number.to<double>(), end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    return value >= static_cast<double>(std::numeric_limits<T>::lowest()) && value < end;
  } else {
    const auto value = number.to<int64_t>(), most = static_cast<int64_t>(std::numeric_limits<T>::max());
    return value <= most &&
           value >= (std::is_signed_v<T> ? static_cast<int64_t>(std::numeric_limits<T>::lowest()) : -most);
  }
}

Tensor copy_of(const Tensor& x) {
  Tensor copy = empty_tensor(x.sizes(), x.dtype(), x.device());
  kernels::copy.on(x)(copy, x);
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

bool share_memory(const Tensor& a, const Tensor& b) { return a.storage()->data() == b.storage()->data(); }

Tensor beside(const Tensor& x, const Tensor& written) {
  return x.defined() && written.defined() && share_memory(x, written) ? clone(x) : x;
}

void warn(const std::string& message) { warning_handler.load()(message); }

void set_warning_handler(void (*handler)(const std::string& message)) { warning_handler = handler; }

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

void check_numel(const char* op, const Shape& shape) {
  check(shape.counted().has_value(), op, ": a tensor of shape ", shape, " has more elements than 64 bits count");
}

Shape broadcast(const char* op, const Shape& a, const Shape& b) {
  Shape shape = broadcast_shapes(a, b, op);
  check_numel(op, shape);
  return shape;
}

void check_fits(const char* op, const Scalar& number, DType dtype) {
  visit_dtype(dtype, [&]<class T> {
    check(fits<T>(number), op, ": the number ", number, " cannot be converted to ", dtype, " without overflow");
  });
}

void check_fits(const char* op, const Tensor& number, DType dtype) {
  if (!number.impl()->is_wrapped_number || number.dtype() == dtype) return;
  // What most calls put: a real number that every floating-point type holds.
  const bool is_easy = number.dtype() == kFloat64 && is_differentiable(dtype) &&
                       std::abs(*number.data_ptr<double>()) <= largest_number(kFloat16);
  if (!is_easy) check_fits(op, number.item(), dtype);
}

void check_fill(const char* op, const Scalar& number, const Tensor& x) {
  const bool rounds = x.numel() == 1 && is_reduced_floating_point(x.dtype());
  check_fits(op, number, rounds ? kFloat64 : x.dtype());
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
                                    : output_like(a, b, broadcast(op, a.sizes(), b.sizes()), dtype);
  if (a.impl()->is_wrapped_number && b.impl()->is_wrapped_number) y.impl()->is_wrapped_number = true;
  return y;
}

Tensor unary(const Kernel<UnaryKernel>& kernel, const Tensor& x, Result rule) {
  Tensor y = make_output(kernel.op(), x, rule);
  kernel.on(x)(y, x);
  return y;
}

Tensor binary(const Kernel<BinaryKernel>& kernel, const Tensor& a, const Tensor& b, Result rule) {
  Tensor y = make_output(kernel.op(), a, b, rule);
  kernel.on(chooser(a, b))(y, a, b);
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

void unary_into(const Kernel<UnaryKernel>& kernel, const Tensor& x) {
  kernel.on(x)(x, x);
  x.storage()->bump_version();
}

void binary_into(const Kernel<BinaryKernel>& kernel, const Tensor& x, const Tensor& other) {
  kernel.on(x)(x, x, readable_beside(kernel.op(), x, other));
  x.storage()->bump_version();
}

}  // namespace ember::kernel
