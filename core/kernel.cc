#include "ember/core/kernel.h"

#include "ember/core/kernels/creation.h"

namespace ember {

bool has_kernels(DeviceType device) { return kernels::copy[device] != nullptr; }

void fail_missing_kernel(const char* op, Device device, bool of_complex) {
  check(has_kernels(device.type), "no backend is registered for device ", device);
  fail<NotImplementedError>(op, ": no kernel for ", of_complex ? "complex numbers on " : "", "device ", device);
}

}  // namespace ember
