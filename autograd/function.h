// Ops whose backward the user writes, for what a composition of ops cannot say:
//
//   struct Cube : autograd::Function<Cube> {
//     static Tensor forward(AutogradContext* ctx, const Tensor& x) {
//       ctx->save_for_backward({x});
//       return x * x * x;
//     }
//     static std::vector<Tensor> backward(AutogradContext* ctx, const std::vector<Tensor>& grads) {
//       const Tensor x = ctx->get_saved_variables()[0];
//       return {grads[0] * 3 * x * x};
//     }
//   };
//   Tensor y = Cube::apply(x);
//
// forward runs without recording; backward must return one gradient for each argument of forward, or for each tensor of one that is a
// vector of them, undefined for those that are no tensors. More may follow when they are undefined. Python's autograd.Function uses
// the same node.
#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "ember/autograd/record.h"

namespace ember::autograd {

/// What forward leaves for backward.
class AutogradContext {
 public:
  /// Keeps inputs, outputs or intermediate results; unpacking checks that they were not modified in place.
  void save_for_backward(std::vector<Tensor> tensors) { to_save_ = std::move(tensors); }
  std::vector<Tensor> get_saved_variables() const;
  /// Inputs that forward changed in place; each must also be returned.
  void mark_dirty(std::vector<Tensor> tensors) { dirty_ = std::move(tensors); }
  /// Outputs that carry no gradient.
  void mark_non_differentiable(std::vector<Tensor> tensors) { non_differentiable_ = std::move(tensors); }
  /// Whether backward sees zeros (the default) or undefined tensors for outputs that nothing used.
  void set_materialize_grads(bool value) { materialize_grads_ = value; }
  /// Whether the i-th tensor among forward's arguments needs a gradient.
  bool needs_input_grad(size_t i) const { return needs_input_grad_.at(i); }

  /// Anything else that backward needs.
  std::map<std::string, std::any> saved_data;

 private:
  friend class CustomNode;
  friend std::vector<Tensor> apply_custom(const char*, const std::shared_ptr<AutogradContext>&,
                                          const std::vector<Tensor>&, const std::function<std::vector<Tensor>()>&,
                                          std::function<std::vector<Tensor>(const std::vector<Tensor>&)>);

  std::vector<Tensor> to_save_, dirty_, non_differentiable_;
  std::vector<SavedTensor> saved_inputs_;
  /// For a saved output, its number; -1 for anything else.
  std::vector<int64_t> saved_as_output_;
  std::vector<SavedOutput> saved_outputs_;
  std::vector<bool> needs_input_grad_;
  bool materialize_grads_ = true;
  mutable std::mutex mutex_;  ///< what is saved may be read in one thread while another's backward frees it
};

/// The node of a Function.
class CustomNode final : public Node {
 public:
  using Backward = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

  CustomNode(const char* name, std::shared_ptr<AutogradContext> context, const std::vector<Tensor>& inputs,
             Backward backward);

  void set_outputs(const std::vector<Tensor>& ys);
  const Backward& backward() const { return backward_; }

  std::span<Edge> edges() override { return edges_; }
  std::span<const OutputInfo> outputs() const override { return outputs_; }
  void release_saved() override;
  void apply(std::span<const Tensor> grads, std::span<const bool> needs, std::span<Tensor> result) override;

 private:
  std::shared_ptr<AutogradContext> context_;
  Backward backward_;
  std::vector<Edge> edges_;
  std::vector<OutputInfo> outputs_;
};

/// The mechanism under Function: runs `forward` unrecorded and records `backward`, which gives one gradient for each of
/// `tensors`. `name` must outlive the graph.
std::vector<Tensor> apply_custom(const char* name, const std::shared_ptr<AutogradContext>& context,
                                 const std::vector<Tensor>& tensors,
                                 const std::function<std::vector<Tensor>()>& forward,
                                 std::function<std::vector<Tensor>(const std::vector<Tensor>&)> backward);

/// The gradients of those arguments that are tensors. Throws Error when there are too few, or too many that are defined, or one for
/// an argument that is no tensor.
std::vector<Tensor> pick_gradients(const char* name, std::vector<Tensor> gradients,
                                   const std::vector<bool>& are_tensors);

template <class T>
struct Function {
  /// What forward returns: a Tensor or a vector of them.
  template <class... Args>
  static auto apply(Args&&... args) {
    using Result = decltype(T::forward(std::declval<AutogradContext*>(), args...));
    auto context = std::make_shared<AutogradContext>();
    std::vector<Tensor> tensors;
    (collect(tensors, args), ...);
    const auto forward = [&]() -> std::vector<Tensor> {
      if constexpr (std::is_same_v<Result, Tensor>)
        return {T::forward(context.get(), args...)};
      else
        return T::forward(context.get(), args...);
    };
    std::vector<bool> are_tensors;
    (mark(are_tensors, args), ...);
    // The node owns the context by way of this pullback; a raw pointer back would be no cycle either.
    auto backward = [context, are_tensors](const std::vector<Tensor>& grads) {
      return pick_gradients(name(), T::backward(context.get(), grads), are_tensors);
    };
    std::vector<Tensor> outputs = apply_custom(name(), context, tensors, forward, std::move(backward));
    if constexpr (std::is_same_v<Result, Tensor>)
      return std::move(outputs[0]);
    else
      return outputs;
  }

 private:
  template <class A>
  static constexpr bool is_tensor = std::is_same_v<A, Tensor>;
  template <class A>
  static constexpr bool is_list = std::is_same_v<A, std::vector<Tensor>>;

  template <class A>
  static void collect(std::vector<Tensor>& tensors, const A& arg) {
    if constexpr (is_tensor<A>) tensors.push_back(arg);
    if constexpr (is_list<A>) tensors.insert(tensors.end(), arg.begin(), arg.end());
  }
  /// One entry for each gradient that backward returns.
  template <class A>
  static void mark(std::vector<bool>& are_tensors, const A& arg) {
    if constexpr (is_list<A>)
      are_tensors.insert(are_tensors.end(), arg.size(), true);
    else
      are_tensors.push_back(is_tensor<A>);
  }
  static const char* name() {
    if constexpr (requires { T::kName; })
      return T::kName;
    else
      return "Function";
  }
};

}  // namespace ember::autograd
