#include "core/backend.h"

namespace ember {

namespace {

// Constant-initialised, so that a backend may register itself from the initialiser of any other file.
constinit std::array<Backend, kDeviceTypeCount> tables;
constinit std::array<bool, kDeviceTypeCount> registered{};

}  // namespace

const Backend& backend(Device device) {
  const auto type = static_cast<size_t>(device.type);
  check(registered[type], "no backend is registered for device ", device);
  return tables[type];
}

void register_backend(DeviceType type, const Backend& table) {
  tables[static_cast<size_t>(type)] = table;
  registered[static_cast<size_t>(type)] = true;
}

bool has_backend(DeviceType type) { return registered[static_cast<size_t>(type)]; }

}  // namespace ember
