// The cubic convolution kernel with a parameter `a` (Keys, 1981): weights at distances below 1 and from 1 to 2, and their derivatives, of
// a number or of each element of a tensor.
#pragma once

#include <type_traits>

namespace ember::cubic {

/// What a constant is in a formula for T: of a number's own type, so that nothing is computed in a wider one.
template <class T>
using Constant = std::conditional_t<std::is_floating_point_v<T>, T, double>;
template <class T>
inline constexpr Constant<T> kUsual = Constant<T>(-0.75);

// Kernels of all instruction sets call these, so no copy of one may stand for all of them.

template <class T>
[[gnu::always_inline]] inline T near(const T& d, Constant<T> a = kUsual<T>) {
  return (d * (a + 2) - (a + 3)) * d * d + 1;
}
template <class T>
[[gnu::always_inline]] inline T far(const T& d, Constant<T> a = kUsual<T>) {
  return ((d * a - 5 * a) * d + 8 * a) * d - 4 * a;
}
template <class T>
[[gnu::always_inline]] inline T near_slope(const T& d, Constant<T> a = kUsual<T>) {
  return (d * (3 * (a + 2)) - 2 * (a + 3)) * d;
}
template <class T>
[[gnu::always_inline]] inline T far_slope(const T& d, Constant<T> a = kUsual<T>) {
  return (d * (3 * a) - 10 * a) * d + 8 * a;
}

}  // namespace ember::cubic
