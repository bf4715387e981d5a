// The C library's exponential and logarithm over contiguous elements, several at a time.
#pragma once

#include <math.h>

#include <cstdint>
#include <type_traits>

// libmvec has vector versions of these; glibc's header says so only under -ffast-math.
extern "C" {
__attribute__((simd("notinbranch"))) float expf(float) noexcept;
__attribute__((simd("notinbranch"))) double exp(double) noexcept;
}

namespace ember::EMBER_ISA {

/// to[i] = exp(x[i]); `to` may be x.
template <class T>
inline void exp_run(T* to, const T* x, int64_t count) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) {
    if constexpr (std::is_same_v<T, float>) to[i] = ::expf(x[i]);
    else to[i] = ::exp(x[i]);
  }
}

}  // namespace ember::EMBER_ISA
