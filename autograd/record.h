// Recording an op on the tape: forward and pullback in one glance.
//
//   Tensor mul(const Tensor& a, const Tensor& b) {
//     auto y = kernel::binary(kernels::mul, a, b);
//     return record("mul", y, inputs(a, b),
//                   [b = saved(b)](const Tensor& g) { return g * b(); },
//                   [a = saved(a)](const Tensor& g) { return g * a(); });
//   }
//
// There is one pullback for each input, called only when that input needs a gradient; one that is not needed is dropped, with
// what it saved. Where the gradients share work, a single pullback returns all of them:
//
//   [..](const Tensor& g) -> std::array<Tensor, 3> { ... }           or with a second parameter `Needs needs`
//
// The mechanism sums a gradient over broadcast dims and casts it to its input's dtype, so pullbacks do not. An op with
// several outputs records a vector; its pullback takes `std::span<const Tensor>`, undefined where no gradient arrived.
//
// An op that works element by element says `elements(a, b)`, a linear one `linear_in(f, x)`, in place of `inputs`: forward mode
// (forward.h) is cheaper then.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <tuple>

#include "ember/autograd/forward.h"
#include "ember/autograd/meta.h"
#include "ember/autograd/saved.h"

namespace ember {

/// Which inputs want a gradient.
template <size_t N>
using Needs = std::array<bool, N>;
/// The same for ops whose number of inputs is known only at run time.
using NeedsList = std::vector<bool>;

template <size_t N>
struct Inputs {
  std::array<const Tensor*, N> tensors;
};
template <size_t N>
struct Elements : Inputs<N> {
  static constexpr bool kIsSymmetric = true;
};
template <size_t N, class F>
struct Linear : Inputs<N> {
  F op;
};
/// Inputs of an op with any number of them (cat, stack).
struct InputList {
  std::span<const Tensor> tensors;
};

template <class... T>
requires(std::same_as<T, Tensor>&&...) Inputs<sizeof...(T)> inputs(const T&... tensors) { return {{&tensors...}}; }
/// Inputs of an op with one result, each element of which comes from one element of each of them: y[i] = f(a[i], b[i]), broadcast. Or of any
/// other whose Jacobians are symmetric.
template <std::same_as<Tensor>... T>
Elements<sizeof...(T)> elements(const T&... tensors) {
  return {{{&tensors...}}};
}
/// Inputs of an op with one result, which is linear in each of them: f(i, t), or f(t) for the only one, is the result with t in the place of
/// the i-th, without what does not depend on that.
template <class F, std::same_as<Tensor>... T>
Linear<sizeof...(T), F> linear_in(F f, const T&... tensors) {
  return {{{&tensors...}}, std::move(f)};
}
inline InputList inputs(std::span<const Tensor> tensors) { return {tensors}; }
inline InputList inputs(const std::vector<Tensor>& tensors) { return {tensors}; }

namespace autograd {

bool any_requires_grad(std::span<const Tensor* const> tensors);
bool any_requires_grad(std::span<const Tensor> tensors);

/// Calls a pullback with as much as it asks for: the one gradient or the span of them, and which inputs need theirs.
template <class F, class N>
auto call_pullback(F& f, std::span<const Tensor> grads, const N& needs) {
  if constexpr (std::invocable<F&, const Tensor&, const N&>)
    return f(grads[0], needs);
  else if constexpr (std::invocable<F&, std::span<const Tensor>, const N&>)
    return f(grads, needs);
  else if constexpr (std::invocable<F&, const Tensor&>)
    return f(grads[0]);
  else
    return f(grads);
}

/// The node of an op with N inputs: its pullbacks lie inside, by value.
template <size_t N, class... F>
class OpNode final : public Node {
  static_assert(sizeof...(F) == N || sizeof...(F) == 1, "one pullback for each input, or one for all");
  static constexpr bool kEach = sizeof...(F) == N;

 public:
  OpNode(const char* name, const Inputs<N>& inputs, F&&... pullbacks)
      : Node(name), pullbacks_(std::in_place, std::forward<F>(pullbacks)...) {
    for (size_t i = 0; i < N; ++i) edges_[i] = gradient_edge(*inputs.tensors[i]);
    if constexpr (kEach && N > 1) drop_unneeded(std::make_index_sequence<N>());
  }

  void set_output(const Tensor& y) { single_ = OutputInfo(y); }
  void set_outputs(std::span<const Tensor> ys) {
    for (const Tensor& y : ys) several_.emplace_back(y);
  }

  std::span<Edge> edges() override { return edges_; }
  std::span<const OutputInfo> outputs() const override {
    return several_.empty() ? std::span<const OutputInfo>(&single_, 1) : several_;
  }
  void release_saved() override { pullbacks_.reset(); }

  void apply(std::span<const Tensor> grads, std::span<const bool> wanted, std::span<Tensor> result) override {
    Needs<N> needs;
    std::copy_n(wanted.begin(), N, needs.begin());
    if constexpr (kEach) {
      apply_each(grads, result, needs, std::make_index_sequence<N>());
    } else {
      auto all = call_pullback(*std::get<0>(*pullbacks_), grads, needs);
      for (size_t i = 0; i < N; ++i)
        if (needs[i]) result[i] = std::move(all[i]);
    }
  }

 private:
  template <size_t... I>
  void drop_unneeded(std::index_sequence<I...>) {
    ((edges_[I].defined() ? void() : std::get<I>(*pullbacks_).reset()), ...);
  }
  template <size_t... I>
  void apply_each(std::span<const Tensor> grads, std::span<Tensor> result, const Needs<N>& needs,
                  std::index_sequence<I...>) {
    ((needs[I] ? void(result[I] = call_pullback(*std::get<I>(*pullbacks_), grads, needs)) : void()), ...);
  }

  std::array<Edge, N> edges_;
  OutputInfo single_;
  std::vector<OutputInfo> several_;
  std::optional<std::tuple<std::optional<std::decay_t<F>>...>> pullbacks_;
};

/// The node of an op with a list of inputs; its pullback returns a vector of gradients.
template <class F>
class ListNode final : public Node {
 public:
  ListNode(const char* name, const InputList& inputs, F&& pullback) : Node(name), pullback_(std::forward<F>(pullback)) {
    edges_.reserve(inputs.tensors.size());
    for (const Tensor& x : inputs.tensors) edges_.push_back(gradient_edge(x));
  }

  void set_output(const Tensor& y) { outputs_.assign(1, OutputInfo(y)); }
  void set_outputs(std::span<const Tensor> ys) {
    for (const Tensor& y : ys) outputs_.emplace_back(y);
  }

  std::span<Edge> edges() override { return edges_; }
  std::span<const OutputInfo> outputs() const override { return outputs_; }
  void release_saved() override { pullback_.reset(); }

  void apply(std::span<const Tensor> grads, std::span<const bool> wanted, std::span<Tensor> result) override {
    const NeedsList needs(wanted.begin(), wanted.end());
    std::vector<Tensor> all = call_pullback(*pullback_, grads, needs);
    for (size_t i = 0; i < edges_.size(); ++i)
      if (needs[i]) result[i] = std::move(all[i]);
  }

 private:
  std::vector<Edge> edges_;
  std::vector<OutputInfo> outputs_;
  std::optional<std::decay_t<F>> pullback_;
};

/// Makes the node and tells it whether its pullbacks brought saved tensors along: without any, a second backward is harmless.
template <class Made, class... Args>
auto make_watched(Args&&... args) {
  const uint64_t before = SavedTensor::constructed;
  auto node = make_intrusive<Made>(std::forward<Args>(args)...);
  node->set_holds_saved(SavedTensor::constructed != before);
  return node;
}
template <size_t N, class... F>
auto make_node(const char* name, const Inputs<N>& in, F&&... pullbacks) {
  return make_watched<OpNode<N, F...>>(name, in, std::forward<F>(pullbacks)...);
}
template <class F>
auto make_node(const char* name, const InputList& in, F&& pullback) {
  return make_watched<ListNode<F>>(name, in, std::forward<F>(pullback));
}

template <class In>
bool is_recorded(const In& in) {
  return GradMode::is_enabled() && any_requires_grad(in.tensors);
}

template <class In, class Use>
auto with_dependence(const In& in, const Use& use) {
  if constexpr (requires { in.op; }) {
    const auto op = [&in](size_t i, const Tensor& tangent) -> Tensor {
      if constexpr (std::invocable<decltype(in.op), size_t, const Tensor&>)
        return in.op(i, tangent);
      else
        return in.op(tangent);
    };
    const FunctionRef<Tensor(size_t, const Tensor&)> linear = op;
    return use(Dependence{false, &linear});
  } else {
    return use(Dependence{requires { In::kIsSymmetric;
  }
});
}  // namespace autograd
}  // namespace ember

/// The history of the node's outputs.
template <class In>
IntrusivePtr<Node> history_of(IntrusivePtr<Node> node, const In& in) {
  if (!ForwardLevel::is_any_open()) [[likely]]
    return node;
  return with_dependence(in, [&](const Dependence& dependence) { return with_tangents(std::move(node), dependence); });
}

}  // namespace autograd

/// Gives `y` its place on the tape when one of the inputs requires grad; returns it.
template <class In, class... F>
Tensor record(const char* name, Tensor y, const In& in, F&&... pullbacks) {
  if (autograd::is_recorded(in) && y.is_differentiable()) {
    auto node = autograd::make_node(name, in, std::forward<F>(pullbacks)...);
    node->set_output(y);
    if (auto history = autograd::history_of(std::move(node), in)) autograd::set_history(y, std::move(history), 0);
  }
  return y;
}

/// The same for several outputs; those of a dtype without gradients carry none.
template <class In, class... F>
std::vector<Tensor> record(const char* name, std::vector<Tensor> ys, const In& in, F&&... pullbacks) {
  if (autograd::is_recorded(in)) {
    auto node = autograd::make_node(name, in, std::forward<F>(pullbacks)...);
    node->set_outputs(ys);
    const IntrusivePtr<autograd::Node> history = autograd::history_of(std::move(node), in);
    for (uint32_t i = 0; history && i < ys.size(); ++i)
      if (ys[i].is_differentiable()) autograd::set_history(ys[i], history, i);
  }
  return ys;
}

/// For an output that shares storage with `base`: in-place changes of one reach the other, on the tape too.
template <class In, class F>
Tensor record_view(const char* name, Tensor view, const In& base, F&& pullback,
                   autograd::ViewKind kind = autograd::ViewKind::Recorded) {
  autograd::track_view(view, *base.tensors[0], kind);
  return record(name, std::move(view), base, std::forward<F>(pullback));
}

/// For an op that has just overwritten `x`, its first input. Call autograd::check_in_place before writing.
template <class In, class... F>
Tensor& record_in_place(const char* name, Tensor& x, const In& in, F&&... pullbacks) {
  if (autograd::is_recorded(in) && x.is_differentiable()) {
    auto node = autograd::make_node(name, in, std::forward<F>(pullbacks)...);
    node->set_output(x);
    autograd::check_continues(x, *node);
    autograd::with_dependence(
        in, [&](const autograd::Dependence& dependence) { autograd::rebase_history(x, std::move(node), dependence); });
  }
  return x;
}

}  // namespace ember
