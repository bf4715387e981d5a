#include "ember/core/device.h"

#include <charconv>

#include "ember/core/error.h"

namespace ember {

Device::Device(std::string_view name) {
  std::string_view kind = name;
  if (const size_t colon = name.find(':'); colon != std::string_view::npos) {
    kind = name.substr(0, colon);
    const std::string_view number = name.substr(colon + 1);
    const char* end = number.data() + number.size();
    const auto [stop, failure] = std::from_chars(number.data(), end, index);
    const bool is_padded = number.size() > 1 && number[0] == '0';
    check(failure == std::errc() && stop == end && index >= 0 && !is_padded, "device: \"", name,
          "\" has no valid index; expected for example \"cuda:0\"");
  }
  check(kind == "cpu" || kind == "cuda", "device: unknown device \"", name,
        "\"; expected \"cpu\", \"cuda\" or \"cuda:N\"");
  type = kind == "cpu" ? kCPU : kCUDA;
  check(type == kCUDA || index == 0, "device: \"", name, "\" does not exist; there is one CPU");
}

Device::Device(const char* name) {
  check(name != nullptr, "device: 0 or a null pointer names no device; expected \"cpu\", \"cuda\" or \"cuda:N\"");
  *this = Device(std::string_view(name));
}

std::string to_string(const Device& device) { return device.is_cpu() ? "cpu" : "cuda:" + std::to_string(device.index); }

}  // namespace ember
