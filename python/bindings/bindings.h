// The parts of the extension module, one file each.
#pragma once

#include <pybind11/pybind11.h>

namespace ember::python {

class Ops;

void bind_func(pybind11::module_& func);
void bind_autograd(pybind11::module_& ember, pybind11::module_& autograd, Ops& ops);
void bind_function(pybind11::module_& autograd);
void bind_module(pybind11::module_& nn);
void bind_containers(pybind11::module_& nn);
void bind_linear_layers(pybind11::module_& nn);
void bind_convolution_layers(pybind11::module_& nn);
void bind_pooling_layers(pybind11::module_& nn);
void bind_resampling_layers(pybind11::module_& nn);
void bind_activation_layers(pybind11::module_& nn);
void bind_normalization_layers(pybind11::module_& nn);
void bind_sequence_layers(pybind11::module_& nn);
void bind_transformer_layers(pybind11::module_& nn);
void bind_padding_layers(pybind11::module_& nn);
void bind_parameter_containers(pybind11::module_& nn);
void bind_lazy(pybind11::module_& nn);
void bind_loss_layers(pybind11::module_& nn);
void bind_init(pybind11::module_& init, Ops& ops);
void bind_nn_utils(pybind11::module_& utils);
void bind_optim(pybind11::module_& optim);
void bind_lr_scheduler(pybind11::module_& lr_scheduler);
void bind_data(pybind11::module_& data);
void bind_determinism(pybind11::module_& ember);
void bind_io(pybind11::module_& io);
void bind_pt_file(pybind11::module_& io);

}  // namespace ember::python
