// Deep copies of modules.
#include <typeinfo>

#include "ember/autograd/grad_mode.h"
#include "ember/nn/init.h"
#include "ember/nn/lazy.h"
#include "ember/nn/module.h"

namespace ember::nn {
namespace {

/// Whether `a` can take b's values in place: not when the options handed the same tensor to both.
bool can_take(const Tensor& a, const Tensor& b) {
  return !is_lazy(b) && a.storage() != b.storage() && a.sizes() == b.sizes() && a.dtype() == b.dtype() &&
         a.device() == b.device();
}

/// Brings the copy's slots in line with the original's. A tensor that the copy's constructor made is written into rather than
/// replaced: the class may hold a handle to it as a member.
void copy_tensors(const OrderedDict<Tensor>& from, OrderedDict<Tensor>& to, CloneMemo& memo) {
  for (const auto& [name, x] : from) {
    Tensor* slot = to.find(name);
    const bool is_known = x.defined() && memo.tensors.contains(x.impl());
    if (slot && slot->defined() && x.defined() && !is_known && can_take(*slot, x)) {
      slot->copy_(x);
      if (slot->requires_grad() != x.requires_grad()) slot->requires_grad_(x.requires_grad());
      memo.tensors.emplace(x.impl(), *slot);
    } else if (!(slot && is_known && slot->is_same(memo.copy(x)))) {
      to.insert(name, memo.copy(x));
    }
  }
  for (const std::string& name : to.keys())
    if (!from.contains(name)) to.erase(name);
}

}  // namespace

Tensor CloneMemo::copy(const Tensor& x) {
  if (!x.defined()) return x;
  auto [found, is_new] = tensors.try_emplace(x.impl());
  if (is_new) {
    NoGradGuard no_grad;
    found->second = is_lazy(x) ? uninitialized(x.detach().options()) : x.detach().clone();
    if (x.requires_grad()) found->second.requires_grad_(true);
  }
  return found->second;
}

std::shared_ptr<Module> Module::make_empty() const {
  fail<NotImplementedError>("clone: ", name(), " cannot be built anew; derive it from ember::nn::Cloneable<", name(),
                            "> and register its members in reset()");
}

bool Module::take_members(const Module&, CloneMemo&) { return false; }

void Module::clear_registrations() {
  parameters_.clear();
  buffers_.clear();
  children_.clear();
  non_persistent_.clear();
  hooks_.clear();
}

std::shared_ptr<Module> Module::clone() const {
  CloneMemo memo;
  return clone_with(memo);
}

std::shared_ptr<Module> Module::clone_with(CloneMemo& memo) const {
  TreeLevel level;
  std::shared_ptr<Module>& copy = memo.modules[this];
  if (copy) return copy;
  {
    init::SkipInitGuard skip;
    copy = make_empty();
  }
  copy_state_into(*copy, memo);
  return copy;
}

void Module::copy_state_into(Module& copy, CloneMemo& memo) const {
  TreeLevel level;
  NoGradGuard no_grad;
  copy.training_ = training_;
  copy.non_persistent_ = non_persistent_;
  copy.hooks_ = hooks_;
  copy.next_hook_id_ = next_hook_id_;
  if (own_forward_) copy.set_own_forward(*own_forward_);
  copy_tensors(parameters_, copy.parameters_, memo);
  copy_tensors(buffers_, copy.buffers_, memo);
  for (const auto& [name, child] : children_) {
    std::shared_ptr<Module>* slot = copy.children_.find(name);
    if (!child) {
      copy.children_.insert(name, nullptr);
    } else if (slot && *slot && !memo.modules.contains(child.get()) && typeid(**slot) == typeid(*child)) {
      // The copy's constructor made this child and may hold it as a member: fill it, do not replace it.
      const bool is_whole = (*slot)->take_members(*child, memo);
      memo.modules.insert_or_assign(child.get(), *slot);
      if (!is_whole) child->copy_state_into(**slot, memo);
    } else {
      copy.children_.insert(name, child->clone_with(memo));
    }
  }
  for (const std::string& name : copy.children_.keys())
    if (!children_.contains(name)) copy.children_.erase(name);
}

}  // namespace ember::nn
