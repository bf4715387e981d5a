// Python's cyclic garbage collector behind C++. An object's tp_traverse shows it the references that the object owns; where they lead
// through C++ (a module's parameters, a tensor's tape, a hook's closure) a Visitor follows them, by the collector's own method: what C++
// holds is garbage only if every one of its owners, counted one by one, stands behind objects that are garbage. One owner that nobody
// shows, such as a C++ program's own handle or a pullback's saved tensor, keeps everything behind it alive.
//
//   void visit(Visitor& visitor, const HookHandle& handle) { visitor.tensor(handle.tensor); }
//   py::class_<HookHandle>(m, "HookHandle", Collected<HookHandle, visit>::setup())
#pragma once

#include <vector>

#include "ember/autograd/node.h"
#include "python/bindings/owner.h"
#include "python/bindings/python_tensor.h"

namespace ember::python {

/// One call of tp_traverse, or of tp_clear. Each method stands for one reference that counts.
class Visitor {
 public:
  Visitor(PyObject* self, visitproc visit, void* arg);
  /// For tp_clear: Python functions are taken out of std::functions which go with the object; nothing else is visited.
  explicit Visitor(PyObject* self) : self_(self), visit_(nullptr), arg_(nullptr), pass_(Pass::Clear) {}
  ~Visitor() {
    for (PyObject* function : taken_) Py_DECREF(function);
  }
  Visitor(const Visitor&) = delete;

  /// A Python object that this object alone refers to by way of C++.
  void object(PyObject* object) {
    if (object && result_ == 0 && pass_ != Pass::Clear) result_ = visit_(object, arg_);
  }
  void owner(const Owner& owner) {
    if (owner.get() && enter(owner.identity(), owner.use_count())) object(owner.get().ptr());
  }
  /// The Python function in it, if it is one.
  template <class Signature>
  void function(const std::function<Signature>& function) {
    if (const auto* python = function.template target<PythonFunction<Signature>>()) this->function(*python);
  }
  template <class Signature>
  void function(const PythonFunction<Signature>& function) {
    if (pass_ != Pass::Clear)
      owner(function.owner);
    else if (function.owner.get() && enter(function.owner.identity(), function.owner.use_count()))
      taken_.push_back(function.owner.take());
  }
  void tensor(const Tensor& tensor);
  void node(autograd::Node* node);
  /// For what has `use_count` owners, one of which is met now: whether all of them are accounted for, so that what it holds is to be
  /// visited.
  bool enter(const void* shared, long use_count);

  /// What tp_traverse returns; call it last.
  int result();

 private:
  enum class Pass { Count, Reach, Other, Clear };

  void expand(TensorImpl& impl);
  void expand(autograd::Node& node);

  PyObject* self_;
  visitproc visit_;
  void* arg_;
  Pass pass_;
  int result_ = 0;
  std::vector<PyObject*> taken_;
};

/// In tp_clear: whether the tensor goes together with its object, because nothing alive holds it.
bool goes_with_object(const Tensor& tensor);

/// Learns the collector's ways; before any object is made.
void start_collector();

/// The part of Collected that needs no T. `traverse` is the slot by which the bound class, above those of Python, is known.
int visit_instance(PyObject* self, traverseproc traverse, visitproc visit, void* arg);
void clear_instance(PyObject* self, traverseproc traverse);

/// The C++ object that this object of a bound class owns, and how many owners it has; null if there is none.
void* owned_value(PyObject* self, long& use_count);

/// tp_traverse and tp_clear of bound classes whose C++ objects are Ts: beside what visit_value shows, the Python object's type, its
/// dictionary and what py::keep_alive tied to it.
template <class T, void (*visit_value)(Visitor&, const T&)>
struct Collected {
  static int traverse(PyObject* self, visitproc visit, void* arg) {
    if (const int stop = visit_instance(self, traverse, visit, arg)) return stop;
    Visitor visitor(self, visit, arg);
    show(visitor, self);
    return visitor.result();
  }
  static int clear(PyObject* self) {
    Visitor visitor(self);
    show(visitor, self);
    clear_instance(self, traverse);
    return 0;
  }
  static void show(Visitor& visitor, PyObject* self) {
    long use_count = 0;
    const void* value = owned_value(self, use_count);
    if (value && visitor.enter(value, use_count)) visit_value(visitor, *static_cast<const T*>(value));
  }
  static void put_into(PyTypeObject& type) {
    type.tp_traverse = traverse;
    type.tp_clear = clear;
  }

  /// An argument of py::class_. Derived classes inherit it unless they have dictionaries (py::dynamic_attr).
  static pybind11::custom_type_setup setup() {
    return pybind11::custom_type_setup([](PyHeapTypeObject* heap_type) {
      heap_type->ht_type.tp_flags |= Py_TPFLAGS_HAVE_GC;
      put_into(heap_type->ht_type);
    });
  }
  /// For those that do: all classes of `module` that derive from T's.
  static void put_into(const pybind11::module_& module) {
    auto* base = reinterpret_cast<PyTypeObject*>(pybind11::type::handle_of<T>().ptr());
    for (auto [name, value] : pybind11::dict(module.attr("__dict__"))) {
      if (!PyType_Check(value.ptr())) continue;
      auto* type = reinterpret_cast<PyTypeObject*>(value.ptr());
      if (PyType_IsSubtype(type, base)) put_into(*type);
    }
  }
};

}  // namespace ember::python
