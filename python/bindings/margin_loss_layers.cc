// Margin losses and distances as layers.
#include "ember/nn/distance.h"
#include "ember/nn/margin_loss.h"
#include "python/bindings/loss_layers.h"

namespace ember::python {

namespace {

/// The constructor of a loss whose options are a margin and the reduction.
template <class M>
void bind_margin(Layer<M> layer, double margin) {
  using nn::MarginLossOptions;
  layer
      .init(
          [](double value, Flag average, Flag reduce, Reduction reduction) {
            return MarginLossOptions(value).reduction(reduction_of(average, reduce, reduction));
          },
          py::arg("margin") = margin, py::arg("size_average") = py::none(), py::arg("reduce") = py::none(),
          py::arg("reduction") = "mean")
      .option("margin", &MarginLossOptions::margin_)
      .option("reduction", &MarginLossOptions::reduction_);
}

/// A distance written in Python.
nn::Distance to_distance(const py::object& function) {
  if (function.is_none()) return {};
  return PythonFunction<Tensor(const Tensor&, const Tensor&)>(function);
}

/// forward of two tensors.
template <class M>
Layer<M> distance(py::module_& m, const char* name, const char* doc) {
  Layer<M> layer(m, name, doc);
  layer.def(
      "forward", [](const M& self, const Tensor& x1, const Tensor& x2) { return self.forward(x1, x2); }, py::arg("x1"),
      py::arg("x2"));
  return layer;
}

void bind_distances(py::module_& m) {
  using namespace nn;
  distance<PairwiseDistanceImpl>(m, "PairwiseDistance", "|x1 - x2 + eps|_p along the last dim.")
      .init([](double p, double eps, bool keepdim) { return PairwiseDistanceOptions().p(p).eps(eps).keepdim(keepdim); },
            py::arg("p") = 2.0, py::arg("eps") = 1e-6, py::arg("keepdim") = false)
      .option("p", &PairwiseDistanceOptions::p_)
      .option("eps", &PairwiseDistanceOptions::eps_)
      .option("keepdim", &PairwiseDistanceOptions::keepdim_);
  distance<CosineSimilarityImpl>(m, "CosineSimilarity", "The cosine of the angle between x1 and x2 along dim.")
      .init([](int64_t dim, double eps) { return CosineSimilarityOptions().dim(dim).eps(eps); }, py::arg("dim") = 1,
            py::arg("eps") = 1e-8)
      .option("dim", &CosineSimilarityOptions::dim_)
      .option("eps", &CosineSimilarityOptions::eps_);
}

}  // namespace

void bind_margin_loss_layers(py::module_& m) {
  using namespace nn;
  bind_distances(m);
  const auto none = py::none();
  bind_plain<SoftMarginLossImpl>(m, "SoftMarginLoss", "log(1 + exp(-target input)).");
  bind_plain<MultiLabelMarginLossImpl>(m, "MultiLabelMarginLoss", "Margins between the classes in target and others.");
  bind_margin(loss<HingeEmbeddingLossImpl>(m, "HingeEmbeddingLoss",
                                           "input where target is 1, max(0, margin - input) where it is -1."),
              1.0);
  bind_margin(loss_of_three<MarginRankingLossImpl>(m, "MarginRankingLoss", {"input1", "input2", "target"},
                                                   "max(0, margin - target (input1 - input2))."),
              0.0);
  bind_margin(loss_of_three<CosineEmbeddingLossImpl>(
                  m, "CosineEmbeddingLoss", {"input1", "input2", "target"},
                  "1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1."),
              0.0);
  loss<MultiMarginLossImpl>(m, "MultiMarginLoss", "Margins between the target class and the others.")
      .init(
          [](int64_t p, double margin, const Tensor& weight, Flag average, Flag reduce, Reduction reduction) {
            return MultiMarginLossOptions().p(p).margin(margin).weight(weight).reduction(
                reduction_of(average, reduce, reduction));
          },
          py::arg("p") = 1, py::arg("margin") = 1.0, py::arg("weight") = none, py::arg("size_average") = none,
          py::arg("reduce") = none, py::arg("reduction") = "mean")
      .option("p", &MultiMarginLossOptions::p_)
      .option("margin", &MultiMarginLossOptions::margin_)
      .hidden("weight", &MultiMarginLossOptions::weight_)
      .option("reduction", &MultiMarginLossOptions::reduction_);
  loss<MultiLabelSoftMarginLossImpl>(m, "MultiLabelSoftMarginLoss",
                                     "The mean over classes of the binary cross entropy of logits.")
      .init(
          [](const Tensor& weight, Flag average, Flag reduce, Reduction reduction) {
            return MultiLabelSoftMarginLossOptions().weight(weight).reduction(reduction_of(average, reduce, reduction));
          },
          py::arg("weight") = none, py::arg("size_average") = none, py::arg("reduce") = none,
          py::arg("reduction") = "mean")
      .hidden("weight", &MultiLabelSoftMarginLossOptions::weight_)
      .option("reduction", &MultiLabelSoftMarginLossOptions::reduction_);
  loss_of_three<TripletMarginLossImpl>(m, "TripletMarginLoss", {"anchor", "positive", "negative"},
                                       "max(0, |anchor - positive| - |anchor - negative| + margin).")
      .init(
          [](double margin, double p, double eps, bool swap, Flag average, Flag reduce, Reduction reduction) {
            return TripletMarginLossOptions().margin(margin).p(p).eps(eps).swap(swap).reduction(
                reduction_of(average, reduce, reduction));
          },
          py::arg("margin") = 1.0, py::arg("p") = 2.0, py::arg("eps") = 1e-6, py::arg("swap") = false,
          py::arg("size_average") = none, py::arg("reduce") = none, py::arg("reduction") = "mean")
      .option("margin", &TripletMarginLossOptions::margin_)
      .option("p", &TripletMarginLossOptions::p_)
      .option("eps", &TripletMarginLossOptions::eps_)
      .option("swap", &TripletMarginLossOptions::swap_)
      .option("reduction", &TripletMarginLossOptions::reduction_);
  using WithDistance = TripletMarginWithDistanceLossOptions;
  loss_of_three<TripletMarginWithDistanceLossImpl>(m, "TripletMarginWithDistanceLoss",
                                                   {"anchor", "positive", "negative"},
                                                   "TripletMarginLoss with a distance of the caller's.")
      .init(
          [](const py::object& distance, double margin, bool swap, Reduction reduction) {
            return WithDistance()
                .distance_function(to_distance(distance))
                .margin(margin)
                .swap(swap)
                .reduction(reduction);
          },
          py::kw_only(), py::arg("distance_function") = none, py::arg("margin") = 1.0, py::arg("swap") = false,
          py::arg("reduction") = "mean")
      .option("distance_function", &WithDistance::distance_function_)
      .option("margin", &WithDistance::margin_)
      .option("swap", &WithDistance::swap_)
      .option("reduction", &WithDistance::reduction_);
}

}  // namespace ember::python
