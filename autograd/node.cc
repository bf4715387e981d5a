#include "autograd/node.h"

#include <atomic>

namespace ember::autograd {

namespace {

std::atomic<uint64_t> sequence_counter{1};
thread_local Node* node_in_apply = nullptr;

}  // namespace

uint64_t next_sequence() { return sequence_counter.fetch_add(1, std::memory_order_relaxed); }

Node::Node(const char* name) : name_(name), sequence_(next_sequence()) {}

std::vector<Node::OutputHook>& Node::output_hooks() {
  if (!hooks_) hooks_ = std::make_unique<std::vector<OutputHook>>();
  return *hooks_;
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
