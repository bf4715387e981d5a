// Elementary functions that loops over them vectorise. In float they are polynomials that inline, accurate to about 2 units in
// the last place and exact at infinities, zeros and NaN; where no shorter way is known, and in double, they are libmvec's.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

// libm declares its vector twins only under -ffast-math.
extern "C" {
#define EMBER_VECTOR __attribute__((simd("notinbranch")))
EMBER_VECTOR float sinf(float) noexcept;
EMBER_VECTOR float cosf(float) noexcept;
EMBER_VECTOR float log1pf(float) noexcept;
EMBER_VECTOR float expm1f(float) noexcept;
EMBER_VECTOR float powf(float, float) noexcept;
EMBER_VECTOR float atan2f(float, float) noexcept;
EMBER_VECTOR double exp(double) noexcept;
EMBER_VECTOR double log(double) noexcept;
EMBER_VECTOR double sin(double) noexcept;
EMBER_VECTOR double cos(double) noexcept;
EMBER_VECTOR double tanh(double) noexcept;
EMBER_VECTOR double erf(double) noexcept;
EMBER_VECTOR double log1p(double) noexcept;
EMBER_VECTOR double expm1(double) noexcept;
EMBER_VECTOR double pow(double, double) noexcept;
EMBER_VECTOR double atan2(double, double) noexcept;
#undef EMBER_VECTOR
}

namespace ember::EMBER_ISA::math {

/// a b + c, in one rounding where the instruction set has it.
inline float mul_add(float a, float b, float c) {
#ifdef __FMA__
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
inline double mul_add(double a, double b, double c) {
#ifdef __FMA__
  return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// c0 + c1 x + c2 x^2 + ...
template <class T>
inline T polynomial(T, T c0) {
  return c0;
}
template <class T, class... Rest>
inline T polynomial(T x, T c0, Rest... rest) {
  return mul_add(polynomial(x, rest...), x, c0);
}

/// exp(x) as `value` times 2^power.
struct ScaledExp {
  float value;
  int32_t power;
};

/// Cody and Waite's reduction by ln 2 in two parts, then the polynomial of Cephes' expf. For x in [-104, 89].
inline ScaledExp scaled_exp(float x) {
  // Adding 1.5 * 2^23 leaves the rounded quotient in the low bits.
  constexpr float kShift = 12582912.0f;
  const float shifted = mul_add(x, 1.44269504f, kShift);
  const float n = shifted - kShift;
  float r = mul_add(n, -0.693359375f, x);
  r = mul_add(n, 2.12194440e-4f, r);
  const float p = polynomial(r, 5.0000001201e-1f, 1.6666665459e-1f, 4.1665795894e-2f, 8.3334519073e-3f,
                             1.3981999507e-3f, 1.9875691500e-4f);
  return {mul_add(p, r * r, r) + 1.0f, std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(kShift)};
}
inline float two_to_the(int32_t k) { return std::bit_cast<float>((static_cast<uint32_t>(k) + 127u) << 23); }

inline float exp(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  // Two factors, so that subnormal results and the last one before infinity come out right.
  const auto [value, power] = scaled_exp(x);
  const int32_t half = power >> 1, rest = power - half;
  return value * two_to_the(half) * two_to_the(rest);
}
/// For x <= 0, with 1e-38 for the smaller results.
inline float exp_of_negative(float x) {
  const auto [value, power] = scaled_exp(x < -87.0f ? -87.0f : x);
  return value * two_to_the(power);
}

/// Mantissa in [sqrt(1/2), sqrt(2)), then the polynomial of Cephes' logf.
inline float log(float x) {
  const bool subnormal = x < 1.17549435e-38f;
  const uint32_t bits = std::bit_cast<uint32_t>(subnormal ? x * 8388608.0f : x);
  float mantissa = std::bit_cast<float>((bits & 0x007fffffu) | 0x3f000000u);
  float exponent = static_cast<float>(static_cast<int32_t>(bits >> 23) - (subnormal ? 149 : 126));
  const bool low = mantissa < 0.707106781f;
  exponent -= low ? 1.0f : 0.0f;
  const float m = (low ? mantissa + mantissa : mantissa) - 1.0f;
  const float z = m * m;
  const float p =
      polynomial(m, 3.3333331174e-1f, -2.4999993993e-1f, 2.0000714765e-1f, -1.6668057665e-1f, 1.4249322787e-1f,
                 -1.2420140846e-1f, 1.1676998740e-1f, -1.1514610310e-1f, 7.0376836292e-2f);
  float y = mul_add(exponent, -2.12194440e-4f, p * m * z);
  y = mul_add(z, -0.5f, y);
  y = mul_add(exponent, 0.693359375f, m + y);
  constexpr float kInfinity = __builtin_inff();
  y = x == 0.0f ? -kInfinity : y;
  y = x < 0.0f ? __builtin_nanf("") : y;
  return x < kInfinity ? y : x;
}

/// Cephes' tanhf: odd polynomial near zero, exponential elsewhere.
inline float tanh(float x) {
  const float magnitude = __builtin_fabsf(x);
  const float z = x * x;
  const float p =
      polynomial(z, -3.33332819422e-1f, 1.33314422036e-1f, -5.37397155531e-2f, 2.06390887954e-2f, -5.70498872745e-3f);
  const float near = mul_add(p * z, magnitude, magnitude);
  const float far = 2.0f / (exp_of_negative(-2.0f * magnitude) + 1.0f) - 1.0f;
  return __builtin_copysignf(magnitude < 0.625f ? near : far, x);
}

/// x + x P(x^2) up to 0.93, then 1 - exp(-Q(x)); P and Q are minimax fits, good to 2e-8 and 4e-11.
inline float erf(float x) {
  const float magnitude = __builtin_fabsf(x);
  const float p = polynomial(x * x, 0.128379150106f, -0.376124944814f, 0.112818038536f, -0.026765595853f,
                             0.004991013852f, -0.000597703584f);
  const float near = mul_add(p, x, x);
  const float t = magnitude > 4.0f ? 4.0f : magnitude;
  const float q = polynomial(t, -1.784523407963e-4f, 1.129533148827f, 6.333098761811e-1f, 1.083210713013e-1f,
                             -2.514607898311e-2f, 4.181241187055e-3f, -4.365749909181e-4f, 2.127876230940e-5f);
  const float far = 1.0f - exp_of_negative(-q);
  return magnitude < 0.93f ? near : __builtin_copysignf(far, x);
}

inline float sin(float x) { return ::sinf(x); }
inline float cos(float x) { return ::cosf(x); }
inline float log1p(float x) { return ::log1pf(x); }
inline float expm1(float x) { return ::expm1f(x); }
inline float pow(float x, float y) { return ::powf(x, y); }
inline float atan2(float y, float x) { return ::atan2f(y, x); }

inline double exp(double x) { return ::exp(x); }
inline double log(double x) { return ::log(x); }
inline double tanh(double x) { return ::tanh(x); }
inline double erf(double x) { return ::erf(x); }
inline double sin(double x) { return ::sin(x); }
inline double cos(double x) { return ::cos(x); }
inline double log1p(double x) { return ::log1p(x); }
inline double expm1(double x) { return ::expm1(x); }
inline double pow(double x, double y) { return ::pow(x, y); }
inline double atan2(double y, double x) { return ::atan2(y, x); }

inline float sqrt(float x) { return __builtin_sqrtf(x); }
inline double sqrt(double x) { return __builtin_sqrt(x); }
inline float abs(float x) { return __builtin_fabsf(x); }
inline double abs(double x) { return __builtin_fabs(x); }
inline float floor(float x) { return __builtin_floorf(x); }
inline double floor(double x) { return __builtin_floor(x); }
inline float ceil(float x) { return __builtin_ceilf(x); }
inline double ceil(double x) { return __builtin_ceil(x); }
/// Halves go to even.
inline float round(float x) { return __builtin_rintf(x); }
inline double round(double x) { return __builtin_rint(x); }

/// The standard normal's distribution function and density. The tail is exp(-x^2 / 2) times a polynomial in 1 / (1 + c |x|), a fit
/// good to 3e-9, so that one exponential serves both.
inline void normal(float x, float& cdf, float& density) {
  const float peak = exp_of_negative(-0.5f * x * x);
  const float k = 1.0f / mul_add(__builtin_fabsf(x), 0.42f * 0.70710678f, 1.0f);
  const float tail = peak * k *
                     polynomial(k, 0.118462020917f, 0.119101969159f, 0.101027771256f, 0.124539420223f, -0.050675395528f,
                                0.208305847040f, -0.155037211424f, 0.034275580826f);
  cdf = x < 0.0f ? tail : 1.0f - tail;
  density = 0.39894228f * peak;
}
inline void normal(double x, double& cdf, double& density) {
  cdf = 0.5 * (1.0 + erf(x * 0.70710678118654752440));
  density = 0.39894228040143267794 * exp(-0.5 * x * x);
}

/// 1 / (1 + exp(-x))
template <class T>
inline T sigmoid(T x) {
  return T(1) / (T(1) + exp(-x));
}

}  // namespace ember::EMBER_ISA::math

namespace ember::EMBER_ISA {

/// to[i] = exp(x[i]); `to` may be x.
template <class T>
inline void exp_run(T* to, const T* x, int64_t count) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) to[i] = math::exp(x[i]);
}

}  // namespace ember::EMBER_ISA
