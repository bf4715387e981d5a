// What the files that bind loss layers share.
#pragma once

#include "ember/nn/loss.h"
#include "python/bindings/layer.h"
#include "python/bindings/reduction_flags.h"

namespace ember::python {

/// A loss of two tensors: prediction and target.
template <class M>
Layer<M> loss(py::module_& m, const char* name, const char* doc) {
  Layer<M> layer(m, name, doc);
  layer.def(
      "forward",
      [](const M& self, const Tensor& input, const Tensor& target) {
        const GilRelease gil;
        return self.forward(input, target);
      },
      py::arg("input"), py::arg("target"));
  return layer;
}

/// One of three tensors, under PyTorch's names for them.
template <class M>
Layer<M> loss_of_three(py::module_& m, const char* name, std::array<const char*, 3> arguments, const char* doc) {
  Layer<M> layer(m, name, doc);
  layer.def(
      "forward", [](const M& self, const Tensor& a, const Tensor& b, const Tensor& c) { return self.forward(a, b, c); },
      py::arg(arguments[0]), py::arg(arguments[1]), py::arg(arguments[2]));
  return layer;
}

/// One whose only option is the reduction.
template <class M>
void bind_plain(py::module_& m, const char* name, const char* doc) {
  loss<M>(m, name, doc)
      .init([](Flag average, Flag reduce,
               Reduction reduction) { return nn::LossOptions().reduction(reduction_of(average, reduce, reduction)); },
            py::arg("size_average") = py::none(), py::arg("reduce") = py::none(), py::arg("reduction") = "mean")
      .option("reduction", &nn::LossOptions::reduction_);
}

void bind_regression_loss_layers(py::module_& m);
void bind_margin_loss_layers(py::module_& m);

}  // namespace ember::python
