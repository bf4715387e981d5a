// Modules made from Python. Every layer that Python makes is a Trampoline: the C++ layer itself plus what lets a Python subclass
// override forward, extra_repr and train, and what keeps the Python object alive while C++ holds the module.
#pragma once

#include <atomic>
#include <concepts>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "ember/nn/container.h"
#include "ember/nn/module.h"
#include "python/bindings/casters.h"
#include "python/bindings/gil.h"

namespace ember::python {

/// Whether there are hooks on all modules.
inline std::atomic<bool> has_global_hooks = false;

/// What a Trampoline has beside the layer.
class PythonModule {
 public:
  virtual ~PythonModule() = default;

  /// Names of parameters that were deleted from a layer that needs them: plain tensors may be assigned to them. Needs the GIL.
  std::set<std::string, std::less<>> deleted;
  /// In how many calls under way each of them has a tensor (FilledSlots). Needs the GIL.
  std::map<std::string, int, std::less<>> filled;

  /// Whether forward runs as C++ alone, or a subclass, an attribute or a hook takes part. Found out at the first call and again after
  /// reset_route.
  bool runs_in_cpp() const {
    return route_.load(std::memory_order_relaxed) == Route::Cpp && !has_global_hooks.load(std::memory_order_relaxed);
  }
  /// The same, found out now; needs the GIL.
  bool find_route(PyObject* self, PyTypeObject* bound_type);
  void reset_route() { route_.store(Route::Unknown, std::memory_order_relaxed); }

  /// Whether the C++ forward maps one tensor to one.
  virtual bool maps_one_tensor() const = 0;
  /// The C++ class's own, whatever a subclass in Python overrides.
  virtual Tensor cpp_forward(const Tensor& input) = 0;
  virtual std::string cpp_extra_repr() const = 0;
  /// This module as a Sequential, or null.
  virtual nn::SequentialImpl* sequential() = 0;
  /// Of the C++ class that this trampoline extends.
  virtual PyTypeObject* bound_type() const = 0;
  /// The Python object, which owns this module.
  virtual PyObject* self() const = 0;

 private:
  enum class Route { Unknown, Cpp, Python };
  std::atomic<Route> route_ = Route::Unknown;
};

/// forward by way of the object's __call__, hooks included.
Tensor call_in_python(PyObject* self, const Tensor& input);
/// The text of a subclass's extra_repr; none when there is no such override.
std::optional<std::string> extra_repr_in_python(PyObject* self);
/// Calls a subclass's train(mode); false when there is no such override.
bool train_in_python(PyObject* self, bool mode);
/// A new object like `self`: of its class, built with its arguments, with a deep copy of its attributes.
std::shared_ptr<nn::Module> make_empty_in_python(PyObject* self);
/// Whether the class of `self`, one of Python's, defines this method of Module anew.
bool overrides_method(PyObject* self, const char* name);
/// The class's name.
std::string class_name(PyObject* self);

/// Sequential's forward on any object: C++ children map tensors without the GIL, others are called with whatever came. Needs the GIL.
py::object run_children(nn::SequentialImpl& module, py::object input);

/// As long as it lives, a layer has in the places of its deleted parameters and buffers the tensors that its attributes of these names give,
/// such as those that parametrizations compute. Threads that call one layer at a time share the latest. Needs the GIL.
class FilledSlots {
 public:
  explicit FilledSlots(PyObject* self);
  ~FilledSlots();
  FilledSlots(const FilledSlots&) = delete;

 private:
  nn::Module& module_;
  std::vector<std::string> filled_;
};

template <class M>
class Trampoline final : public M, public PythonModule, public py::trampoline_self_life_support {
 public:
  using M::M;

  static constexpr bool kMapsOneTensor = requires(M & m, const Tensor& x) {
    { m.forward(x) } -> std::same_as<Tensor>;
  };

  Tensor forward(const Tensor& input) override {
    if (!runs_in_cpp()) {
      const GilAcquire gil;
      if (!find_route(self(), bound_type())) return call_in_python(self(), input);
    }
    return Trampoline::cpp_forward(input);
  }
  std::string extra_repr() const override {
    const GilAcquire gil;
    auto text = extra_repr_in_python(self());
    return text ? *text : Trampoline::cpp_extra_repr();
  }
  void train(bool on) override {
    const GilAcquire gil;
    if (!train_in_python(self(), on)) M::train(on);
  }
  std::string name() const override {
    const GilAcquire gil;
    return class_name(self());
  }
  std::shared_ptr<nn::Module> make_empty() const override {
    const GilAcquire gil;
    return make_empty_in_python(self());
  }

  bool maps_one_tensor() const override {
    // From Python, pooling can be asked to give two.
    if constexpr (requires(const M& m) { m.options.return_indices_; })
      return kMapsOneTensor && !this->options.return_indices_;
    else
      return kMapsOneTensor;
  }
  Tensor cpp_forward(const Tensor& input) override {
    if constexpr (std::same_as<M, nn::SequentialImpl>) {
      const GilAcquire gil;
      const py::object result = run_children(*this, py::reinterpret_steal<py::object>(wrap(input)));
      check<TypeError>(is_tensor(result.ptr()), class_name(self()), ": forward returned a ", type_name(result.ptr()),
                       " where a tensor is needed");
      return tensor_of(result.ptr());
    } else if constexpr (kMapsOneTensor)
      return M::forward(input);
    else
      return nn::Module::forward(input);
  }
  std::string cpp_extra_repr() const override {
    const FilledSlots filled(self());
    return M::extra_repr();
  }
  nn::SequentialImpl* sequential() override {
    if constexpr (std::same_as<M, nn::SequentialImpl>)
      return this;
    else
      return nullptr;
  }
  PyTypeObject* bound_type() const override {
    static auto* const type = reinterpret_cast<PyTypeObject*>(py::type::handle_of<M>().ptr());
    return type;
  }
  PyObject* self() const override {
    if (!self_) {
      self_ = py::detail::get_object_handle(static_cast<const M*>(this), py::detail::get_type_info(typeid(M))).ptr();
      check(self_ != nullptr, "a module made in Python lost its Python object");
    }
    return self_;
  }

 private:
  mutable PyObject* self_ = nullptr;
};

/// ember.nn.Module.
extern PyTypeObject* module_type;

/// The C++ module in a Python object; null before its __init__ has run.
nn::Module* find_module(PyObject* self);
/// The same; throws where find_module gives null.
nn::Module& module_of(PyObject* self);
/// Call right before a change of what the module holds: where its forward may run in C++, no other thread runs C++ then.
void prepare_change(nn::Module& module);
/// What a caller gave for a child: a module, or None. TypeError for anything else.
std::shared_ptr<nn::Module> child_of(py::handle object);
/// The Python object of a module, of its most derived bound class.
inline py::object module_object(const std::shared_ptr<nn::Module>& module) { return py::cast(module); }
/// The same for one that C++ may not own.
inline py::object module_object(nn::Module& module) {
  if (auto* python = dynamic_cast<PythonModule*>(&module)) return py::reinterpret_borrow<py::object>(python->self());
  return module_object(module.shared_from_this());
}

/// What a module holds, as it is now: while Python objects are made of it, other code may run and change it.
template <class Value>
std::vector<std::pair<std::string, Value>> items(const OrderedDict<Value>& entries) {
  std::vector<std::pair<std::string, Value>> list;
  for (const auto& [name, value] : entries) list.emplace_back(name, value);
  return list;
}

/// A parameter's or buffer's place in the module; null if there is none of this name.
Tensor* slot_of(nn::Module& module, std::string_view name);

// The slots of module_type (module_slots.cc).
PyObject* call_module(PyObject* self, PyObject* args, PyObject* kwargs);
PyObject* get_module_attribute(PyObject* self, PyObject* name);
int set_module_attribute(PyObject* self, PyObject* name, PyObject* value);

/// What bindings know of a bound class.
struct ModuleClass {
  /// The arguments of __init__ that make a module like this one.
  std::vector<std::pair<const char*, std::function<py::object(const nn::Module& module)>>> arguments;
  /// The C++ class holds references to its own slots and children, which so must not go.
  bool owns_slots = false;
  bool maps_one_tensor = false;
};
void register_module_class(PyTypeObject* type, ModuleClass description);
/// Makes the class's objects take part in Python's garbage collector (module_collector.cc).
void put_in_collector(PyTypeObject* type);
/// Of the nearest base that is registered; `type` becomes that base.
const ModuleClass& module_class(PyTypeObject*& type);

using ModuleBinding = py::class_<nn::Module, Trampoline<nn::Module>, py::smart_holder>;
/// parameters(), named_modules(), get_submodule() and their like (module_tree.cc).
void bind_module_tree(ModuleBinding& module);
/// What python/ember/nn/hooks.py needs of C++ (module_hooks.cc).
void bind_module_hooks(py::module_& m, ModuleBinding& module);
/// forward, not __call__; a layer's own one finds attributes in the places of its deleted tensors.
PyObject* call_forward(PyObject* self, PyObject* args, PyObject* kwargs);

// Pickling and copying (module_state.cc).
py::object reduce_module(const py::object& self);
void set_module_state(const py::object& self, const py::dict& state);
py::object rebuild_module(const py::type& type, const py::dict& arguments);

}  // namespace ember::python
