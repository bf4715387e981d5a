// Activations, in ember.nn.functional; some are ember's own too.
#include "ember/ops/activation/activation.h"

#include <cstring>

#include "ember/nn/functional.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ops/internal/in_place.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;

/// `name(input, ..., inplace=False)` and `name_(input, ...)`; `in_place_name` is the latter's.
template <class... P>
void add_activation(Ops& functional, const char* in_place_name, const std::string& parameters,
                    Tensor (*function)(const Tensor&, P...), const char* doc) {
  const std::string name(in_place_name, std::strlen(in_place_name) - 1);
  const auto always_in_place = [in_place_name, function](Tensor& x, P... rest) -> Tensor& {
    return in_place(in_place_name, x, [&](const Tensor& value) { return function(value, rest...); });
  };
  functional.add_function((name + "(" + parameters + ", inplace=False)").c_str(),
                          [function, always_in_place](Tensor& x, P... rest, bool inplace) -> Tensor {
                            return inplace ? always_in_place(x, rest...) : function(x, rest...);
                          },
                          doc);
  functional.add_function((name + "_(" + parameters + ")").c_str(), always_in_place);
}

/// Where no dim is named it is 0 for up to one dim and for three, else 1, as in PyTorch before its functions had the argument.
template <Tensor (*kOp)(const Tensor&, int64_t, OptionalDType)>
Tensor with_implicit_dim(const Tensor& x, std::optional<int64_t> dim, PyObject*, OptionalDType dtype) {
  const int64_t implicit = x.dim() == 0 || x.dim() == 1 || x.dim() == 3 ? 0 : 1;
  return kOp(x, dim.value_or(implicit), dtype);
}

void bind_softmax(Ops& ops, Ops& functional) {
  const char *const softmax_doc = "exp(input) / sum(exp(input)) along dim.", *const log_doc =
                                                                                 "input - logsumexp(input) along dim.";
  ops.add("softmax(input, dim, dtype=None)", softmax, softmax_doc);
  ops.add("log_softmax(input, dim, dtype=None)", log_softmax, log_doc);
  const std::string rest = "(input, dim=None, _stacklevel=3, dtype=None)";
  functional.add_function(("softmax" + rest).c_str(), with_implicit_dim<softmax>, softmax_doc);
  functional.add_function(("log_softmax" + rest).c_str(), with_implicit_dim<log_softmax>, log_doc);
  functional.add_function(
      "gumbel_softmax(logits, tau=1.0, hard=False, eps=1e-10, dim=-1)",
      [](const Tensor& logits, double tau, bool hard, double, int64_t dim) {
        return nn::functional::gumbel_softmax(logits, tau, hard, dim);
      },
      "A sample of classes that has a gradient; one-hot with `hard`. eps is without effect, as in PyTorch.");
  functional.add_function(("softmin" + rest).c_str(), with_implicit_dim<softmin>, "softmax(-input).");
}

}  // namespace

void bind_activations(Ops& ops, Ops& functional) {
  ops.add("relu(input)", relu, "max(input, 0).");
  ops.add("sigmoid(input)", sigmoid, "1 / (1 + exp(-input)).");
  ops.add("prelu(input, weight)", prelu, "input where positive, weight input elsewhere.");
  ops.add("hardshrink(input, lambd=0.5)", hardshrink, "0 where |input| <= lambd.");
  ops.add_function("celu(input, alpha=1.0)", celu);
  ops.add_function("selu(input)", selu);
  ops.add_function("threshold(input, threshold, value)", threshold);
  ops.add_function("rrelu(input, lower=0.125, upper=0.3333333333333333, training=False)", rrelu);

  functional.add_function(
      "relu(input, inplace=False)", [](Tensor& x, bool inplace) { return inplace ? relu_(x) : relu(x); },
      "max(input, 0).");
  functional.add_function("relu_(input)", relu_);
  add_activation(functional, "relu6_", "input", relu6, "min(max(input, 0), 6).");
  add_activation(functional, "leaky_relu_", "input, negative_slope=0.01", leaky_relu,
                 "input where positive, negative_slope input elsewhere.");
  add_activation(functional, "elu_", "input, alpha=1.0", elu,
                 "input where positive, alpha (exp(input) - 1) elsewhere.");
  add_activation(functional, "celu_", "input, alpha=1.0", celu,
                 "input where positive, alpha (exp(input / alpha) - 1) elsewhere.");
  add_activation(functional, "selu_", "input", selu, "The elu that keeps mean 0 and variance 1.");
  add_activation(functional, "silu_", "input", silu, "input sigmoid(input).");
  add_activation(functional, "mish_", "input", mish, "input tanh(softplus(input)).");
  add_activation(functional, "hardtanh_", "input, min_val=-1.0, max_val=1.0", hardtanh,
                 "input limited to [min_val, max_val].");
  add_activation(functional, "hardsigmoid_", "input", hardsigmoid, "relu6(input + 3) / 6.");
  add_activation(functional, "hardswish_", "input", hardswish, "input relu6(input + 3) / 6.");
  add_activation(functional, "threshold_", "input, threshold, value", threshold,
                 "input where above threshold, value elsewhere.");
  add_activation(functional, "rrelu_", "input, lower=0.125, upper=0.3333333333333333, training=False", rrelu,
                 "leaky_relu with random slopes while training.");

  functional.add_function("logsigmoid(input)", logsigmoid, "log(sigmoid(input)).");
  functional.add_function("gelu(input, approximate='none')", gelu, "input Phi(input), exactly or by 'tanh'.");
  functional.add_function("softplus(input, beta=1.0, threshold=20.0)", softplus, "log(1 + exp(beta input)) / beta.");
  functional.add_function("softshrink(input, lambd=0.5)", softshrink, "input moved by lambd toward 0.");
  functional.add_function("softsign(input)", softsign, "input / (1 + |input|).");
  functional.add_function("tanhshrink(input)", tanhshrink, "input - tanh(input).");
  functional.add_function("glu(input, dim=-1)", glu, "a sigmoid(b) for the halves a and b of input.");
  ops.add_method("relu_(input)", relu_);
  ops.add_method("sigmoid_(input)", sigmoid_);
  functional.share(ops, {"hardshrink", "prelu", "sigmoid", "tanh"});
  bind_softmax(ops, functional);
}

}  // namespace ember::python
