// More elementary functions that loops vectorise: libmvec's, beside those of vector_math.h.
#pragma once

#include "core/cpu/vector_math.h"

// libm declares its vector twins only under -ffast-math.
extern "C" {
#define EMBER_VECTOR __attribute__((simd("notinbranch")))
EMBER_VECTOR float tanf(float) noexcept;
EMBER_VECTOR float asinf(float) noexcept;
EMBER_VECTOR float acosf(float) noexcept;
EMBER_VECTOR float atanf(float) noexcept;
EMBER_VECTOR float sinhf(float) noexcept;
EMBER_VECTOR float coshf(float) noexcept;
EMBER_VECTOR float asinhf(float) noexcept;
EMBER_VECTOR float acoshf(float) noexcept;
EMBER_VECTOR float atanhf(float) noexcept;
EMBER_VECTOR float exp2f(float) noexcept;
EMBER_VECTOR float log2f(float) noexcept;
EMBER_VECTOR float log10f(float) noexcept;
EMBER_VECTOR float erfcf(float) noexcept;
EMBER_VECTOR float hypotf(float, float) noexcept;
EMBER_VECTOR double tan(double) noexcept;
EMBER_VECTOR double asin(double) noexcept;
EMBER_VECTOR double acos(double) noexcept;
EMBER_VECTOR double atan(double) noexcept;
EMBER_VECTOR double sinh(double) noexcept;
EMBER_VECTOR double cosh(double) noexcept;
EMBER_VECTOR double asinh(double) noexcept;
EMBER_VECTOR double acosh(double) noexcept;
EMBER_VECTOR double atanh(double) noexcept;
EMBER_VECTOR double exp2(double) noexcept;
EMBER_VECTOR double log2(double) noexcept;
EMBER_VECTOR double log10(double) noexcept;
EMBER_VECTOR double erfc(double) noexcept;
EMBER_VECTOR double hypot(double, double) noexcept;
#undef EMBER_VECTOR
}

namespace ember::EMBER_ISA::math {

inline float tan(float x) { return ::tanf(x); }
inline float asin(float x) { return ::asinf(x); }
inline float acos(float x) { return ::acosf(x); }
inline float atan(float x) { return ::atanf(x); }
inline float sinh(float x) { return ::sinhf(x); }
inline float cosh(float x) { return ::coshf(x); }
inline float asinh(float x) { return ::asinhf(x); }
inline float acosh(float x) { return ::acoshf(x); }
inline float atanh(float x) { return ::atanhf(x); }
inline float exp2(float x) { return ::exp2f(x); }
inline float log2(float x) { return ::log2f(x); }
inline float log10(float x) { return ::log10f(x); }
inline float erfc(float x) { return ::erfcf(x); }
inline float hypot(float x, float y) { return ::hypotf(x, y); }

inline double tan(double x) { return ::tan(x); }
inline double asin(double x) { return ::asin(x); }
inline double acos(double x) { return ::acos(x); }
inline double atan(double x) { return ::atan(x); }
inline double sinh(double x) { return ::sinh(x); }
inline double cosh(double x) { return ::cosh(x); }
inline double asinh(double x) { return ::asinh(x); }
inline double acosh(double x) { return ::acosh(x); }
inline double atanh(double x) { return ::atanh(x); }
inline double exp2(double x) { return ::exp2(x); }
inline double log2(double x) { return ::log2(x); }
inline double log10(double x) { return ::log10(x); }
inline double erfc(double x) { return ::erfc(x); }
inline double hypot(double x, double y) { return ::hypot(x, y); }

inline float trunc(float x) { return __builtin_truncf(x); }
inline double trunc(double x) { return __builtin_trunc(x); }
inline float copysign(float x, float sign) { return __builtin_copysignf(x, sign); }
inline double copysign(double x, double sign) { return __builtin_copysign(x, sign); }

}  // namespace ember::EMBER_ISA::math
