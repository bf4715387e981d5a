// What autograd keeps beside a tensor, and the rules for leaves, views and in-place changes.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "ember/autograd/forward.h"

namespace ember::autograd {

/// How a view came about, which decides whether an in-place op may write through it while gradients are on.
enum class ViewKind : uint8_t {
  Recorded,
  NoGrad,       ///< made under no_grad from a tensor that requires grad: its history is unknown
  MultiOutput,  ///< one of several views made by one op (split, unbind)
};

struct ViewInfo {
  Tensor base;  ///< never a view itself
  ViewKind kind = ViewKind::Recorded;
  /// The base's count of history changes when this view's grad_fn was made.
  std::atomic<uint32_t> base_history{0};
};

/// What retain_grad() made room for; a hook of the grad_fn writes it.
struct RetainedGrad {
  std::mutex mutex;
  Tensor grad;
};

struct Meta final : AutogradMeta {
  bool requires_grad = false;       ///< asked for by the user; leaves only
  std::atomic<uint32_t> output{0};  ///< which output of grad_fn this tensor is
  /// Read without the mutex where the tensor is no view: a node that another replaces is an input of that one, or in `displaced`.
  AtomicIntrusivePtr<Node> grad_fn;
  std::vector<IntrusivePtr<Node>> displaced;
  std::unique_ptr<ViewInfo> view;
  std::atomic<uint32_t> history{0};  ///< how often an in-place op replaced grad_fn
  uint64_t sequence = 0;             ///< the leaf's place in the backward order
  Tensor grad;
  std::shared_ptr<RetainedGrad> retained_grad;
  /// Guards grad, retained_grad and changes of grad_fn: threads that run backward meet at leaves. No tensor or node may go while
  /// it is held, since that may call Python, whose lock another thread may hold that waits for this one.
  std::mutex mutex;

  struct LeafHook {
    int64_t id;
    TensorHook on_grad;  ///< one of the two is set
    std::function<void(const Tensor&)> after_accumulate;
  };
  HookList<LeafHook> hooks;
};

/// Null when the tensor has no autograd state yet.
inline Meta* find_meta(const Tensor& x) { return static_cast<Meta*>(x.impl()->autograd.get()); }
/// Made on first use.
Meta& meta(const Tensor& x);

bool requires_grad(const Tensor& x);
/// The node that made x, brought up to date for a view whose base was changed in place; null for a leaf.
IntrusivePtr<Node> grad_fn(const Tensor& x);
/// The edge that x's gradient takes; undefined when x does not require grad.
Edge gradient_edge(const Tensor& x);
void set_history(const Tensor& x, IntrusivePtr<Node> node, uint32_t output);

/// Throws unless an in-place op that also reads `read` may write to x now (leaf, overlapping memory, inference rules, vmap).
void check_in_place(const char* op, const Tensor& x, std::initializer_list<const Tensor*> read = {});
/// After an in-place op recorded as `node` (whose first edge is x's old history) wrote to x.
void rebase_history(const Tensor& x, IntrusivePtr<Node> node, const Dependence& dependence = {});
/// The same for an x that is no view, with the history that it gets, if any.
void replace_history(const Tensor& x, IntrusivePtr<Node> history, uint32_t output);
/// Throws unless `node`, of an in-place op on x, still continues x's history: another thread may have written to x meanwhile.
void check_continues(const Tensor& x, Node& node);

/// Marks `view` as a view of `base` (or of base's base).
void track_view(const Tensor& view, const Tensor& base, ViewKind kind = ViewKind::Recorded);

}  // namespace ember::autograd
