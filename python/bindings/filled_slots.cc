// Layers of C++ whose tensors Python computes: what weight norm, parametrizations and pruning leave among a layer's attributes is where its
// forward looks for it.
#include <algorithm>

#include "python/bindings/cpython.h"
#include "python/bindings/op.h"
#include "python/bindings/python_module.h"

namespace ember::python {

namespace {

/// The layers whose places this thread's calls have filled.
thread_local std::vector<const nn::Module*> filled_layers;

}  // namespace

FilledSlots::FilledSlots(PyObject* self) : module_(module_of(self)) {
  PyTypeObject* type = Py_TYPE(self);
  auto* python = dynamic_cast<PythonModule*>(&module_);
  if (!python || !module_class(type).owns_slots || std::ranges::find(filled_layers, &module_) != filled_layers.end())
    return;
  std::vector<std::pair<std::string, Tensor>> values;
  for (const auto* slots : {&module_.own_parameters(), &module_.own_buffers()})
    for (const auto& [name, x] : items(*slots)) {
      if (x.defined() && !python->filled.contains(name)) continue;
      const auto value =
          py::reinterpret_steal<py::object>(find_attribute(self, py::str(name).ptr()));  // may run Python code
      if (!value && PyErr_Occurred()) throw py::error_already_set();
      if (value && is_tensor(value.ptr())) values.emplace_back(name, tensor_of(value.ptr()));
    }
  if (values.empty()) return;
  filled_layers.push_back(&module_);
  prepare_change(module_);
  for (auto& [name, value] : values) {
    ++python->filled[name];
    *slot_of(module_, name) = value;
    filled_.push_back(name);
  }
}

FilledSlots::~FilledSlots() {
  if (filled_.empty()) return;
  auto& counts = dynamic_cast<PythonModule&>(module_).filled;
  std::erase(filled_layers, &module_);
  prepare_change(module_);
  for (const std::string& name : filled_) {
    if (--counts[name] > 0) continue;
    counts.erase(name);
    if (Tensor* slot = slot_of(module_, name)) *slot = Tensor();
  }
}

Tensor* slot_of(nn::Module& module, std::string_view name) {
  Tensor* slot = module.own_parameters().find(name);
  return slot ? slot : module.own_buffers().find(name);
}

}  // namespace ember::python
