#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "ember/autograd/accumulate.h"
#include "ember/autograd/backward.h"
#include "ember/autograd/grad_mode.h"
#include "ember/autograd/meta.h"

namespace ember::autograd {

namespace {

/// Entries of the frontier come and go with every node: they are recycled as nodes are.
template <class T>
struct FreeListAllocator {
  using value_type = T;
  FreeListAllocator() = default;
  template <class U>
  FreeListAllocator(const FreeListAllocator<U>&) {}
  T* allocate(size_t count) { return static_cast<T*>(free_list_allocate(count * sizeof(T))); }
  void deallocate(T* memory, size_t count) { free_list_release(memory, count * sizeof(T)); }
  bool operator==(const FreeListAllocator&) const { return true; }
};

/// A node or leaf with the gradients that have arrived for it so far.
struct Pending {
  IntrusivePtr<Node> node;
  Tensor leaf;
  Tensor single;
  std::vector<Tensor> several;

  std::span<Tensor> grads() { return several.empty() ? std::span<Tensor>(&single, 1) : std::span<Tensor>(several); }
};

/// An input of grad() or backward(inputs=...): a leaf, or an output of a node.
struct Target {
  const void* object;  ///< TensorImpl of the leaf, or Node
  uint32_t output;
  bool operator==(const Target&) const = default;
};
struct TargetHash {
  size_t operator()(const Target& t) const { return std::hash<const void*>()(t.object) * 31 + t.output; }
};
Target target_of(const Edge& edge) {
  if (edge.node) return {edge.node.get(), edge.output};
  return {edge.leaf.impl(), 0};
}

class Backward {
 public:
  explicit Backward(bool retain_graph) : retain_graph_(retain_graph) {}

  /// Computes gradients for these edges only, and keeps them instead of accumulating.
  void restrict_to(const std::vector<Edge>& inputs) {
    restricted_ = true;
    for (const Edge& edge : inputs) captured_[target_of(edge)];
  }
  const Tensor& captured(const Edge& input) const { return captured_.at(target_of(input)); }

  void run(const std::vector<Edge>& roots, std::vector<Tensor> grads) {
    if (restricted_) find_useful_nodes(roots);
    for (size_t i = 0; i < roots.size(); ++i) send(roots[i], std::move(grads[i]));
    while (!frontier_.empty()) {
      // The youngest node: everything that could still send it a gradient has run.
      auto entry = frontier_.extract(frontier_.begin());
      Pending& next = entry.mapped();
      if (next.node) {
        run_node(next);
      } else {
        finish_leaf(next.leaf, std::move(next.single));
      }
    }
  }

 private:
  bool is_useful(const Edge& edge) const {
    if (!edge.defined()) return false;
    if (!restricted_) return true;
    return captured_.contains(target_of(edge)) || (edge.node && useful_.contains(edge.node.get()));
  }

  /// Nodes from which a target can be reached. Falling creation numbers order them, so no recursion.
  void find_useful_nodes(const std::vector<Edge>& roots) {
    std::unordered_set<Node*> seen;
    std::vector<Node*> open;
    const auto visit = [&](const Edge& edge) {
      if (edge.node && seen.insert(edge.node.get()).second) open.push_back(edge.node.get());
    };
    for (const Edge& root : roots) visit(root);
    std::vector<Node*> found;
    while (!open.empty()) {
      Node* node = open.back();
      open.pop_back();
      found.push_back(node);
      for (const Edge& edge : node->edges()) visit(edge);
    }
    std::sort(found.begin(), found.end(), [](Node* a, Node* b) { return a->sequence() < b->sequence(); });
    for (Node* node : found) {
      const auto edges = node->edges();
      if (std::any_of(edges.begin(), edges.end(), [&](const Edge& e) { return is_useful(e); })) useful_.insert(node);
    }
  }

  void send(const Edge& edge, Tensor grad) {
    if (edge.node) {
      Pending& pending = frontier_[edge.node->sequence()];
      const size_t outputs = edge.node->outputs().size();
      if (!pending.node) {
        pending.node = edge.node;
        if (outputs > 1) pending.several.resize(outputs);
      }
      add_gradient(pending.grads()[edge.output], std::move(grad));
      return;
    }
    const Meta& m = meta(edge.leaf);
    if (!restricted_ && m.hooks.is_empty()) return accumulate_leaf(edge.leaf, std::move(grad));
    // Hooks and captures want the whole gradient once: the leaf waits for its turn, after all its users.
    Pending& pending = frontier_[m.sequence];
    pending.leaf = edge.leaf;
    add_gradient(pending.single, std::move(grad));
  }

  void finish_leaf(const Tensor& leaf, Tensor grad) {
    meta(leaf).hooks.for_each([&](const Meta::LeafHook& hook) {
      if (!hook.on_grad) return;
      if (Tensor replaced = hook.on_grad(grad); replaced.defined())
        grad = fit_gradient("hook", replaced, OutputInfo(leaf));
    });
    if (const auto found = captured_.find({leaf.impl(), 0}); found != captured_.end()) {
      found->second = std::move(grad);
    } else if (!restricted_) {
      accumulate_leaf(leaf, std::move(grad));
    }
  }

  void run_hooks(Node& node, std::span<Tensor> grads) {
    for (const bool retaining : {false, true}) {
      node.output_hooks().for_each([&](const Node::OutputHook& hook) {
        Tensor& grad = grads[hook.output];
        if ((hook.id == Node::OutputHook::kRetain) != retaining || !grad.defined()) return;
        if (Tensor replaced = hook.hook(grad); replaced.defined())
          grad = fit_gradient("hook", replaced, node.outputs()[hook.output]);
      });
    }
  }

  void capture_outputs(Node& node, std::span<Tensor> grads) {
    for (uint32_t i = 0; i < grads.size(); ++i)
      if (const auto found = captured_.find({&node, i}); found != captured_.end()) found->second = grads[i];
  }

  void run_node(Pending& pending) {
    Node& node = *pending.node;
    if (!node.output_hooks().is_empty()) run_hooks(node, pending.grads());
    if (restricted_) {
      capture_outputs(node, pending.grads());
      if (!useful_.contains(&node)) return;
    }
    const std::span<Edge> edges = node.edges();
    needs_.resize(edges.size());
    results_.resize(edges.size());
    std::vector<Tensor> results = std::move(results_);
    for (size_t i = 0; i < edges.size(); ++i) needs_[i] = is_useful(edges[i]);
    {
      CurrentNodeGuard guard(&node);
      node.run(pending.grads(), std::span(reinterpret_cast<const bool*>(needs_.data()), needs_.size()), results,
               !retain_graph_);
    }
    // Dropped before sending, so that a gradient passed through unchanged has one owner.
    pending.single = {};
    pending.several.clear();
    for (size_t i = 0; i < edges.size(); ++i) {
      Tensor grad = std::move(results[i]);
      if (!grad.defined() || !needs_[i]) continue;
      const Edge& edge = edges[i];
      grad = fit(node, edge, std::move(grad));
      if (AnomalyMode::checks_nan()) check_nan(node, i, grad);
      send(edge, std::move(grad));
    }
    results_ = std::move(results);
  }

  static Tensor fit(const Node& node, const Edge& edge, Tensor grad) {
    if (!edge.node) {
      if (grad.sizes() == edge.leaf.sizes() && grad.dtype() == edge.leaf.dtype() && !grad.is_batched()) return grad;
      return fit_gradient(node.name(), std::move(grad), OutputInfo(edge.leaf));
    }
    const OutputInfo& target = edge.node->outputs()[edge.output];
    if (grad.sizes() == target.sizes && grad.dtype() == target.dtype && !grad.is_batched()) return grad;
    return fit_gradient(node.name(), std::move(grad), target);
  }

  static void check_nan(const Node& node, size_t input, const Tensor& grad) {
    const NoGradGuard no_grad;
    check(!grad.ne(grad).any().item<bool>(), "anomaly: the backward of ", node.name(),
          " gave NaN in the gradient of its input ", input, ", ", describe(grad));
  }

  bool retain_graph_;
  bool restricted_ = false;
  std::map<uint64_t, Pending, std::greater<>, FreeListAllocator<std::pair<const uint64_t, Pending>>> frontier_;
  std::unordered_map<Target, Tensor, TargetHash> captured_;
  std::unordered_set<Node*> useful_;
  // Kept between nodes to spare allocations. Bytes, since vector<bool> has no elements to point at.
  std::vector<uint8_t> needs_;
  std::vector<Tensor> results_;
};

/// Gradients have tangents where a level of forward mode is in force.
GradMode::State mode_of_pullbacks(bool create_graph) {
  if (create_graph) return GradMode::State::On;
  return ForwardLevel::active() > 0 ? GradMode::State::ForwardOnly : GradMode::State::Off;
}

struct Roots {
  std::vector<Edge> edges;
  std::vector<Tensor> grads;
};

Roots find_roots(const char* op, const std::vector<Tensor>& outputs, const std::vector<Tensor>& grad_outputs) {
  check(grad_outputs.empty() || grad_outputs.size() == outputs.size(), op, ": got ", outputs.size(), " outputs but ",
        grad_outputs.size(), " gradients");
  Roots roots;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    check(output.defined(), op, ": output ", i, " is undefined");
    // A view that was not recorded may require grad by its base alone, and leads nowhere.
    Edge edge = gradient_edge(output);
    check(edge.defined(), op, ": output ", i, ", ", describe(output), ", does not require grad and has no grad_fn");
    Tensor grad = grad_outputs.empty() ? Tensor() : grad_outputs[i];
    if (!grad.defined()) {
      check(output.numel() == 1, op, ": a gradient is implied only for a scalar output, but output ", i, " is ",
            describe(output), "; pass one, or reduce it with sum() or mean()");
      check(!output.is_complex(), op, ": a gradient is implied only for a real output, but output ", i, " is ",
            describe(output), "; pass one, or take its abs() or real");
      grad = ones_like_output(output);
    } else {
      check(grad.sizes() == output.sizes(), op, ": gradient ", i, " has shape ", grad.sizes(), " but output ", i,
            " has shape ", output.sizes());
      check<TypeError>(grad.is_differentiable(), op, ": gradient ", i, " is ", describe(grad),
                       " but must be floating-point or complex");
      if (grad.dtype() != output.dtype()) grad = grad.to(output.dtype());
    }
    roots.edges.push_back(std::move(edge));
    roots.grads.push_back(std::move(grad));
  }
  return roots;
}

std::vector<Edge> input_edges(const char* op, const std::vector<Tensor>& inputs) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < inputs.size(); ++i) {
    check(inputs[i].defined(), op, ": input ", i, " is undefined");
    check(requires_grad(inputs[i]), op, ": input ", i, ", ", describe(inputs[i]), ", does not require grad");
    edges.push_back(gradient_edge(inputs[i]));
  }
  return edges;
}

}  // namespace

void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& grad_outputs, bool retain_graph,
              bool create_graph, const std::vector<Tensor>& inputs) {
  Roots roots = find_roots("backward", outputs, grad_outputs);
  const std::vector<Edge> targets = input_edges("backward", inputs);
  const AutoGradMode mode(mode_of_pullbacks(create_graph));
  Backward pass(retain_graph || create_graph);
  if (!inputs.empty()) pass.restrict_to(targets);
  pass.run(roots.edges, std::move(roots.grads));
  for (size_t i = 0; i < inputs.size(); ++i) {
    check(inputs[i].is_leaf() || inputs[i].retains_grad(), "backward: input ", i, ", ", describe(inputs[i]),
          ", is not a leaf; call retain_grad() on it first, or use grad()");
    if (Tensor grad = pass.captured(targets[i]); grad.defined() && inputs[i].is_leaf())
      accumulate_leaf(inputs[i], std::move(grad));
  }
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const std::vector<Tensor>& grad_outputs, bool retain_graph, bool create_graph,
                         bool allow_unused, bool materialize_grads) {
  check<ValueError>(!inputs.empty(), "grad: no inputs were given");
  Roots roots = find_roots("grad", outputs, grad_outputs);
  const std::vector<Edge> targets = input_edges("grad", inputs);
  const AutoGradMode mode(mode_of_pullbacks(create_graph));
  Backward pass(retain_graph || create_graph);
  pass.restrict_to(targets);
  pass.run(roots.edges, std::move(roots.grads));
  std::vector<Tensor> result;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Tensor grad = pass.captured(targets[i]);
    if (!grad.defined() && materialize_grads) {
      grad = empty_tensor(inputs[i].sizes(), inputs[i].dtype(), inputs[i].device());
      grad.zero_();
    }
    check(grad.defined() || allow_unused, "grad: no output depends on input ", i, ", ", describe(inputs[i]),
          "; pass allow_unused=true if that is meant");
    result.push_back(std::move(grad));
  }
  return result;
}

}  // namespace ember::autograd
