// Losses and distances as layers.
#include "ember/nn/adaptive_softmax.h"
#include "ember/nn/distance.h"
#include "ember/nn/linear_cross_entropy.h"
#include "ember/nn/margin_loss.h"
#include "ember/nn/regression_loss.h"
#include "ember/ops/creation/creation.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/named_tuple.h"

namespace ember::python {

namespace {

/// How long the sequences are: a tensor, or numbers.
Tensor lengths(const py::object& given) {
  return is_tensor(given.ptr()) ? tensor_of(given.ptr()) : tensor(given.cast<Shape>().vec());
}

Tensor ctc_loss(const nn::CTCLossImpl& self, const Tensor& log_probs, const Tensor& targets,
                const py::object& input_lengths, const py::object& target_lengths) {
  return self.forward(log_probs, targets, lengths(input_lengths), lengths(target_lengths));
}

void bind_losses_with_parameters(py::module_& m) {
  using nn::AdaptiveLogSoftmaxWithLossImpl;
  static PyTypeObject* const result = make_named_tuple_type("ASMoutput", {"output", "loss"});
  bind_layer<AdaptiveLogSoftmaxWithLossImpl>(m, "AdaptiveLogSoftmaxWithLoss",
                                             "A softmax over many classes that spends little on the rare ones.")
      .forward(
          [](const AdaptiveLogSoftmaxWithLossImpl& self, const Tensor& input, const Tensor& target) {
            nn::ASMoutput both;
            {
              const GilRelease gil;
              both = self.forward(input, target);
            }
            return py::reinterpret_steal<py::object>(to_python(NamedTensors{result, {both.output, both.loss}}));
          },
          py::arg("input_"), py::arg("target_"),
          "(output, loss): the log-probability of each target, their negative mean.")
      .method("log_prob", &AdaptiveLogSoftmaxWithLossImpl::log_prob, py::arg("input"),
              "The log-probabilities of all classes.")
      .method("predict", &AdaptiveLogSoftmaxWithLossImpl::predict, py::arg("input"), "The likeliest classes.")
      .attribute("cutoffs", [](const AdaptiveLogSoftmaxWithLossImpl& self) { return self.bounds().vec(); })
      .attribute("shortlist_size", &AdaptiveLogSoftmaxWithLossImpl::shortlist_size)
      .attribute("n_clusters", &AdaptiveLogSoftmaxWithLossImpl::n_clusters)
      .attribute("head_size", &AdaptiveLogSoftmaxWithLossImpl::head_size);
  bind_layer<nn::LinearCrossEntropyLossImpl>(m, "LinearCrossEntropyLoss", "Cross entropy of a linear layer's logits.")
      .takes("input", "target");
}

void bind_margin_loss_layers(py::module_& m) {
  using namespace nn;
  bind_layer<SoftMarginLossImpl>(m, "SoftMarginLoss", "log(1 + exp(-target input)).").takes("input", "target");
  bind_layer<MultiLabelMarginLossImpl>(m, "MultiLabelMarginLoss", "Margins between the classes in target and others.")
      .takes("input", "target");
  bind_layer<HingeEmbeddingLossImpl>(m, "HingeEmbeddingLoss",
                                     "input where target is 1, max(0, margin - input) where it is -1.")
      .takes("input", "target");
  bind_layer<MarginRankingLossImpl>(m, "MarginRankingLoss", "max(0, margin - target (input1 - input2)).")
      .takes("input1", "input2", "target");
  bind_layer<CosineEmbeddingLossImpl>(m, "CosineEmbeddingLoss",
                                      "1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1.")
      .takes("input1", "input2", "target");
  bind_layer<MultiMarginLossImpl>(m, "MultiMarginLoss", "Margins between the target class and the others.")
      .takes("input", "target");
  bind_layer<MultiLabelSoftMarginLossImpl>(m, "MultiLabelSoftMarginLoss",
                                           "The mean over classes of the binary cross entropy of logits.")
      .takes("input", "target");
  bind_layer<TripletMarginLossImpl>(m, "TripletMarginLoss",
                                    "max(0, |anchor - positive| - |anchor - negative| + margin).")
      .takes("anchor", "positive", "negative");
  bind_layer<TripletMarginWithDistanceLossImpl>(m, "TripletMarginWithDistanceLoss",
                                                "TripletMarginLoss with a distance of the caller's.")
      .takes("anchor", "positive", "negative");
}

void bind_distances(py::module_& m) {
  using namespace nn;
  bind_layer<PairwiseDistanceImpl>(m, "PairwiseDistance", "|x1 - x2 + eps|_p along the last dim.").takes("x1", "x2");
  bind_layer<CosineSimilarityImpl>(m, "CosineSimilarity", "The cosine of the angle between x1 and x2 along dim.")
      .takes("x1", "x2");
}

}  // namespace

void bind_loss_layers(py::module_& m) {
  bind_losses_with_parameters(m);
  using namespace nn;
  bind_layer<MSELossImpl>(m, "MSELoss", "(input - target)^2.").takes("input", "target");
  bind_layer<L1LossImpl>(m, "L1Loss", "|input - target|.").takes("input", "target");
  bind_layer<NLLLossImpl>(m, "NLLLoss", "-input[target] for log-probabilities.").takes("input", "target");
  bind_layer<CrossEntropyLossImpl>(m, "CrossEntropyLoss", "Cross entropy of logits and classes or probabilities.")
      .takes("input", "target");
  bind_layer<BCEWithLogitsLossImpl>(m, "BCEWithLogitsLoss", "Binary cross entropy of logits.").takes("input", "target");
  bind_layer<SmoothL1LossImpl>(m, "SmoothL1Loss", "Half squared below beta, linear above.").takes("input", "target");
  bind_layer<HuberLossImpl>(m, "HuberLoss", "Half squared up to delta, linear above.").takes("input", "target");
  bind_layer<KLDivLossImpl>(m, "KLDivLoss", "target (log(target) - input) for log-probabilities.")
      .takes("input", "target");
  bind_layer<BCELossImpl>(m, "BCELoss", "Binary cross entropy of probabilities.").takes("input", "target");
  bind_layer<GaussianNLLLossImpl>(m, "GaussianNLLLoss", "Half of log(var) + (input - target)^2 / var.")
      .takes("input", "target", "var");
  bind_layer<PoissonNLLLossImpl>(m, "PoissonNLLLoss", "exp(input) - target input.").takes("input", "target");
  bind_layer<CTCLossImpl>(m, "CTCLoss", "Connectionist temporal classification.")
      .forward(&ctc_loss, py::arg("log_probs"), py::arg("targets"), py::arg("input_lengths"),
               py::arg("target_lengths"));
  bind_margin_loss_layers(m);
  bind_distances(m);
}

}  // namespace ember::python
