// What pybind11's functions say of a bad call, in the words of Python and PyTorch:
//
//   Linear.__init__() got an unexpected keyword argument 'x'
//   Linear.__init__(): argument 'in_features' (position 1) must be int, not str
//
// Every bound function is called by way of `call` here, which also refuses what C++ must not see: a method called on another class's
// object, objects whose __init__ never ran (cls.__new__(cls), or a subclass that forgot super().__init__()), and None for a tensor or
// an object of a bound class unless it is the default.
#include "python/bindings/bound_calls.h"

#include <algorithm>
#include <set>

#include "python/bindings/casters.h"
#include "python/bindings/cpython.h"
#include "python/bindings/signature_types.h"
#include "python/bindings/signatures.h"

namespace ember::python {

namespace {

using Record = py::detail::function_record;

struct Parameter {
  std::string name, type;
  bool has_default = false, keyword_only = false;
};
struct Signature {
  std::vector<Parameter> parameters;  ///< self included
  bool takes_any_positional = false, takes_any_keyword = false;
};

Signature parse(const Record& record) {
  Signature signature;
  bool keyword_only = false;
  for (const std::string& part : signature_parts(record)) {
    if (part == "/") continue;
    if (part.starts_with("**")) {
      signature.takes_any_keyword = true;
    } else if (part.starts_with("*")) {
      keyword_only = true;
      signature.takes_any_positional |= part != "*";
    } else if (!part.empty()) {
      Parameter parameter;
      parameter.keyword_only = keyword_only;
      const size_t colon = part.find(": ");
      parameter.name = part.substr(0, colon);
      if (colon != std::string::npos) {
        const std::vector<std::string> halves = split_at_top(part.substr(colon + 2), " = ");
        parameter.type = halves[0];
        parameter.has_default = halves.size() > 1;
      }
      signature.parameters.push_back(std::move(parameter));
    }
  }
  return signature;
}

std::string full_name(const Record& record) {
  const bool in_class = record.scope && PyType_Check(record.scope.ptr());
  const std::string scope = in_class ? std::string(py::str(record.scope.attr("__qualname__"))) + "." : "";
  return scope + record.name + "()";
}

std::string plural(size_t count, const char* noun) { return concat(count, " ", noun, count == 1 ? "" : "s"); }

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += names.size() == 2 ? " and " : i + 1 == names.size() ? ", and " : ", ";
    text += "'" + names[i] + "'";
  }
  return text;
}

/// What is wrong with a call; the further the arguments went, the higher the stage.
struct Complaint {
  int stage;
  std::string text;
};

Complaint complain(const Record& record, PyObject* args, PyObject* kwargs) {
  const Signature signature = parse(record);
  const std::vector<Parameter>& parameters = signature.parameters;
  const auto given = static_cast<size_t>(PyTuple_GET_SIZE(args));
  size_t most = 0, least = 0;
  for (const Parameter& p : parameters) {
    most += !p.keyword_only;
    least += !p.keyword_only && !p.has_default;
  }
  const std::string name = full_name(record);
  if (given > most && !signature.takes_any_positional) {
    const std::string expected = least == most ? plural(most, "positional argument")
                                               : concat("from ", least, " to ", plural(most, "positional argument"));
    return {0, concat(name, " takes ", expected, " but ", given, given == 1 ? " was" : " were", " given")};
  }
  std::vector<PyObject*> values(parameters.size(), nullptr);
  for (size_t i = 0; i < std::min(given, most); ++i) values[i] = PyTuple_GET_ITEM(args, static_cast<Py_ssize_t>(i));
  PyObject *key, *value;
  for (Py_ssize_t at = 0; kwargs && PyDict_Next(kwargs, &at, &key, &value);) {
    const std::string text = py::str(py::handle(key));
    const auto found = std::find_if(parameters.begin() + (record.is_method && !parameters.empty()), parameters.end(),
                                    [&](const Parameter& p) { return p.name == text; });
    if (found == parameters.end()) {
      if (signature.takes_any_keyword) continue;
      return {1, concat(name, " got an unexpected keyword argument '", text, "'")};
    }
    PyObject*& slot = values[static_cast<size_t>(found - parameters.begin())];
    if (slot) return {1, concat(name, " got multiple values for argument '", text, "'")};
    slot = value;
  }
  for (const bool keyword_only : {false, true}) {
    std::vector<std::string> missing;
    for (size_t i = 0; i < parameters.size(); ++i)
      if (!values[i] && !parameters[i].has_default && parameters[i].keyword_only == keyword_only)
        missing.push_back(parameters[i].name);
    const char* kind = keyword_only ? "required keyword-only argument" : "required positional argument";
    if (!missing.empty()) return {2, concat(name, " missing ", plural(missing.size(), kind), ": ", listed(missing))};
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!values[i] || fits_type(values[i], parameters[i].type)) continue;
    const size_t position = i + 1 - record.is_method;
    const std::string place = i < given && position > 0 ? concat(" (position ", position, ")") : "";
    return {3, concat(name, ": argument '", parameters[i].name, "'", place, " must be ", readable(parameters[i].type),
                      ", not ", short_type_name(values[i]))};
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    int overflow = 0;
    if (!values[i] || !PyLong_Check(values[i])) continue;
    const long long number = PyLong_AsLongLongAndOverflow(values[i], &overflow);
    if (overflow || number != static_cast<int>(number))
      return {3, concat(name, ": argument '", parameters[i].name, "' is an int out of range")};
  }
  std::string types, expected;
  for (size_t i = record.is_method; i < given; ++i)
    types += (types.empty() ? "" : ", ") + short_type_name(PyTuple_GET_ITEM(args, static_cast<Py_ssize_t>(i)));
  for (size_t i = record.is_method; i < parameters.size(); ++i)
    expected += (expected.empty() ? "" : ", ") + parameters[i].name + ": " + readable(parameters[i].type);
  return {4, concat(name, ": cannot be called with (", types, "); expected (", expected, ")")};
}

/// Replaces pybind11's list of signatures.
void explain(const Record& record, PyObject* args, PyObject* kwargs) {
  py::error_already_set raised;
  if (std::string(py::str(raised.value())).find("(): incompatible ") == std::string::npos) return raised.restore();
  Complaint best{-1, ""};
  for (const Record* overload = &record; overload; overload = overload->next)
    if (Complaint next = complain(*overload, args, kwargs); next.stage > best.stage) best = std::move(next);
  fail<TypeError>(best.text);
}

/// Whether this is an object of a bound class that holds nothing yet.
bool is_unbuilt(PyObject* object) {
  PyTypeObject* meta = Py_TYPE(Py_TYPE(object));
  if (meta == &PyType_Type) return false;
  if (!PyType_IsSubtype(meta, py::detail::get_internals().default_metaclass)) return false;
  return reinterpret_cast<py::detail::instance*>(object)->get_value_and_holder().value_ptr() == nullptr;
}

void refuse_other_self(const Record& record, PyObject* args) {
  if (!record.is_method || PyTuple_GET_SIZE(args) == 0) return;
  PyObject* self = PyTuple_GET_ITEM(args, 0);
  auto* type = reinterpret_cast<PyTypeObject*>(record.scope.ptr());
  if (!PyObject_TypeCheck(self, type))
    fail<TypeError>("descriptor '", record.name, "' for '", std::string(py::str(record.scope.attr("__name__"))),
                    "' objects doesn't apply to a '", short_type_name(self), "' object");
}

void refuse_unbuilt(const Record& record, PyObject* args, PyObject* kwargs) {
  const auto refuse = [&](PyObject* object) {
    if (!is_unbuilt(object)) return;
    // In PyTorch's words for the mistake that is made most.
    const std::string name = record.name;
    if (name == "register_buffer" || name == "register_parameter" || name == "register_module" || name == "add_module")
      throw py::attribute_error(concat("cannot assign ", name.substr(name.find('_') + 1),
                                       " before Module.__init__() call; ", short_type_name(object),
                                       ".__init__() calls super().__init__() first"));
    fail<TypeError>(full_name(record), ": ", short_type_name(object), ".__init__() was not called for this object; ",
                    "a subclass calls super().__init__() first");
  };
  for (Py_ssize_t i = record.is_constructor; i < PyTuple_GET_SIZE(args); ++i) refuse(PyTuple_GET_ITEM(args, i));
  PyObject *key, *value;
  for (Py_ssize_t at = 0; kwargs && PyDict_Next(kwargs, &at, &key, &value);) refuse(value);
}

PyCFunctionWithKeywords dispatch = nullptr;

PyObject* call(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    const Record& record = *py::detail::function_record_ptr_from_PyObject(self);
    refuse_other_self(record, args);
    refuse_unbuilt(record, args, kwargs);
    PyObject* result = dispatch(self, args, kwargs);
    if (!result && PyErr_ExceptionMatches(PyExc_TypeError)) {
      explain(record, args, kwargs);
      return static_cast<PyObject*>(nullptr);
    }
    return result;
  });
}

/// pybind11 would hand None over as the undefined tensor or a null pointer.
void refuse_none(Record& record) {
  const std::vector<Parameter> parameters = parse(record).parameters;
  for (py::detail::argument_record& argument : record.args) {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const Parameter& p) { return argument.name && p.name == argument.name; });
    if (found == parameters.end() || (argument.value && argument.value.is_none())) continue;
    if (found->type == "Tensor" || found->type.starts_with("ember.")) argument.none = false;
  }
}

void route_function(py::handle object) {
  PyObject* function =
      PyInstanceMethod_Check(object.ptr()) ? PyInstanceMethod_GET_FUNCTION(object.ptr()) : object.ptr();
  if (!PyCFunction_Check(function)) return;
  PyObject* self = PyCFunction_GET_SELF(function);
  if (!self || !py::detail::is_function_record_PyObject(self)) return;
  const PyCFunctionWithKeywords present = function_behind(function);
  if (present == call) return;
  Record* const first = py::detail::function_record_ptr_from_PyObject(self);
  for (Record* record = first; record; record = record->next) refuse_none(*record);
  add_signature(function, *first);
  dispatch = present;
  replace_function(function, call);
}

/// For a class that says nothing about pickling: copies and pickles would be objects that hold nothing, or end the process.
py::object refuse_pickling(const py::object& self) {
  fail<TypeError>("cannot pickle '", short_type_name(self.ptr()), "' object");
}

ternaryfunc call_class = nullptr;

/// pybind11's base of all bound classes has no instances of its own, and ends the process when copyreg asks for one.
PyObject* call_bound_class(PyObject* type, PyObject* args, PyObject* kwargs) {
  if (type == py::detail::get_internals().instance_base)
    return PyErr_Format(PyExc_TypeError, "cannot create '%s' instances",
                        reinterpret_cast<PyTypeObject*>(type)->tp_name);
  return call_class(type, args, kwargs);
}

void route_all_in(py::handle scope, std::set<PyObject*>& seen) {
  if (!seen.insert(scope.ptr()).second) return;
  const py::dict members(scope.attr("__dict__"));
  const bool is_root =
      PyType_Check(scope.ptr()) && reinterpret_cast<PyObject*>(reinterpret_cast<PyTypeObject*>(scope.ptr())->tp_base) ==
                                       py::detail::get_internals().instance_base;
  if (is_root && !members.contains("__reduce__"))
    py::setattr(scope, "__reduce__", py::cpp_function(&refuse_pickling, py::name("__reduce__"), py::is_method(scope)));
  for (auto [name, member] : members) {
    if (PyModule_Check(member.ptr())) {
      if (std::string(py::str(member.attr("__name__"))).starts_with("ember")) route_all_in(member, seen);
    } else if (PyType_Check(member.ptr())) {
      if (PyType_IsSubtype(Py_TYPE(member.ptr()), py::detail::get_internals().default_metaclass))
        route_all_in(member, seen);
    } else if (PyObject_TypeCheck(member.ptr(), &PyProperty_Type)) {
      for (const char* part : {"fget", "fset"}) route_function(member.attr(part));
    } else if (Py_TYPE(member.ptr()) == &PyStaticMethod_Type) {
      route_function(member.attr("__func__"));
    } else {
      route_function(member);
    }
  }
}

}  // namespace

void route_calls(py::module_& ember) {
  std::set<PyObject*> seen;
  route_all_in(ember, seen);
  if (!call_class) call_class = std::exchange(py::detail::get_internals().default_metaclass->tp_call, call_bound_class);
  // Where pybind11 meets an unbuilt object elsewhere, in a list of datasets say, it would hand out fresh memory.
  for (const auto& [key, type] : py::detail::get_internals().registered_types_cpp) {
    if (!std::string_view(type->type->tp_name).starts_with("ember.")) continue;
    type->operator_new = [](size_t) -> void* {
      fail<TypeError>("expected an object whose __init__() has run; a subclass calls super().__init__() first");
    };
  }
}

}  // namespace ember::python
