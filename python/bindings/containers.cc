// ember.nn.Sequential, ModuleList and ModuleDict.
#include "ember/nn/container.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/named_items.h"

namespace ember::python {

namespace {

using ModulePtr = std::shared_ptr<nn::Module>;

/// The children that a slice names, as a new container of the same class.
template <class M>
ModulePtr get_slice(const M& self, const py::slice& slice) {
  py::ssize_t start, stop, step, length;
  if (!slice.compute(static_cast<py::ssize_t>(self.size()), &start, &stop, &step, &length))
    throw py::error_already_set();
  py::object result = py::type::of<M>()();
  auto& container = result.cast<M&>();
  for (py::ssize_t i = 0; i < length; ++i) container.append(self[start + i * step]);
  return result.cast<ModulePtr>();
}

template <class M>
void append(M& container, py::handle module) {
  auto child = child_of(module);
  prepare_change(container);
  container.append(std::move(child));
}

template <class M>
using ContainerBinding = py::class_<M, nn::Module, Trampoline<M>, py::smart_holder>;

/// What Sequential and ModuleList have in common.
template <class M>
void bind_indexed(ContainerBinding<M>& c) {
  register_module_class(reinterpret_cast<PyTypeObject*>(c.ptr()), {{}, false, Trampoline<M>::kMapsOneTensor});
  c.def("__len__", [](const M& self) { return self.size(); });
  c.def("__iter__", [](const M& self) {
    py::list list;
    for (const ModulePtr& child : self.own_children().values()) list.append(py::cast(child));
    return py::iter(list);
  });
  c.def(
      "__getitem__", [](const M& self, int64_t index) { return self[index]; }, py::arg("idx"));
  c.def("__getitem__", &get_slice<M>, py::arg("idx"));
  c.def("__setitem__", [](M& self, int64_t index, const py::object& module) {
    auto child = child_of(module);
    prepare_change(self);
    self.replace(index, std::move(child));
  });
  c.def("__delitem__", [](M& self, int64_t index) {
    prepare_change(self);
    self.erase(index);
  });
  c.def(
      "append",
      [](py::object self, const py::object& module) {
        append(self.cast<M&>(), module);
        return self;
      },
      py::arg("module"), "Adds a module at the end.");
  c.def(
      "extend",
      [](py::object self, const py::iterable& modules) {
        for (py::handle module : modules) append(self.cast<M&>(), module);
        return self;
      },
      py::arg("modules"), "Adds modules at the end.");
  c.def(
      "pop",
      [](M& self, int64_t index) {
        ModulePtr module = self[index];
        prepare_change(self);
        self.erase(index);
        return module;
      },
      py::arg("key"), "Takes the module at this place out.");
  c.def("__iadd__", [](py::object self, const py::iterable& modules) {
    for (py::handle module : modules) append(self.cast<M&>(), module);
    return self;
  });
  c.def("__add__", [](const py::object& self, const py::iterable& modules) {
    py::object sum = py::type::of<M>()();
    for (const py::iterable& part : {py::iterable(self), modules})
      for (py::handle module : part) append(sum.cast<M&>(), module);
    return sum;
  });
  c.def(
      "insert",
      [](py::object self, int64_t index, const py::object& module) {
        auto& container = self.cast<M&>();
        auto child = child_of(module);
        prepare_change(container);
        container.insert(index, std::move(child));
        return self;
      },
      py::arg("index"), py::arg("module"), "Adds a module before that at index.");
}

void bind_sequential(py::module_& m) {
  using Sequential = nn::SequentialImpl;
  ContainerBinding<Sequential> c(m, "Sequential",
                                 "Modules one after another: Sequential(a, b) or Sequential({'first': a}).");
  c.def(py::init([](const py::args& modules) {
    auto self = std::make_unique<Trampoline<Sequential>>();
    if (modules.size() == 1 && py::isinstance<py::dict>(modules[0])) {
      for (auto [name, module] : modules[0].cast<py::dict>())
        self->push_back(name.cast<std::string>(), child_of(module));
    } else {
      for (py::handle module : modules) self->append(child_of(module));
    }
    return self.release();
  }));
  c.def(
      "forward",
      [](const py::object& self, const py::object& input) { return run_children(self.cast<Sequential&>(), input); },
      py::arg("input"), "The last child's result, of the one before, ... of the first child's of the input.");
  const auto add_again = [](Sequential& to, const std::vector<ModulePtr>& modules, int64_t times) {
    for (int64_t i = 0; i < times; ++i)
      for (const ModulePtr& module : modules) to.append(module);
  };
  const auto check_times = [](int64_t times) {
    check<ValueError>(times > 0, "Sequential: it can be repeated once at least, not ", times, " times");
  };
  const auto repeated = [=](const Sequential& self, int64_t times) {
    check_times(times);
    py::object result = py::type::of<Sequential>()();
    add_again(result.cast<Sequential&>(), self.own_children().values(), times);
    return result;
  };
  c.def("__mul__", repeated);
  c.def("__rmul__", repeated);
  c.def("__imul__", [=](py::object self, int64_t times) {
    check_times(times);
    auto& module = self.cast<Sequential&>();
    prepare_change(module);
    add_again(module, module.own_children().values(), times - 1);
    return self;
  });
  bind_indexed<Sequential>(c);
}

void bind_module_list(py::module_& m) {
  using ModuleList = nn::ModuleListImpl;
  ContainerBinding<ModuleList> c(m, "ModuleList", "A list of modules for the parent's own forward.");
  c.def(py::init([](const std::optional<py::iterable>& modules) {
          auto self = std::make_unique<Trampoline<ModuleList>>();
          if (modules)
            for (py::handle module : *modules) self->append(child_of(module));
          return self.release();
        }),
        py::arg("modules") = py::none());
  bind_indexed<ModuleList>(c);
}

void bind_module_dict(py::module_& m) {
  using ModuleDict = nn::ModuleDictImpl;
  ContainerBinding<ModuleDict> c(m, "ModuleDict", "Modules by name for the parent's own forward.");
  register_module_class(reinterpret_cast<PyTypeObject*>(c.ptr()), {});
  c.def(py::init([](const std::optional<py::dict>& modules) {
          auto self = std::make_unique<Trampoline<ModuleDict>>();
          if (modules)
            for (auto [name, module] : *modules) self->insert(name.cast<std::string>(), child_of(module));
          return self.release();
        }),
        py::arg("modules") = py::none());
  c.def("__len__", &ModuleDict::size);
  c.def("__contains__", &ModuleDict::contains);
  const auto find = [](const ModuleDict& self, const std::string& key) {
    if (!self.contains(key)) throw py::key_error(key);
    return self[key];
  };
  c.def("__getitem__", find);
  c.def("__setitem__",
        [](ModuleDict& self, const std::string& key, const py::object& module) { self.insert(key, child_of(module)); });
  c.def("__delitem__", [](ModuleDict& self, const std::string& key) {
    if (!self.contains(key)) throw py::key_error(key);
    self.unregister(key);
  });
  c.def(
      "pop",
      [find](ModuleDict& self, const std::string& key) {
        ModulePtr module = find(self, key);
        self.unregister(key);
        return module;
      },
      py::arg("key"), "Takes the module of this name out.");
  c.def(
      "clear", [](ModuleDict& self) { self.own_children().clear(); }, "Takes all out.");
  c.def(
      "update",
      [](ModuleDict& self, const py::object& modules) {
        for_each_named("ModuleDict", modules,
                       [&](const std::string& name, const py::object& module) { self.insert(name, child_of(module)); });
      },
      py::arg("modules"), "Adds or replaces modules, out of a mapping or pairs.");
  const auto keys = [](const ModuleDict& self) { return self.own_children().keys(); };
  c.def("__iter__", [keys](const ModuleDict& self) { return py::iter(py::cast(keys(self))); });
  c.def("keys", keys);
  c.def("values", [](const ModuleDict& self) { return self.own_children().values(); });
  c.def("items", [](const ModuleDict& self) { return items(self.own_children()); });
}

}  // namespace

void bind_containers(py::module_& m) {
  bind_sequential(m);
  bind_module_list(m);
  bind_module_dict(m);
}

}  // namespace ember::python
