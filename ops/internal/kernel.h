// From op to kernel: picks the output's shape and dtype, checks the devices, allocates, and calls the kernel in the table of
// the inputs' device. No gradients here.
#pragma once

#include "ember/core/kernel.h"
#include "ember/ops/tensor.h"

namespace ember::kernel {

/// The dtype of a pointwise result.
enum class Result {
  Promoted,  ///< the promoted dtype of the inputs
  Float,     ///< the same, with integers and bools becoming the default floating-point dtype
  Real,      ///< the promoted dtype, or that of a complex number's parts
  Bool,
};

DType result_dtype(Result rule, DType promoted);

/// Throws Error naming `op` unless all defined tensors lie on one device; zero-dim CPU tensors may mix with any.
void check_same_device(const char* op, std::span<const Tensor> tensors);
/// Throws Error naming `op` unless `x` is defined.
void check_defined(const char* op, const char* argument, const Tensor& x);

/// Whether both lie in one piece of memory, be it by two storages.
bool share_memory(const Tensor& a, const Tensor& b);
/// x itself to read from, or a copy when it shares memory with `written`.
Tensor beside(const Tensor& x, const Tensor& written);

/// Throws Error naming `op` unless the sizes of `shape`, zeros aside, multiply to an int64: what every tensor's shape must do.
void check_numel(const char* op, const Shape& shape);
/// The shape that both broadcast to, checked so.
Shape broadcast(const char* op, const Shape& a, const Shape& b);

/// Throws Error naming `op` unless a tensor of `dtype` can hold the number: integers take no nan and nothing beyond their range, except
/// that a negative integer stands for an unsigned one of as many bits; floats take no finite number beyond their largest; and only
/// complex types an imaginary part.
void check_fits(const char* op, const Scalar& number, DType dtype);
/// The same for a tensor that is a wrapped number; others convert as `to` converts them.
void check_fits(const char* op, const Tensor& number, DType dtype);
/// The same for a number that is written into all of x: a single 16-bit float is rounded to, be it to infinity.
void check_fill(const char* op, const Scalar& number, const Tensor& x);

/// Says what is no error: a UserWarning in Python, a line on stderr in C++.
void warn(const std::string& message);
/// Who hears it from now on, called by the thread that warns.
void set_warning_handler(void (*handler)(const std::string& message));

/// The output of an elementwise op on these inputs, which are checked; what the functions below allocate.
Tensor make_output(const char* op, const Tensor& x, Result rule);
Tensor make_output(const char* op, const Tensor& a, const Tensor& b, Result rule);

/// The operand whose device and kind of numbers choose the kernel.
inline const Tensor& chooser(const Tensor& a, const Tensor& b) {
  return a.is_complex() || !a.device().is_cpu() ? a : b;
}

Tensor unary(const Kernel<UnaryKernel>& kernel, const Tensor& x, Result rule = Result::Promoted);
/// Broadcasts a and b; numbers and zero-dim tensors promote by their kind only.
Tensor binary(const Kernel<BinaryKernel>& kernel, const Tensor& a, const Tensor& b, Result rule = Result::Promoted);

/// Throws unless `other` broadcasts to x's shape and a `promoted` result can be written into x.
void check_into(const char* op, const Tensor& x, const Tensor& other, DType promoted);
/// `other`, checked against x, or a copy when writing x would change what is still to be read.
Tensor readable_beside(const char* op, const Tensor& x, const Tensor& other);

/// The same written into `x`, which must have the result's shape and a dtype that can hold it. Bumps x's version.
void unary_into(const Kernel<UnaryKernel>& kernel, const Tensor& x);
void binary_into(const Kernel<BinaryKernel>& kernel, const Tensor& x, const Tensor& other);

}  // namespace ember::kernel
