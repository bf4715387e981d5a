// Containers: Sequential chains modules, ModuleList and ModuleDict hold them for a parent's own forward.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "nn/module.h"

namespace ember::nn {

/// Anything that shares ownership of a module: a holder or a shared_ptr.
template <class T>
concept ModuleLike = std::convertible_to<T, std::shared_ptr<Module>>;

using NamedModules = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;

/// What Sequential and ModuleList share: children named "0", "1", ...
class IndexedModules : public Module {
 public:
  size_t size() const { return own_children().size(); }
  bool is_empty() const { return size() == 0; }
  /// The child at this place; negative counts from the end. IndexError when out of range.
  std::shared_ptr<Module> operator[](int64_t index) const;
  template <class M>
  M& at(int64_t index) const {
    return dynamic_cast<M&>(*(*this)[index]);
  }
  void append(std::shared_ptr<Module> module);
  void push_back(std::shared_ptr<Module> module) { append(std::move(module)); }
  /// Later children move one place up.
  void insert(int64_t index, std::shared_ptr<Module> module);
  void replace(int64_t index, std::shared_ptr<Module> module);
  void erase(int64_t index);

 protected:
  IndexedModules() = default;

 private:
  size_t wrap(int64_t index, bool allow_end) const;
  void rebuild(std::vector<std::shared_ptr<Module>> modules);
};

/// y = last(...(first(x))). Each child maps one tensor to one.
class SequentialImpl : public IndexedModules {
 public:
  SequentialImpl() = default;
  template <ModuleLike... M>
  requires(sizeof...(M) > 0) explicit SequentialImpl(M&&... modules) { (append(std::forward<M>(modules)), ...); }
  explicit SequentialImpl(const NamedModules& modules);
  SequentialImpl(const SequentialImpl&) = delete;
  using IndexedModules::push_back;
  void push_back(std::string name, std::shared_ptr<Module> module) {
    register_child(std::move(name), std::move(module));
  }
  Tensor forward(const Tensor& input) override;

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<SequentialImpl>(); }
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
  void insert(std::string key, std::shared_ptr<Module> module) { register_child(std::move(key), std::move(module)); }
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
