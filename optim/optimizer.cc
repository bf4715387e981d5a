#include "optim/optimizer.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <typeinfo>
#include <unordered_set>

#include "autograd/grad_mode.h"
#include "core/optimizer_step.h"

namespace ember::optim {
namespace {

std::array<std::vector<Tensor>*, 5> lists(OptimizerStep& step) {
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
  struct Stepping {
    bool& flag;
    ~Stepping() { flag = false; }
  } stepping{is_stepping_ = true};
  NoGradGuard no_grad;
  ++step_count_;
  for (ParamGroup& group : groups_) step_group(group);
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

void Optimizer::step_group(ParamGroup& group) {
  pending_.clear();
  group.states_.resize(group.params_.size());  // params() may have grown
  for (size_t i = 0; i < group.params_.size(); ++i) {
    Tensor grad = group.params_[i].grad();
    if (!grad.defined()) continue;
    check_gradient(group.params_[i], grad);
    prepare(*group.options_, group.params_[i], group.states_[i]);
    check_state(group, i);
    pending_.push_back({i, std::move(grad)});
  }
  for (const Pending& pending : pending_) ++group.states_[pending.index].step;
  // One kernel call serves all parameters at the same step: usually all of them.
  while (!pending_.empty()) {
    const size_t first = pending_.front().index;
    run_batch(group, group.states_[first].step, group.params_[first].device());
  }
}

void Optimizer::check_gradient(const Tensor& param, const Tensor& grad) const {
  if (grad.sizes() != param.sizes()) fail(name(), ": the gradient of ", describe(param), " has shape ", grad.sizes());
}

void Optimizer::check_state(const ParamGroup& group, size_t index) const {
  const Tensor& param = group.params_[index];
  const ParamState& state = group.states_[index];
  for (const Tensor* x : {&state.first, &state.second, &state.max_second})
    if (x->defined() && x->sizes() != param.sizes())
      fail(name(), ": parameter ", index, " is ", describe(param), " now, but what is remembered of it has shape ",
           x->sizes());
}

void Optimizer::run_batch(ParamGroup& group, int64_t step, Device device) {
  for (auto* list : lists(batch_)) list->clear();  // of a step that threw
  std::vector<std::pair<Tensor, Tensor>> copies;
  std::erase_if(pending_, [&](Pending& pending) {
    const Tensor& param = group.params_[pending.index];
    const ParamState& state = group.states_[pending.index];
    if (state.step != step || param.device() != device) return false;
    batch_.params.push_back(param.is_contiguous() ? param : param.contiguous());
    batch_.grads.push_back(pending.grad.is_contiguous() ? std::move(pending.grad) : pending.grad.contiguous());
    if (!param.is_contiguous()) copies.emplace_back(param, batch_.params.back());
    if (state.first.defined()) batch_.first.push_back(state.first);
    if (state.second.defined()) batch_.second.push_back(state.second);
    if (state.max_second.defined()) batch_.max_second.push_back(state.max_second);
    return true;
  });
  batch_.step = step;
  run(*group.options_, batch_);
  for (const Tensor& param : batch_.params) param.storage()->bump_version();
  for (auto& [param, copy] : copies) param.copy_(copy);
  for (auto* list : lists(batch_)) list->clear();
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
