// Losses as layers.
#include "nn/loss.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

template <class M>
Layer<M> loss(py::module_& m, const char* name, const char* doc) {
  Layer<M> layer(m, name, doc);
  layer.def(
      "forward",
      [](const M& self, const Tensor& input, const Tensor& target) {
        py::gil_scoped_release gil;
        return self.forward(input, target);
      },
      py::arg("input"), py::arg("target"));
  return layer;
}

template <class M>
void bind_plain(py::module_& m, const char* name, const char* doc) {
  loss<M>(m, name, doc)
      .init([](Reduction reduction) { return nn::LossOptions().reduction(reduction); }, py::arg("reduction") = "mean")
      .option("reduction", &nn::LossOptions::reduction_);
}

}  // namespace

void bind_loss_layers(py::module_& m) {
  using namespace nn;
  bind_plain<MSELossImpl>(m, "MSELoss", "(input - target)^2.");
  bind_plain<L1LossImpl>(m, "L1Loss", "|input - target|.");
  loss<NLLLossImpl>(m, "NLLLoss", "-input[target] for log-probabilities.")
      .init(
          [](const Tensor& weight, int64_t ignore_index, Reduction reduction) {
            return NLLLossOptions().weight(weight).ignore_index(ignore_index).reduction(reduction);
          },
          py::arg("weight") = py::none(), py::arg("ignore_index") = -100, py::arg("reduction") = "mean")
      .hidden("weight", &NLLLossOptions::weight_)
      .option("ignore_index", &NLLLossOptions::ignore_index_)
      .option("reduction", &NLLLossOptions::reduction_);
  loss<CrossEntropyLossImpl>(m, "CrossEntropyLoss", "Cross entropy of logits and classes or probabilities.")
      .init(
          [](const Tensor& weight, int64_t ignore_index, Reduction reduction, double smoothing) {
            return CrossEntropyLossOptions()
                .weight(weight)
                .ignore_index(ignore_index)
                .reduction(reduction)
                .label_smoothing(smoothing);
          },
          py::arg("weight") = py::none(), py::arg("ignore_index") = -100, py::arg("reduction") = "mean",
          py::arg("label_smoothing") = 0.0)
      .hidden("weight", &CrossEntropyLossOptions::weight_)
      .option("ignore_index", &CrossEntropyLossOptions::ignore_index_)
      .option("reduction", &CrossEntropyLossOptions::reduction_)
      .option("label_smoothing", &CrossEntropyLossOptions::label_smoothing_);
  loss<BCEWithLogitsLossImpl>(m, "BCEWithLogitsLoss", "Binary cross entropy of logits.")
      .init(
          [](const Tensor& weight, Reduction reduction, const Tensor& pos_weight) {
            return BCEWithLogitsLossOptions().weight(weight).pos_weight(pos_weight).reduction(reduction);
          },
          py::arg("weight") = py::none(), py::arg("reduction") = "mean", py::arg("pos_weight") = py::none())
      .hidden("weight", &BCEWithLogitsLossOptions::weight_)
      .hidden("pos_weight", &BCEWithLogitsLossOptions::pos_weight_)
      .option("reduction", &BCEWithLogitsLossOptions::reduction_);
}

}  // namespace ember::python
