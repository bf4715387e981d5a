// What python/ember/nn/hooks.py, which keeps the hooks of modules and calls them, needs of C++. Hooks of a module that C++ made, whose Python
// object comes and goes, are C++'s.
#include "python/bindings/owner.h"
#include "python/bindings/python_module.h"

namespace ember::python {

namespace {

using nn::Module;
using ModulePtr = std::shared_ptr<Module>;

/// A hook on one tensor; the function that removes it.
std::function<void()> add_hook_in_cpp(const ModulePtr& self, py::function function, bool before) {
  const Owner owner(std::move(function));
  int64_t id = 0;
  if (before)
    id = self->register_forward_pre_hook([owner](Module& module, const Tensor& x) {
      const GilAcquire gil;
      py::object changed = owner.get()(module_object(module), py::make_tuple(x));
      return (py::isinstance<py::tuple>(changed) ? py::object(changed[py::int_(0)]) : changed).cast<Tensor>();
    });
  else
    id = self->register_forward_hook([owner](Module& module, const Tensor& x, const Tensor& y) {
      const GilAcquire gil;
      return owner.get()(module_object(module), py::make_tuple(x), y).cast<Tensor>();
    });
  return [module = std::weak_ptr(self), id] {
    if (const ModulePtr still_there = module.lock()) still_there->remove_hook(id);
  };
}

}  // namespace

void bind_module_hooks(py::module_& m, ModuleBinding& c) {
  c.def("_is_made_in_cpp", [](Module& self) { return dynamic_cast<PythonModule*>(&self) == nullptr; });
  c.def("_add_hook_in_cpp", &add_hook_in_cpp, py::arg("hook"), py::arg("before"));
  c.def("_hooks_changed", [](Module& self) {
    if (auto* python = dynamic_cast<PythonModule*>(&self)) python->reset_route();
  });
  c.def("_call_forward", [](const py::object& self, const py::args& args, const py::kwargs& kwargs) {
    auto result = py::reinterpret_steal<py::object>(call_forward(self.ptr(), args.ptr(), kwargs.ptr()));
    if (!result) throw py::error_already_set();
    return result;
  });
  c.def("_unregister", [](Module& self, const std::string& name) {
    prepare_change(self);
    return self.unregister(name);
  });
  m.def("_set_global_hooks", [](bool any) { has_global_hooks = any; });
}

}  // namespace ember::python
