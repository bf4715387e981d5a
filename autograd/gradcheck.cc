#include "ember/autograd/gradcheck.h"

#include <cmath>

#include "ember/autograd/backward.h"
#include "ember/autograd/grad_mode.h"
#include "ember/core/kernels/random.h"
#include "ember/core/random.h"

namespace ember::autograd {

namespace {

/// The elements of a float64 tensor in row-major order, whatever its strides.
class Elements {
 public:
  explicit Elements(const Tensor& x) : x_(x) {}
  double& operator[](int64_t index) const {
    int64_t offset = 0;
    for (int64_t d = x_.dim() - 1; d >= 0; --d) {
      offset += index % x_.sizes()[d] * x_.strides()[d];
      index /= x_.sizes()[d];
    }
    return x_.data_ptr<double>()[offset];
  }

 private:
  Tensor x_;
};

struct Checked {
  std::vector<size_t> inputs, outputs;  ///< numbers of those that carry gradients
};

Checked find_checked(const char* op, const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
  Checked found;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !inputs[i].requires_grad()) continue;
    check<TypeError>(inputs[i].dtype() == kFloat64, op, ": input ", i, " is ", describe(inputs[i]),
                     " but finite differences need float64");
    for (int64_t d = 0; d < inputs[i].dim(); ++d)
      check(inputs[i].stride(d) != 0 || inputs[i].size(d) <= 1, op, ": input ", i, ", ", describe(inputs[i]),
            ", has elements that share memory");
    found.inputs.push_back(i);
  }
  check<ValueError>(!found.inputs.empty(), op, ": no input requires grad");
  for (size_t o = 0; o < outputs.size(); ++o)
    if (outputs[o].defined() && outputs[o].requires_grad()) found.outputs.push_back(o);
  return found;
}

Tensor zeros(const Tensor& like) {
  Tensor z = empty_tensor(like.sizes(), like.dtype(), like.device());
  z.zero_();
  return z;
}

/// Column j: the derivatives of output element j, as gradients of the inputs, from the tape.
std::vector<std::vector<Tensor>> analytical(const std::vector<Tensor>& inputs, const Tensor& output) {
  std::vector<std::vector<Tensor>> columns;
  for (int64_t j = 0; j < output.numel(); ++j) {
    const Tensor one_hot = zeros(output);
    const Elements elements(one_hot);
    elements[j] = 1;
    columns.push_back(grad({output}, inputs, {one_hot}, /*retain_graph=*/true, false, true, true));
  }
  return columns;
}

/// Values of the outputs at the inputs as they are now.
std::vector<Tensor> evaluate(const TensorFunction& function, const std::vector<Tensor>& inputs) {
  const NoGradGuard no_grad;
  std::vector<Tensor> outputs = function(inputs);
  for (Tensor& y : outputs)
    if (y.defined()) y = y.clone();
  return outputs;
}

bool is_close(double a, double b, const GradcheckOptions& options) {
  return std::abs(a - b) <= options.atol + options.rtol * std::abs(b);
}

}  // namespace

bool gradcheck(const TensorFunction& function, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  const EnableGradGuard enable;
  const std::vector<Tensor> outputs = function(inputs);
  const Checked checked = find_checked("gradcheck", inputs, outputs);
  std::vector<Tensor> wanted;
  for (const size_t i : checked.inputs) wanted.push_back(inputs[i]);
  std::vector<std::vector<std::vector<Tensor>>> jacobians;
  for (const size_t o : checked.outputs) jacobians.push_back(analytical(wanted, outputs[o]));

  for (size_t w = 0; w < wanted.size(); ++w) {
    const Elements values(wanted[w].detach());
    for (int64_t k = 0; k < wanted[w].numel(); ++k) {
      const double value = values[k];
      values[k] = value + options.eps;
      const std::vector<Tensor> above = evaluate(function, inputs);
      values[k] = value - options.eps;
      const std::vector<Tensor> below = evaluate(function, inputs);
      values[k] = value;
      for (size_t n = 0; n < checked.outputs.size(); ++n) {
        const size_t o = checked.outputs[n];
        const Elements high(above[o]), low(below[o]);
        for (int64_t j = 0; j < outputs[o].numel(); ++j) {
          const double numerical = (high[j] - low[j]) / (2 * options.eps);
          const double from_tape = Elements(jacobians[n][static_cast<size_t>(j)][w])[k];
          if (is_close(from_tape, numerical, options)) continue;
          check(!options.raise_exception, "gradcheck: the derivative of element ", j, " of output ", o, " by element ",
                k, " of input ", checked.inputs[w], " is ", from_tape, " by backward but ", numerical,
                " by finite differences");
          return false;
        }
      }
    }
  }
  return true;
}

bool gradgradcheck(const TensorFunction& function, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  const EnableGradGuard enable;
  const Checked checked = find_checked("gradgradcheck", inputs, function(inputs));
  // The gradients of the outputs become inputs too: random, so that no derivative vanishes by symmetry.
  std::vector<Tensor> all = inputs;
  Generator generator(0);
  for (const Tensor& y : function(inputs)) {
    if (!y.defined() || !y.requires_grad()) continue;
    Tensor g = empty_tensor(y.sizes(), y.dtype());
    kernels::uniform.on(g)(g, 0.5, 1.5, generator);
    all.push_back(g.requires_grad_());
  }
  const TensorFunction gradients = [&](const std::vector<Tensor>& given) {
    // Recorded even where gradcheck only wants values.
    const EnableGradGuard record;
    const std::vector<Tensor> xs(given.begin(), given.begin() + static_cast<int64_t>(inputs.size()));
    const std::vector<Tensor> ys = function(xs);
    std::vector<Tensor> outputs, sources;
    for (const size_t o : checked.outputs) outputs.push_back(ys[o]);
    for (const size_t i : checked.inputs) sources.push_back(xs[i]);
    return grad(outputs, sources, {given.begin() + static_cast<int64_t>(inputs.size()), given.end()}, true, true, true,
                true);
  };
  return gradcheck(gradients, all, options);
}

}  // namespace ember::autograd
