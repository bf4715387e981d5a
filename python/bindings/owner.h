// Python objects held by C++: let go of with the GIL, whatever thread that happens in.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <memory>

namespace ember::python {

/// Shares ownership of a Python object. Copies may be made and dropped without the GIL.
class Owner {
 public:
  Owner() = default;
  explicit Owner(pybind11::object object)
      : object_(object.release().ptr(), [](PyObject* o) {
          if (!o || !Py_IsInitialized()) return;
          pybind11::gil_scoped_acquire gil;
          Py_DECREF(o);
        }) {}

  /// Needs the GIL to be used.
  pybind11::handle get() const { return object_.get(); }

 private:
  std::shared_ptr<PyObject> object_;
};

/// A function that, when the last copy goes, lets go of `object`.
inline std::function<void()> release_later(pybind11::object object) {
  return [owner = Owner(std::move(object))]() mutable { owner = Owner(); };
}

}  // namespace ember::python
