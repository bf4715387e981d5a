#include "core/backend.h"

namespace ember {

namespace {

constinit std::array<bool, kDeviceTypeCount> registered{};

}  // namespace

const Backend& backend(Device device) {
  check(has_backend(device.type), "no backend is registered for device ", device);
  return kernel_table<Backend>(device.type);
}

void register_backend(DeviceType type, const Backend& table) {
  kernel_table<Backend>(type) = table;
  registered[static_cast<size_t>(type)] = true;
}

bool has_backend(DeviceType type) { return registered[static_cast<size_t>(type)]; }

void fail_missing_kernel(const char* op, Device device, bool of_complex) {
  check(has_backend(device.type), "no backend is registered for device ", device);
  fail<NotImplementedError>(op, ": no kernel for ", of_complex ? "complex numbers on " : "", "device ", device);
}

}  // namespace ember
