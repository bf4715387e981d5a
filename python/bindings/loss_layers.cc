// Losses as layers.
#include "python/bindings/loss_layers.h"

#include "python/bindings/bindings.h"

namespace ember::python {

void bind_loss_layers(py::module_& m) {
  using namespace nn;
  bind_plain<MSELossImpl>(m, "MSELoss", "(input - target)^2.");
  bind_plain<L1LossImpl>(m, "L1Loss", "|input - target|.");
  loss<NLLLossImpl>(m, "NLLLoss", "-input[target] for log-probabilities.")
      .init(
          [](const Tensor& weight, Flag average, int64_t ignore_index, Flag reduce, Reduction reduction) {
            return NLLLossOptions()
                .weight(weight)
                .ignore_index(ignore_index)
                .reduction(reduction_of(average, reduce, reduction));
          },
          py::arg("weight") = py::none(), py::arg("size_average") = py::none(), py::arg("ignore_index") = -100,
          py::arg("reduce") = py::none(), py::arg("reduction") = "mean")
      .hidden("weight", &NLLLossOptions::weight_)
      .option("ignore_index", &NLLLossOptions::ignore_index_)
      .option("reduction", &NLLLossOptions::reduction_);
  loss<CrossEntropyLossImpl>(m, "CrossEntropyLoss", "Cross entropy of logits and classes or probabilities.")
      .init(
          [](const Tensor& weight, Flag average, int64_t ignore_index, Flag reduce, Reduction reduction,
             double smoothing) {
            return CrossEntropyLossOptions()
                .weight(weight)
                .ignore_index(ignore_index)
                .reduction(reduction_of(average, reduce, reduction))
                .label_smoothing(smoothing);
          },
          py::arg("weight") = py::none(), py::arg("size_average") = py::none(), py::arg("ignore_index") = -100,
          py::arg("reduce") = py::none(), py::arg("reduction") = "mean", py::arg("label_smoothing") = 0.0)
      .hidden("weight", &CrossEntropyLossOptions::weight_)
      .option("ignore_index", &CrossEntropyLossOptions::ignore_index_)
      .option("reduction", &CrossEntropyLossOptions::reduction_)
      .option("label_smoothing", &CrossEntropyLossOptions::label_smoothing_);
  loss<BCEWithLogitsLossImpl>(m, "BCEWithLogitsLoss", "Binary cross entropy of logits.")
      .init(
          [](const Tensor& weight, Flag average, Flag reduce, Reduction reduction, const Tensor& pos_weight) {
            return BCEWithLogitsLossOptions()
                .weight(weight)
                .pos_weight(pos_weight)
                .reduction(reduction_of(average, reduce, reduction));
          },
          py::arg("weight") = py::none(), py::arg("size_average") = py::none(), py::arg("reduce") = py::none(),
          py::arg("reduction") = "mean", py::arg("pos_weight") = py::none())
      .hidden("weight", &BCEWithLogitsLossOptions::weight_)
      .hidden("pos_weight", &BCEWithLogitsLossOptions::pos_weight_)
      .option("reduction", &BCEWithLogitsLossOptions::reduction_);
  bind_regression_loss_layers(m);
  bind_margin_loss_layers(m);
}

}  // namespace ember::python
