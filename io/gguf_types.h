// The numbers that GGUF files have for types.
#pragma once

#include <cstdint>
#include <utility>

#include "ember/core/dtype.h"

namespace ember::io::gguf {

enum Type : uint32_t {
  UInt8,
  Int8,
  UInt16,
  Int16,
  UInt32,
  Int32,
  Float32,
  Bool,
  String,
  Array,
  UInt64,
  Int64,
  Float64
};

/// Of tensors; all others are quantised.
inline constexpr std::pair<uint32_t, DType> kTensorTypes[] = {
    {0, kFloat32}, {1, kFloat16}, {24, kInt8},    {25, kInt16},
    {26, kInt32},  {27, kInt64},  {28, kFloat64}, {30, kBFloat16},
};

inline constexpr const char* kAlignmentKey = "general.alignment";
inline constexpr uint64_t kAlignment = 32;
inline constexpr uint32_t kMostDims = 4, kVersion = 3;

}  // namespace ember::io::gguf
