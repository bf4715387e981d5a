#include "python/bindings/errors.h"

#include <cxxabi.h>
#include <pybind11/pybind11.h>

#include <cstring>

#include "ember/core/error.h"
#include "ember/io/pickle_reader.h"
#include "ember/nn/module.h"
#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/linalg/products.h"
#include "python/bindings/gil.h"

namespace ember::python {

namespace {

/// Where an Error was made out of a Python exception to say more: sets that exception, with what the Error added as a note.
/// False when there is no such exception inside.
bool set_nested_python_error(const Error& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (pybind11::error_already_set& inner) {
    std::string note = error.what();
    const std::string text = inner.what();
    if (note.ends_with(text)) note.resize(note.size() - text.size());
    while (note.ends_with(' ') || note.ends_with(':')) note.pop_back();
    inner.value().attr("add_note")(note);
    inner.restore();
    return true;
  } catch (const std::exception&) {
  }
  return false;
}

/// Raises `type` with this text, whose bytes may come out of a file or its name and be no UTF-8.
void raise(PyObject* type, const char* text) {
  PyObject* message = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(std::strlen(text)), "backslashreplace");
  if (message) PyErr_SetObject(type, message);
  Py_XDECREF(message);
}

/// pickle.UnpicklingError; borrowed.
PyObject* unpickling_error_type() {
  static PyObject* const type = [] {
    PyObject* module = PyImport_ImportModule("pickle");
    PyObject* found = module ? PyObject_GetAttrString(module, "UnpicklingError") : nullptr;
    Py_XDECREF(module);
    return found ? found : PyExc_RuntimeError;
  }();
  return type;
}

}  // namespace

void set_python_error() noexcept {
  try {
    try {
      throw;
    } catch (const Error& error) {
      if (set_nested_python_error(error)) return;
      throw;
    }
  } catch (pybind11::error_already_set& error) {
    error.restore();
  } catch (const pybind11::builtin_exception& error) {
    error.set_error();
  } catch (const IndexError& error) {
    raise(PyExc_IndexError, error.what());
  } catch (const TypeError& error) {
    raise(PyExc_TypeError, error.what());
  } catch (const ValueError& error) {
    raise(PyExc_ValueError, error.what());
  } catch (const NotImplementedError& error) {
    raise(PyExc_NotImplementedError, error.what());
  } catch (const OutOfMemoryError& error) {
    raise(PyExc_MemoryError, error.what());
  } catch (const IoError& error) {
    raise(PyExc_OSError, error.what());
  } catch (const io::RefusedError& error) {
    raise(unpickling_error_type(), error.what());
  } catch (const LinAlgError& error) {
    raise(linalg_error_type(), error.what());
  } catch (const nn::RecursionError& error) {
    raise(PyExc_RecursionError, error.what());
  } catch (const std::bad_alloc&) {
    raise(PyExc_MemoryError, "the system refused a small block of memory that an op works with");
  } catch (const std::exception& error) {
    raise(PyExc_RuntimeError, error.what());
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();  // of a thread that asked for the lock of an interpreter which has ended
  } catch (...) {
    raise(PyExc_RuntimeError, "unknown C++ exception");
  }
}

PyObject* linalg_error_type() {
  static PyObject* const type = PyErr_NewException("ember.linalg.LinAlgError", PyExc_RuntimeError, nullptr);
  return type;
}

void throw_python_error() { throw pybind11::error_already_set(); }

void register_errors() {
  pybind11::register_exception_translator([](std::exception_ptr pointer) {
    if (!pointer) return;
    try {
      std::rethrow_exception(pointer);
    } catch (const Error&) {
      set_python_error();
    } catch (const std::bad_alloc&) {
      set_python_error();
    }
  });
}

}  // namespace ember::python
