// Module: a tree of parameters, buffers and child modules with a forward pass. Layers and models derive from it, in C++ and in
// Python; the names and the order of registration are what state_dict, printing and optimizers see.
//
//   struct Net : ember::nn::Module {
//     Net() { fc = register_module("fc", ember::nn::Linear(784, 10)); }
//     ember::Tensor forward(const ember::Tensor& x) override { return fc(x.flatten(1)); }
//     ember::nn::Linear fc{nullptr};
//   };
#pragma once

#include <any>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "ember/core/function_ref.h"
#include "ember/core/ordered_dict.h"
#include "ember/nn/module_holder.h"
#include "ember/nn/options.h"
#include "ember/ops/tensor.h"

namespace ember::nn {

class Module;

using StateDict = OrderedDict<Tensor>;

/// The tree is too deep to be walked, as one that holds itself is; RecursionError in Python.
class RecursionError : public Error {
 public:
  using Error::Error;
};

/// One level of a walk over the tree, as long as it lives. RecursionError beyond a thousand.
class TreeLevel {
 public:
  TreeLevel();
  ~TreeLevel();
  TreeLevel(const TreeLevel&) = delete;
};

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
  virtual ~Module();
  /// A copy shares parameters, buffers and children, as copies of their handles do; clone() makes a deep one. A class that keeps references
  /// to its slots can be moved, but its copy would go on referring to the original's.
  Module(const Module&) = default;
  Module(Module&&) noexcept = default;
  Module& operator=(const Module&) = default;
  Module& operator=(Module&&) noexcept = default;

  /// The layer's function. A class may instead declare a forward with other arguments and another result, or of the same by value: holders
  /// and containers find it. The default calls that, or throws NotImplementedError naming the class.
  virtual Tensor forward(const Tensor& input);
  /// forward between the forward hooks.
  Tensor operator()(const Tensor& input);
  /// The signature of the class's own forward, which holders and containers find out; the first one counts.
  void set_own_forward(const OwnForward& forward) {
    if (!own_forward_) own_forward_ = &forward;
  }
  /// Null for a class that overrides Module's.
  const OwnForward* own_forward() const { return own_forward_; }
  /// forward with any arguments, and any result (empty for void). TypeError naming the class when its forward takes others.
  std::any call(std::span<const std::any> arguments);

  // Registration. Names are not empty and hold no dot; one name is either a parameter, a buffer or a child, and is registered once:
  // Error for a second time. An undefined tensor or null child holds a place.

  /// Returns the registered slot: a reference that stays valid, and that sees later replacements.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  /// A tensor that belongs to the state but is not trained; left out of state_dict unless `persistent`.
  Tensor& register_buffer(std::string name, Tensor tensor, bool persistent = true);
  std::shared_ptr<Module>& register_child(std::string name, std::shared_ptr<Module> child);
  /// The same, but a parameter, buffer or child of this name gives way.
  Tensor& set_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  Tensor& set_buffer(std::string name, Tensor tensor, bool persistent = true);
  std::shared_ptr<Module>& set_child(std::string name, std::shared_ptr<Module> child);
  template <class M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> child) {
    remember_forward(child.get());
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
  /// Calls visit(name, child) for each entry of own_children. Error when a visit adds or removes one.
  void for_each_child(FunctionRef<void(const std::string& name, const std::shared_ptr<Module>& child)> visit) const;

  /// Parameters and persistent buffers by dotted name, detached, on the module's own storage.
  StateDict state_dict(const std::string& prefix = "") const;
  /// Copies values in, or with `assign` takes the tensors themselves over. Shape mismatches throw, and with `strict` missing and
  /// unexpected names do, all in one message and before anything is changed.
  IncompatibleKeys load_state_dict(const StateDict& state, bool strict = true, bool assign = false);

  /// Sets the mode of this module and all below it: dropout and batch norm behave differently.
  virtual void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }
  /// The mode of this module alone.
  void set_training(bool on) { training_ = on; }

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
  bool has_hooks() const { return !hooks_.empty(); }

  /// This module as another class, named as such or as its holder (`as<Linear>()`), or null.
  template <class M>
  auto* as() {
    if constexpr (requires { typename M::ContainedType; })
      return dynamic_cast<typename M::ContainedType*>(this);
    else
      return dynamic_cast<M*>(this);
  }
  template <class M>
  const auto* as() const {
    return const_cast<Module*>(this)->as<M>();
  }

 protected:
  /// A module built as this one was, with any values; clone then copies the state into it.
  virtual std::shared_ptr<Module> make_empty() const;
  /// For a module of the same class that the copy of a parent made on its own: takes what `source` holds beside its state, such as options.
  /// True when that was everything.
  virtual bool take_members(const Module& source, CloneMemo& memo);
  /// Parameters, buffers, children and hooks go.
  void clear_registrations();

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
  const OwnForward* own_forward_ = nullptr;
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
    static_cast<Cloneable&>(*copy).clear_registrations();
    static_cast<Cloneable&>(*copy).reset();
    return copy;
  }
  bool take_members(const Module& source, CloneMemo& memo) override {
    if constexpr (std::is_copy_assignable_v<Derived>) {
      const std::shared_ptr<Module> copy = source.clone_with(memo);
      static_cast<Derived&>(*this) = dynamic_cast<const Derived&>(*copy);
      return true;
    } else {
      return Module::take_members(source, memo);
    }
  }
};

/// The base of this library's layers: keeps the options a layer was built with, and rebuilds it from them. A layer's public
/// tensors are references to its registered slots, so assigning one (weight tying) is seen everywhere.
template <class Derived, class Options>
class Layer : public Module {
 public:
  explicit Layer(Options options) : options(std::move(options)) {}
  Layer(const Layer&) = delete;
  Layer(Layer&&) = default;

  Options options;

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<Derived>(options); }
  bool take_members(const Module& source, CloneMemo&) override {
    options = static_cast<const Layer&>(source).options;
    return false;
  }
};

}  // namespace ember::nn
