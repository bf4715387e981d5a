#include "python/bindings/signatures.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "ember/core/error.h"
#include "python/bindings/cpython.h"
#include "python/bindings/signature_types.h"

namespace ember::python {

namespace py = pybind11;

using Record = py::detail::function_record;

std::vector<std::string> signature_parts(const Record& record) {
  const std::string text = record.signature;
  const size_t end = text.rfind(") -> ");
  return split_at_top(text.substr(1, end == std::string::npos ? end : end - 1), ", ");
}

namespace {

/// A default as one writes it, sizes that are all the same as a number; empty when it cannot be written.
std::string default_text(py::handle value) {
  PyObject* object = value.ptr();
  if (PyTuple_Check(object)) {
    std::string text;
    for (const py::handle item : value) {
      const std::string next = default_text(item);
      if (next.empty()) return "";
      text += (text.empty() ? "" : ", ") + next;
    }
    const bool is_single = PyTuple_GET_SIZE(object) == 1;
    if (is_single && !PyTuple_CheckExact(object)) return text;  // a Size
    return "(" + text + (is_single ? ",)" : ")");
  }
  const bool is_plain = object == Py_None || PyBool_Check(object) || PyLong_CheckExact(object) ||
                        PyUnicode_CheckExact(object) ||
                        (PyFloat_CheckExact(object) && std::isfinite(PyFloat_AS_DOUBLE(object)));
  return is_plain ? py::repr(value).cast<std::string>() : "";
}

/// "(self, in_features, bias=True)"; empty when a default cannot be written.
std::string plain_signature(const Record& record) {
  std::string text;
  for (const std::string& part : signature_parts(record)) {
    const std::string name = part.substr(0, part.find(": "));
    text += (text.empty() ? "" : ", ") + name;
    for (const py::detail::argument_record& argument : record.args) {
      if (!argument.name || name != argument.name || !argument.value) continue;
      const std::string fallback = default_text(argument.value);
      if (fallback.empty()) return "";
      text += "=" + fallback;
    }
  }
  return "(" + text + ")";
}

}  // namespace

void add_signature(PyObject* function, const Record& record) {
  if (record.next) return;  // several
  const std::string signature = plain_signature(record);
  if (signature.empty()) return;
  const char*& doc = docstring_of(function);
  const std::string text = concat(record.name, signature, "\n--\n\n", doc ? doc : "");
  std::free(const_cast<char*>(doc));  // pybind11's, which frees the new one
  doc = strdup(text.c_str());
}

}  // namespace ember::python
