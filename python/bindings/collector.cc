#include "python/bindings/collector.h"

#include <unordered_map>
#include <unordered_set>

#include "ember/autograd/function.h"
#include "ember/autograd/meta.h"
#include "python/bindings/autograd_function.h"
#include "python/bindings/cpython.h"

namespace ember::python {

namespace py = pybind11;

namespace {

/// Something with several owners, in one collection.
struct Shared {
  long found = 0;        ///< owners met so far
  bool is_full = false;  ///< all of them were
  bool is_reached = false;
};

/// What is known of the collection that runs now. It goes over its objects twice: first to take off their reference counts what they
/// hold of one another, then from those that have references left to all that is alive.
struct Collection {
  bool is_running = false;
  std::unordered_map<const void*, Shared> shared;
  std::unordered_set<const PyObject*> contributors;  ///< objects that met a shared one in the first pass
  std::vector<PyObject*> held_elsewhere;             ///< objects with attributes of tensors that C++ holds too
  std::vector<TensorImpl*> tensors;                  ///< still to expand, as are these
  std::vector<autograd::Node*> nodes;

  void start() {
    // Not cleared, which would keep the room of the largest collection and go over it in each of the many small ones.
    if (!shared.empty()) shared = {};
    if (!contributors.empty()) contributors = {};
    held_elsewhere.clear();
    is_running = true;
  }
  bool is_full(const void* key) const {
    const auto found = shared.find(key);
    return found != shared.end() && found->second.is_full;
  }
  bool is_garbage(const void* key) const { return is_full(key) && !shared.at(key).is_reached; }
};

Collection& collection() {
  static auto* const collection = new Collection;  // outlives every thread
  return *collection;
}

// The collector's two ways to visit, as the sentinel met them.
visitproc count_visit = nullptr, reach_visit = nullptr;
PyObject* sentinel = nullptr;

/// The sentinel is young and alive in every collection. In the second pass it stands for C++: what C++ holds for reasons of its own is
/// alive, and so is its object.
int traverse_sentinel(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (!count_visit)
    count_visit = visit;
  else if (!reach_visit)
    reach_visit = visit;
  else if (visit == reach_visit)
    for (PyObject* object : collection().held_elsewhere)
      if (!collection().is_full(tensor_of(object).impl())) Py_VISIT(object);
  return 0;
}

PyObject* on_collection(PyObject*, PyObject* args) {
  const char* phase = nullptr;
  PyObject* info = nullptr;
  if (!PyArg_ParseTuple(args, "sO", &phase, &info)) return nullptr;
  collection().start();
  if (phase == std::string_view("stop")) {
    collection().is_running = false;
  } else {
    PyObject_GC_UnTrack(sentinel);
    PyObject_GC_Track(sentinel);
  }
  Py_RETURN_NONE;
}

/// The dictionary of an object; null if it has none, or if a class of Python gives it, which shows it too.
PyObject** dictionary_of(PyObject* self, traverseproc traverse) {
  const PyTypeObject* bound = Py_TYPE(self);
  while (bound->tp_traverse != traverse) bound = bound->tp_base;
  return bound->tp_dictoffset == Py_TYPE(self)->tp_dictoffset ? dictionary_slot(self) : nullptr;
}

PyMethodDef on_collection_method = {"_on_collection", on_collection, METH_VARARGS, nullptr};

}  // namespace

void start_collector() {
  PyType_Slot slots[] = {{Py_tp_traverse, reinterpret_cast<void*>(traverse_sentinel)}, {0, nullptr}};
  PyType_Spec spec = {"ember._C._Sentinel", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};
  const auto type = py::reinterpret_steal<py::object>(PyType_FromSpec(&spec));
  if (!type) throw py::error_already_set();
  auto* heap_type = reinterpret_cast<PyTypeObject*>(type.ptr());
  sentinel = heap_type->tp_alloc(heap_type, 0);
  if (!sentinel) throw py::error_already_set();
  const py::module_ gc = py::module_::import("gc");
  gc.attr("collect")(0);
  gc.attr("callbacks")
      .attr("append")(py::reinterpret_steal<py::object>(PyCFunction_New(&on_collection_method, nullptr)));
}

Visitor::Visitor(PyObject* self, visitproc visit, void* arg)
    : self_(self), visit_(visit), arg_(arg), pass_(Pass::Other) {
  Collection& now = collection();
  if (!now.is_running || !reach_visit || threads_without_gil > 0) return;
  if (visit == reach_visit) pass_ = Pass::Reach;
  if (visit != count_visit) return;
  pass_ = Pass::Count;
  // Objects whose finalizers ran are counted once more.
  if (now.contributors.contains(self)) now.start();
}

bool Visitor::enter(const void* key, long use_count) {
  // What a thread changes at this moment cannot be read, and is alive.
  if (threads_without_gil > 0) return false;
  if (use_count == 1) return true;
  if (pass_ == Pass::Clear) return collection().is_garbage(key);
  if (pass_ == Pass::Other) return false;
  Collection& now = collection();
  if (pass_ == Pass::Count) {
    now.contributors.insert(self_);
    Shared& shared = now.shared[key];
    shared.is_full = ++shared.found == use_count;
    return shared.is_full;
  }
  const auto found = now.shared.find(key);
  if (found == now.shared.end() || !found->second.is_full || found->second.is_reached) return false;
  return found->second.is_reached = true;
}

void Visitor::tensor(const Tensor& tensor) {
  if (!tensor.defined() || pass_ == Pass::Clear) return;
  TensorImpl* impl = tensor.impl();
  if (enter(impl, impl->use_count())) {
    collection().tensors.push_back(impl);
  } else if (pass_ == Pass::Count && impl->python.object == self_ && carries_state(self_)) {
    collection().held_elsewhere.push_back(self_);
  }
}

void Visitor::node(autograd::Node* node) {
  if (node && pass_ != Pass::Clear && enter(node, node->use_count())) collection().nodes.push_back(node);
}

void Visitor::expand(TensorImpl& impl) {
  if (auto* python = static_cast<PyObject*>(impl.python.object)) {
    if (impl.python.release) {
      object(python);
    } else {
      // Tensor and object are one here. Whoever holds the tensor alive finds the object again.
      object(reinterpret_cast<PyTensor*>(python)->attributes);
      if (pass_ == Pass::Reach) object(python);
    }
  }
  const auto* meta = static_cast<autograd::Meta*>(impl.autograd.get());
  if (!meta) return;
  tensor(meta->grad);
  if (meta->retained_grad.use_count() == 1) tensor(meta->retained_grad->grad);
  if (meta->view) tensor(meta->view->base);
  node(meta->grad_fn.get());
  for (const auto& displaced : meta->displaced) node(displaced.get());
  meta->hooks.for_each([&](const autograd::Meta::LeafHook& hook) {
    function(hook.on_grad);
    function(hook.after_accumulate);
  });
}

void Visitor::expand(autograd::Node& source) {
  for (const autograd::Edge& edge : source.edges()) {
    node(edge.node.get());
    tensor(edge.leaf);
  }
  source.output_hooks().for_each([&](const autograd::Node::OutputHook& hook) { function(hook.hook); });
  if (const auto* custom = dynamic_cast<const autograd::CustomNode*>(&source))
    if (const auto* python = custom->backward().target<PythonBackward>()) owner(python->class_and_context);
}

int Visitor::result() {
  // A tape may be a million nodes long: no recursion.
  Collection& now = collection();
  while (result_ == 0 && !(now.tensors.empty() && now.nodes.empty())) {
    if (!now.tensors.empty()) {
      TensorImpl* impl = now.tensors.back();
      now.tensors.pop_back();
      expand(*impl);
    } else {
      autograd::Node* source = now.nodes.back();
      now.nodes.pop_back();
      expand(*source);
    }
  }
  now.tensors.clear();
  now.nodes.clear();
  return result_;
}

bool goes_with_object(const Tensor& tensor) {
  return tensor.impl()->use_count() == 1 || collection().is_garbage(tensor.impl());
}

int visit_instance(PyObject* self, traverseproc traverse, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (PyObject** dictionary = dictionary_of(self, traverse)) Py_VISIT(*dictionary);
  if (!reinterpret_cast<py::detail::instance*>(self)->has_patients) return 0;
  return py::detail::with_internals([&](py::detail::internals& internals) {
    for (PyObject* patient : internals.patients[self]) Py_VISIT(patient);
    return 0;
  });
}

void clear_instance(PyObject* self, traverseproc traverse) {
  if (PyObject** dictionary = dictionary_of(self, traverse)) Py_CLEAR(*dictionary);
}

void* owned_value(PyObject* self, long& use_count) {
  auto* instance = reinterpret_cast<py::detail::instance*>(self);
  if (!instance->owned) return nullptr;  // half made, or another's
  const auto& types = py::detail::all_type_info(Py_TYPE(self));
  if (types.size() != 1) return nullptr;  // which one is meant, nobody says
  const auto value = instance->get_value_and_holder();
  if (!value.holder_constructed()) return nullptr;
  const bool is_shared = types[0]->holder_enum_v == py::detail::holder_enum_t::smart_holder;
  use_count = is_shared ? value.holder<py::smart_holder>().vptr.use_count() : 1;
  return value.value_ptr();
}

}  // namespace ember::python
