// Walks over the tree: what is in it, and under which dotted name.
#include <unordered_set>

#include "ember/nn/module.h"

namespace ember::nn {
namespace {

using Visited = std::unordered_set<const Module*>;

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

/// Calls visit(name, module) for each module once, depth first, parents before children.
template <class Visit>
void walk(const Module& module, const std::string& prefix, bool recurse, Visited& visited, const Visit& visit) {
  if (!visited.insert(&module).second) return;
  visit(prefix, module);
  if (!recurse) return;
  TreeLevel level;
  for (const auto& [name, child] : module.own_children())
    if (child) walk(*child, join(prefix, name), recurse, visited, visit);
}

template <class Visit>
void walk(const Module& module, const std::string& prefix, bool recurse, const Visit& visit) {
  Visited visited;
  walk(module, prefix, recurse, visited, visit);
}

using TensorDict = OrderedDict<Tensor>;

/// Calls visit(dotted name, tensor) for each tensor once.
template <class Visit>
void walk_tensors(const Module& module, const std::string& prefix, bool recurse,
                  const TensorDict& (Module::*own)() const, const Visit& visit) {
  std::unordered_set<const TensorImpl*> seen;
  walk(module, prefix, recurse, [&](const std::string& path, const Module& m) {
    for (const auto& [name, tensor] : (m.*own)())
      if (tensor.defined() && seen.insert(tensor.impl()).second) visit(path, name, tensor);
  });
}

std::vector<Tensor> list(const Module& module, bool recurse, const TensorDict& (Module::*own)() const) {
  std::vector<Tensor> result;
  walk_tensors(module, "", recurse, own,
               [&](const std::string&, const std::string&, const Tensor& x) { result.push_back(x); });
  return result;
}

TensorDict named(const Module& module, const std::string& prefix, bool recurse,
                 const TensorDict& (Module::*own)() const) {
  TensorDict result;
  walk_tensors(module, prefix, recurse, own, [&](const std::string& path, const std::string& name, const Tensor& x) {
    result.insert(join(path, name), x);
  });
  return result;
}

std::shared_ptr<Module> handle(const Module& module) {
  auto* mutable_module = const_cast<Module*>(&module);
  if (auto owned = mutable_module->weak_from_this().lock()) return owned;
  return std::shared_ptr<Module>(std::shared_ptr<void>(), mutable_module);
}

}  // namespace

void Module::for_each_child(FunctionRef<void(const std::string&, const std::shared_ptr<Module>&)> visit) const {
  const uint64_t before = children_.changes();
  for (auto item = children_.begin(); item != children_.end(); ++item) {
    const std::shared_ptr<Module> child = item->second;  // a visit may put another in its place
    visit(item->first, child);
    check(children_.changes() == before, name(), ": its children changed while they were visited");
  }
}

std::vector<Tensor> Module::parameters(bool recurse) const { return list(*this, recurse, &Module::own_parameters); }
OrderedDict<Tensor> Module::named_parameters(const std::string& prefix, bool recurse) const {
  return named(*this, prefix, recurse, &Module::own_parameters);
}
std::vector<Tensor> Module::buffers(bool recurse) const { return list(*this, recurse, &Module::own_buffers); }
OrderedDict<Tensor> Module::named_buffers(const std::string& prefix, bool recurse) const {
  return named(*this, prefix, recurse, &Module::own_buffers);
}

std::vector<std::shared_ptr<Module>> Module::children() const { return named_children().values(); }

OrderedDict<std::shared_ptr<Module>> Module::named_children() const {
  OrderedDict<std::shared_ptr<Module>> result;
  Visited seen;
  for (const auto& [name, child] : children_)
    if (child && seen.insert(child.get()).second) result.insert(name, child);
  return result;
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  return named_modules("", include_self).values();
}

OrderedDict<std::shared_ptr<Module>> Module::named_modules(const std::string& prefix, bool include_self) const {
  OrderedDict<std::shared_ptr<Module>> result;
  walk(*this, prefix, true, [&](const std::string& path, const Module& m) {
    if (&m != this || include_self) result.insert(path, handle(m));
  });
  return result;
}

}  // namespace ember::nn
