// Walks over a module's tree, and the ways to one place in it.
#include <sstream>

#include "python/bindings/python_module.h"

namespace ember::python {

namespace {

using nn::Module;
using ModulePtr = std::shared_ptr<Module>;

py::object parameter_object(const Tensor& x) { return py::reinterpret_steal<py::object>(wrap_parameter(x)); }

py::iterator iterate(const py::list& list) { return py::iter(list); }

py::iterator parameters(const Module& self, bool recurse) {
  py::list list;
  for (const Tensor& x : self.parameters(recurse)) list.append(parameter_object(x));
  return iterate(list);
}
std::string joined_path(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

/// Calls visit(path, module) for every place in the tree, where named_modules tells each module once.
template <class Visit>
void walk_places(const ModulePtr& module, const std::string& path, bool recurse, const Visit& visit) {
  nn::TreeLevel level;
  visit(path, module);
  if (!recurse) return;
  module->for_each_child([&](const std::string& name, const ModulePtr& child) {
    if (child) walk_places(child, joined_path(path, name), recurse, visit);
  });
}

/// The tensors of `named`, each once, or of all places.
template <class Named, class ToObject>
py::iterator named_tensors(const ModulePtr& self, const std::string& prefix, bool recurse, bool remove_duplicate,
                           Named named, const OrderedDict<Tensor>& (Module::*own)() const, ToObject to_object) {
  py::list list;
  if (remove_duplicate) {
    for (const auto& [name, x] : (*self.*named)(prefix, recurse)) list.append(py::make_tuple(name, to_object(x)));
  } else {
    walk_places(self, prefix, recurse, [&](const std::string& path, const ModulePtr& module) {
      for (const auto& [name, x] : items((*module.*own)()))
        if (x.defined()) list.append(py::make_tuple(joined_path(path, name), to_object(x)));
    });
  }
  return iterate(list);
}
py::iterator named_parameters(const ModulePtr& self, const std::string& prefix, bool recurse, bool remove_duplicate) {
  return named_tensors(self, prefix, recurse, remove_duplicate, &Module::named_parameters, &Module::own_parameters,
                       parameter_object);
}
py::iterator named_buffers(const ModulePtr& self, const std::string& prefix, bool recurse, bool remove_duplicate) {
  return named_tensors(self, prefix, recurse, remove_duplicate, &Module::named_buffers, &Module::own_buffers,
                       [](const Tensor& x) { return py::cast(x); });
}
py::list named_modules(const ModulePtr& self, const std::string& prefix, bool remove_duplicate) {
  py::list list;
  const auto add = [&](const std::string& path, const ModulePtr& module) {
    list.append(py::make_tuple(path, module_object(module)));
  };
  if (remove_duplicate)
    for (const auto& [path, module] : self->named_modules(prefix)) add(path, module);
  else
    walk_places(self, prefix, true, add);
  return list;
}
template <class Values>
py::iterator iterate_values(const Values& values) {
  py::list list;
  for (const auto& value : values) list.append(py::cast(value));
  return iterate(list);
}
template <class Items>
py::iterator iterate_items(const Items& items) {
  py::list list;
  for (const auto& [name, value] : items) list.append(py::make_tuple(name, py::cast(value)));
  return iterate(list);
}

Tensor find_tensor(const Module& self, const std::string& path, bool is_parameter) {
  const auto named = is_parameter ? self.named_parameters() : self.named_buffers();
  const Tensor* x = named.find(path);
  if (!x)
    throw py::attribute_error(self.name() + " has no " + (is_parameter ? "parameter" : "buffer") + " '" + path + "'");
  return *x;
}

ModulePtr find_submodule(const ModulePtr& self, const std::string& path) {
  ModulePtr module = self;
  std::stringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) {
    ModulePtr* child = module->own_children().find(part);
    if (!child || !*child) throw py::attribute_error(module->name() + " has no child '" + part + "'");
    module = *child;
  }
  return module;
}

}  // namespace

void bind_module_tree(ModuleBinding& c) {
  c.def("parameters", &parameters, py::arg("recurse") = true, "An iterator over the parameters, each once.");
  c.def("named_parameters", &named_parameters, py::arg("prefix") = "", py::arg("recurse") = true,
        py::arg("remove_duplicate") = true, "An iterator over (name, parameter).");
  c.def(
      "buffers", [](const Module& self, bool recurse) { return iterate_values(self.buffers(recurse)); },
      py::arg("recurse") = true, "An iterator over the buffers.");
  c.def("named_buffers", &named_buffers, py::arg("prefix") = "", py::arg("recurse") = true,
        py::arg("remove_duplicate") = true, "An iterator over (name, buffer).");
  c.def(
      "children", [](const Module& self) { return iterate_values(self.children()); },
      "An iterator over the direct children.");
  c.def(
      "named_children", [](const Module& self) { return iterate_items(self.named_children()); },
      "An iterator over (name, child).");
  c.def(
      "modules",
      [](const ModulePtr& self, bool remove_duplicate) {
        py::list list;
        for (py::handle item : named_modules(self, "", remove_duplicate)) list.append(item[py::int_(1)]);
        return iterate(list);
      },
      py::arg("remove_duplicate") = true, "An iterator over this module and all below it.");
  c.def(
      "named_modules",
      [](const ModulePtr& self, const py::object& memo, const std::string& prefix, bool remove_duplicate) {
        py::list list;
        for (py::handle item : named_modules(self, prefix, remove_duplicate)) {
          if (!memo.is_none() && remove_duplicate) {
            const py::object module = item[py::int_(1)];
            if (memo.contains(module)) continue;
            memo.attr("add")(module);
          }
          list.append(item);
        }
        return iterate(list);
      },
      py::arg("memo") = py::none(), py::arg("prefix") = "", py::arg("remove_duplicate") = true,
      "An iterator over (name, module), this module first; modules in the set `memo` are left out.");
  c.def("get_submodule", &find_submodule, py::arg("target"), "The module at a dotted path.");
  c.def(
      "get_parameter",
      [](const Module& self, const std::string& path) { return parameter_object(find_tensor(self, path, true)); },
      py::arg("target"), "The parameter at a dotted path.");
  c.def(
      "get_buffer", [](const Module& self, const std::string& path) { return find_tensor(self, path, false); },
      py::arg("target"), "The buffer at a dotted path.");
}

}  // namespace ember::python
