// LAPACK's routines by name. The library is looked up when the first one is called, so that Ember runs where there is none, and each
// process may have another (MKL beside PyTorch) without a clash of names.
//
//   const int info = lapack::call<double, "getrf">(m, n, a, m, pivots);
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/cpu/cpu_kernels.h"
#include "ember/core/parallel.h"
#include "ember/core/tensor_base.h"

namespace ember::lapack {

/// The routine's address; throws NotImplementedError when the library or the routine is missing, OutOfMemoryError when there is no memory to
/// load it.
void* find(const char* name);

/// Has OpenBLAS compute with the instructions of that set from now on; without one, with those chosen at start.
void use(std::optional<cpu::Isa> isa);

template <class T>
inline constexpr bool is_complex = false;
template <class T>
inline constexpr bool is_complex<std::complex<T>> = true;

template <size_t N>
struct Name {
  char text[N];
  consteval Name(const char (&name)[N]) {
    for (size_t i = 0; i < N; ++i) text[i] = name[i];
  }
};

template <class T, Name name>
void* routine() {
  constexpr char prefix = std::is_same_v<T, float> ? 's' : std::is_same_v<T, double> ? 'd' : sizeof(T) == 8 ? 'c' : 'z';
  static void* const address = find((prefix + std::string(name.text) + "_").c_str());
  return address;
}

// Fortran takes every argument by its address, and the length of each character behind the others.
template <class A>
auto address_of(A& argument) {
  if constexpr (std::is_pointer_v<A>)
    return argument;
  else
    return &argument;
}

template <class T, Name name, class... A>
void invoke(A... arguments) {
  constexpr size_t characters = (size_t{0} + ... + size_t{std::is_same_v<A, char>});
  [&]<size_t... I>(std::index_sequence<I...>) {
    using Routine = void (*)(decltype(address_of(arguments))..., decltype(I)...);
    reinterpret_cast<Routine>(routine<T, name>())(address_of(arguments)..., size_t{I * 0 + 1}...);
  }
  (std::make_index_sequence<characters>());
}

/// Calls the routine of T's prefix; returns its info.
template <class T, Name name, class... A>
int call(A... arguments) {
  int info = 0;
  invoke<T, name>(arguments..., &info);
  check(info >= 0, name.text, ": LAPACK rejects argument ", -info);
  return info;
}

/// visit_float, for complex numbers too.
template <class F>
void visit_number(DType t, const char* op, F f) {
  if (t == kComplex64) return f.template operator()<std::complex<float>>();
  if (t == kComplex128) return f.template operator()<std::complex<double>>();
  visit_float(t, op, f);
}

[[noreturn]] void fail_workspace(size_t bytes);

/// Zeros to work on; throws OutOfMemoryError.
template <class T>
std::vector<T> zeros_of(size_t count) {
  try {
    return std::vector<T>(count);
  } catch (const std::exception&) {  // of memory, or of what no vector holds
    fail_workspace(count * sizeof(T));
  }
}

/// The work space that a routine asks for when it is called with a length of -1.
template <class T>
std::vector<T> workspace(T answer) {
  const auto length = static_cast<int64_t>(std::real(answer));
  return zeros_of<T>(static_cast<size_t>(length < 1 ? 1 : length));
}

/// A batch of column-major matrices (or of vectors, whose `columns` is 1).
template <class T>
struct Matrices {
  T* data;
  int rows, columns;

  explicit Matrices(const TensorBase& x)
      : data(reinterpret_cast<T*>(x.raw_data())), rows(size(x, 2)), columns(size(x, 1)) {}
  T* operator[](int64_t i) const { return data + i * rows * columns; }
  /// The distance of columns; LAPACK wants at least 1.
  int leading() const { return rows > 1 ? rows : 1; }

 private:
  static int size(const TensorBase& x, size_t from_end) {
    const int64_t n = x.sizes()[x.sizes().size() - from_end];
    check(n <= std::numeric_limits<int>::max(), "LAPACK takes matrices of at most 2^31 rows, not ", x.sizes());
    return static_cast<int>(n);
  }
};
template <class T>
struct Vectors {
  T* data;
  int64_t length;

  explicit Vectors(const TensorBase& x) : data(reinterpret_cast<T*>(x.raw_data())), length(x.sizes().back()) {}
  T* operator[](int64_t i) const { return data + i * length; }
};

/// How many matrices there are.
inline int64_t batch_of(const TensorBase& x) {
  return Shape(std::span(x.sizes().data(), x.sizes().size() - 2)).numel();
}

/// Calls `f(first, last)` for ranges of a batch. Small matrices are shared out among the threads; a large one takes all of them,
/// within its routine. `work`: multiplications for each.
void for_matrices(int64_t batch, double work, FunctionRef<void(int64_t first, int64_t last)> f);

}  // namespace ember::lapack
