// From op to kernel: picks the output's shape and dtype, checks the devices, allocates, and calls the kernel in the table of
// the inputs' device. No gradients here.
#pragma once

#include "core/backend.h"

namespace ember::kernel {

/// The dtype of a pointwise result.
enum class Result {
  Promoted,  ///< the promoted dtype of the inputs
  Float,     ///< the same, with integers and bools becoming the default floating-point dtype
  Bool,
};

DType result_dtype(Result rule, DType promoted);

/// Throws Error naming `op` unless all defined tensors lie on one device; zero-dim CPU tensors may mix with any.
void check_same_device(const char* op, std::span<const Tensor> tensors);
/// Throws Error naming `op` unless `x` is defined.
void check_defined(const char* op, const char* argument, const Tensor& x);

Tensor unary(const char* op, UnaryKernel* Backend::*slot, const Tensor& x, Result rule = Result::Promoted);
/// Broadcasts a and b; numbers and zero-dim tensors promote by their kind only.
Tensor binary(const char* op, BinaryKernel* Backend::*slot, const Tensor& a, const Tensor& b,
              Result rule = Result::Promoted);

/// Throws unless `other` broadcasts to x's shape and a `promoted` result can be written into x.
void check_into(const char* op, const Tensor& x, const Tensor& other, DType promoted);

/// The same written into `x`, which must have the result's shape and a dtype that can hold it. Bumps x's version.
void unary_into(const char* op, UnaryKernel* Backend::*slot, const Tensor& x);
void binary_into(const char* op, BinaryKernel* Backend::*slot, const Tensor& x, const Tensor& other);

}  // namespace ember::kernel
