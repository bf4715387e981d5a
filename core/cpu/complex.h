// A complex number as kernels compute with it; std::complex in memory. A type of each instruction set's own, since a template of
// the standard library instantiated in a kernel file would be compiled for that set and might serve the whole program.
#pragma once

namespace ember::EMBER_ISA {

template <class T>
struct Complex {
  using value_type = T;
  T re, im;

  friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  friend Complex operator-(Complex a) { return {-a.re, -a.im}; }
  friend Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
  friend Complex operator*(Complex a, T factor) { return {a.re * factor, a.im * factor}; }
  /// Smith's algorithm: the squares of large or small parts are never formed.
  friend Complex operator/(Complex a, Complex b) {
    const T re = b.re < 0 ? -b.re : b.re, im = b.im < 0 ? -b.im : b.im;
    if (re >= im) {
      if (re == 0 && im == 0) return {a.re / re, a.im / im};
      const T ratio = b.im / b.re, scale = T(1) / (b.re + b.im * ratio);
      return {(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
    }
    const T ratio = b.re / b.im, scale = T(1) / (b.re * ratio + b.im);
    return {(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
  }
  friend bool operator==(Complex a, Complex b) { return a.re == b.re && a.im == b.im; }
};

}  // namespace ember::EMBER_ISA
