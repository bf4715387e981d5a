// The two 16-bit floating-point types, as storage formats: arithmetic happens in float.
#pragma once

#include <bit>
#include <cstdint>

namespace ember {

/// IEEE 754 binary16.
struct Half {
  uint16_t bits = 0;

  Half() = default;
  Half(float value) : bits(std::bit_cast<uint16_t>(static_cast<_Float16>(value))) {}
  operator float() const { return static_cast<float>(std::bit_cast<_Float16>(bits)); }
};

/// The upper half of a float32: 8 exponent bits, 7 mantissa bits, rounded to nearest even.
struct BFloat16 {
  uint16_t bits = 0;

  BFloat16() = default;
  BFloat16(float value) {
    const auto word = std::bit_cast<uint32_t>(value);
    const uint32_t rounded = (word + 0x7fff + ((word >> 16) & 1)) >> 16;
    // A NaN whose payload sits in the low bits must not round to infinity.
    bits = static_cast<uint16_t>((word & 0x7fffffff) > 0x7f800000 ? (word >> 16) | 0x40 : rounded);
  }
  operator float() const { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }
};

}  // namespace ember
