#include "ember/autograd/meta.h"

#include <algorithm>
#include <utility>

#include "ember/autograd/grad_mode.h"
#include "ember/autograd/record.h"
#include "ember/core/batching.h"
#include "ember/core/window.h"
#include "ember/ops/shape/batch_dims.h"

namespace ember::autograd {

namespace {

bool is_stale(const Meta& m) {
  return m.view && meta(m.view->base).history.load(std::memory_order_relaxed) !=
                       m.view->base_history.load(std::memory_order_relaxed);
}

/// The part of a gradient of `base` that a tensor of this geometry sees, and the way back. Works on a buffer that spans the base's
/// storage range, so that any strides of base and view fit.
struct Window {
  Shape base_sizes, base_strides, sizes, strides;
  int64_t offset;  ///< of the view from the base's first element
  DType base_dtype, dtype;
  std::vector<BatchDim> base_batch, own_batch;  ///< of the base, and of the view alone: those are dims of the base

  Window(const Tensor& base, const Tensor& view)
      : base_sizes(base.sizes()), base_strides(base.strides()), base_dtype(base.dtype()), dtype(view.dtype()) {
    const bool reads_parts = base.is_complex() != view.is_complex();
    const Tensor seen = reads_parts && view.is_complex() ? view.alias_real() : view.alias();
    base_batch.assign(base.batch_dims().begin(), base.batch_dims().end());
    for (const BatchDim& dim : seen.batch_dims()) {
      if (base.is_batched() && base.impl()->batch->find(dim.level)) continue;
      own_batch.push_back(dim);
      sizes.push_back(dim.size);
      strides.push_back(dim.stride);
    }
    for (const int64_t size : seen.sizes()) sizes.push_back(size);
    for (const int64_t stride : seen.strides()) strides.push_back(stride);
    offset = seen.storage_offset() - base.storage_offset() * (reads_parts && base.is_complex() ? 2 : 1);
  }

  /// A gradient of the base laid out as the base itself, so that `slice` finds its elements.
  Tensor base_zeros(Device device) const {
    Tensor grad = empty_batched(base_batch, base_sizes, base_strides, base_dtype, device);
    grad.zero_();
    return grad;
  }
  Tensor slice(const Tensor& base_grad) const {
    Tensor slices = all_slices(base_grad);
    for (const BatchDim& dim : own_batch) slices = add_batch_dim(slices, 0, dim.level);
    return slices;
  }

 private:
  Tensor all_slices(const Tensor& base_grad) const {
    if (is_complex(base_dtype) == is_complex(dtype)) return base_grad.as_strided(sizes, strides, offset);
    if (is_complex(base_dtype)) return base_grad.view_as_real().as_strided(sizes, strides, offset);
    return base_grad.as_strided(sizes, strides, offset).view_as_complex();
  }
};

/// The node of a view whose base was changed in place: its gradient is a patch of the base's.
class ReplayedView final : public Node {
 public:
  ReplayedView(const Tensor& base, const Tensor& view)
      : Node("as_strided"), window_(base, view), edge_(gradient_edge(base)), output_(view) {}

  std::span<Edge> edges() override { return {&edge_, 1}; }
  std::span<const OutputInfo> outputs() const override { return {&output_, 1}; }
  void release_saved() override {}
  void apply(std::span<const Tensor> grads, std::span<const bool>, std::span<Tensor> result) override {
    result[0] = window_.base_zeros(output_.device);
    window_.slice(result[0]).copy_(grads[0]);
  }

 private:
  Window window_;
  Edge edge_;
  OutputInfo output_;
};

/// The node of a base that an in-place op changed through a view: the op's pullback applies to the view's patch of the gradient,
/// the rest passes through.
class PatchedBase final : public Node {
 public:
  PatchedBase(const Tensor& base, const Tensor& view, IntrusivePtr<Node> op)
      : Node(op->name()), window_(base, view), op_(std::move(op)), output_(base) {
    edges_.assign(op_->edges().begin(), op_->edges().end());
    edges_[0] = gradient_edge(base);
    holds_saved_ = op_->holds_saved();
  }
  /// For outputs that the op saved, which have tangents.
  void keep_tangents_of_op(const Dependence& dependence) {
    op_ = with_tangents(std::move(op_), dependence, Keep::Always);
  }

  std::span<Edge> edges() override { return edges_; }
  std::span<const OutputInfo> outputs() const override { return {&output_, 1}; }
  void release_saved() override { op_->release_saved(); }
  void apply(std::span<const Tensor> grads, std::span<const bool> needs, std::span<Tensor> result) override {
    Tensor base_grad = window_.base_zeros(output_.device);
    base_grad.copy_(grads[0]);
    Tensor patch = window_.slice(base_grad);
    const Tensor patch_grad = patch.clone();
    CurrentNodeGuard inner(op_.get());
    op_->apply(std::span(&patch_grad, 1), needs, result);
    if (!needs[0]) return;
    if (result[0].defined()) {
      patch.copy_(result[0]);
    } else {
      patch.zero_();
    }
    result[0] = base_grad;
  }

 private:
  Window window_;
  IntrusivePtr<Node> op_;
  std::vector<Edge> edges_;
  OutputInfo output_;
};

/// retain_grad() follows a tensor through in-place ops: its hook moves from the old node to the new one.
void move_retain_hook(Meta& m, Node* from, Node& to) {
  if (!m.retained_grad || !from) return;
  auto moved = from->output_hooks().take(
      [&](const Node::OutputHook& h) { return h.id == Node::OutputHook::kRetain && h.output == m.output; });
  for (auto& hook : moved) to.output_hooks().add({0, hook.id, std::move(hook.hook)});
}

bool leads_to(Node& node, const Node* input) {
  const auto edges = node.edges();
  return std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) { return edge.node.get() == input; });
}

}  // namespace

Meta& meta(const Tensor& x) {
  AutogradSlot& slot = x.impl()->autograd;
  AutogradMeta* found = slot.get();
  return static_cast<Meta&>(found ? *found : slot.put(std::make_unique<Meta>(), x.impl()->use_count() > 1));
}

bool requires_grad(const Tensor& x) {
  if (!x.defined()) return false;
  Meta* m = find_meta(x);
  if (!m) return false;
  // Now, since the node of an op that asks must be younger than the one that its input gets.
  if (is_stale(*m) && grad_fn(x)) return true;
  // A view that was not recorded, under no_grad or before its base was asked to, requires grad as the base does but passes none on.
  return m->requires_grad || m->grad_fn.get() || (m->view && requires_grad(m->view->base));
}

// Asks every tensor, so that the nodes of all views are up to date.
bool any_requires_grad(std::span<const Tensor* const> tensors) {
  bool any = false;
  for (const Tensor* x : tensors) any = requires_grad(*x) || any;
  return any;
}
bool any_requires_grad(std::span<const Tensor> tensors) {
  bool any = false;
  for (const Tensor& x : tensors) any = requires_grad(x) || any;
  return any;
}

IntrusivePtr<Node> grad_fn(const Tensor& x) {
  Meta* m = find_meta(x);
  if (!m) return {};
  if (!m->view) return m->grad_fn.load();
  IntrusivePtr<Node> before, replayed;
  if (ForwardLevel::is_any_open() && is_stale(*m) && requires_grad(m->view->base))
    replayed = with_all_tangents(make_intrusive<ReplayedView>(m->view->base, x));
  const std::lock_guard lock(m->mutex);
  if (is_stale(*m)) {
    const Tensor& base = m->view->base;
    const uint32_t history = meta(base).history.load(std::memory_order_relaxed);
    if (requires_grad(base)) {
      IntrusivePtr<Node> node = replayed ? replayed : make_intrusive<ReplayedView>(base, x);
      move_retain_hook(*m, m->grad_fn.get(), *node);
      before = m->grad_fn.exchange(std::move(node));
      m->output.store(0, std::memory_order_relaxed);
    }
    m->view->base_history.store(history, std::memory_order_relaxed);
  }
  return m->grad_fn.load();
}

Edge gradient_edge(const Tensor& x) {
  if (!x.defined()) return {};
  Meta* m = find_meta(x);
  if (!m) return {};
  if (auto node = grad_fn(x)) return {node, {}, m->output};
  if (m->requires_grad) return {{}, x, 0};
  return {};
}

void set_history(const Tensor& x, IntrusivePtr<Node> node, uint32_t output) {
  Meta& m = meta(x);
  m.output.store(output, std::memory_order_relaxed);
  if (!m.grad_fn.get()) {  // as of every new tensor, which no other thread has seen
    m.grad_fn.exchange(std::move(node));
    return;
  }
  IntrusivePtr<Node> before;  // goes after the lock
  const std::lock_guard lock(m.mutex);
  before = m.grad_fn.exchange(std::move(node));
}

void check_in_place(const char* op, const Tensor& x, std::initializer_list<const Tensor*> read) {
  check(x.defined(), op, ": the tensor to write to is undefined");
  for (size_t i = 0; i < x.sizes().size(); ++i) {
    check(x.strides()[i] != 0 || x.sizes()[i] <= 1 || x.numel() == 0, op, ": several elements of the ", describe(x),
          " to write to share one memory location (dimension ", i, " is expanded); clone() it first");
  }
  for (const Tensor* other : read)
    if (other->is_batched()) check_holds_batch(op, x, *other);
  check(!x.is_inference() || InferenceMode::is_enabled(), op, ": ", describe(x),
        " was made in inference mode and cannot be modified outside of it; clone() it first");
  Meta* m = find_meta(x);
  if (!m || !GradMode::is_enabled()) return;
  check(!m->requires_grad, op, ": a leaf tensor that requires grad, ", describe(x),
        ", cannot be modified in place; use no_grad or clone() it");
  if (!m->view) return;
  const Tensor& base = m->view->base;
  const Meta* of_base = find_meta(base);
  check(!of_base || !of_base->requires_grad, op, ": ", describe(x),
        " is a view of a leaf tensor that requires grad and cannot be modified in place; use "
        "no_grad or clone() it");
  if (!requires_grad(x) && !requires_grad(base)) return;
  check(m->view->kind != ViewKind::MultiOutput, op, ": ", describe(x),
        " is one of several views made by one op (split, chunk, unbind) and cannot be modified in "
        "place; clone() it");
  check(m->view->kind != ViewKind::NoGrad, op, ": ", describe(x),
        " is a view made under no_grad and cannot be modified in place while gradients are recorded");
}

void rebase_history(const Tensor& x, IntrusivePtr<Node> node, const Dependence& dependence) {
  const Meta& m = meta(x);
  if (m.view) {
    const Tensor base = m.view->base;
    auto patched = make_intrusive<PatchedBase>(base, x, std::move(node));
    if (ForwardLevel::is_any_open()) patched->keep_tangents_of_op(dependence);
    return rebase_history(base, std::move(patched));
  }
  if (ForwardLevel::is_any_open()) node = with_tangents(std::move(node), dependence);
  replace_history(x, std::move(node), 0);
}

void replace_history(const Tensor& x, IntrusivePtr<Node> history, uint32_t output) {
  Meta& m = meta(x);
  const std::lock_guard lock(m.mutex);
  if (!history && !m.grad_fn.get()) return;
  if (history) move_retain_hook(m, m.grad_fn.get(), *history);
  if (m.grad_fn.get() && !(history && leads_to(*history, m.grad_fn.get()))) m.displaced.push_back(m.grad_fn.load());
  // Before the node, of which it is an output whenever a reader meets them.
  m.output.store(output, std::memory_order_relaxed);
  m.grad_fn.exchange(std::move(history));
  m.history.fetch_add(1, std::memory_order_relaxed);
}

void check_continues(const Tensor& x, Node& node) {
  if (autograd::grad_fn(x) != node.edges()[0].node)
    fail(node.name(), ": ", describe(x), " was changed in place by another thread at the same time");
}

void track_view(const Tensor& view, const Tensor& base, ViewKind kind) {
  if (InferenceMode::is_enabled()) return;
  auto info = std::make_unique<ViewInfo>();
  const Meta* of_base = find_meta(base);
  if (of_base && of_base->view) {
    info->base = of_base->view->base;
    if (kind == ViewKind::Recorded) kind = of_base->view->kind;
  } else {
    info->base = base;
  }
  if (!GradMode::is_enabled() && requires_grad(base)) kind = ViewKind::NoGrad;
  info->kind = kind;
  info->base_history = meta(info->base).history.load(std::memory_order_relaxed);
  meta(view).view = std::move(info);
}

}  // namespace ember::autograd
