// A kernel is a slot that each device may fill with a function of its own; core/kernels/ declares them by families. Ops reach the
// function by a tensor, `kernels::tan.on(x)(y, x)`, and name no device. Complex numbers have entries of their own, so that a function
// written for real numbers never meets one. Outputs come first, are allocated, have the right shape and overlap no input except exactly.
#pragma once

#include <array>

#include "ember/core/batching.h"

namespace ember {

using UnaryKernel = void(const TensorBase& out, const TensorBase& x);
using BinaryKernel = void(const TensorBase& out, const TensorBase& a, const TensorBase& b);
using TernaryKernel = void(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& c);

/// Whether a device's kernels are there.
bool has_kernels(DeviceType device);

[[noreturn]] void fail_missing_kernel(const char* op, Device device, bool of_complex);

// Constant-initialised, so that a device may enter its functions from the initialiser of any file. The members are inlined always, as
// kernel files, which use them, are compiled for instructions that not every machine has.
template <class Function>
class Kernel {
 public:
  constexpr explicit Kernel(const char* op, Batching batching = {}) : op_(op), batching_(batching) {}

  const char* op() const { return op_; }
  /// The same kernel for an op of another name, which its errors give.
  [[gnu::always_inline]] Kernel as(const char* op) const {
    Kernel other = *this;
    other.op_ = op;
    return other;
  }

  /// A device's function for real numbers or for complex ones, null unless it has entered one.
  [[gnu::always_inline]] Function*& operator[](DeviceType device) { return real_[static_cast<size_t>(device)]; }
  [[gnu::always_inline]] Function*& complex(DeviceType device) { return complex_[static_cast<size_t>(device)]; }

  /// The function for `x`'s device and kind of numbers, null where there is none. Where one of several inputs is complex, that one
  /// chooses.
  [[gnu::always_inline]] Function* find(const TensorBase& x) const {
    return (x.is_complex() ? complex_ : real_)[static_cast<size_t>(x.device().type)];
  }
  /// The same, ready to be called, with batched tensors too; throws NotImplementedError naming the op when it is missing.
  [[gnu::always_inline]] KernelCall<Function> on(const TensorBase& x) const {
    Function* function = find(x);
    if (!function) fail_missing_kernel(op_, x.device(), x.is_complex());
    return {function, op_, batching_};
  }

 private:
  const char* op_;
  Batching batching_;
  std::array<Function*, kDeviceTypeCount> real_{}, complex_{};
};

/// One whose inputs broadcast to its only output.
template <class Function>
class PointwiseKernel : public Kernel<Function> {
 public:
  constexpr explicit PointwiseKernel(const char* op) : Kernel<Function>(op, {Batching::How::Pointwise}) {}
};

}  // namespace ember
