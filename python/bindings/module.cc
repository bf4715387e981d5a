// ember.nn.Module.
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/lazy.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/made_once.h"

namespace ember::python {

namespace {

using nn::Module;
using ModulePtr = std::shared_ptr<Module>;

py::object parameter_object(const Tensor& x) { return py::reinterpret_steal<py::object>(wrap_parameter(x)); }

/// Calls each of the hooks that python/ember/nn/hooks.py keeps under this name.
template <class... Arguments>
void call_state_hooks(const py::object& self, const char* kind, const Arguments&... arguments) {
  const py::dict attributes(self.attr("__dict__"));
  if (!attributes.contains(kind)) return;
  for (py::handle hook : py::list(attributes[kind].attr("values")())) hook(self, arguments...);
}

/// The module's own parameters, persistent buffers and extra state.
void save_own_state(Module& module, const py::dict& into, const std::string& prefix, bool keep_vars) {
  const auto* python = dynamic_cast<PythonModule*>(&module);
  const auto put = [&](const std::string& name, const Tensor& x, bool is_parameter) {
    if (!x.defined() || (python && python->filled.contains(name))) return;
    into[py::str(prefix + name)] = !keep_vars ? py::cast(x.detach()) : is_parameter ? parameter_object(x) : py::cast(x);
  };
  for (const auto& [name, x] : items(module.own_parameters())) put(name, x, true);
  for (const auto& [name, x] : items(module.own_buffers()))
    if (module.is_persistent(name)) put(name, x, false);
  if (python && overrides_method(python->self(), "get_extra_state"))
    into[py::str(prefix + "_extra_state")] = module_object(module).attr("get_extra_state")();
}

/// What the module saves of itself, then each child by its own state_dict where its class has one; hooks around it.
void collect_state(Module& module, const py::dict& into, const std::string& prefix, bool keep_vars) {
  nn::TreeLevel level;
  const bool is_made_in_python = dynamic_cast<PythonModule*>(&module) != nullptr;
  const py::object self = is_made_in_python ? module_object(module) : py::object();
  if (self) call_state_hooks(self, "_state_dict_pre_hooks", prefix, keep_vars);
  if (self && overrides_method(self.ptr(), "_save_to_state_dict"))
    self.attr("_save_to_state_dict")(into, prefix, keep_vars);
  else
    save_own_state(module, into, prefix, keep_vars);
  module.for_each_child([&](const std::string& name, const ModulePtr& child) {
    if (!child) return;
    const std::string path = prefix + name + ".";
    auto* python = dynamic_cast<PythonModule*>(child.get());
    if (python && overrides_method(python->self(), "state_dict")) {
      module_object(child).attr("state_dict")(py::arg("destination") = into, py::arg("prefix") = path,
                                              py::arg("keep_vars") = keep_vars);
    } else {
      collect_state(*child, into, path, keep_vars);
    }
  });
  if (self) call_state_hooks(self, "_state_dict_hooks", into, prefix, py::dict());
}

py::dict state_dict(Module& self, const py::args& positional, py::object destination, std::string prefix,
                    bool keep_vars) {
  check<TypeError>(positional.size() <= 3, "state_dict: takes destination, prefix and keep_vars, but got ",
                   positional.size(), " arguments");
  if (!positional.empty()) destination = positional[0];
  if (positional.size() > 1) prefix = positional[1].cast<std::string>();
  if (positional.size() > 2) keep_vars = positional[2].cast<bool>();
  check<TypeError>(destination.is_none() || py::isinstance<py::dict>(destination),
                   "state_dict: destination must be a dict, not ", type_name(destination.ptr()));
  const py::dict dict = destination.is_none() ? py::dict() : py::dict(destination);
  collect_state(self, dict, prefix, keep_vars);
  return dict;
}

/// The named tuple IncompatibleKeys, which prints in words when it is empty.
py::object make_incompatible_keys_type() {
  py::object type =
      py::module_::import("collections").attr("namedtuple")("IncompatibleKeys", "missing_keys unexpected_keys");
  const py::object plain = type.attr("__repr__");
  const py::cpp_function repr(
      [plain](const py::object& self) -> py::object {
        const bool is_empty = py::len(self.attr("missing_keys")) == 0 && py::len(self.attr("unexpected_keys")) == 0;
        return is_empty ? py::str("<All keys matched successfully>") : plain(self);
      },
      py::is_method(type));
  py::setattr(type, "__repr__", repr);
  return type;
}

/// Whether a module of the tree takes part in Python: by hooks, or by methods of its class.
bool loads_in_python(Module& self) {
  for (const ModulePtr& module : self.modules()) {
    auto* python = dynamic_cast<PythonModule*>(module.get());
    if (!python) continue;
    const py::object object = module_object(*module);
    const py::dict attributes(object.attr("__dict__"));
    if (attributes.contains("_load_state_dict_pre_hooks") || attributes.contains("_load_state_dict_post_hooks") ||
        overrides_method(python->self(), "set_extra_state") ||
        overrides_method(python->self(), "_load_from_state_dict"))
      return true;
  }
  return false;
}

/// load_state_dict without hooks.
py::object load_tensors(Module& self, const py::object& dict, bool strict, bool assign) {
  nn::StateDict state;
  for (const py::handle item : dict.attr("items")()) {
    const auto pair = item.cast<py::tuple>();
    const auto name = pair[0].cast<std::string>();
    if (!is_tensor(pair[1].ptr()))
      check(!self.state_dict().contains(name), "Error(s) in loading state_dict for ", self.name(), ": '", name,
            "' is a tensor of the module, but the dict has a ", type_name(pair[1].ptr()));
    state.insert(name, is_tensor(pair[1].ptr()) ? tensor_of(pair[1].ptr()) : Tensor());
  }
  // With Python's lock, so that the tree stays as it is.
  if (assign) wait_for_other_threads();
  take_shapes(self, state);
  const nn::IncompatibleKeys keys = self.load_state_dict(state, strict, assign);
  const py::handle type = made_once([] { return make_incompatible_keys_type().release().ptr(); });
  return type(keys.missing_keys, keys.unexpected_keys);
}

py::object load_state_dict(Module& self, const py::object& dict, bool strict, bool assign) {
  check<TypeError>(py::hasattr(dict, "items"), "load_state_dict: expected a dict, not ", type_name(dict.ptr()));
  if (!loads_in_python(self)) return load_tensors(self, dict, strict, assign);
  return py::module_::import("ember.nn.state_hooks")
      .attr("_load_state_dict")(module_object(self), dict, strict, assign);
}

/// to(dtype), to(device), to(device, dtype), to(other), and the keywords device and dtype.
py::object to(const py::object& self, const py::args& args, const py::kwargs& kwargs) {
  std::optional<Device> device;
  std::optional<DType> dtype;
  const auto take = [&](py::handle value) {
    DType t;
    Device d;
    if (is_tensor(value.ptr())) {
      dtype = tensor_of(value.ptr()).dtype();
      device = tensor_of(value.ptr()).device();
    } else if (convert(value.ptr(), t)) {
      dtype = t;
    } else if (convert(value.ptr(), d)) {
      device = d;
    } else {
      check<TypeError>(value.is_none() || PyBool_Check(value.ptr()), "to: expected a dtype, a device or a tensor, not ",
                       type_name(value.ptr()));
    }
  };
  for (py::handle value : args) take(value);
  for (auto [name, value] : kwargs) take(value);
  Module& module = module_of(self.ptr());
  wait_for_other_threads();
  if (dtype) module.to(*dtype);
  if (device) module.to(*device);
  return self;
}

template <DType dtype>
py::object convert_module(const py::object& self) {
  Module& module = module_of(self.ptr());
  wait_for_other_threads();
  module.to(dtype);
  return self;
}

py::list directory(const py::object& self) {
  py::list names = py::module_::import("builtins").attr("object").attr("__dir__")(self);
  const Module& module = module_of(self.ptr());
  for (const auto& dict : {module.own_parameters().keys(), module.own_buffers().keys(), module.own_children().keys()})
    for (const std::string& name : dict) names.append(name);
  return names;
}

void bind_registration(ModuleBinding& c) {
  c.def(
      "register_parameter",
      [](Module& self, const std::string& name, const std::optional<Tensor>& parameter) {
        const Tensor x = parameter.value_or(Tensor());
        prepare_change(self);
        self.set_parameter(name, x, x.defined() && x.requires_grad());
      },
      py::arg("name"), py::arg("param"), "Adopts a parameter; None keeps the name free.");
  c.def(
      "register_buffer",
      [](Module& self, const std::string& name, const std::optional<Tensor>& x, bool persistent) {
        prepare_change(self);
        self.set_buffer(name, x.value_or(Tensor()), persistent);
      },
      py::arg("name"), py::arg("tensor"), py::arg("persistent") = true,
      "Adopts a tensor that is part of the state but not trained.");
  for (const char* name : {"add_module", "register_module"})
    c.def(
        name,
        [](Module& self, const std::string& child_name, const py::object& child) {
          auto module = child_of(child);
          prepare_change(self);
          self.set_child(child_name, std::move(module));
        },
        py::arg("name"), py::arg("module"), "Adopts a child; None keeps the name free.");
}

void bind_state(ModuleBinding& c) {
  c.def("state_dict", &state_dict, py::arg("destination") = py::none(), py::arg("prefix") = "",
        py::arg("keep_vars") = false, "Parameters and persistent buffers by dotted name.");
  c.def("load_state_dict", &load_state_dict, py::arg("state_dict"), py::arg("strict") = true, py::arg("assign") = false,
        "Copies values in, or with assign takes the tensors over; strict refuses missing and unexpected names.");
  c.def("_save_to_state_dict", &save_own_state, py::arg("destination"), py::arg("prefix"), py::arg("keep_vars"),
        "The place for a class that adds to its own part of the state.");
  c.def("_load_tensors", &load_tensors);
  c.def("_tensor_names", [](const Module& self) { return self.state_dict().keys(); });
  c.def("zero_grad", &Module::zero_grad, py::arg("set_to_none") = true, "Forgets the parameters' gradients.");
  c.def(
      "train",
      [](const py::object& self, bool mode) {
        // Not by the virtual call, which would find a subclass's override, our caller.
        module_of(self.ptr()).Module::train(mode);
        return self;
      },
      py::arg("mode") = true, "Training mode for this module and all below it.");
  c.def(
      "eval", [](const py::object& self) { return self.attr("train")(false); }, "train(False).");
  c.def_property("training", &Module::is_training, &Module::set_training);
  c.def(
      "requires_grad_",
      [](const py::object& self, bool value) {
        module_of(self.ptr()).requires_grad_(value);
        return self;
      },
      py::arg("requires_grad") = true, "Freezes or unfreezes the parameters.");
  c.def("to", &to, "Moves parameters and buffers to a device or a floating-point dtype.");
  c.def("float", &convert_module<kFloat32>);
  c.def("double", &convert_module<kFloat64>);
  c.def("half", &convert_module<kFloat16>);
  c.def("bfloat16", &convert_module<kBFloat16>);
  c.def("cpu", [](const py::object& self) {
    Module& module = module_of(self.ptr());
    wait_for_other_threads();
    module.to(Device());
    return self;
  });
  c.def(
      "apply",
      [](const py::object& self, const py::function& fn) {
        module_of(self.ptr()).apply([&](Module& module) { fn(module_object(module)); });
        return self;
      },
      py::arg("fn"), "Calls fn on every module, children before their parent.");
  c.def("__reduce__", &reduce_module);
  // Not by def: pybind11 takes a function of this name for a constructor.
  py::setattr(c, "__setstate__", py::cpp_function(&set_module_state, py::name("_set_state"), py::is_method(c)));
}

}  // namespace

void define_forward(py::handle type) {
  py::cpp_function forward(
      [](const py::object& self, const py::object& input) -> py::object {
        Module& module = module_of(self.ptr());
        check<TypeError>(is_tensor(input.ptr()), class_name(self.ptr()), ".forward(): input must be a Tensor, not ",
                         type_name(input.ptr()));
        const Tensor& x = tensor_of(input.ptr());
        Tensor y;
        const FilledSlots filled(self.ptr());
        {
          const GilRelease gil;
          auto* python = dynamic_cast<PythonModule*>(&module);
          y = python ? python->cpp_forward(x) : module.forward(x);
        }
        return py::cast(y);
      },
      py::name("forward"), py::is_method(type), py::arg("input"), "The layer's function.");
  py::setattr(type, "forward", forward);
}

void define_option(py::handle type, const char* name, const OptionGetter& get, const OptionSetter& set) {
  py::cpp_function getter([get](const Module& self) { return get(self); }, py::is_method(type));
  py::cpp_function setter(
      [set](Module& self, const py::object& value) {
        prepare_change(self);
        set(self, value);
      },
      py::is_method(type));
  py::setattr(type, name, py::module_::import("builtins").attr("property")(getter, setter));
}

void bind_module(py::module_& m) {
  const auto slots = [](PyHeapTypeObject* heap_type) {
    PyTypeObject& type = heap_type->ht_type;
    type.tp_call = call_module;
    type.tp_getattro = get_module_attribute;
    type.tp_setattro = set_module_attribute;
  };
  ModuleBinding c(m, "Module", py::dynamic_attr(), py::custom_type_setup(slots),
                  "A tree of parameters, buffers and child modules with a forward pass.");
  module_type = reinterpret_cast<PyTypeObject*>(c.ptr());
  register_module_class(module_type, {});
  c.def(py::init([] { return new Trampoline<Module>(); }));
  bind_module_tree(c);
  bind_registration(c);
  bind_module_hooks(m, c);
  bind_state(c);
  c.def(
      "extra_repr",
      [](const Module& self) {
        const auto* python = dynamic_cast<const PythonModule*>(&self);
        return python ? python->cpp_extra_repr() : self.extra_repr();
      },
      "What stands between the parentheses when the module is printed.");
  c.def("__repr__", [](const Module& self) { return self.repr(); });
  c.def("__dir__", &directory);
  m.def("_rebuild_module", &rebuild_module);
}

}  // namespace ember::python
