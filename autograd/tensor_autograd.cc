// The autograd methods of Tensor.
#include <algorithm>
#include <atomic>

#include "ember/autograd/backward.h"
#include "ember/autograd/grad_mode.h"
#include "ember/autograd/meta.h"

namespace ember {

using autograd::find_meta;
using autograd::Meta;
using autograd::meta;
using autograd::Node;

namespace {

int64_t next_hook_id() {
  static std::atomic<int64_t> counter{0};
  return counter.fetch_add(1, std::memory_order_relaxed);
}

void check_has_gradient(const char* op, const Tensor& x) {
  check(x.requires_grad(), op, ": ", describe(x), " does not require grad");
}

template <class Hooks>
void erase_hook(Hooks& hooks, int64_t id) {
  hooks.take([&](const auto& hook) { return hook.id == id; });
}

}  // namespace

bool Tensor::requires_grad() const { return autograd::requires_grad(*this); }

Tensor& Tensor::requires_grad_(bool value) {
  check(defined(), "requires_grad_: the tensor is undefined");
  if (!value && !requires_grad()) return *this;
  check(!value || is_differentiable(),
        "requires_grad_: only floating-point and complex tensors can require grad, this one is ", describe(*this));
  check(value || is_leaf(), "requires_grad_: only a leaf can stop requiring grad, this tensor is the result of ",
        is_leaf() ? "" : autograd::grad_fn(*this)->name(), "; use detach()");
  check(!is_inference() || InferenceMode::is_enabled(), "requires_grad_: ", describe(*this),
        " was made in inference mode; clone() it outside of that mode first");
  Meta& m = meta(*this);
  if (!is_leaf()) return *this;
  m.requires_grad = value;
  if (m.sequence == 0) m.sequence = autograd::next_sequence();
  return *this;
}

bool Tensor::is_leaf() const {
  checked("is_leaf");
  return !autograd::grad_fn(*this);
}

Tensor Tensor::grad() const {
  checked("grad");
  Meta* m = find_meta(*this);
  if (!m) return {};
  const std::lock_guard lock(m->mutex);
  if (!m->retained_grad) return m->grad;
  const std::lock_guard retained_lock(m->retained_grad->mutex);
  return m->retained_grad->grad;
}

void Tensor::set_grad(const Tensor& grad) {
  checked("set_grad");
  if (grad.defined()) {
    check(!grad.is_same(*this), "set_grad: a tensor cannot be its own gradient");
    check(grad.sizes() == sizes(), "set_grad: the gradient has shape ", grad.sizes(), " but the tensor has shape ",
          sizes());
    check<TypeError>(grad.dtype() == dtype(), "set_grad: the gradient is ", grad.dtype(), " but the tensor is ",
                     dtype());
    check(grad.device() == device(), "set_grad: the gradient lies on ", grad.device(), " but the tensor on ", device());
  }
  Meta& m = meta(*this);
  Tensor other = grad;  // then the gradient before, which goes after the locks
  const std::lock_guard lock(m.mutex);
  if (!m.retained_grad) return std::swap(m.grad, other);
  const std::lock_guard retained_lock(m.retained_grad->mutex);
  std::swap(m.retained_grad->grad, other);
}

void Tensor::retain_grad() {
  check_has_gradient("retain_grad", *this);
  const auto node = autograd::grad_fn(*this);
  Meta& m = meta(*this);
  if (!node) return;
  const auto retained = std::make_shared<autograd::RetainedGrad>();
  {
    const std::lock_guard lock(m.mutex);
    if (m.retained_grad) return;
    m.retained_grad = retained;
  }
  // Weak, since under create_graph the gradient's history leads back here.
  node->output_hooks().add({m.output, Node::OutputHook::kRetain, [slot = std::weak_ptr(retained)](const Tensor& grad) {
                              if (const auto kept = slot.lock()) {
                                Tensor sum = grad;
                                const std::lock_guard lock(kept->mutex);
                                if (kept->grad.defined()) sum = kept->grad.add(grad);
                                std::swap(kept->grad, sum);
                              }
                              return Tensor();
                            }});
}

bool Tensor::retains_grad() const {
  checked("retains_grad");
  Meta* m = find_meta(*this);
  if (!m) return false;
  const std::lock_guard lock(m->mutex);
  return m->retained_grad != nullptr;
}

Tensor Tensor::detach() const {
  checked("detach");
  return alias();
}

Tensor& Tensor::detach_() {
  checked("detach_");
  Meta* m = find_meta(*this);
  if (!m) return *this;
  check(!m->view || !requires_grad(), "detach_: ", describe(*this),
        " is a view and cannot be detached in place; use detach()");
  // These go after the lock.
  IntrusivePtr<Node> grad_fn;
  std::shared_ptr<autograd::RetainedGrad> retained_grad;
  const std::lock_guard lock(m->mutex);
  grad_fn = m->grad_fn.exchange({});
  std::swap(m->retained_grad, retained_grad);
  m->requires_grad = false;
  return *this;
}

void Tensor::backward(const Tensor& gradient, bool retain_graph, bool create_graph,
                      const std::vector<Tensor>& inputs) const {
  checked("backward");
  autograd::backward({*this}, {gradient}, retain_graph, create_graph, inputs);
}

int64_t Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) const {
  check_has_gradient("register_hook", *this);
  const int64_t id = next_hook_id();
  if (const auto node = autograd::grad_fn(*this)) {
    node->output_hooks().add({meta(*this).output, id, std::move(hook)});
  } else {
    meta(*this).hooks.add({id, std::move(hook), {}});
  }
  return id;
}

int64_t Tensor::register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const {
  check_has_gradient("register_post_accumulate_grad_hook", *this);
  check(is_leaf(), "register_post_accumulate_grad_hook: ", describe(*this), " is not a leaf");
  const int64_t id = next_hook_id();
  meta(*this).hooks.add({id, {}, std::move(hook)});
  return id;
}

void Tensor::remove_hook(int64_t id) const {
  checked("remove_hook");
  Meta* m = find_meta(*this);
  if (!m) return;
  erase_hook(m->hooks, id);
  IntrusivePtr<Node> node;
  {
    const std::lock_guard lock(m->mutex);
    node = m->grad_fn.load();
  }
  if (node) erase_hook(node->output_hooks(), id);
}

bool Tensor::is_view() const {
  checked("is_view");
  Meta* m = find_meta(*this);
  return m && m->view;
}

}  // namespace ember
