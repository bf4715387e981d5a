#include "ember/core/dtype.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace ember {

namespace {

std::atomic<DType> default_dtype_value{kFloat32};

}  // namespace

DType promote_types(DType a, DType b) {
  if (a == b || b == kBool) return a;
  if (a == kBool) return b;
  if (is_complex(a) || is_complex(b)) {
    return real_dtype(a) == kFloat64 || real_dtype(b) == kFloat64 ? kComplex128 : kComplex64;
  }
  if (is_floating_point(a) != is_floating_point(b)) return is_floating_point(a) ? a : b;
  const auto [small, large] = std::minmax(a, b, [](DType x, DType y) { return item_size(x) < item_size(y); });
  if (item_size(a) != item_size(b)) return large;
  // Two types of one size: neither float16 and bfloat16 nor uint8 and int8 hold one another.
  return is_floating_point(small) ? kFloat32 : kInt16;
}

std::string to_string(DType t) {
  static constexpr std::array<const char*, kDTypeCount> kNames = {"uint8", "int8",     "int16",     "int32",
                                                                  "int64", "float16",  "float32",   "float64",
                                                                  "bool",  "bfloat16", "complex64", "complex128"};
  return kNames[static_cast<size_t>(t)];
}

DType default_dtype() { return default_dtype_value.load(std::memory_order_relaxed); }

void set_default_dtype(DType t) {
  check<TypeError>(is_floating_point(t), "set_default_dtype: ", t, " is not a floating-point dtype");
  default_dtype_value.store(t, std::memory_order_relaxed);
}

}  // namespace ember
