// A node of the tape: one recorded op. It knows where its inputs came from (edges) and how gradients of its outputs become
// gradients of its inputs (apply). Leaves need no node: an edge leads straight to the tensor whose .grad it feeds.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "ember/autograd/hook_list.h"
#include "ember/ops/tensor.h"

namespace ember::autograd {

class Node;

/// Where a gradient goes: output `output` of `node`, or the leaf's .grad, or nowhere.
struct Edge {
  IntrusivePtr<Node> node;
  Tensor leaf;
  uint32_t output = 0;

  bool defined() const { return node || leaf.defined(); }
};

/// What the engine must know of a node's output to shape its gradient.
struct OutputInfo {
  Shape sizes;
  DType dtype = kFloat32;
  Device device;
  IntrusivePtr<const BatchDims> batch;

  OutputInfo() = default;
  explicit OutputInfo(const Tensor& x)
      : sizes(x.sizes()), dtype(x.dtype()), device(x.device()), batch(x.impl()->batch) {}
};

using TensorHook = std::function<Tensor(const Tensor&)>;

class Node : public RefCounted {
 public:
  explicit Node(const char* name);

  const char* name() const { return name_; }
  /// Grows with creation: a node is made after all the nodes it leads to, so falling order is a topological order.
  uint64_t sequence() const { return sequence_; }

  virtual std::span<Edge> edges() = 0;
  virtual std::span<const OutputInfo> outputs() const = 0;
  /// Writes the gradient for each edge that `needs` one from those of the outputs (undefined where none arrived). The other
  /// entries stay undefined.
  virtual void apply(std::span<const Tensor> grad_outputs, std::span<const bool> needs,
                     std::span<Tensor> grad_inputs) = 0;
  /// Drops the saved tensors.
  virtual void release_saved() = 0;
  bool holds_saved() const { return holds_saved_; }
  void set_holds_saved(bool value) { holds_saved_ = value; }
  /// Whether it holds tangents (forward.h).
  bool is_dual() const { return is_dual_; }

  /// apply, after which saved tensors are dropped if this run `frees` them: a later one throws then. Several threads may run one
  /// node; what is saved goes when the last of them is done.
  void run(std::span<const Tensor> grad_outputs, std::span<const bool> needs, std::span<Tensor> grad_inputs,
           bool frees);

  /// Hooks on the gradient of an output, run in order before apply; ids as in Tensor::register_hook. kRetain marks the one that
  /// keeps the gradient for retain_grad(), which runs last.
  struct OutputHook {
    static constexpr int64_t kRetain = -1;
    uint32_t output;
    int64_t id;
    TensorHook hook;
  };
  HookList<OutputHook>& output_hooks() { return hooks_; }

 protected:
  void destroy() noexcept override;

  bool holds_saved_ = false;
  bool is_dual_ = false;

 private:
  std::atomic<uint32_t> runs_{0};  ///< how many are under way; the highest bit once one of them frees
  const char* name_;
  uint64_t sequence_;
  HookList<OutputHook> hooks_;
  Node* next_dead_ = nullptr;
};

/// The node whose pullback runs in this thread, or null; saved outputs find their history through it.
Node* current_node();

/// Sets current_node() for a scope.
class CurrentNodeGuard {
 public:
  explicit CurrentNodeGuard(Node* node);
  ~CurrentNodeGuard();
  CurrentNodeGuard(const CurrentNodeGuard&) = delete;
  CurrentNodeGuard& operator=(const CurrentNodeGuard&) = delete;

 private:
  Node* before_;
};

/// The next creation number.
uint64_t next_sequence();

/// The error of a second backward through freed tensors.
[[noreturn]] void fail_released(const Node& node);

}  // namespace ember::autograd
