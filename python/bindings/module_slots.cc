// Calling a module and its attributes, as slots of the Python type: a module call costs no look-up of __call__, and children and
// parameters are found in the C++ module itself, so that C++ and Python never disagree.
#include <algorithm>
#include <array>

#include "python/bindings/cpython.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/made_once.h"
#include "python/bindings/op.h"
#include "python/bindings/python_module.h"

namespace ember::python {

PyTypeObject* module_type = nullptr;

namespace {

std::string_view text_of(PyObject* name) {
  Py_ssize_t size;
  const char* text = PyUnicode_AsUTF8AndSize(name, &size);
  if (!text) throw_python_error();
  return {text, static_cast<size_t>(size)};
}

bool is_class_name(PyObject* name) {
  static PyObject* const class_name = PyUnicode_InternFromString("__class__");
  return name == class_name;
}

PyObject* forward_name() {
  static PyObject* const name = PyUnicode_InternFromString("forward");
  return name;
}

/// Whether a tensor bears the mark of ember.nn.Buffer, an attribute; `is_persistent` is another one.
bool is_marked_buffer(PyObject* value, bool& is_persistent) {
  if (!is_tensor(value)) return false;
  PyObject* attributes = reinterpret_cast<PyTensor*>(value)->attributes;
  if (!attributes || !PyDict_GetItemString(attributes, "_is_buffer")) return false;
  is_persistent = PyDict_GetItemString(attributes, "persistent") != Py_False;
  return true;
}

/// Whether this module has been given hooks around its forward, which python/ember/nn/hooks.py keeps among its attributes.
bool has_hooks(PyObject* self) {
  static const std::array names = {
      PyUnicode_InternFromString("_forward_pre_hooks"), PyUnicode_InternFromString("_forward_hooks"),
      PyUnicode_InternFromString("_backward_pre_hooks"), PyUnicode_InternFromString("_backward_hooks")};
  PyObject** dictionary = dictionary_slot(self);
  if (!dictionary || !*dictionary) return false;
  return std::ranges::any_of(names, [&](PyObject* name) {
    PyObject* hooks = PyDict_GetItemWithError(*dictionary, name);
    return hooks && PyDict_Check(hooks) && PyDict_GET_SIZE(hooks) > 0;
  });
}

/// Whether an attribute stands in the place of a tensor that was deleted, where the C++ forward would not find it.
bool has_deleted_tensors(PyObject* self, const nn::Module& module, const PythonModule& python) {
  PyTypeObject* type = Py_TYPE(self);
  if (!module_class(type).owns_slots) return false;
  PyObject** dictionary = dictionary_slot(self);
  const auto is_attribute = [&](const auto& slot) {
    if (slot.second.defined() && !python.filled.contains(slot.first)) return false;
    const py::str name(slot.first);
    return find_in_class(Py_TYPE(self), name.ptr()) ||
           (dictionary && *dictionary && PyDict_Contains(*dictionary, name.ptr()) == 1);
  };
  return std::ranges::any_of(items(module.own_parameters()), is_attribute) ||
         std::ranges::any_of(items(module.own_buffers()), is_attribute);
}

/// Whether an attribute or a class of Python's stands before the forward of the bound class.
bool overrides_forward(PyObject* self, PyTypeObject* bound) {
  PyObject** dictionary = dictionary_slot(self);
  return (dictionary && *dictionary && PyDict_Contains(*dictionary, forward_name()) == 1) ||
         find_in_class(Py_TYPE(self), forward_name()) != find_in_class(bound, forward_name());
}

PyObject* call_plain_forward(PyObject* self, PyObject* args, PyObject* kwargs) {
  PyObject* forward = PyObject_GetAttr(self, forward_name());
  if (!forward) return nullptr;
  PyObject* result = PyObject_Call(forward, args, kwargs);
  Py_DECREF(forward);
  return result;
}

/// The forward of a module with hooks, or under hooks on all modules.
PyObject* call_with_hooks(PyObject* self, PyObject* args, PyObject* kwargs) {
  const py::handle call = made_once(
      [] { return py::object(py::module_::import("ember.nn.hooks").attr("_call_with_hooks")).release().ptr(); });
  const py::object given = kwargs ? py::reinterpret_borrow<py::object>(kwargs) : py::dict();
  return call(py::handle(self), py::handle(args), given).release().ptr();
}

/// The registered parameter, buffer or child of this name; null without an error when there is none.
PyObject* registered(nn::Module& module, std::string_view name) {
  if (Tensor* parameter = module.own_parameters().find(name)) return wrap_parameter(*parameter);
  if (auto* child = module.own_children().find(name)) {
    const std::shared_ptr<nn::Module> held = *child;
    return module_object(held).release().ptr();
  }
  if (Tensor* buffer = module.own_buffers().find(name)) return wrap(*buffer);
  return nullptr;
}

void forget_attribute(PyObject* self, PyObject* name) {
  PyObject** dictionary = dictionary_slot(self);
  if (dictionary && *dictionary && PyDict_DelItem(*dictionary, name) < 0) PyErr_Clear();
}

/// Whether the layer's tensor of this name was deleted and an attribute may be in its place: one of its class, or a plain tensor.
bool gives_place(PyObject* self, nn::Module& module, PyObject* name, std::string_view text, PyObject* value) {
  if (!slot_of(module, text)) return false;
  if (PyObject* found = find_in_class(Py_TYPE(self), name); found && Py_TYPE(found)->tp_descr_set) return true;
  const auto* python = dynamic_cast<PythonModule*>(&module);
  PyObject** dictionary = dictionary_slot(self);
  const bool is_deleted = (python && python->deleted.contains(text)) ||
                          (dictionary && *dictionary && PyDict_Contains(*dictionary, name) == 1);
  return is_deleted && is_tensor(value) && !PyObject_TypeCheck(value, parameter_type);
}

/// Makes room for `name` as something else than it was.
void forget(PyObject* self, nn::Module& module, PyObject* name, std::string_view text) {
  PyTypeObject* type = Py_TYPE(self);
  const bool is_slot = module.own_parameters().contains(text) || module.own_buffers().contains(text) ||
                       module.own_children().contains(text);
  check<TypeError>(!is_slot || !module_class(type).owns_slots, "cannot replace '", text, "' of ", class_name(self),
                   ": the layer needs it");
  if (is_slot) {
    prepare_change(module);
    module.unregister(std::string(text));
  }
  forget_attribute(self, name);
}

/// An entry's value, if another thread has not taken the entry out meanwhile.
template <class Value>
void replace(nn::Module& module, OrderedDict<Value>& entries, std::string_view name, Value value) {
  prepare_change(module);
  if (Value* entry = entries.find(name)) std::swap(*entry, value);
}

int delete_attribute(PyObject* self, nn::Module* module, PyObject* name) {
  const std::string_view text = text_of(name);
  PyTypeObject* type = Py_TYPE(self);
  const bool is_tensor_slot =
      module && (module->own_parameters().contains(text) || module->own_buffers().contains(text));
  if (is_tensor_slot && module_class(type).owns_slots) {
    replace(*module, module->own_parameters(), text, Tensor());
    replace(*module, module->own_buffers(), text, Tensor());
    forget_attribute(self, name);
    if (auto* python = dynamic_cast<PythonModule*>(module)) {
      python->deleted.emplace(text);
      python->reset_route();
    }
    return 0;
  }
  if (module && (is_tensor_slot || module->own_children().contains(text))) {
    forget(self, *module, name, text);
    return 0;
  }
  return PyObject_GenericSetAttr(self, name, nullptr);
}

/// True when `value` was registered, or written to a registered name.
bool set_registered(PyObject* self, nn::Module* module, PyObject* name, PyObject* value) {
  const bool is_parameter = PyObject_TypeCheck(value, parameter_type);
  const bool is_child = PyObject_TypeCheck(value, module_type);
  if (!module) {
    if (is_parameter || is_child)
      throw py::attribute_error(concat("cannot assign ", is_child ? "module" : "parameters",
                                       " before Module.__init__() call; ", class_name(self),
                                       ".__init__() calls super().__init__() first"));
    return false;
  }
  const std::string_view text = text_of(name);
  if (gives_place(self, *module, name, text, value)) {
    if (auto* python = dynamic_cast<PythonModule*>(module)) python->reset_route();
    return false;
  }
  if (is_parameter) {
    if (module->own_parameters().contains(text))
      forget_attribute(self, name);  // of when the parameter was deleted
    else
      forget(self, *module, name, text);
    if (auto* python = dynamic_cast<PythonModule*>(module)) {
      python->reset_route();
      if (auto deleted = python->deleted.find(text); deleted != python->deleted.end()) python->deleted.erase(deleted);
    }
    const Tensor& x = tensor_of(value);
    prepare_change(*module);
    module->set_parameter(std::string(text), x, x.requires_grad());
    return true;
  }
  if (is_child) {
    if (!module->own_children().contains(text)) forget(self, *module, name, text);
    auto child = child_of(value);
    prepare_change(*module);
    module->set_child(std::string(text), std::move(child));
    return true;
  }
  if (module->own_parameters().contains(text)) {
    check<TypeError>(value == Py_None, "cannot assign ", type_name(value), " as parameter '", text,
                     "' (nn.Parameter or None expected)");
    replace(*module, module->own_parameters(), text, Tensor());
    return true;
  }
  if (module->own_children().contains(text)) {
    check<TypeError>(value == Py_None, "cannot assign ", type_name(value), " as child module '", text,
                     "' (nn.Module or None expected)");
    replace(*module, module->own_children(), text, std::shared_ptr<nn::Module>());
    return true;
  }
  if (bool is_persistent; is_marked_buffer(value, is_persistent)) {
    if (!module->own_buffers().contains(text)) forget(self, *module, name, text);
    const Tensor& x = tensor_of(value);
    prepare_change(*module);
    module->set_buffer(std::string(text), x, is_persistent);
    return true;
  }
  if (module->own_buffers().contains(text)) {
    check<TypeError>(value == Py_None || is_tensor(value), "cannot assign ", type_name(value), " as buffer '", text,
                     "' (Tensor or None expected)");
    replace(*module, module->own_buffers(), text, value == Py_None ? Tensor() : tensor_of(value));
    return true;
  }
  return false;
}

}  // namespace

nn::Module* find_module(PyObject* self) {
  auto* instance = reinterpret_cast<py::detail::instance*>(self);
  // All bound classes derive from Module alone and first, so the pointer to any of them is one to Module.
  const auto value = instance->get_value_and_holder();
  return value.holder_constructed() ? static_cast<nn::Module*>(value.value_ptr()) : nullptr;
}

nn::Module& module_of(PyObject* self) {
  nn::Module* module = find_module(self);
  // Each call of a module comes by here: its name is made only where it is told.
  if (!module) fail<TypeError>(class_name(self), ": super().__init__() was not called");
  return *module;
}

void prepare_change(nn::Module& module) {
  const auto* python = dynamic_cast<PythonModule*>(&module);
  // Without a forward in C++, nothing reads it without Python's lock.
  const bool runs_in_python = python && (python->bound_type() == module_type || module.as<nn::ModuleListImpl>() ||
                                         module.as<nn::ModuleDictImpl>());
  if (!runs_in_python) wait_for_other_threads();
}

std::shared_ptr<nn::Module> child_of(py::handle object) {
  if (object.is_none()) return nullptr;
  check<TypeError>(PyObject_TypeCheck(object.ptr(), module_type), class_name(object.ptr()),
                   " is not a Module subclass");
  module_of(object.ptr());
  return py::cast<std::shared_ptr<nn::Module>>(object);
}

bool PythonModule::find_route(PyObject* self, PyTypeObject* bound) {
  if (route_.load(std::memory_order_relaxed) == Route::Unknown) {
    // nn.Module has no forward of its own to run.
    const bool needs_python =
        overrides_forward(self, bound) || has_hooks(self) || has_deleted_tensors(self, module_of(self), *this);
    route_ = needs_python ? Route::Python : Route::Cpp;
  }
  return runs_in_cpp();
}

Tensor call_in_python(PyObject* self, const Tensor& input) {
  const auto x = py::reinterpret_steal<py::object>(wrap(input));
  const auto y = py::reinterpret_steal<py::object>(PyObject_CallOneArg(self, x.ptr()));
  if (!y) throw py::error_already_set();
  if (!is_tensor(y.ptr()))
    fail<TypeError>(class_name(self), ": forward returned a ", type_name(y.ptr()), " where a tensor is needed");
  return tensor_of(y.ptr());
}

namespace {

/// A bound method of `self` when its class overrides in Python what is bound for `name`; null otherwise.
PyObject* find_override(PyObject* self, const char* name) {
  if (!overrides_method(self, name)) return nullptr;
  PyObject* method = PyObject_GetAttrString(self, name);
  if (!method) throw_python_error();
  return method;
}

}  // namespace

bool overrides_method(PyObject* self, const char* name) {
  PyObject* key = PyUnicode_InternFromString(name);
  PyObject* found = find_in_class(Py_TYPE(self), key);
  const bool overrides = found && found != find_in_class(module_type, key);
  Py_DECREF(key);
  return overrides;
}

std::optional<std::string> extra_repr_in_python(PyObject* self) {
  const auto method = py::reinterpret_steal<py::object>(find_override(self, "extra_repr"));
  if (!method) return {};
  return method().cast<std::string>();
}

bool train_in_python(PyObject* self, bool mode) {
  const auto method = py::reinterpret_steal<py::object>(find_override(self, "train"));
  if (!method) return false;
  method(mode);
  return true;
}

PyObject* call_forward(PyObject* self, PyObject* args, PyObject* kwargs) {
  const FilledSlots filled(self);
  return call_plain_forward(self, args, kwargs);
}

PyObject* call_module(PyObject* self, PyObject* args, PyObject* kwargs) {
  if (Py_EnterRecursiveCall(" while calling a module")) return nullptr;
  PyObject* result = guarded([&]() -> PyObject* {
    nn::Module& module = module_of(self);
    auto* python = dynamic_cast<PythonModule*>(&module);
    const bool one_tensor = PyTuple_GET_SIZE(args) == 1 && (!kwargs || PyDict_GET_SIZE(kwargs) == 0) &&
                            is_tensor(PyTuple_GET_ITEM(args, 0));
    PyTypeObject* type = Py_TYPE(self);
    if (python && python->sequential() && PyTuple_GET_SIZE(args) == 1 && (!kwargs || PyDict_GET_SIZE(kwargs) == 0) &&
        !module.has_hooks() && python->find_route(self, python->bound_type()))
      return run_children(*python->sequential(), py::reinterpret_borrow<py::object>(PyTuple_GET_ITEM(args, 0)))
          .release()
          .ptr();
    if (one_tensor && (python ? python->maps_one_tensor() && python->find_route(self, python->bound_type())
                              : module_class(type).maps_one_tensor && !has_global_hooks)) {
      const Tensor& x = tensor_of(PyTuple_GET_ITEM(args, 0));
      Tensor y;
      {
        GilRelease gil(true);
        y = module(x);
      }
      return wrap(y);
    }
    if (has_global_hooks || (python && has_hooks(self))) return call_with_hooks(self, args, kwargs);
    // A class that derives from Module alone has no places for FilledSlots.
    const bool is_plain = python && python->bound_type() == module_type;
    return is_plain ? call_plain_forward(self, args, kwargs) : call_forward(self, args, kwargs);
  });
  Py_LeaveRecursiveCall();
  return result;
}

PyObject* get_module_attribute(PyObject* self, PyObject* name) {
  PyObject* found = find_attribute(self, name);
  if (found || PyErr_Occurred()) return found;
  return guarded([&]() -> PyObject* {
    if (nn::Module* module = find_module(self))
      if (PyObject* value = registered(*module, text_of(name))) return value;
    return PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%U'", class_name(self).c_str(), name);
  });
}

int set_module_attribute(PyObject* self, PyObject* name, PyObject* value) {
  return guarded_status([&] {
    nn::Module* module = find_module(self);
    if (!value) return delete_attribute(self, module, name);
    if (set_registered(self, module, name, value)) return 0;
    if (auto* python = dynamic_cast<PythonModule*>(module); python && name == forward_name()) python->reset_route();
    const int status = PyObject_GenericSetAttr(self, name, value);
    // Another class may have another forward.
    if (auto* python = dynamic_cast<PythonModule*>(module); python && is_class_name(name)) python->reset_route();
    return status;
  });
}

}  // namespace ember::python
