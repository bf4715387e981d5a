// Tables of kernels, one for each device. A family of kernels is a struct of function pointers, all null unless a device has
// entered its own; ops reach a kernel by its member, `find_kernel("sort", &SortingKernels::sort, x)`, and name no device.
// Complex numbers have tables of their own, so that a kernel written for real numbers never meets one.
// Outputs come first, are allocated, have the right shape and overlap no input except exactly.
#pragma once

#include <array>

#include "core/tensor.h"

namespace ember {

using UnaryKernel = void(const Tensor& out, const Tensor& x);
using BinaryKernel = void(const Tensor& out, const Tensor& a, const Tensor& b);
using TernaryKernel = void(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& c);

namespace detail {

// Constant-initialised, so that a device may enter its kernels from the initialiser of any file.
template <class Table>
inline constinit std::array<Table, 2 * kDeviceTypeCount> kernel_tables{};

}  // namespace detail

/// The device's own table of a family, for it to fill at start: the one for real numbers or the one for complex.
template <class Table>
Table& kernel_table(DeviceType type, bool of_complex = false) {
  return detail::kernel_tables<Table>[static_cast<size_t>(type) * 2 + of_complex];
}

[[noreturn]] void fail_missing_kernel(const char* op, Device device, bool of_complex);

/// The kernel in this slot of the table of `x`'s device and kind of numbers; throws NotImplementedError naming the op when it is
/// missing. Where one of several inputs is complex, pass that one.
template <class Table, class K>
K* find_kernel(const char* op, K* Table::*slot, const Tensor& x) {
  K* kernel = kernel_table<Table>(x.device().type, x.is_complex()).*slot;
  if (!kernel) fail_missing_kernel(op, x.device(), x.is_complex());
  return kernel;
}

}  // namespace ember
