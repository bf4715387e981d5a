#include "ember/autograd/function.h"

#include <algorithm>
#include <utility>

namespace ember::autograd {

namespace {

int64_t position(const std::vector<Tensor>& tensors, const Tensor& x) {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.is_same(x); });
  return found == tensors.end() ? -1 : found - tensors.begin();
}

}  // namespace

CustomNode::CustomNode(const char* name, std::shared_ptr<AutogradContext> context, const std::vector<Tensor>& inputs,
                       Backward backward)
    : Node(name), context_(std::move(context)), backward_(std::move(backward)) {
  for (const Tensor& x : inputs) edges_.push_back(gradient_edge(x));
}

void CustomNode::set_outputs(const std::vector<Tensor>& ys) {
  for (const Tensor& y : ys) outputs_.emplace_back(y);
  AutogradContext& ctx = *context_;
  for (const Tensor& x : ctx.to_save_) {
    const int64_t output = position(ys, x);
    ctx.saved_as_output_.push_back(output);
    ctx.saved_outputs_.push_back(output >= 0 ? SavedOutput(x, static_cast<uint32_t>(output)) : SavedOutput());
    ctx.saved_inputs_.push_back(output >= 0 ? SavedTensor() : SavedTensor(x));
  }
  ctx.to_save_.clear();
  holds_saved_ = !ctx.saved_inputs_.empty();
}

void CustomNode::release_saved() {
  std::vector<SavedTensor> inputs;  // both go after the lock
  std::vector<SavedOutput> outputs;
  const std::lock_guard lock(context_->mutex_);
  inputs.swap(context_->saved_inputs_);
  outputs.swap(context_->saved_outputs_);
}

void CustomNode::apply(std::span<const Tensor> grads, std::span<const bool> needs, std::span<Tensor> result) {
  std::vector<Tensor> given(grads.begin(), grads.end());
  for (size_t i = 0; context_->materialize_grads_ && i < given.size(); ++i) {
    if (given[i].defined()) continue;
    given[i] = empty_tensor(outputs_[i].sizes, outputs_[i].dtype, outputs_[i].device);
    given[i].zero_();
  }
  std::vector<Tensor> all = backward_(given);
  check(all.size() == edges_.size(), name(), ": backward returned ", all.size(), " gradients for ", edges_.size(),
        " tensors");
  for (size_t i = 0; i < edges_.size(); ++i)
    if (needs[i]) result[i] = std::move(all[i]);
}

std::vector<Tensor> AutogradContext::get_saved_variables() const {
  std::vector<Tensor> tensors = to_save_;
  const auto [inputs, outputs] = [&] {
    const std::lock_guard lock(mutex_);
    return std::pair(saved_inputs_, saved_outputs_);
  }();
  for (size_t i = 0; i < inputs.size(); ++i) tensors.push_back(saved_as_output_[i] >= 0 ? outputs[i]() : inputs[i]());
  return tensors;
}

std::vector<Tensor> pick_gradients(const char* name, std::vector<Tensor> gradients,
                                   const std::vector<bool>& are_tensors) {
  const size_t expected = are_tensors.size();
  const bool has_enough = gradients.size() >= expected;
  const bool has_extra = has_enough && std::any_of(gradients.begin() + static_cast<int64_t>(expected), gradients.end(),
                                                   [](const Tensor& g) { return g.defined(); });
  check(has_enough && !has_extra, name, ": backward returned ", gradients.size(), " gradients for ", expected,
        " arguments");
  std::vector<Tensor> of_tensors;
  for (size_t i = 0; i < expected; ++i) {
    check(are_tensors[i] || !gradients[i].defined(), name, ": backward returned a gradient for argument ", i,
          ", which is no tensor");
    if (are_tensors[i]) of_tensors.push_back(std::move(gradients[i]));
  }
  return of_tensors;
}

std::vector<Tensor> apply_custom(const char* name, const std::shared_ptr<AutogradContext>& context,
                                 const std::vector<Tensor>& tensors,
                                 const std::function<std::vector<Tensor>()>& forward,
                                 std::function<std::vector<Tensor>(const std::vector<Tensor>&)> backward) {
  AutogradContext& ctx = *context;
  const bool is_recorded = GradMode::is_enabled() && any_requires_grad(std::span(tensors));
  for (const Tensor& x : tensors) ctx.needs_input_grad_.push_back(is_recorded && requires_grad(x));
  std::vector<Tensor> outputs;
  {
    const NoGradGuard no_grad;
    outputs = forward();
  }
  for (const Tensor& x : ctx.dirty_) {
    check(position(outputs, x) >= 0, name, ": ", describe(x), " was marked dirty but is not among the outputs");
    check_in_place(name, x);
  }
  const bool is_dirty_free = ctx.dirty_.empty();
  for (Tensor& y : outputs) {
    check(y.defined(), name, ": forward returned an undefined tensor");
    // An input returned as it came becomes a tensor of its own, or its history would be overwritten.
    if (position(tensors, y) >= 0 && (is_dirty_free || position(ctx.dirty_, y) < 0)) y = y.alias();
  }
  if (!is_recorded) {
    ctx.to_save_.clear();
    return outputs;
  }
  auto node = make_intrusive<CustomNode>(name, context, tensors, std::move(backward));
  node->set_outputs(outputs);
  const bool writes_to_view = outputs.size() == 1 && !ctx.dirty_.empty() && outputs[0].is_view();
  IntrusivePtr<Node> history = node;
  if (ForwardLevel::is_any_open() && !writes_to_view) history = with_tangents(node);
  for (uint32_t i = 0; i < outputs.size(); ++i) {
    const Tensor& y = outputs[i];
    if (!y.is_differentiable() || position(ctx.non_differentiable_, y) >= 0) continue;
    if (position(ctx.dirty_, y) >= 0) {
      check(outputs.size() == 1 || !y.is_view(), name, ": a view changed in place must be the only output");
      if (y.is_view())
        rebase_history(y, node);
      else
        replace_history(y, history, i);
    } else if (history) {
      set_history(y, history, i);
    }
  }
  ctx.dirty_.clear();
  ctx.non_differentiable_.clear();
  return outputs;
}

}  // namespace ember::autograd
