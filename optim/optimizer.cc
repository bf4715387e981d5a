#include "ember/optim/optimizer.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <typeinfo>
#include <unordered_set>

#include "ember/autograd/grad_mode.h"
#include "ember/core/optimizer_step.h"

namespace ember::optim {
namespace {

std::array<std::vector<TensorBase>*, 5> lists(OptimizerStep& step) {
  return {&step.params, &step.grads, &step.first, &step.second, &step.max_second};
}

}  // namespace

ParamGroup::ParamGroup(const ParamGroup& other)
    : params_(other.params_), options_(other.options_ ? other.options_->clone() : nullptr), states_(other.states_) {}

/// All optimizers. In a forked process their locks are made anew: the threads that held them are not in it.
struct Optimizer::All {
  std::mutex mutex;
  std::unordered_set<Optimizer*> optimizers;

  All() {
    pthread_atfork([] { all().mutex.lock(); }, [] { all().mutex.unlock(); },
                   [] {
                     for (Optimizer* optimizer : all().optimizers) {
                       new (&optimizer->mutex_) std::recursive_mutex;
                       optimizer->is_stepping_ = false;
                     }
                     all().mutex.unlock();
                   });
  }
};

Optimizer::All& Optimizer::all() {
  static auto* const all = new All;  // outlives every thread
  return *all;
}

Optimizer::~Optimizer() {
  const std::lock_guard lock(all().mutex);
  all().optimizers.erase(this);
}

Optimizer::Optimizer(std::vector<ParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  defaults_->check();
  check<ValueError>(!groups.empty() && (groups.size() > 1 || !groups[0].params().empty()),
                    "optimizer got an empty parameter list");
  for (ParamGroup& group : groups) add_param_group(std::move(group));
  const std::lock_guard lock(all().mutex);
  all().optimizers.insert(this);
}

void Optimizer::add_param_group(ParamGroup group) {
  const Lock alone = lock();
  std::unordered_set<const TensorImpl*> known;
  for (const ParamGroup& other : groups_)
    for (const Tensor& p : other.params_) known.insert(p.impl());
  for (const Tensor& p : group.params_) {
    check<TypeError>(p.defined(), "optimizer can only optimize Tensors, but one of the params is undefined");
    check<ValueError>(p.is_leaf() || p.retains_grad(), "can't optimize a non-leaf Tensor");
    check<ValueError>(known.insert(p.impl()).second, "some parameters appear in more than one parameter group");
  }
  // A clone has the class that the optimizer works with, whatever shorthand class was given.
  group.options_ = group.options_ ? group.options_->clone() : defaults_->clone();
  check<TypeError>(typeid(*group.options_) == typeid(*defaults_),
                   "add_param_group: the options of the group are those of another optimizer");
  group.options_->check();
  group.states_.assign(group.params_.size(), ParamState());
  groups_.push_back(std::move(group));
}

void Optimizer::step() {
  const Lock alone = lock();
  if (is_stepping_) fail(name(), ": step was called while it runs, in the same thread");
  is_stepping_ = true;
  struct Step {
    Optimizer& optimizer;
    ~Step() {
      for (size_t i = 0; i < optimizer.planned_; ++i) optimizer.batches_[i].clear();
      optimizer.planned_ = 0;
      optimizer.is_stepping_ = false;
    }
  } step{*this};
  const NoGradGuard no_grad;
  // What takes memory comes first, so that nothing is changed when there is none.
  for (ParamGroup& group : groups_) plan(group);
  for (size_t i = 0; i < planned_; ++i) run_batch(batches_[i]);
  ++step_count_;
}

Tensor Optimizer::step(const std::function<Tensor()>& closure) {
  Tensor loss;
  {
    EnableGradGuard grad;
    loss = closure();
  }
  step();
  return loss;
}

void Optimizer::Batch::clear() {
  for (auto* list : lists(tensors)) list->clear();
  states.clear();
  copies.clear();
}

void Optimizer::plan(ParamGroup& group) {
  const size_t first = planned_;
  group.states_.resize(group.params_.size());  // params() may have grown
  for (size_t i = 0; i < group.params_.size(); ++i) {
    const Tensor& param = group.params_[i];
    Tensor grad = param.grad();
    if (!grad.defined()) continue;
    check_gradient(param, grad);
    ParamState state = group.states_[i];
    prepare(*group.options_, param, state);
    check_state(i, param, state);
    ++state.step;
    Batch& batch = batch_for(group, state.step, param.device(), first);
    OptimizerStep& lists = batch.tensors;
    lists.params.push_back(param.is_contiguous() ? param : param.contiguous());
    lists.grads.push_back(grad.is_contiguous() ? std::move(grad) : grad.contiguous());
    if (!param.is_contiguous()) batch.copies.emplace_back(param, lists.params.back());
    if (state.first.defined()) lists.first.push_back(state.first);
    if (state.second.defined()) lists.second.push_back(state.second);
    if (state.max_second.defined()) lists.max_second.push_back(state.max_second);
    batch.states.emplace_back(i, std::move(state));
  }
}

void Optimizer::check_gradient(const Tensor& param, const Tensor& grad) const {
  if (grad.sizes() != param.sizes()) fail(name(), ": the gradient of ", describe(param), " has shape ", grad.sizes());
}

void Optimizer::check_state(size_t index, const Tensor& param, const ParamState& state) const {
  for (const Tensor* x : {&state.first, &state.second, &state.max_second})
    if (x->defined() && x->sizes() != param.sizes())
      fail(name(), ": parameter ", index, " is ", describe(param), " now, but what is remembered of it has shape ",
           x->sizes());
}

/// Usually the one that there is for the group, whose batches start at `first`.
Optimizer::Batch& Optimizer::batch_for(ParamGroup& group, int64_t step, Device device, size_t first) {
  for (size_t i = first; i < planned_; ++i)
    if (batches_[i].tensors.step == step && batches_[i].device == device) return batches_[i];
  if (planned_ == batches_.size()) batches_.emplace_back();
  Batch& batch = batches_[planned_++];
  batch.group = &group;
  batch.device = device;
  batch.tensors.step = step;
  return batch;
}

void Optimizer::run_batch(Batch& batch) {
  run(*batch.group->options_, batch.tensors);
  for (auto& [place, state] : batch.states) batch.group->states_[place] = std::move(state);
  for (const TensorBase& param : batch.tensors.params) param.storage()->bump_version();
  for (auto& [param, copy] : batch.copies) param.copy_(copy);
}

void Optimizer::zero_grad(bool set_to_none) {
  const Lock alone = lock();
  NoGradGuard no_grad;
  for (ParamGroup& group : groups_) {
    for (Tensor& p : group.params_) {
      if (set_to_none) {
        p.set_grad(Tensor());
      } else if (Tensor grad = p.grad(); grad.defined()) {
        grad = grad.detach();
        grad.zero_();
        p.set_grad(grad);
      }
    }
  }
}

namespace {

std::string to_text(const OptionValue& value) {
  if (const auto* x = std::get_if<bool>(&value)) return *x ? "True" : "False";
  if (const auto* x = std::get_if<int64_t>(&value)) return concat(*x);
  if (const auto* x = std::get_if<double>(&value)) return concat(*x);
  if (const auto* x = std::get_if<std::pair<double, double>>(&value))
    return concat("(", x->first, ", ", x->second, ")");
  return "None";
}

}  // namespace

std::string Optimizer::repr() const {
  const Lock alone = lock();
  std::string text = name() + " (";
  for (size_t i = 0; i < groups_.size(); ++i) {
    text += concat("\nParameter Group ", i, "\n");
    const OptionDict options = groups_[i].options().to_dict();
    std::vector<std::string> names = options.keys();
    std::sort(names.begin(), names.end());
    for (const std::string& option : names) text += concat("    ", option, ": ", to_text(options[option]), "\n");
  }
  return text + ")";
}

}  // namespace ember::optim
