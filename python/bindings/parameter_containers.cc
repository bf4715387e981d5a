// ember.nn.ParameterList and ParameterDict, which read as Python's list and dict.
#include <algorithm>

#include "ember/nn/parameter_container.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/named_items.h"

namespace ember::python {

namespace {

using nn::ParameterDictImpl;
using nn::ParameterListImpl;

template <class M>
using ParameterBinding = py::class_<M, nn::Module, Trampoline<M>, py::smart_holder>;

py::object parameter_object(const Tensor& x) { return py::reinterpret_steal<py::object>(wrap_parameter(x)); }

/// A parameter as it is; another tensor becomes one on its memory.
Tensor parameter_of(const char* what, py::handle value) {
  check<TypeError>(is_tensor(value.ptr()), what, ": expected a Parameter or a Tensor, not ", type_name(value.ptr()));
  if (PyObject_TypeCheck(value.ptr(), parameter_type)) return tensor_of(value.ptr());
  return tensor_of(value.ptr()).detach().requires_grad_();
}

py::list values_of(const nn::ParameterContainer& self) {
  py::list list;
  for (const Tensor& x : self.own_parameters().values()) list.append(parameter_object(x));
  return list;
}

void bind_parameter_list(py::module_& m) {
  constexpr const char* kName = "ParameterList";
  ParameterBinding<ParameterListImpl> c(m, kName, "A list of parameters.");
  register_module_class(reinterpret_cast<PyTypeObject*>(c.ptr()), {});
  const auto extend = [](ParameterListImpl& self, const py::iterable& values) {
    for (py::handle value : values) self.append(parameter_of(kName, value));
  };
  c.def(py::init([extend](const std::optional<py::iterable>& values) {
          auto self = std::make_unique<Trampoline<ParameterListImpl>>();
          if (values) extend(*self, *values);
          return self.release();
        }),
        py::arg("values") = py::none());
  c.def("__len__", &ParameterListImpl::size);
  c.def("__iter__", [](const ParameterListImpl& self) { return py::iter(values_of(self)); });
  c.def("__getitem__", [](const ParameterListImpl& self, int64_t index) { return parameter_object(self[index]); });
  c.def("__getitem__", [](const ParameterListImpl& self, const py::slice& slice) {
    return py::type::of<ParameterListImpl>()(values_of(self)[slice]);
  });
  c.def("__setitem__", [](ParameterListImpl& self, int64_t index, const py::object& value) {
    self.replace(index, parameter_of(kName, value));
  });
  c.def(
      "append",
      [](py::object self, const py::object& value) {
        self.cast<ParameterListImpl&>().append(parameter_of(kName, value));
        return self;
      },
      py::arg("value"), "Adds a parameter at the end.");
  const auto extended = [extend](py::object self, const py::iterable& values) {
    extend(self.cast<ParameterListImpl&>(), values);
    return self;
  };
  c.def("extend", extended, py::arg("values"), "Adds parameters at the end.");
  c.def("__iadd__", extended);
}

void update(ParameterDictImpl& self, const py::object& values) {
  for_each_named("ParameterDict", values, [&](const std::string& name, const py::object& value) {
    self.insert(name, parameter_of("ParameterDict", value));
  });
}

py::object value_at(const ParameterDictImpl& self, const std::string& key) {
  if (!self.contains(key)) throw py::key_error(key);
  return parameter_object(self[key]);
}

py::object pop(ParameterDictImpl& self, const std::string& key) {
  py::object value = value_at(self, key);
  self.unregister(key);
  return value;
}

py::list items_of(const ParameterDictImpl& self) {
  py::list list;
  for (const auto& [name, x] : items(self.own_parameters())) list.append(py::make_tuple(name, parameter_object(x)));
  return list;
}

/// A new one with what both hold, `second` last.
py::object joined(const py::object& first, const py::object& second) {
  py::object result = py::type::of<ParameterDictImpl>()();
  for (const py::object& part : {first, second}) update(result.cast<ParameterDictImpl&>(), part);
  return result;
}

void bind_dict_reading(ParameterBinding<ParameterDictImpl>& c) {
  c.def("__len__", &ParameterDictImpl::size);
  c.def("__contains__", &ParameterDictImpl::contains);
  c.def("__iter__", [](const ParameterDictImpl& self) { return py::iter(py::cast(self.keys())); });
  c.def("__reversed__", [](const ParameterDictImpl& self) {
    auto keys = self.keys();
    std::ranges::reverse(keys);
    return py::iter(py::cast(keys));
  });
  c.def("__getitem__", &value_at);
  c.def(
      "get",
      [](const ParameterDictImpl& self, const std::string& key, const py::object& otherwise) {
        return self.contains(key) ? value_at(self, key) : otherwise;
      },
      py::arg("key"), py::arg("default") = py::none());
  c.def("keys", &ParameterDictImpl::keys);
  c.def("values", [](const ParameterDictImpl& self) { return values_of(self); });
  c.def("items", &items_of);
  c.def(
      "copy", [](const py::object& self) { return joined(self, py::dict()); }, "Another one with the same parameters.");
  c.def("__or__", [](const py::object& self, const py::object& other) { return joined(self, other); });
  c.def("__ror__", [](const py::object& self, const py::object& other) { return joined(other, self); });
}

void bind_dict_writing(ParameterBinding<ParameterDictImpl>& c) {
  c.def("__setitem__", [](ParameterDictImpl& self, const std::string& key, const py::object& value) {
    self.insert(key, parameter_of("ParameterDict", value));
  });
  c.def("__delitem__", [](ParameterDictImpl& self, const std::string& key) { pop(self, key); });
  c.def("__ior__", [](py::object self, const py::object& other) {
    update(self.cast<ParameterDictImpl&>(), other);
    return self;
  });
  c.def("update", &update, py::arg("parameters"), "Adds or replaces parameters.");
  c.def("pop", &pop, py::arg("key"), "Takes a parameter out.");
  c.def(
      "popitem",
      [](ParameterDictImpl& self) {
        if (self.is_empty()) throw py::key_error("popitem: the ParameterDict is empty");
        const std::string key = self.keys().back();
        return py::make_tuple(key, pop(self, key));
      },
      "Takes the last one out: its name and it.");
  c.def("clear", &ParameterDictImpl::clear, "Takes all out.");
  c.def(
      "setdefault",
      [](ParameterDictImpl& self, const std::string& key, const py::object& otherwise) {
        if (!self.contains(key)) self.insert(key, parameter_of("ParameterDict", otherwise));
        return value_at(self, key);
      },
      py::arg("key"), py::arg("default") = py::none(), "The parameter of this name, put there unless there is one.");
  c.def(
      "fromkeys",
      [](const py::object&, const std::vector<std::string>& keys, const py::object& value) {
        py::object result = py::type::of<ParameterDictImpl>()();
        for (const std::string& key : keys)
          result.cast<ParameterDictImpl&>().insert(key, parameter_of("ParameterDict", value));
        return result;
      },
      py::arg("keys"), py::arg("default") = py::none(), "A new one with the same parameter under each name.");
}

}  // namespace

void bind_parameter_containers(py::module_& m) {
  bind_parameter_list(m);
  ParameterBinding<ParameterDictImpl> dict(m, "ParameterDict", "Parameters by name.");
  register_module_class(reinterpret_cast<PyTypeObject*>(dict.ptr()), {});
  dict.def(py::init([](const py::object& parameters) {
             auto self = std::make_unique<Trampoline<ParameterDictImpl>>();
             if (!parameters.is_none()) update(*self, parameters);
             return self.release();
           }),
           py::arg("parameters") = py::none());
  bind_dict_reading(dict);
  bind_dict_writing(dict);
}

}  // namespace ember::python
