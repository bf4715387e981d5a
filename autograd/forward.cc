#include "ember/autograd/forward.h"

#include <algorithm>
#include <utility>

#include "ember/autograd/accumulate.h"
#include "ember/autograd/backward.h"
#include "ember/autograd/meta.h"
#include "ember/autograd/record.h"

namespace ember::autograd {

thread_local size_t ForwardLevel::open_ = 0, ForwardLevel::active_ = 0;

/// So many levels are in force in a scope.
class ActiveLevels {
 public:
  explicit ActiveLevels(size_t count) : before_(std::exchange(ForwardLevel::active_, count)) {}
  ~ActiveLevels() { ForwardLevel::active_ = before_; }
  ActiveLevels(const ActiveLevels&) = delete;
  ActiveLevels& operator=(const ActiveLevels&) = delete;

 private:
  size_t before_;
};

namespace {

/// The numbers of this thread's levels from the outermost to the innermost. Those behind the active ones wait.
thread_local std::vector<uint64_t> open_levels;

/// The history of tensors with tangents: stands for the op's node, which it holds where the tape is kept. A node of each level lies
/// around those of the levels without.
class DualNode final : public Node {
 public:
  DualNode(const char* name, uint64_t level, std::vector<Tensor> tangents, IntrusivePtr<Node> primal,
           std::span<const OutputInfo> outputs)
      : Node(name), level(level), tangents(std::move(tangents)), primal(std::move(primal)) {
    is_dual_ = true;
    op = this->primal && this->primal->is_dual() ? static_cast<DualNode&>(*this->primal).op : this->primal;
    if (op)
      holds_saved_ = op->holds_saved();
    else
      outputs_.assign(outputs.begin(), outputs.end());
  }

  std::span<Edge> edges() override { return op ? op->edges() : std::span<Edge>(); }
  std::span<const OutputInfo> outputs() const override { return op ? op->outputs() : outputs_; }
  void release_saved() override {
    if (op) op->release_saved();
  }
  void apply(std::span<const Tensor> grads, std::span<const bool> needs, std::span<Tensor> result) override {
    if (op) op->apply(grads, needs, result);
  }

  const uint64_t level;
  const std::vector<Tensor> tangents;  ///< of each output; undefined where there is none
  const IntrusivePtr<Node> primal;     ///< the history without this level; null where nothing is left
  IntrusivePtr<Node> op;

 private:
  std::vector<OutputInfo> outputs_;
};

const DualNode* as_dual(const Node* node) {
  return node && node->is_dual() ? static_cast<const DualNode*>(node) : nullptr;
}

/// The node of this level in a history.
const DualNode* find_dual(const Edge& edge, uint64_t level) {
  const DualNode* dual = as_dual(edge.node.get());
  while (dual && dual->level > level) dual = as_dual(dual->primal.get());
  return dual && dual->level == level ? dual : nullptr;
}
Tensor tangent_of(const Edge& edge, uint64_t level) {
  const DualNode* dual = find_dual(edge, level);
  return dual ? dual->tangents[edge.output] : Tensor();
}

/// Whether backward has somewhere to go.
bool is_live(const Edge& edge) {
  const DualNode* dual = as_dual(edge.node.get());
  return edge.leaf.defined() || (dual ? dual->op.get() != nullptr : edge.node.get() != nullptr);
}

/// What stands for a node that is not kept while its pullback runs: a history that leads nowhere.
Node* nowhere() {
  static const auto& node = *new auto(make_intrusive<DualNode>("forward", uint64_t{0}, std::vector<Tensor>(),
                                                               IntrusivePtr<Node>(), std::span<const OutputInfo>()));
  return node.get();
}

/// x without its place on the tape, with its tangents.
Tensor off_tape(const Tensor& x) {
  const Edge edge = gradient_edge(x);
  if (!is_live(edge)) return x;
  const Tensor y = x.detach();
  const std::vector<OutputInfo> outputs(1, OutputInfo(y));
  IntrusivePtr<Node> history;
  for (size_t i = 0; i < ForwardLevel::active(); ++i)
    if (const DualNode* dual = find_dual(edge, open_levels[i]); dual && dual->tangents[edge.output].defined())
      history = make_intrusive<DualNode>(dual->name(), dual->level, std::vector{dual->tangents[edge.output]},
                                         std::move(history), outputs);
  if (history) set_history(y, std::move(history), 0);
  return y;
}

/// As the gradient of an output is: of its shape and dtype.
Tensor fit(const Tensor& x, const OutputInfo& output) {
  const Tensor y = x.sizes() == output.sizes ? x : x.expand(output.sizes);
  return y.dtype() == output.dtype ? y : y.to(output.dtype);
}

Tensor push_symmetric(Node& node, const std::vector<Tensor>& given) {
  const OutputInfo& output = node.outputs()[0];
  Tensor total;
  for (size_t i = 0; i < given.size(); ++i) {
    if (!given[i].defined()) continue;
    std::vector<Tensor> results(given.size());
    std::vector<uint8_t> needs(given.size(), 0);
    needs[i] = 1;
    const Tensor tangent = fit(given[i], output);
    node.apply({&tangent, 1}, std::span(reinterpret_cast<const bool*>(needs.data()), needs.size()), results);
    if (results[i].defined()) add_gradient(total, fit(results[i], output));
  }
  return total;
}

Tensor push_linear(const Dependence& dependence, const std::vector<Tensor>& given, const OutputInfo& output) {
  Tensor total;
  for (size_t i = 0; i < given.size(); ++i)
    if (given[i].defined()) add_gradient(total, fit((*dependence.linear)(i, given[i]), output));
  return total;
}

const OutputInfo& info_of(const Edge& edge) { return edge.node->outputs()[edge.output]; }

std::vector<Tensor> push_by_double_backward(Node& node, const std::vector<Tensor>& given, bool keeps_tape) {
  const EnableGradGuard recording;
  std::vector<Tensor> probes, sources, roots, weights;
  for (const OutputInfo& output : node.outputs()) {
    probes.emplace_back();
    if (!is_floating_point(output.dtype) && !is_complex(output.dtype)) continue;
    // Any numbers would do but zeros, where a formula that takes logarithms has a kink, and large ones, which eig takes for a loss.
    probes.back() = empty_tensor(output.sizes, output.dtype, output.device);
    probes.back().fill_(0x1p-14);
    sources.push_back(probes.back().requires_grad_());
  }
  std::vector<Tensor> results(given.size());
  std::vector<uint8_t> needs;
  for (const Tensor& tangent : given) needs.push_back(tangent.defined());
  node.apply(probes, std::span(reinterpret_cast<const bool*>(needs.data()), needs.size()), results);
  for (size_t i = 0; i < given.size(); ++i) {
    if (!given[i].defined() || !results[i].defined() || !is_live(gradient_edge(results[i]))) continue;
    roots.push_back(fit_gradient(node.name(), results[i], info_of(node.edges()[i])));
    weights.push_back(given[i]);
  }
  std::vector<Tensor> tangents(probes.size());
  if (roots.empty()) return tangents;
  const bool keeps_tangents = keeps_tape || ForwardLevel::active() > 0;
  std::vector<Tensor> found = grad(roots, sources, weights, keeps_tangents, keeps_tangents, true);
  for (size_t i = 0, next = 0; i < probes.size(); ++i) {
    if (!probes[i].defined()) continue;
    Tensor& tangent = found[next++];
    tangents[i] = tangent.defined() && !keeps_tape ? off_tape(tangent) : tangent;
  }
  return tangents;
}

/// The tangents of a node's outputs from those of its inputs.
std::vector<Tensor> push(Node& node, const std::vector<Tensor>& given, const Dependence& dependence) {
  const bool keeps_tape = GradMode::keeps_tape();
  const bool is_real = !is_complex(node.outputs()[0].dtype) &&
                       std::ranges::none_of(given, [](const Tensor& t) { return t.defined() && t.is_complex(); });
  if (!dependence.linear && !(dependence.is_symmetric && is_real))
    return push_by_double_backward(node, given, keeps_tape);
  const AutoGradMode mode(keeps_tape || ForwardLevel::active() > 0 ? GradMode::state() : GradMode::State::Off);
  return {dependence.linear ? push_linear(dependence, given, node.outputs()[0]) : push_symmetric(node, given)};
}

}  // namespace

ForwardLevel::ForwardLevel(bool keeps_tape) : before_(GradMode::state()) {
  static std::atomic<uint64_t> counter{1};
  id_ = counter.fetch_add(1, std::memory_order_relaxed);
  open_levels.insert(open_levels.begin() + static_cast<int64_t>(active_++), id_);
  open_ = open_levels.size();
  GradMode::set_state(keeps_tape ? GradMode::State::On : GradMode::State::ForwardOnly);
}

ForwardLevel::~ForwardLevel() {
  if (std::erase(open_levels, id_) > 0) --active_;
  open_ = open_levels.size();
  GradMode::set_state(before_);
}

Tensor make_dual(const Tensor& primal, const Tensor& tangent, uint64_t level) {
  check(primal.defined() && tangent.defined(), "make_dual: primal and tangent must be tensors");
  check<TypeError>(primal.is_differentiable(), "make_dual: primal must be a floating-point or complex tensor, not ",
                   describe(primal));
  check(primal.sizes() == tangent.sizes() && primal.dtype() == tangent.dtype() && primal.device() == tangent.device(),
        "make_dual: the tangent is ", describe(tangent), " but must be like primal, ", describe(primal));
  const auto pass = [](const Tensor& g) { return g; };
  const Tensor y = record("make_dual", primal.alias(), linear_in(pass, primal), pass);
  const std::vector<OutputInfo> outputs(1, OutputInfo(y));
  set_history(y, make_intrusive<DualNode>("make_dual", level, std::vector{tangent}, grad_fn(y), outputs), 0);
  return y;
}

DualNumber unpack_dual(const Tensor& x, uint64_t level) {
  const Edge edge = gradient_edge(x);
  const DualNode* dual = find_dual(edge, level);
  if (!dual) return {x, {}};
  const Tensor primal = x.alias();
  if (dual->primal) set_history(primal, dual->primal, edge.output);
  return {primal, dual->tangents[edge.output]};
}

Tensor as_variable(const Tensor& x) {
  if (!x.requires_grad()) return x.detach().requires_grad_();
  const Edge edge = gradient_edge(x);
  if (is_live(edge)) return x.view_as(x);
  const Tensor leaf = x.detach().requires_grad_(), y = leaf.view_as(leaf);
  IntrusivePtr<Node> history = grad_fn(y);
  const std::vector<OutputInfo> outputs(1, OutputInfo(y));
  for (size_t i = 0; i < ForwardLevel::active(); ++i)
    if (Tensor tangent = tangent_of(edge, open_levels[i]); tangent.defined())
      history = make_intrusive<DualNode>("view", open_levels[i], std::vector{tangent}, std::move(history), outputs);
  set_history(y, std::move(history), 0);
  return y;
}

IntrusivePtr<Node> with_tangents(IntrusivePtr<Node> node, const Dependence& dependence, Keep keep) {
  if (node->is_dual()) return node;
  const std::span<Edge> edges = node->edges();
  const bool is_kept =
      keep == Keep::Always || ((keep == Keep::IfLive || GradMode::keeps_tape()) && std::ranges::any_of(edges, is_live));
  IntrusivePtr<Node> history = is_kept ? node : IntrusivePtr<Node>();
  for (size_t i = 0; i < ForwardLevel::active(); ++i) {
    const uint64_t level = open_levels[i];
    std::vector<Tensor> given;
    for (const Edge& edge : edges) given.push_back(tangent_of(edge, level));
    const auto is_defined = [](const Tensor& tangent) { return tangent.defined(); };
    if (std::ranges::none_of(given, is_defined)) continue;
    std::vector<Tensor> tangents;
    {
      const ActiveLevels around(i);
      const CurrentNodeGuard current(history ? history.get() : nowhere());
      tangents = push(*node, given, dependence);
    }
    if (std::ranges::any_of(tangents, is_defined))
      history = make_intrusive<DualNode>(node->name(), level, std::move(tangents), std::move(history), node->outputs());
  }
  // What leads nowhere would be kept alive for nothing, with its tangents.
  for (Edge& edge : edges)
    if (is_kept && edge.node && !is_live(edge)) edge = {};
  return history;
}

IntrusivePtr<Node> with_all_tangents(IntrusivePtr<Node> node) {
  const ActiveLevels all(open_levels.size());
  return with_tangents(std::move(node), {}, Keep::IfLive);
}

}  // namespace ember::autograd
