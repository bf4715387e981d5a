// Modules in Python's garbage collector: the object of a module made in Python shows the parameters, buffers and children that
// the C++ module holds. Such a child is a Python object itself; one that C++ made is looked into.
#include "ember/nn/margin_loss.h"
#include "ember/nn/transformer_decoder.h"
#include "python/bindings/collector.h"
#include "python/bindings/python_module.h"

namespace ember::python {

namespace {

using ModulePtr = std::shared_ptr<nn::Module>;

/// The object that keeps a module made in Python alive for all its C++ owners together; null for a module that C++ made.
PyObject* object_behind(const ModulePtr& module) {
  using SelfLife = py::detail::smart_holder_type_caster_support::shared_ptr_trampoline_self_life_support;
  const auto* life = std::get_deleter<SelfLife>(module);
  return life ? life->self : nullptr;
}

void visit(Visitor& visitor, const nn::Module& module) {
  for (const auto& [name, x] : module.own_parameters()) visitor.tensor(x);
  for (const auto& [name, x] : module.own_buffers()) visitor.tensor(x);
  for (const auto& [name, child] : module.own_children()) {
    if (PyObject* object = object_behind(child)) {
      if (visitor.enter(object, child.use_count())) visitor.object(object);
    } else if (child && visitor.enter(child.get(), child.use_count())) {
      visit(visitor, *child);
    }
  }
  // The layers that have functions among their options, or handles of their own on children.
  const auto attention = [&](const nn::MultiheadAttention& holder) {
    const auto& handle = holder.ptr();  // not as a Module's: a copy would be one more owner
    if (visitor.enter(static_cast<const nn::Module*>(handle.get()), handle.use_count())) visit(visitor, *handle);
  };
  if (const auto* layer = dynamic_cast<const nn::TransformerEncoderLayerImpl*>(&module)) {
    visitor.function(layer->options.activation_);
    attention(layer->self_attn);
  }
  if (const auto* layer = dynamic_cast<const nn::TransformerDecoderLayerImpl*>(&module)) {
    visitor.function(layer->options.activation_);
    attention(layer->self_attn);
    attention(layer->multihead_attn);
  }
  if (const auto* whole = dynamic_cast<const nn::TransformerImpl*>(&module))
    visitor.function(whole->options.activation_);
  if (const auto* layer = dynamic_cast<const nn::TripletMarginWithDistanceLossImpl*>(&module))
    visitor.function(layer->options.distance_function_);
}

void show(Visitor& visitor, PyObject* self) {
  long use_count = 0;
  const auto* module = static_cast<const nn::Module*>(owned_value(self, use_count));
  if (module && visitor.enter(module, use_count)) visit(visitor, *module);
}

int traverse_module(PyObject* self, visitproc visit_object, void* arg) {
  if (const int stop = visit_instance(self, traverse_module, visit_object, arg)) return stop;
  Visitor visitor(self, visit_object, arg);
  show(visitor, self);
  return visitor.result();
}

/// Children made in Python go; what a layer of C++ needs stays, so that a finalizer may still call it.
int clear_module(PyObject* self) {
  Visitor visitor(self);
  show(visitor, self);
  long use_count = 0;
  auto* module = static_cast<nn::Module*>(owned_value(self, use_count));
  if (auto* python = dynamic_cast<PythonModule*>(module)) {
    python->reset_route();
    std::vector<ModulePtr> children;
    for (const std::string& name : module->own_children().keys()) {
      const ModulePtr child = *module->own_children().find(name);
      if (!child || !object_behind(child)) continue;
      children.push_back(child);
      module->unregister(name);
    }
  }
  clear_instance(self, traverse_module);
  return 0;
}

}  // namespace

void put_in_collector(PyTypeObject* type) {
  type->tp_traverse = traverse_module;
  type->tp_clear = clear_module;
}

}  // namespace ember::python
