// Hooks around forward. Those of a module that Python made are kept by its trampoline and see what Python passes; those of one that C++
// made are C++'s.
#include <algorithm>

#include "python/bindings/python_module.h"

namespace ember::python {

namespace {

using nn::Module;
using ModulePtr = std::shared_ptr<Module>;

/// Removes a module's hook, if there still is such a module.
struct ModuleHookHandle {
  std::function<void()> remove;
};

ModuleHookHandle remover(const ModulePtr& self, int64_t id) {
  return {[module = std::weak_ptr(self), id] {
    if (const ModulePtr owner = module.lock()) owner->remove_hook(id);
  }};
}

ModuleHookHandle add_hook(const ModulePtr& self, py::function function, bool before, bool with_kwargs) {
  if (auto* python = dynamic_cast<PythonModule*>(self.get())) {
    static int64_t next_id = 0;
    const int64_t id = next_id++;
    python->hooks.push_back({id, Owner(std::move(function)), before, with_kwargs});
    python->reset_route();
    // Python owns such a module, so it lives as long as its object.
    return {[object = py::weakref(module_object(*self)), id] {
      const py::object owner = object();
      if (owner.is_none()) return;
      auto& module = dynamic_cast<PythonModule&>(module_of(owner.ptr()));
      auto& hooks = module.hooks;
      const auto hook = std::find_if(hooks.begin(), hooks.end(), [&](const auto& h) { return h.id == id; });
      if (hook == hooks.end()) return;
      const Owner last = std::move(hook->function);  // goes when the list is whole again: Python code may run then
      hooks.erase(hook);
      module.reset_route();
    }};
  }
  // A module that C++ made: its hooks are C++'s, on one tensor.
  auto owner = Owner(std::move(function));
  if (before)
    return remover(self, self->register_forward_pre_hook([owner](Module& module, const Tensor& x) {
      const GilAcquire gil;
      py::object changed = owner.get()(module_object(module), py::make_tuple(x));
      return (py::isinstance<py::tuple>(changed) ? py::object(changed[py::int_(0)]) : changed).cast<Tensor>();
    }));
  return remover(self, self->register_forward_hook([owner](Module& module, const Tensor& x, const Tensor& y) {
    const GilAcquire gil;
    return owner.get()(module_object(module), py::make_tuple(x), y).cast<Tensor>();
  }));
}

}  // namespace

void bind_module_hooks(py::module_& m, ModuleBinding& c) {
  py::class_<ModuleHookHandle>(m, "ModuleHookHandle", "Removes a hook.")
      .def("remove", [](ModuleHookHandle& self) { self.remove(); })
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](ModuleHookHandle& self, const py::args&) { self.remove(); });
  c.def(
      "register_forward_hook",
      [](const ModulePtr& self, py::function hook, bool with_kwargs) {
        return add_hook(self, std::move(hook), false, with_kwargs);
      },
      py::arg("hook"), py::kw_only(), py::arg("with_kwargs") = false,
      "Calls hook(module, args, output) after forward; a result that is not None replaces the "
      "output.");
  c.def(
      "register_forward_pre_hook",
      [](const ModulePtr& self, py::function hook, bool with_kwargs) {
        return add_hook(self, std::move(hook), true, with_kwargs);
      },
      py::arg("hook"), py::kw_only(), py::arg("with_kwargs") = false,
      "Calls hook(module, args) before forward; a result that is not None replaces the arguments.");
}

}  // namespace ember::python
