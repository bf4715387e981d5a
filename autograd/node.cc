#include "ember/autograd/node.h"

#include <atomic>

namespace ember::autograd {

namespace {

std::atomic<uint64_t> sequence_counter{1};
thread_local Node* node_in_apply = nullptr;
constexpr uint32_t kFreed = 1U << 31;

}  // namespace

uint64_t next_sequence() { return sequence_counter.fetch_add(1, std::memory_order_relaxed); }

Node::Node(const char* name) : name_(name), sequence_(next_sequence()) {}

void Node::run(std::span<const Tensor> grad_outputs, std::span<const bool> needs, std::span<Tensor> grad_inputs,
               bool frees) {
  if (!holds_saved_) return apply(grad_outputs, needs, grad_inputs);
  uint32_t runs = runs_.load(std::memory_order_relaxed);
  do {
    if (runs & kFreed) fail_released(*this);
  } while (!runs_.compare_exchange_weak(runs, (runs + 1) | (frees ? kFreed : 0), std::memory_order_acquire));
  const auto leave = [&] {
    // Once freed, no other run begins: one that is alone stays so.
    if (runs_.load(std::memory_order_acquire) == (kFreed | 1) ||
        runs_.fetch_sub(1, std::memory_order_acq_rel) == (kFreed | 1))
      release_saved();
  };
  try {
    apply(grad_outputs, needs, grad_inputs);
  } catch (...) {
    // The next backward may do better.
    if (frees) runs_.fetch_and(~kFreed, std::memory_order_relaxed);
    leave();
    throw;
  }
  leave();
}

void Node::destroy() noexcept {
  // Deleting a node may drop the last reference to the next one, and so on for a million: they queue up instead of nesting.
  static thread_local Node* dead = nullptr;
  static thread_local bool draining = false;
  next_dead_ = dead;
  dead = this;
  if (draining) return;
  draining = true;
  while (dead) {
    Node* node = dead;
    dead = node->next_dead_;
    delete node;
  }
  draining = false;
}

Node* current_node() { return node_in_apply; }

CurrentNodeGuard::CurrentNodeGuard(Node* node) : before_(node_in_apply) { node_in_apply = node; }
CurrentNodeGuard::~CurrentNodeGuard() { node_in_apply = before_; }

void fail_released(const Node& node) {
  fail("backward: the tensors that ", node.name(),
       " saved were freed by an earlier backward; pass retain_graph=true to the first one to go "
       "through the "
       "graph twice");
}

}  // namespace ember::autograd
