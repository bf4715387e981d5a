#include "python/bindings/lazy.h"

#include "ember/nn/lazy.h"
#include "python/bindings/bindings.h"
#include "python/bindings/python_module.h"

namespace ember::python {

void take_shapes(nn::Module& module, const nn::StateDict& state) {
  for (const auto& entries : {module.named_parameters(), module.named_buffers()}) {
    for (const auto& [name, x] : entries) {
      const Tensor* value = state.find(name);
      // A shape of [0] is that of one that waits as well, whichever way it was stored.
      if (!nn::is_lazy(x) || !value || !value->defined() || value->sizes() == Shape{0}) continue;
      const py::object object = py::cast(x);
      if (py::hasattr(object, "materialize"))
        object.attr("materialize")(value->sizes());
      else
        nn::materialize(x, value->sizes());
    }
  }
}

namespace {

/// The object's class becomes `type`, a base of its class or derived from it. Not by assigning to __class__, which asks for more than that the objects of
/// both look the same in memory.
void become(const py::object& self, const py::type& type) {
  auto *before = Py_TYPE(self.ptr()), *after = reinterpret_cast<PyTypeObject*>(type.ptr());
  check<TypeError>((PyType_IsSubtype(before, after) || PyType_IsSubtype(after, before)) &&
                       before->tp_basicsize == after->tp_basicsize,
                   "a ", type_name(self.ptr()), " cannot become a ", after->tp_name);
  // Where no dict is made yet, attributes lie as the class says.
  const py::object attributes = self.attr("__dict__");
  Py_INCREF(after);
  Py_SET_TYPE(self.ptr(), after);
  Py_DECREF(before);
  if (PyType_IsSubtype(after, module_type))
    if (auto* module = dynamic_cast<PythonModule*>(&module_of(self.ptr()))) module->reset_route();
}

}  // namespace

void bind_lazy(py::module_& m) {
  m.def("_become", &become);
  m.def(
      "_uninitialized",
      [](std::optional<Device> device, std::optional<DType> dtype) {
        TensorOptions options;
        options.dtype_ = dtype;
        return nn::uninitialized(options.device(device.value_or(Device())));
      },
      py::arg("device") = py::none(), py::arg("dtype") = py::none());
  m.def("_is_lazy", &nn::is_lazy);
}

}  // namespace ember::python
