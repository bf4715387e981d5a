#include "python/bindings/signature_types.h"

#include <cstring>

#include "python/bindings/convert.h"

namespace ember::python {

namespace {

/// "Sequence[Tensor]" -> {"Sequence", {"Tensor"}}.
struct Generic {
  std::string name;
  std::vector<std::string> arguments;
};

Generic take_apart(const std::string& type) {
  const size_t open = type.find('[');
  if (open == std::string::npos || type.back() != ']') return {type, {}};
  return {type.substr(0, open), split_at_top(std::string_view(type).substr(open + 1, type.size() - open - 2), ", ")};
}

bool is_whole_number(PyObject* object) {
  if (!PyIndex_Check(object) && !(Py_TYPE(object)->tp_as_number && Py_TYPE(object)->tp_as_number->nb_int)) return false;
  return !PyFloat_Check(object);
}

bool is_real_number(PyObject* object) {
  const PyNumberMethods* number = Py_TYPE(object)->tp_as_number;
  return number && (number->nb_float || number->nb_index) && !PyComplex_Check(object);
}

bool has_iterator(PyObject* object) { return Py_TYPE(object)->tp_iter || PySequence_Check(object); }

bool all_fit(PyObject* object, const std::vector<std::string>& types, bool is_tuple) {
  if (!PySequence_Check(object) || PyUnicode_Check(object)) return false;
  const Py_ssize_t size = PySequence_Size(object);
  if (size < 0) PyErr_Clear();
  if (is_tuple && size != static_cast<Py_ssize_t>(types.size())) return false;
  for (Py_ssize_t i = 0; i < size && !types.empty(); ++i) {
    PyObject* item = PySequence_GetItem(object, i);
    if (!item) {
      PyErr_Clear();
      return true;
    }
    const bool fits = fits_type(item, is_tuple ? types[static_cast<size_t>(i)] : types[0]);
    Py_DECREF(item);
    if (!fits) return false;
  }
  return true;
}

/// By the name that the class, or one of its bases, gives itself.
bool is_instance(PyObject* object, const std::string& name) {
  PyObject* bases = Py_TYPE(object)->tp_mro;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); ++i)
    if (name == reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(bases, i))->tp_name) return true;
  return false;
}

template <class T>
bool converts(PyObject* object) {
  try {
    T value{};
    return convert(object, value);
  } catch (const std::exception&) {  // not the unwinding of a thread that Python ends
    return false;
  }
}

}  // namespace

std::vector<std::string> split_at_top(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (std::strchr("([{", c)) {
      ++depth;
    } else if (std::strchr(")]}", c)) {
      --depth;
    }
    if (!quote && depth == 0 && text.substr(i).starts_with(separator)) {
      parts.emplace_back();
      i += separator.size() - 1;
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool fits_type(PyObject* object, const std::string& type) {
  if (const auto choices = split_at_top(type, " | "); choices.size() > 1) {
    for (const std::string& choice : choices)
      if (fits_type(object, choice)) return true;
    return false;
  }
  if (type == "None") return object == Py_None;
  if (type == "bool") return PyBool_Check(object);
  if (type == "int" || type == "typing.SupportsInt" || type == "typing.SupportsIndex") return is_whole_number(object);
  if (type == "float" || type == "typing.SupportsFloat") return is_real_number(object);
  if (type == "str") return PyUnicode_Check(object) || PyBytes_Check(object);
  if (type == "dict") return PyDict_Check(object);
  if (type == "list") return has_iterator(object);
  if (type == "slice") return PySlice_Check(object);
  if (type == "type") return PyType_Check(object);
  if (type == "Tensor") return is_tensor(object);
  if (type == "Number") return converts<Scalar>(object);
  if (type == "Size") return converts<Shape>(object);
  if (type == "dtype") return converts<DType>(object);
  if (type == "device") return converts<Device>(object);
  const auto [name, arguments] = take_apart(type);
  if (name == "collections.abc.Callable") return PyCallable_Check(object);
  if (name == "collections.abc.Iterable") return has_iterator(object);
  if (name == "collections.abc.Sequence" || name == "list") return all_fit(object, arguments, false);
  if (name == "tuple") return all_fit(object, arguments, true);
  if (name.starts_with("ember.")) return is_instance(object, name);
  return true;
}

std::string readable(std::string type) {
  const std::pair<const char*, const char*> words[] = {{"Size", "int or a sequence of ints"},
                                                       {"typing.SupportsInt", "int"},
                                                       {"typing.SupportsIndex", "int"},
                                                       {"typing.SupportsFloat", "float"},
                                                       {"collections.abc.", ""},
                                                       {"ember.nn.", ""},
                                                       {"ember.optim.", ""},
                                                       {"ember.data.", ""},
                                                       {"ember.", ""},
                                                       {" | ", " or "}};
  for (const auto& [from, to] : words)
    for (size_t at = 0; (at = type.find(from, at)) != std::string::npos; at += std::strlen(to))
      type.replace(at, std::strlen(from), to);
  // int | int, of a number that may be given in two ways, is one.
  if (const size_t twice = type.find("int or int"); twice != std::string::npos) type.replace(twice, 10, "int");
  return type;
}

std::string short_type_name(PyObject* object) {
  const std::string full = type_name(object);
  return full.substr(full.rfind('.') + 1);
}

}  // namespace ember::python
