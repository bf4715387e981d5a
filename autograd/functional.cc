#include "ember/autograd/functional.h"

#include "ember/autograd/backward.h"
#include "ember/autograd/grad_mode.h"

namespace ember::autograd::functional {

namespace {

Tensor filled_like(const Tensor& x, const Scalar& value) { return x.new_full(x.sizes(), value, x.dtype()); }

/// Inputs that f may be differentiated for: with create_graph views that keep their history, else leaves of their own.
Tensors prepare(const char* op, const Tensors& inputs, bool create_graph) {
  Tensors result;
  for (const Tensor& x : inputs) {
    check<TypeError>(x.defined() && x.is_floating_point(), op, ": inputs must be floating-point tensors");
    result.push_back(create_graph && x.requires_grad() ? x.view(x.sizes()) : x.detach().requires_grad_());
  }
  return result;
}

Tensors call(const char* op, const TensorFunction& f, const Tensors& inputs) {
  const EnableGradGuard recording;
  Tensors outputs = f(inputs);
  for (const Tensor& y : outputs) check<TypeError>(y.defined(), op, ": the function must give tensors");
  return outputs;
}

void check_like(const char* op, const char* of, const Tensors& v, const Tensors& xs) {
  check(v.size() == xs.size(), op, ": v has ", v.size(), " tensors but there are ", xs.size(), " ", of);
  for (size_t i = 0; i < v.size(); ++i)
    check(v[i].defined() && v[i].sizes() == xs[i].sizes(), op, ": v[", i, "] has shape ",
          v[i].defined() ? v[i].sizes() : Shape(), " but the ", of, " have ", xs[i].sizes());
}

Tensors detached(Tensors xs, bool create_graph) {
  if (!create_graph)
    for (Tensor& x : xs) x = x.detach();
  return xs;
}

const Tensor& only_number(const char* op, const Tensors& outputs) {
  check(outputs.size() == 1 && outputs[0].numel() == 1, op, ": the function must give one tensor of one element");
  return outputs[0];
}

}  // namespace

Tensors gradients(const Tensors& outputs, const Tensors& inputs, const Tensors& v, bool create_graph) {
  Tensors roots, weights;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    weights.push_back(v[i]);
  }
  if (roots.empty()) {
    Tensors zeros;
    for (const Tensor& x : inputs) zeros.push_back(filled_like(x, 0));
    return zeros;
  }
  const EnableGradGuard recording;
  return grad(roots, inputs, weights, true, create_graph, true, true);
}

std::pair<Tensors, Tensors> vjp(const TensorFunction& f, const Tensors& inputs, const Tensors& v, bool create_graph) {
  const Tensors xs = prepare("vjp", inputs, create_graph), ys = call("vjp", f, xs);
  Tensors weights = v;
  if (v.empty()) weights = {filled_like(only_number("vjp", ys), 1)};
  check_like("vjp", "outputs", weights, ys);
  Tensors products = gradients(ys, xs, weights, create_graph);
  return {detached(ys, create_graph), detached(std::move(products), create_graph)};
}

std::pair<Tensors, Tensors> jvp(const TensorFunction& f, const Tensors& inputs, const Tensors& v, bool create_graph) {
  const Tensors xs = prepare("jvp", inputs, create_graph), ys = call("jvp", f, xs);
  check_like("jvp", "inputs", v, xs);
  Tensors weights;
  for (const Tensor& y : ys) weights.push_back(filled_like(y, 0).requires_grad_());
  const Tensors linear = gradients(ys, xs, weights, true);
  Tensors products = gradients(linear, weights, v, create_graph);
  return {detached(ys, create_graph), detached(std::move(products), create_graph)};
}

std::vector<Tensors> jacobian(const TensorFunction& f, const Tensors& inputs, bool create_graph) {
  const Tensors xs = prepare("jacobian", inputs, create_graph), ys = call("jacobian", f, xs);
  std::vector<Tensors> result;
  for (const Tensor& y : ys) {
    Tensors whole;
    for (const Tensor& x : xs) {
      Tensor j = empty_tensor({y.numel(), x.numel()}, y.dtype(), y.device());
      whole.push_back(j.fill_(0));
    }
    const AutoGradMode recording(create_graph);
    for (int64_t i = 0; i < y.numel(); ++i) {
      Tensor one = filled_like(y, 0);
      {
        NoGradGuard no_grad;
        one.view(-1).select(0, i).fill_(1);
      }
      const Tensors row = gradients({y}, xs, {one}, create_graph);
      for (size_t k = 0; k < xs.size(); ++k) whole[k].select(0, i).copy_(row[k].reshape(-1));
    }
    for (size_t k = 0; k < xs.size(); ++k) {
      Shape sizes = y.sizes();
      for (const int64_t size : xs[k].sizes()) sizes.push_back(size);
      whole[k] = whole[k].reshape(sizes);
    }
    result.push_back(detached(std::move(whole), create_graph));
  }
  return result;
}

std::vector<Tensors> hessian(const TensorFunction& f, const Tensors& inputs, bool create_graph) {
  const auto gradient = [&](const Tensors& xs) {
    const Tensors ys = call("hessian", f, xs);
    const Tensor& y = only_number("hessian", ys);
    return gradients({y}, xs, {filled_like(y, 1)}, true);
  };
  return jacobian(gradient, inputs, create_graph);
}

std::pair<Tensors, Tensors> hvp(const TensorFunction& f, const Tensors& inputs, const Tensors& v, bool create_graph) {
  const Tensors xs = prepare("hvp", inputs, create_graph), ys = call("hvp", f, xs);
  const Tensor& y = only_number("hvp", ys);
  check_like("hvp", "inputs", v, xs);
  const Tensors gradient = gradients({y}, xs, {filled_like(y, 1)}, true);
  // A Hessian is symmetric, so that H v = v^T H.
  Tensors products = gradients(gradient, xs, v, create_graph);
  return {detached(ys, create_graph), detached(std::move(products), create_graph)};
}

std::pair<Tensors, Tensors> vhp(const TensorFunction& f, const Tensors& inputs, const Tensors& v, bool create_graph) {
  return hvp(f, inputs, v, create_graph);
}

}  // namespace ember::autograd::functional
