#include <algorithm>

#include "ember/autograd/forward.h"
#include "ember/autograd/functional.h"
#include "ember/autograd/grad_mode.h"
#include "ember/func/flat.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"

namespace ember::func::flat {

namespace {

using autograd::functional::gradients;

/// Transforms within transforms: the inner ones keep their results on the tape for the outer ones.
class Nesting {
 public:
  Nesting() { ++depth_; }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

  bool is_inner() const { return depth_ > 1; }

 private:
  static thread_local int depth_;
};
thread_local int Nesting::depth_ = 0;

bool any_on_tape(const Tensors& tensors) {
  return std::ranges::any_of(tensors, [](const Tensor& x) { return x.requires_grad(); });
}

Tensors detached(Tensors tensors) {
  for (Tensor& x : tensors) x = x.detach();
  return tensors;
}

/// The inputs made differentiable: views of what is on the tape, else leaves of their own.
struct Variables {
  Tensors tensors;
  bool keeps_graph;

  Variables(const Tensors& inputs, bool is_inner) : keeps_graph(is_inner || any_on_tape(inputs)) {
    for (const Tensor& x : inputs) {
      check<TypeError>(x.defined() && x.is_differentiable(),
                       "func: the arguments to differentiate must be floating-point tensors, not ", describe(x));
      tensors.push_back(autograd::as_variable(x));
    }
  }

  Tensors finished(Tensors results) const { return keeps_graph ? std::move(results) : detached(std::move(results)); }
};

}  // namespace

Derivatives grad_and_value(const Function& f, const Tensors& inputs) {
  const Nesting nesting;
  const EnableGradGuard recording;
  const Variables variables(inputs, nesting.is_inner());
  Tensors outputs = f(variables.tensors);
  check(!outputs.empty() && outputs[0].defined() && outputs[0].dim() == 0,
        "grad: the function must give a zero-dim tensor, not ",
        outputs.empty() ? std::string("none") : describe(outputs[0]));
  Tensors found = gradients({outputs[0]}, variables.tensors, {ones_like(outputs[0])}, variables.keeps_graph);
  return {variables.finished(std::move(outputs)), variables.finished(std::move(found)), variables.keeps_graph};
}

Pullback vjp(const Function& f, const Tensors& inputs) {
  const Nesting nesting;
  const EnableGradGuard recording;
  const Variables variables(inputs, nesting.is_inner());
  Tensors outputs = f(variables.tensors);
  return {variables.finished(outputs), outputs, variables.tensors, variables.keeps_graph};
}

Tensors Pullback::operator()(const Tensors& cotangents) const {
  check(cotangents.size() == roots.size(), "vjp: there are ", roots.size(), " outputs but ", cotangents.size(),
        " cotangents");
  const EnableGradGuard recording;
  const bool keeps_graph = is_on_tape || any_on_tape(cotangents);
  Tensors result = gradients(roots, variables, cotangents, keeps_graph);
  return keeps_graph ? result : detached(std::move(result));
}

Derivatives jvp(const Function& f, const Tensors& inputs, const Tensors& tangents) {
  const Nesting nesting;
  check(tangents.size() == inputs.size(), "jvp: there are ", inputs.size(), " primals but ", tangents.size(),
        " tangents");
  for (size_t i = 0; i < inputs.size(); ++i) {
    check<TypeError>(inputs[i].defined() && inputs[i].is_differentiable(),
                     "func: the arguments to differentiate must be floating-point tensors, not ", describe(inputs[i]));
    check(tangents[i].defined() && tangents[i].sizes() == inputs[i].sizes(), "jvp: tangent ", i, " is ",
          describe(tangents[i]), " but its primal ", describe(inputs[i]));
  }
  const bool keeps_graph = nesting.is_inner() || any_on_tape(inputs) || any_on_tape(tangents);
  const autograd::ForwardLevel level(GradMode::keeps_tape() || nesting.is_inner());
  Tensors duals;
  for (size_t i = 0; i < inputs.size(); ++i)
    duals.push_back(autograd::make_dual(inputs[i], tangents[i].to(inputs[i].dtype()), level.id()));
  Derivatives both{{}, {}, keeps_graph};
  for (const Tensor& y : f(duals)) {
    const auto [primal, tangent] = autograd::unpack_dual(y, level.id());
    both.outputs.push_back(keeps_graph ? primal : primal.detach());
    both.derivatives.push_back(!tangent.defined() ? zeros_like(primal.detach())
                               : keeps_graph      ? tangent
                                                  : tangent.detach());
  }
  return both;
}

namespace {

/// All directions in the space of these tensors: for each [directions, its shape...], a one where a direction points into it.
Tensors all_directions(const Tensors& tensors) {
  int64_t total = 0, start = 0;
  for (const Tensor& x : tensors) total += x.numel();
  Tensors result;
  for (const Tensor& x : tensors) {
    Shape sizes = x.sizes();
    sizes.insert(0, total);
    const TensorOptions options = x.detach().options();
    Tensor directions = zeros({total, x.numel()}, options);
    directions.narrow(0, start, x.numel()).copy_(eye(x.numel(), {}, options));
    result.push_back(directions.reshape(sizes));
    start += x.numel();
  }
  return result;
}

Shape joined(const Shape& a, const Shape& b) {
  Shape sizes = a;
  for (const int64_t size : b) sizes.push_back(size);
  return sizes;
}

/// [all elements of `tensors`, ...] in the parts that belong to each.
Tensors parts_of(const Tensor& rows, const Tensors& tensors) {
  Tensors parts;
  int64_t start = 0;
  for (const Tensor& x : tensors) {
    parts.push_back(rows.narrow(0, start, x.numel()));
    start += x.numel();
  }
  return parts;
}

Dims first_dims(size_t count) { return Dims(count, 0); }

}  // namespace

Jacobian jacrev(const Function& f, const Tensors& inputs, std::optional<int64_t> chunk_size) {
  Pullback pullback = vjp(f, inputs);
  const Tensors& outputs = pullback.roots;
  Tensors found;
  const Tensors directions = all_directions(outputs);
  if (directions.empty() || directions[0].size(0) == 0) {
    for (const Tensor& x : inputs) found.push_back(zeros(joined({0}, x.sizes()), x.detach().options()));
  } else {
    found = vmap(pullback, directions, first_dims(directions.size()), first_dims, {Randomness::Same, chunk_size});
  }
  Jacobian jacobian{std::move(pullback.outputs), std::vector<Tensors>(outputs.size()), pullback.is_on_tape};
  for (size_t j = 0; j < inputs.size(); ++j) {
    const Tensors parts = parts_of(found[j], outputs);
    for (size_t i = 0; i < outputs.size(); ++i)
      jacobian.rows[i].push_back(parts[i].reshape(joined(outputs[i].sizes(), inputs[j].sizes())));
  }
  return jacobian;
}

Jacobian jacfwd(const Function& f, const Tensors& inputs, const VmapOptions& options) {
  Jacobian jacobian;
  const Tensors directions = all_directions(inputs);
  Tensors found;
  if (directions.empty() || directions[0].size(0) == 0) {
    jacobian.outputs = f(inputs);
    for (const Tensor& y : jacobian.outputs) found.push_back(zeros(joined({0}, y.sizes()), y.detach().options()));
  } else {
    const Function columns = [&](const Tensors& tangents) {
      Derivatives both = jvp(f, inputs, tangents);
      jacobian.outputs = both.outputs;
      jacobian.is_on_tape = both.are_on_tape;
      return both.derivatives;
    };
    found = vmap(columns, directions, first_dims(directions.size()), first_dims, options);
  }
  for (const Tensor& of_output : found) {
    const Tensors parts = parts_of(of_output, inputs);
    Tensors row;
    for (size_t j = 0; j < inputs.size(); ++j) {
      Shape sizes(std::span(of_output.sizes().data() + 1, of_output.sizes().size() - 1));
      row.push_back(movedim(parts[j], 0, -1).reshape(joined(sizes, inputs[j].sizes())));
    }
    jacobian.rows.push_back(std::move(row));
  }
  return jacobian;
}

}  // namespace ember::func::flat
