// Copying and pickling modules: the class, the arguments that build one like it, and everything that it registered or was given.
#include <unordered_map>

#include "python/bindings/layer.h"

namespace ember::python {

namespace {

std::unordered_map<PyTypeObject*, ModuleClass>& classes() {
  static std::unordered_map<PyTypeObject*, ModuleClass> map;
  return map;
}

py::dict arguments_of(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  py::dict arguments;
  for (const auto& [name, get] : module_class(type).arguments) arguments[name] = get(module_of(self));
  return arguments;
}

py::dict attributes_of(const py::object& self) { return py::dict(self.attr("__dict__")); }

}  // namespace

void register_module_class(PyTypeObject* type, ModuleClass description) {
  classes()[type] = std::move(description);
  put_in_collector(type);
}

void add_constructor_argument(PyTypeObject* type, const char* name, OptionGetter get) {
  classes().at(type).arguments.emplace_back(name, std::move(get));
}

const ModuleClass& module_class(PyTypeObject*& type) {
  for (; type; type = type->tp_base)
    if (auto found = classes().find(type); found != classes().end()) return found->second;
  fail("not a class of modules");
}

std::string class_name(PyObject* self) {
  const std::string full = Py_TYPE(self)->tp_name;
  return full.substr(full.rfind('.') + 1);
}

py::object reduce_module(const py::object& self) {
  nn::Module& module = module_of(self.ptr());
  py::dict state, parameters, buffers, children;
  py::list transient;
  for (const auto& [name, x] : items(module.own_parameters()))
    parameters[py::str(name)] = py::reinterpret_steal<py::object>(wrap_parameter(x));
  for (const auto& [name, x] : items(module.own_buffers())) {
    buffers[py::str(name)] = py::cast(x);
    if (!module.is_persistent(name)) transient.append(name);
  }
  for (const auto& [name, child] : items(module.own_children())) children[py::str(name)] = module_object(child);
  state["training"] = module.is_training();
  state["attributes"] = attributes_of(self);
  state["parameters"] = parameters;
  state["buffers"] = buffers;
  state["transient"] = transient;
  state["children"] = children;
  const py::object rebuild = py::module_::import("ember.nn").attr("_rebuild_module");
  return py::make_tuple(rebuild, py::make_tuple(py::type::of(self), arguments_of(self.ptr())), state);
}

void set_module_state(const py::object& self, const py::dict& state) {
  nn::Module& module = module_of(self.ptr());
  PyTypeObject* type = Py_TYPE(self.ptr());
  const bool owns_slots = module_class(type).owns_slots;
  const auto attributes = state["attributes"].cast<py::dict>();
  for (auto [name, value] : attributes) self.attr("__dict__")[name] = value;
  for (auto [name, value] : state["parameters"].cast<py::dict>()) {
    const auto x = value.cast<std::optional<Tensor>>().value_or(Tensor());
    prepare_change(module);
    module.set_parameter(name.cast<std::string>(), x, x.defined() && x.requires_grad());
  }
  const auto transient = state["transient"].cast<py::list>();
  for (auto [name, value] : state["buffers"].cast<py::dict>()) {
    const auto x = value.cast<std::optional<Tensor>>().value_or(Tensor());
    const bool persistent = !transient.contains(name);
    prepare_change(module);
    module.set_buffer(name.cast<std::string>(), x, persistent);
  }
  for (auto [name, value] : state["children"].cast<py::dict>()) {
    const auto* slot = module.own_children().find(name.cast<std::string>());
    const std::shared_ptr<nn::Module> existing = slot ? *slot : nullptr;
    const bool is_alike = existing && py::type::of(module_object(existing)).is(py::type::of(value));
    if (owns_slots && is_alike) {
      // The C++ class holds this child by a handle of its own: it takes the state over instead.
      set_module_state(module_object(existing),
                       reduce_module(py::reinterpret_borrow<py::object>(value)).cast<py::tuple>()[2]);
    } else {
      auto child = child_of(value);
      prepare_change(module);
      module.set_child(name.cast<std::string>(), std::move(child));
    }
  }
  module.set_training(state["training"].cast<bool>());
  if (auto* python = dynamic_cast<PythonModule*>(&module)) python->reset_route();
}

py::object rebuild_module(const py::type& type, const py::dict& arguments) {
  auto* bound = reinterpret_cast<PyTypeObject*>(type.ptr());
  module_class(bound);
  py::object self = type.attr("__new__")(type);
  py::handle(reinterpret_cast<PyObject*>(bound)).attr("__init__")(self, **arguments);
  return self;
}

std::shared_ptr<nn::Module> make_empty_in_python(PyObject* self) {
  const auto me = py::reinterpret_borrow<py::object>(self);
  py::object copy = rebuild_module(py::type::of(me), arguments_of(self));
  const py::object deepcopy = py::module_::import("copy").attr("deepcopy");
  for (auto [name, value] : attributes_of(me)) copy.attr("__dict__")[name] = deepcopy(value);
  return copy.cast<std::shared_ptr<nn::Module>>();
}

}  // namespace ember::python
