// Module: a tree of parameters, buffers and child modules with a forward pass. Layers and models derive from it, in C++ and in
// Python; the names and the order of registration are what state_dict, printing and optimizers see.
//
//   struct Net : ember::nn::Module {
//     Net() { fc = register_module("fc", ember::nn::Linear(784, 10)); }
//     ember::Tensor forward(const ember::Tensor& x) override { return fc(x.flatten(1)); }
//     ember::nn::Linear fc{nullptr};
//   };
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/tensor.h"
#include "nn/module_holder.h"
#include "nn/ordered_dict.h"

namespace ember::nn {

class Module;

using StateDict = OrderedDict<Tensor>;

/// What load_state_dict could not match.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys, unexpected_keys;
};

/// What a deep copy has already copied, so that shared parameters and modules stay shared in the copy.
struct CloneMemo {
  std::unordered_map<const TensorImpl*, Tensor> tensors;
  std::unordered_map<const Module*, std::shared_ptr<Module>> modules;

  /// The copy of `x`, made on first use; keeps requires_grad, drops history and gradient.
  Tensor copy(const Tensor& x);
};

class Module : public std::enable_shared_from_this<Module> {
 public:
  Module() = default;
  explicit Module(std::string name) : name_(std::move(name)) {}
  virtual ~Module() = default;
  Module& operator=(const Module&) = delete;

  /// The layer's function. The default throws NotImplementedError naming the class; a class whose forward takes or gives
  /// something else declares its own.
  virtual Tensor forward(const Tensor& input);
  /// forward between the forward hooks.
  Tensor operator()(const Tensor& input);

  // Registration. Names are not empty and hold no dot; one name is either a parameter, a buffer or a child. Registering a
  // name again replaces what it stood for. An undefined tensor or null child holds a place.

  /// Returns the registered slot: a reference that stays valid, and that sees later replacements.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  /// A tensor that belongs to the state but is not trained; left out of state_dict unless `persistent`.
  Tensor& register_buffer(std::string name, Tensor tensor, bool persistent = true);
  std::shared_ptr<Module>& register_child(std::string name, std::shared_ptr<Module> child);
  template <class M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> child) {
    register_child(std::move(name), child);
    return child;
  }
  template <class M>
  ModuleHolder<M> register_module(std::string name, ModuleHolder<M> child) {
    register_child(std::move(name), child.ptr());
    return child;
  }
  /// Forgets the parameter, buffer or child of this name; false when there is none.
  bool unregister(const std::string& name);

  // The tree. Shared parameters and modules are reported once, under their first name; null ones are left out.
  std::vector<Tensor> parameters(bool recurse = true) const;
  OrderedDict<Tensor> named_parameters(const std::string& prefix = "", bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  OrderedDict<Tensor> named_buffers(const std::string& prefix = "", bool recurse = true) const;
  std::vector<std::shared_ptr<Module>> children() const;
  OrderedDict<std::shared_ptr<Module>> named_children() const;
  /// Depth first, this module first. For a module that no shared_ptr owns its entry does not own it either.
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  OrderedDict<std::shared_ptr<Module>> named_modules(const std::string& prefix = "", bool include_self = true) const;

  /// What this module itself registered, null entries included.
  OrderedDict<Tensor>& own_parameters() { return parameters_; }
  OrderedDict<Tensor>& own_buffers() { return buffers_; }
  OrderedDict<std::shared_ptr<Module>>& own_children() { return children_; }
  const OrderedDict<Tensor>& own_parameters() const { return parameters_; }
  const OrderedDict<Tensor>& own_buffers() const { return buffers_; }
  const OrderedDict<std::shared_ptr<Module>>& own_children() const { return children_; }
  bool is_persistent(const std::string& buffer) const;

  /// Parameters and persistent buffers by dotted name, detached, on the module's own storage.
  StateDict state_dict(const std::string& prefix = "") const;
  /// Copies values in. Shape mismatches throw, and with `strict` missing and unexpected names do, all in one message.
  IncompatibleKeys load_state_dict(const StateDict& state, bool strict = true);

  /// Sets the mode of this module and all below it: dropout and batch norm behave differently.
  virtual void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }

  /// Moves parameters and buffers, in place: handles and optimizers keep seeing them. Only floating-point tensors change dtype.
  void to(DType dtype);
  void to(Device device);
  void to(Device device, DType dtype);

  /// Calls `function` on every module, children before their parent.
  void apply(const std::function<void(Module&)>& function);
  void zero_grad(bool set_to_none = true);
  void requires_grad_(bool value = true);

  /// A deep copy that shares nothing with this module; what is shared inside stays shared inside the copy. The class must be a
  /// layer of this library, derive from Cloneable, or override make_empty.
  std::shared_ptr<Module> clone() const;
  std::shared_ptr<Module> clone_with(CloneMemo& memo) const;

  /// The class's name as printed: its C++ name without namespaces and "Impl".
  virtual std::string name() const;
  /// What stands between the parentheses when printed: "in_features=784, out_features=10, bias=True".
  virtual std::string extra_repr() const { return ""; }
  /// The tree as PyTorch prints it.
  virtual std::string repr() const;

  /// Called after forward; a defined result replaces the output. Returns the id for remove_hook.
  using ForwardHook = std::function<Tensor(Module&, const Tensor& input, const Tensor& output)>;
  int64_t register_forward_hook(ForwardHook hook);
  /// Called before forward; a defined result replaces the input.
  using ForwardPreHook = std::function<Tensor(Module&, const Tensor& input)>;
  int64_t register_forward_pre_hook(ForwardPreHook hook);
  void remove_hook(int64_t id);

  /// This module as another class, or null.
  template <class M>
  M* as() {
    return dynamic_cast<M*>(this);
  }

 protected:
  /// Copies name and mode; the copy registers its own parameters and children.
  Module(const Module& other) : enable_shared_from_this(), name_(other.name_), training_(other.training_) {}

  /// A module built as this one was, with any values; clone then copies the state into it.
  virtual std::shared_ptr<Module> make_empty() const;

 private:
  struct Hook {
    int64_t id;
    ForwardHook after;  ///< one of the two is set
    ForwardPreHook before;
  };

  void check_name(const std::string& name, const char* kind) const;
  void copy_state_into(Module& copy, CloneMemo& memo) const;
  Tensor call_with_hooks(const Tensor& input);

  std::string name_;
  bool training_ = true;
  OrderedDict<Tensor> parameters_, buffers_;
  OrderedDict<std::shared_ptr<Module>> children_;
  std::vector<std::string> non_persistent_;
  std::vector<Hook> hooks_;
  int64_t next_hook_id_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Module& module);

/// For user modules that want clone(): members are copied, then reset() registers parameters and children anew.
template <class Derived>
class Cloneable : public Module {
 public:
  using Module::Module;
  /// Registers and initialises everything; the constructor calls it.
  virtual void reset() = 0;

 protected:
  std::shared_ptr<Module> make_empty() const override {
    auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    static_cast<Cloneable&>(*copy).reset();
    return copy;
  }
};

/// The base of this library's layers: keeps the options a layer was built with, and rebuilds it from them. A layer's public
/// tensors are references to its registered slots, so assigning one (weight tying) is seen everywhere.
template <class Derived, class Options>
class Layer : public Module {
 public:
  explicit Layer(Options options) : options(std::move(options)) {}
  Layer(const Layer&) = delete;

  Options options;

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<Derived>(options); }
};

}  // namespace ember::nn
