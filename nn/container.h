// Containers: Sequential chains modules, ModuleList and ModuleDict hold them for a parent's own forward.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "ember/nn/module.h"

namespace ember::nn {

/// A holder, a shared_ptr, or a module itself.
template <class T>
concept ModuleLike =
    std::convertible_to<T, std::shared_ptr<Module>> || std::derived_from<std::remove_cvref_t<T>, Module>;

/// Shared ownership of a module; one given by value is copied or moved.
template <ModuleLike T>
std::shared_ptr<Module> share_module(T&& module) {
  using M = std::remove_cvref_t<T>;
  if constexpr (std::derived_from<M, Module>) {
    return share_module(std::make_shared<M>(std::forward<T>(module)));
  } else {
    if constexpr (requires { typename M::element_type; }) remember_forward(module.get());
    return std::forward<T>(module);
  }
}

struct NamedModule {
  std::string name;
  std::shared_ptr<Module> module;

  template <ModuleLike M>
  NamedModule(std::string name, M&& module) : name(std::move(name)), module(share_module(std::forward<M>(module))) {}
};
using NamedModules = std::vector<NamedModule>;

/// What Sequential and ModuleList share: children named "0", "1", ...
class IndexedModules : public Module {
 public:
  size_t size() const { return own_children().size(); }
  bool is_empty() const { return size() == 0; }
  /// The child at this place; negative counts from the end. IndexError when out of range.
  std::shared_ptr<Module> operator[](int64_t index) const;
  /// The child as its class, named as such or as its holder; TypeError when it is of another one or null.
  template <class M>
  auto& at(int64_t index) const {
    const std::shared_ptr<Module> child = (*this)[index];
    auto* module = child ? child->as<M>() : nullptr;
    if (!module) fail_type(index);
    return *module;
  }
  void append(std::shared_ptr<Module> module);
  template <ModuleLike M>
  void append(M&& module) {
    append(share_module(std::forward<M>(module)));
  }
  template <ModuleLike M>
  void push_back(M&& module) {
    append(share_module(std::forward<M>(module)));
  }
  /// Later children move one place up.
  void insert(int64_t index, std::shared_ptr<Module> module);
  void replace(int64_t index, std::shared_ptr<Module> module);
  void erase(int64_t index);

 protected:
  IndexedModules() = default;

 private:
  size_t wrap(int64_t index, bool allow_end) const;
  [[noreturn]] void fail_type(int64_t index) const;
  void rebuild(std::vector<std::shared_ptr<Module>> modules);
};

/// y = last(...(first(x...))). Each child takes what the one before gives, which need be no tensor.
class SequentialImpl : public IndexedModules {
 public:
  SequentialImpl() = default;
  template <ModuleLike... M>
  requires(sizeof...(M) > 0) explicit SequentialImpl(M&&... modules) { (append(std::forward<M>(modules)), ...); }
  explicit SequentialImpl(const NamedModules& modules);
  SequentialImpl(const SequentialImpl&) = delete;
  using IndexedModules::push_back;
  template <ModuleLike M>
  void push_back(std::string name, M&& module) {
    register_child(std::move(name), share_module(std::forward<M>(module)));
  }
  Tensor forward(const Tensor& input) override;
  /// The arguments are the first child's, the result is the last one's: `forward<std::tuple<Tensor, Tensor>>(x, h)`. TypeError when a child
  /// takes other types than it gets, or the result is no Result.
  template <class Result = Tensor, class... Args>
  requires(!std::same_as<void(Result, std::remove_cvref_t<Args>...), void(Tensor, Tensor)>) Result
      forward(Args&&... args) {
    return result_as<Result>(run({std::any(std::forward<Args>(args))...}));
  }

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<SequentialImpl>(); }

 private:
  /// TypeError for a place that is empty.
  void for_each_callable(FunctionRef<void(Module& module)> visit) const;
  std::any run(std::vector<std::any> arguments);
  template <class Result>
  Result result_as(std::any result) const {
    if (Result* value = std::any_cast<Result>(&result)) return std::move(*value);
    fail_result(result.type());
  }
  [[noreturn]] void fail_result(const std::type_info& type) const;
};
using Sequential = ModuleHolder<SequentialImpl>;

/// A list of modules; it has no forward of its own.
class ModuleListImpl : public IndexedModules {
 public:
  ModuleListImpl() = default;
  template <ModuleLike... M>
  requires(sizeof...(M) > 0) explicit ModuleListImpl(M&&... modules) { (append(std::forward<M>(modules)), ...); }
  explicit ModuleListImpl(const std::vector<std::shared_ptr<Module>>& modules);
  ModuleListImpl(const ModuleListImpl&) = delete;
  /// Runs of equal children are printed once: "(0-2): 3 x Linear(...)".
  std::string repr() const override;

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<ModuleListImpl>(); }
};
using ModuleList = ModuleHolder<ModuleListImpl>;

/// Modules by name; it has no forward of its own.
class ModuleDictImpl : public Module {
 public:
  ModuleDictImpl() = default;
  explicit ModuleDictImpl(const NamedModules& modules) { update(modules); }
  ModuleDictImpl(const ModuleDictImpl&) = delete;
  size_t size() const { return own_children().size(); }
  bool contains(const std::string& key) const { return own_children().contains(key); }
  /// IndexError when the key is absent.
  std::shared_ptr<Module> operator[](const std::string& key) const { return own_children()[key]; }
  void insert(std::string key, std::shared_ptr<Module> module) { set_child(std::move(key), std::move(module)); }
  void update(const NamedModules& modules) {
    for (const auto& [key, module] : modules) insert(key, module);
  }
  /// Removes and returns a child; IndexError when the key is absent.
  std::shared_ptr<Module> pop(const std::string& key);
  void clear() { own_children().clear(); }

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<ModuleDictImpl>(); }
};
using ModuleDict = ModuleHolder<ModuleDictImpl>;

}  // namespace ember::nn
