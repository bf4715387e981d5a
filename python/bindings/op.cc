#include "python/bindings/op.h"

#include <structmember.h>

#include <cstring>

#include "python/bindings/cpython.h"
#include "python/bindings/out_argument.h"

namespace ember::python {

namespace {

struct OpData {
  std::string name, module, text_signature, doc;
  std::vector<std::unique_ptr<Overload>> overloads;
  bool is_method = false;  ///< of Tensor alone, so that the first argument is a tensor and no number
};

struct OpObject {
  PyObject_HEAD vectorcallfunc vectorcall;
  OpData* data;
};

PyTypeObject* op_type = nullptr;

OpData& data_of(PyObject* op) { return *reinterpret_cast<OpObject*>(op)->data; }

std::string parameter_name(const Parameter& parameter) { return PyUnicode_AsUTF8(parameter.name); }

/// "exp(): argument 'input' must be Tensor, not str" or, for overloads, all the signatures.
[[noreturn]] void fail_call(const OpData& op, PyObject* const* args, size_t count, const std::string& why) {
  if (op.overloads.size() == 1) fail<TypeError>(op.name, "(): ", why);
  std::string given;
  for (size_t i = 0; i < count; ++i) given += (i ? ", " : "") + std::string(type_name(args[i]));
  std::string valid;
  for (const auto& overload : op.overloads) valid += "\n  " + overload->signature();
  fail<TypeError>(op.name, "(): no signature takes (", given, "); valid ones are:", valid);
}

PyObject* call_op(PyObject* self, PyObject* const* args, size_t flags, PyObject* keywords) {
  const OpData& op = data_of(self);
  const auto count = static_cast<size_t>(PyVectorcall_NARGS(flags));
  std::string why;
  if (op.is_method && (count == 0 || !is_tensor(args[0]))) {
    PyErr_Format(PyExc_TypeError, "Tensor.%s(): the first argument must be a Tensor, not %s", op.name.c_str(),
                 count == 0 ? "nothing" : type_name(args[0]));
    return nullptr;
  }
  for (const auto& overload : op.overloads) {
    PyObject* values[kMaxParameters] = {};
    PyObject* spare = nullptr;
    PyObject* result = nullptr;
    size_t mismatch = kMaxParameters;
    try {
      // The reason is worked out only when it will be shown: for the one overload there is.
      std::string* reason = op.overloads.size() == 1 ? &why : nullptr;
      if (overload->bind(args, count, keywords, values, spare, reason)) {
        result = overload->call(values, mismatch);
        if (!result && mismatch < kMaxParameters && reason)
          why = concat("argument '", parameter_name(overload->parameters()[mismatch]), "' (position ", mismatch + 1,
                       ") must be ", overload->expected(mismatch), ", not ", type_name(values[mismatch]));
      } else {
        mismatch = 0;
      }
    } catch (...) {
      Py_XDECREF(spare);
      set_python_error();
      return nullptr;
    }
    Py_XDECREF(spare);
    if (result || mismatch == kMaxParameters) return result;
  }
  if (PyObject* out = find_out(args, count, keywords)) {
    PyObject* result = call_without_out(self, args, count, keywords);
    if (!result || out == Py_None) return result;
    return guarded([&] { return write_out(op.name, result, out); });
  }
  return guarded([&]() -> PyObject* { fail_call(op, args, count, why); });
}

PyObject* describe_get(PyObject* self, PyObject* object, PyObject*) {
  return object && object != Py_None ? PyMethod_New(self, object) : Py_NewRef(self);
}
PyObject* op_repr(PyObject* self) { return PyUnicode_FromFormat("<built-in op %s>", data_of(self).name.c_str()); }
PyObject* text(const std::string& value) {
  return PyUnicode_FromStringAndSize(value.data(), static_cast<Py_ssize_t>(value.size()));
}
PyObject* op_name(PyObject* self, void*) { return text(data_of(self).name); }
PyObject* op_signature(PyObject* self, void*) { return text(data_of(self).text_signature); }
/// Every overload's, as they were declared: ("sum(input, *, dtype=None)", ...).
PyObject* op_signatures(PyObject* self, void*) {
  const auto& overloads = data_of(self).overloads;
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(overloads.size()));
  for (size_t i = 0; tuple && i < overloads.size(); ++i)
    PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), text(overloads[i]->signature()));
  return tuple;
}
PyObject* op_doc(PyObject* self, void*) { return text(data_of(self).doc); }
PyObject* op_reduce(PyObject* self, PyObject*) { return text(data_of(self).name); }

/// As a descriptor of the type, __module__ would be the type's own too, where tools expect a str.
PyObject* op_attribute(PyObject* self, PyObject* name) {
  if (PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "__module__") == 0)
    return text(data_of(self).module);
  return PyObject_GenericGetAttr(self, name);
}

PyGetSetDef op_attributes[] = {{"__name__", op_name, nullptr, nullptr, nullptr},
                               {"__qualname__", op_name, nullptr, nullptr, nullptr},
                               {"__text_signature__", op_signature, nullptr, nullptr, nullptr},
                               {"__signatures__", op_signatures, nullptr, nullptr, nullptr},
                               {"__doc__", op_doc, nullptr, nullptr, nullptr},
                               {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyMethodDef op_methods[] = {{"__reduce__", op_reduce, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyMemberDef op_members[] = {{"__vectorcalloffset__", T_PYSSIZET, offsetof(OpObject, vectorcall), READONLY, nullptr},
                            {nullptr, 0, 0, 0, nullptr}};

PyObject* new_op(std::string name, PyObject* module) {
  PyObject* object = op_type->tp_alloc(op_type, 0);
  if (!object) throw_python_error();
  auto* op = reinterpret_cast<OpObject*>(object);
  op->vectorcall = call_op;
  op->data = new OpData{};
  op->data->name = std::move(name);
  op->data->module = PyModule_GetName(module);
  return object;
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

/// The value of a default such as `-1`, `None`, `'mean'` or `(0, 1)`.
PyObject* evaluate(const std::string& expression) {
  PyObject* globals = PyDict_New();
  PyObject* value = PyRun_String(expression.c_str(), Py_eval_input, globals, globals);
  Py_XDECREF(globals);
  if (!value) throw_python_error();
  return value;
}

/// What stands behind a parameter that may be a number instead of a tensor, or may be one beside a tensor.
constexpr std::string_view kNumber = ": Number", kScalar = ": Scalar", kMarks[] = {kNumber, kScalar};

/// A signature as Python shows it.
std::string without_marks(std::string_view signature) {
  std::string text(signature);
  for (const std::string_view mark : kMarks)
    for (size_t at; (at = text.find(mark)) != std::string::npos;) text.erase(at, mark.size());
  return text;
}

/// Whether this is one of many variadic arguments, rather than the sequence of all of them.
bool is_item(PyObject* object) {
  return PyLong_Check(object) || is_tensor(object) || (!PySequence_Check(object) && PyIndex_Check(object));
}

}  // namespace

Overload::Overload(std::string_view signature) : signature_(without_marks(signature)) {
  const size_t open = signature.find('(');
  std::string_view rest = signature.substr(open + 1, signature.rfind(')') - open - 1);
  bool keyword_only = false;
  while (!trim(rest).empty()) {
    // Commas inside a default's brackets do not end it.
    size_t end = 0;
    for (int depth = 0; end < rest.size() && (rest[end] != ',' || depth); ++end)
      depth += (rest[end] == '(') - (rest[end] == ')');
    std::string_view part = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part == "*") {
      keyword_only = true;
      continue;
    }
    Parameter parameter{nullptr, nullptr, keyword_only, part.front() == '*', false, false};
    if (parameter.variadic) part.remove_prefix(1);
    if (size_t equals = part.find('='); equals != std::string_view::npos) {
      parameter.fallback = evaluate(std::string(part.substr(equals + 1)));
      part = part.substr(0, equals);
    }
    for (const std::string_view mark : kMarks) {
      if (!part.ends_with(mark)) continue;
      parameter.takes_number = true;
      parameter.beside_tensor = mark == kScalar;
      part.remove_suffix(mark.size());
    }
    parameter.name = PyUnicode_InternFromString(std::string(part).c_str());
    if (!keyword_only) ++positional_;
    parameters_.push_back(parameter);
  }
  check(parameters_.size() <= kMaxParameters, "binding ", signature, ": too many parameters");
}

bool Overload::bind(PyObject* const* args, size_t count, PyObject* keywords, PyObject** values, PyObject*& spare,
                    std::string* why) const {
  for (size_t i = 0; i < count; ++i) {
    if (i < positional_ && parameters_[i].variadic && is_item(args[i])) {
      spare = PyTuple_New(static_cast<Py_ssize_t>(count - i));
      if (!spare) throw_python_error();
      for (size_t j = i; j < count; ++j) PyTuple_SET_ITEM(spare, static_cast<Py_ssize_t>(j - i), Py_NewRef(args[j]));
      values[i] = spare;
      break;
    }
    if (i >= positional_) {
      if (why) *why = concat("takes ", positional_, " positional arguments but ", count, " were given");
      return false;
    }
    values[i] = args[i];
  }
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t k = 0; k < named; ++k) {
    PyObject* name = PyTuple_GET_ITEM(keywords, k);
    size_t at = find(name);
    if (at == parameters_.size() || values[at]) {
      if (why)
        *why = concat(
            at < parameters_.size() ? "got several values for argument '" : "got an unexpected keyword argument '",
            PyUnicode_AsUTF8(name), "'");
      return false;
    }
    values[at] = args[count + static_cast<size_t>(k)];
  }
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (values[i]) continue;
    values[i] = parameters_[i].fallback;
    if (!values[i] && parameters_[i].variadic) values[i] = spare = PyTuple_New(0);
    if (!values[i]) {
      if (why) *why = "missing argument '" + parameter_name(parameters_[i]) + "'";
      return false;
    }
  }
  bool numbers = false, tensors = false;
  for (size_t i = 0; i < parameters_.size() && parameters_[i].beside_tensor; ++i)
    (PyNumber_Check(values[i]) && !is_tensor(values[i]) ? numbers : tensors) = true;
  if (numbers && !tensors && why) *why = "one of its arguments must be Tensor, not a number";
  return !numbers || tensors;
}

size_t Overload::find(PyObject* name) const {
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].name == name) return i;
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (PyUnicode_Compare(parameters_[i].name, name) == 0) return i;
  // NumPy's names, which PyTorch takes too.
  const char* given = PyUnicode_AsUTF8(name);
  const char* own = !std::strcmp(given, "axis") ? "dim" : !std::strcmp(given, "keepdims") ? "keepdim" : nullptr;
  for (size_t i = 0; own && i < parameters_.size(); ++i)
    if (parameter_name(parameters_[i]) == own) return i;
  return parameters_.size();
}

void Ops::insert(const char* signature, std::unique_ptr<Overload> overload, const char* doc, bool as_function,
                 bool as_method) {
  std::string name(signature, std::strcspn(signature, "("));
  PyObject* methods = class_dictionary(tensor_type);
  PyObject* op = as_function ? PyDict_GetItemString(PyModule_GetDict(module_), name.c_str())
                             : PyDict_GetItemString(methods, name.c_str());
  PyObject* made = nullptr;
  if (!op || Py_TYPE(op) != op_type) op = made = new_op(name, module_);
  OpData& data = data_of(op);
  if (data.overloads.empty()) {
    data.text_signature = overload->signature().substr(name.size());
    data.doc = doc;
    data.is_method = !as_function;
  } else {
    data.text_signature.clear();
    data.doc += (data.doc.empty() || !*doc ? "" : "\n") + std::string(doc);
  }
  data.overloads.push_back(std::move(overload));
  if (as_function && PyModule_AddObjectRef(module_, name.c_str(), op) < 0) throw_python_error();
  if (as_method && PyDict_SetItemString(methods, name.c_str(), op) < 0) throw_python_error();
  PyType_Modified(tensor_type);
  Py_XDECREF(made);
}

std::deque<std::string>& Ops::in_place_names() {
  static std::deque<std::string> names;
  return names;
}

void Ops::share(const Ops& other, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    PyObject* op = PyDict_GetItemString(PyModule_GetDict(other.module_), name);
    check(op != nullptr, "binding ", name, ": there is no such function to share");
    if (PyModule_AddObjectRef(module_, name, op) < 0) throw_python_error();
  }
}

void Ops::alias(const char* name, const char* existing) {
  PyObject* dictionaries[] = {PyModule_GetDict(module_), class_dictionary(tensor_type)};
  for (PyObject* dictionary : dictionaries)
    if (PyObject* op = PyDict_GetItemString(dictionary, existing))
      if (PyDict_SetItemString(dictionary, name, op) < 0) throw_python_error();
  PyType_Modified(tensor_type);
}

void Ops::alias_with_in_place(const std::string& name, const std::string& existing) {
  alias(name.c_str(), existing.c_str());
  alias((name + "_").c_str(), (existing + "_").c_str());
}

void make_op_type() {
  PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                         {Py_tp_descr_get, reinterpret_cast<void*>(describe_get)},
                         {Py_tp_repr, reinterpret_cast<void*>(op_repr)},
                         {Py_tp_getset, op_attributes},
                         {Py_tp_getattro, reinterpret_cast<void*>(op_attribute)},
                         {Py_tp_methods, op_methods},
                         {Py_tp_members, op_members},
                         {0, nullptr}};
  PyType_Spec spec = {"ember.Op", sizeof(OpObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR |
                          Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots};
  op_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (!op_type) throw_python_error();
}

}  // namespace ember::python
