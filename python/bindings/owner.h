// Python objects held by C++: let go of with the GIL, whatever thread that happens in.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <memory>
#include <utility>

#include "ember/core/error.h"
#include "python/bindings/gil.h"

namespace ember::python {

/// Shares ownership of a Python object. Copies may be made and dropped without the GIL.
class Owner {
 public:
  Owner() = default;
  explicit Owner(pybind11::object object) : held_(std::make_shared<Held>(object.release().ptr())) {}

  /// Needs the GIL to be used.
  pybind11::handle get() const { return held_ ? held_->object : nullptr; }

  // For the garbage collector: all copies hold one reference together, which it may take.
  const void* identity() const { return held_.get(); }
  long use_count() const { return held_.use_count(); }
  PyObject* take() const { return std::exchange(held_->object, nullptr); }

 private:
  struct Held {
    PyObject* object;

    explicit Held(PyObject* object) : object(object) {}
    Held(const Held&) = delete;
    ~Held() {
      if (!object || !Py_IsInitialized()) return;
      const GilAcquire gil;
      Py_DECREF(object);
    }
  };
  std::shared_ptr<Held> held_;
};

/// A function that, when the last copy goes, lets go of `object`.
inline std::function<void()> release_later(pybind11::object object) {
  return [owner = Owner(std::move(object))]() mutable { owner = Owner(); };
}

/// A Python function as a std::function's target, in which the garbage collector finds it again.
template <class Signature>
class PythonFunction;

template <class R, class... Args>
class PythonFunction<R(Args...)> {
 public:
  explicit PythonFunction(pybind11::object function) : owner(std::move(function)) {}

  R operator()(Args... args) const {
    const GilAcquire gil;
    check(owner.get().ptr() != nullptr, "a Python function is called that was garbage");
    const pybind11::object result = owner.get()(args...);
    if constexpr (!std::is_void_v<R>) return result.template cast<R>();
  }

  Owner owner;
};

}  // namespace ember::python
