// Where a tensor's memory lies and its kernels run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ember {

enum class DeviceType : uint8_t { CPU, CUDA };
inline constexpr int kDeviceTypeCount = 2;

struct Device {
  DeviceType type = DeviceType::CPU;
  int8_t index = 0;

  Device() = default;
  Device(DeviceType type, int8_t index = 0) : type(type), index(index) {}
  /// Parses "cpu", "cuda" or "cuda:1"; throws Error for anything else, a null pointer (`Device(0)`) too.
  Device(std::string_view name);
  Device(const char* name);

  bool is_cpu() const { return type == DeviceType::CPU; }
  bool operator==(const Device&) const = default;
};

inline constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA;

/// "cpu", "cuda:0".
std::string to_string(const Device& device);

}  // namespace ember
