// Losses of real numbers and of distributions as layers.
#include "ember/nn/regression_loss.h"
#include "ember/ops/creation/creation.h"
#include "python/bindings/loss_layers.h"

namespace ember::python {

void bind_regression_loss_layers(py::module_& m) {
  using namespace nn;
  const auto none = py::none();
  loss<SmoothL1LossImpl>(m, "SmoothL1Loss", "Half squared below beta, linear above.")
      .init(
          [](Flag average, Flag reduce, Reduction reduction, double beta) {
            return SmoothL1LossOptions().reduction(reduction_of(average, reduce, reduction)).beta(beta);
          },
          py::arg("size_average") = none, py::arg("reduce") = none, py::arg("reduction") = "mean",
          py::arg("beta") = 1.0)
      .option("reduction", &SmoothL1LossOptions::reduction_)
      .option("beta", &SmoothL1LossOptions::beta_);
  loss<HuberLossImpl>(m, "HuberLoss", "Half squared up to delta, linear above.")
      .init([](Reduction reduction, double delta) { return HuberLossOptions().reduction(reduction).delta(delta); },
            py::arg("reduction") = "mean", py::arg("delta") = 1.0)
      .option("reduction", &HuberLossOptions::reduction_)
      .option("delta", &HuberLossOptions::delta_);
  loss<KLDivLossImpl>(m, "KLDivLoss", "target (log(target) - input) for log-probabilities.")
      .init(
          [](Flag average, Flag reduce, const std::string& reduction, bool log_target) {
            constexpr const char* kNames[] = {"none", "mean", "sum"};
            const bool is_old = average || reduce;
            return KLDivLossOptions()
                .reduction(is_old ? kNames[static_cast<int>(reduction_of(average, reduce, {}))] : reduction)
                .log_target(log_target);
          },
          py::arg("size_average") = none, py::arg("reduce") = none, py::arg("reduction") = "mean",
          py::arg("log_target") = false)
      .option("reduction", &KLDivLossOptions::reduction_)
      .option("log_target", &KLDivLossOptions::log_target_);
  loss<BCELossImpl>(m, "BCELoss", "Binary cross entropy of probabilities.")
      .init(
          [](const Tensor& weight, Flag average, Flag reduce, Reduction reduction) {
            return BCELossOptions().weight(weight).reduction(reduction_of(average, reduce, reduction));
          },
          py::arg("weight") = none, py::arg("size_average") = none, py::arg("reduce") = none,
          py::arg("reduction") = "mean")
      .hidden("weight", &BCELossOptions::weight_)
      .option("reduction", &BCELossOptions::reduction_);
  loss_of_three<GaussianNLLLossImpl>(m, "GaussianNLLLoss", {"input", "target", "var"},
                                     "Half of log(var) + (input - target)^2 / var.")
      .init([](bool full, double eps,
               Reduction reduction) { return GaussianNLLLossOptions().full(full).eps(eps).reduction(reduction); },
            py::kw_only(), py::arg("full") = false, py::arg("eps") = 1e-6, py::arg("reduction") = "mean")
      .option("full", &GaussianNLLLossOptions::full_)
      .option("eps", &GaussianNLLLossOptions::eps_)
      .option("reduction", &GaussianNLLLossOptions::reduction_);
  loss<PoissonNLLLossImpl>(m, "PoissonNLLLoss", "exp(input) - target input.")
      .init(
          [](bool log_input, bool full, Flag average, double eps, Flag reduce, Reduction reduction) {
            return PoissonNLLLossOptions().log_input(log_input).full(full).eps(eps).reduction(
                reduction_of(average, reduce, reduction));
          },
          py::arg("log_input") = true, py::arg("full") = false, py::arg("size_average") = none, py::arg("eps") = 1e-8,
          py::arg("reduce") = none, py::arg("reduction") = "mean")
      .option("log_input", &PoissonNLLLossOptions::log_input_)
      .option("full", &PoissonNLLLossOptions::full_)
      .option("eps", &PoissonNLLLossOptions::eps_)
      .option("reduction", &PoissonNLLLossOptions::reduction_);
  Layer<CTCLossImpl>(m, "CTCLoss", "Connectionist temporal classification.")
      .init(
          [](int64_t blank, Reduction reduction, bool zero_infinity) {
            return CTCLossOptions().blank(blank).reduction(reduction).zero_infinity(zero_infinity);
          },
          py::arg("blank") = 0, py::arg("reduction") = "mean", py::arg("zero_infinity") = false)
      .option("blank", &CTCLossOptions::blank_)
      .option("reduction", &CTCLossOptions::reduction_)
      .option("zero_infinity", &CTCLossOptions::zero_infinity_)
      .def(
          "forward",
          [](const CTCLossImpl& self, const Tensor& log_probs, const Tensor& targets, const py::object& input_lengths,
             const py::object& target_lengths) {
            const auto lengths = [](const py::object& given) {
              if (is_tensor(given.ptr())) return tensor_of(given.ptr());
              return tensor(given.cast<Shape>().vec());
            };
            return self.forward(log_probs, targets, lengths(input_lengths), lengths(target_lengths));
          },
          py::arg("log_probs"), py::arg("targets"), py::arg("input_lengths"), py::arg("target_lengths"));
}

}  // namespace ember::python
