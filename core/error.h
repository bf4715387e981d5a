// Errors: every failed check throws a type that names what went wrong, and Python sees its own exception of that name.
//
//   check(a.dim() == 2, "mm: input has shape ", a.sizes(), " but must have 2 dimensions");
//   check<IndexError>(i < n, "select: index ", i, " is out of range for size ", n);
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace ember {

/// Any failure of an Ember call; RuntimeError in Python.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An index or dimension out of range; IndexError in Python.
class IndexError : public Error {
 public:
  using Error::Error;
};

/// An argument of the wrong type or dtype; TypeError in Python.
class TypeError : public Error {
 public:
  using Error::Error;
};

/// An argument of the right type whose value makes no sense; ValueError in Python.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// A combination of device, dtype and op that has no kernel; NotImplementedError in Python.
class NotImplementedError : public Error {
 public:
  using Error::Error;
};

/// The system refused memory; MemoryError in Python.
class OutOfMemoryError : public Error {
 public:
  using Error::Error;
};

/// A file that could not be read or written; OSError in Python.
class IoError : public Error {
 public:
  using Error::Error;
};

namespace detail {

inline void append(std::string& out, std::string_view part) { out += part; }
void append(std::string& out, double part);

template <class T>
requires std::is_arithmetic_v<T>
void append(std::string& out, T part) {
  if constexpr (std::is_same_v<T, bool>) {
    out += part ? "true" : "false";
  } else if constexpr (std::is_same_v<T, char>) {
    out += part;
  } else if constexpr (std::is_integral_v<T>) {
    out += std::to_string(part);
  } else {
    append(out, static_cast<double>(part));
  }
}

/// Anything that has a `std::string to_string(const T&)` in its own namespace. Text is not to be taken for a Device or a Scalar, which
/// convert from it.
template <class T>
requires(!std::is_arithmetic_v<T> && !std::is_convertible_v<const T&, std::string_view>) && requires(const T& t) {
  to_string(t);
}
void append(std::string& out, const T& part) { out += to_string(part); }

}  // namespace detail

/// The parts written one after another.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::string text;
  (detail::append(text, parts), ...);
  return text;
}

template <class E = Error, class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void fail(const Parts&... parts) {
  throw E(concat(parts...));
}

/// Throws E with the parts as its message unless `ok`. The message is built only on failure.
template <class E = Error, class... Parts>
void check(bool ok, const Parts&... parts) {
  if (!ok) [[unlikely]]
    fail<E>(parts...);
}

}  // namespace ember
