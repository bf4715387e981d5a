// ember.nn.utils, as far as it is C++'s: clipping, vectors, packed sequences, fusion.
#include "ember/nn/clip_grad.h"
#include "ember/nn/fusion.h"
#include "ember/nn/init.h"
#include "ember/nn/parameter_vector.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/split.h"
#include "python/bindings/bindings.h"
#include "python/bindings/made_once.h"
#include "python/bindings/packed_sequence.h"
#include "python/bindings/python_module.h"

namespace ember::python {

py::handle packed_sequence_type() {
  return made_once(
      [] { return py::object(py::module_::import("ember.nn.utils.rnn").attr("PackedSequence")).release().ptr(); });
}

namespace {

using namespace nn::utils;
using ModulePtr = std::shared_ptr<nn::Module>;

/// A tensor or any iterable of tensors.
std::vector<Tensor> tensors_of(const py::object& object) {
  if (is_tensor(object.ptr())) return {tensor_of(object.ptr())};
  std::vector<Tensor> tensors;
  for (py::handle item : object) {
    check<TypeError>(is_tensor(item.ptr()), "expected a tensor or an iterable of tensors, but it holds a ",
                     type_name(item.ptr()));
    tensors.push_back(tensor_of(item.ptr()));
  }
  return tensors;
}

using MaybeTensor = std::optional<Tensor>;
Tensor given(const MaybeTensor& x) { return x.value_or(Tensor()); }

/// Lengths may be a list of numbers, on any device a tensor.
Tensor lengths_of(const py::object& lengths) {
  if (is_tensor(lengths.ptr())) return tensor_of(lengths.ptr());
  return tensor(lengths.cast<std::vector<int64_t>>());
}

/// Sequences as a list, or stacked along the first dim.
std::vector<Tensor> sequences_of(const char* function, const py::object& sequences) {
  if (is_tensor(sequences.ptr())) return unbind(tensor_of(sequences.ptr()), 0);
  check<TypeError>(py::isinstance<py::iterable>(sequences), function,
                   ": Expected iterable for input sequences, but got arg of type: ", type_name(sequences.ptr()));
  return tensors_of(sequences);
}

const nn::BatchNormImpl& norm_of(const char* function, const ModulePtr& module) {
  const auto* norm = module->as<nn::BatchNormImpl>();
  check<TypeError>(norm != nullptr, function, ": bn must be a batch norm, not a ", module->name());
  return *norm;
}

py::tuple parameters(const std::pair<Tensor, Tensor>& fused) {
  return py::make_tuple(py::reinterpret_steal<py::object>(wrap_parameter(fused.first)),
                        py::reinterpret_steal<py::object>(wrap_parameter(fused.second)));
}

void bind_gradients(py::module_& m) {
  m.def(
      "clip_grad_norm_",
      [](const py::object& parameters, double max_norm, double norm_type, bool error_if_nonfinite,
         std::optional<bool>) {
        return clip_grad_norm_(tensors_of(parameters), max_norm, norm_type, error_if_nonfinite);
      },
      py::arg("parameters"), py::arg("max_norm"), py::arg("norm_type") = 2.0, py::arg("error_if_nonfinite") = false,
      py::arg("foreach") = py::none(),
      "Scales gradients so that their norm is at most max_norm; returns the norm before.");
  m.def(
      "clip_grads_with_norm_",
      [](const py::object& parameters, double max_norm, const Tensor& total_norm, std::optional<bool>) {
        check<TypeError>(total_norm.defined(), "clip_grads_with_norm_: total_norm must be a Tensor, not None");
        clip_grads_with_norm_(tensors_of(parameters), max_norm, total_norm);
      },
      py::arg("parameters"), py::arg("max_norm"), py::arg("total_norm"), py::arg("foreach") = py::none(),
      "clip_grad_norm_ with a norm known before.");
  m.def(
      "clip_grad_value_",
      [](const py::object& parameters, double clip_value, std::optional<bool>) {
        clip_grad_value_(tensors_of(parameters), clip_value);
      },
      py::arg("parameters"), py::arg("clip_value"), py::arg("foreach") = py::none(),
      "Limits each element of the gradients.");
  m.def(
      "get_total_norm",
      [](const py::object& tensors, double norm_type, bool error_if_nonfinite, std::optional<bool>) {
        const auto list = tensors_of(tensors);
        return get_total_norm(list, norm_type, error_if_nonfinite);
      },
      py::arg("tensors"), py::arg("norm_type") = 2.0, py::arg("error_if_nonfinite") = false,
      py::arg("foreach") = py::none(), "The norm of all tensors as one vector.");
}

void bind_vectors(py::module_& m) {
  m.def(
      "parameters_to_vector", [](const py::object& parameters) { return parameters_to_vector(tensors_of(parameters)); },
      py::arg("parameters"), "The parameters flattened and joined.");
  m.def(
      "vector_to_parameters",
      [](const Tensor& vector, const py::object& parameters) {
        check<TypeError>(vector.defined(), "vector_to_parameters: vec must be a Tensor, not None");
        vector_to_parameters(vector, tensors_of(parameters));
      },
      py::arg("vec"), py::arg("parameters"), "Copies consecutive pieces of vec into the parameters.");
}

void bind_sequences(py::module_& m) {
  m.def("_invert_permutation", &rnn::invert_permutation);
  m.def("_pack_padded_sequence",
        [](const Tensor& input, const py::object& lengths, bool batch_first, bool enforce_sorted) {
          return rnn::pack_padded_sequence(input, lengths_of(lengths), batch_first, enforce_sorted);
        });
  m.def("_pad_packed_sequence", &rnn::pad_packed_sequence);
  m.def("_pad_sequence",
        [](const py::object& sequences, bool batch_first, double padding_value, const std::string& padding_side) {
          return rnn::pad_sequence(sequences_of("pad_sequence", sequences), batch_first, padding_value, padding_side);
        });
  m.def("_unpad_sequence", [](const Tensor& padded, const py::object& lengths, bool batch_first) {
    return rnn::unpad_sequence(padded, lengths_of(lengths), batch_first);
  });
  m.def("_pack_sequence", [](const py::object& sequences, bool enforce_sorted) {
    return rnn::pack_sequence(sequences_of("pack_sequence", sequences), enforce_sorted);
  });
  m.def("_unpack_sequence", &rnn::unpack_sequence);
}

/// A with-statement in which this thread's initialisers do nothing.
struct SkippedInit {
  std::optional<nn::init::SkipInitGuard> guard;
};

void bind_skipped_init(py::module_& m) {
  py::class_<SkippedInit>(m, "_SkippedInit")
      .def(py::init<>())
      .def("__enter__", [](SkippedInit& self) { self.guard.emplace(); })
      .def("__exit__", [](SkippedInit& self, const py::args&) { self.guard.reset(); });
}

void bind_fusion(py::module_& m) {
  m.def(
      "fuse_conv_bn_weights",
      [](const Tensor& conv_w, const MaybeTensor& conv_b, const Tensor& bn_rm, const Tensor& bn_rv, double bn_eps,
         const MaybeTensor& bn_w, const MaybeTensor& bn_b, bool transpose) {
        return parameters(
            fuse_conv_bn_weights(conv_w, given(conv_b), bn_rm, bn_rv, bn_eps, given(bn_w), given(bn_b), transpose));
      },
      py::arg("conv_w"), py::arg("conv_b"), py::arg("bn_rm"), py::arg("bn_rv"), py::arg("bn_eps"), py::arg("bn_w"),
      py::arg("bn_b"), py::arg("transpose") = false, "Weight and bias of the convolution that does both.");
  m.def(
      "fuse_linear_bn_weights",
      [](const Tensor& linear_w, const MaybeTensor& linear_b, const Tensor& bn_rm, const Tensor& bn_rv, double bn_eps,
         const MaybeTensor& bn_w, const MaybeTensor& bn_b) {
        return parameters(
            fuse_linear_bn_weights(linear_w, given(linear_b), bn_rm, bn_rv, bn_eps, given(bn_w), given(bn_b)));
      },
      py::arg("linear_w"), py::arg("linear_b"), py::arg("bn_rm"), py::arg("bn_rv"), py::arg("bn_eps"), py::arg("bn_w"),
      py::arg("bn_b"), "Weight and bias of the linear layer that does both.");
  m.def(
      "fuse_conv_bn_eval",
      [](const ModulePtr& conv, const ModulePtr& bn, bool transpose) {
        return module_object(fuse_conv_bn_eval(*conv, norm_of("fuse_conv_bn_eval", bn), transpose));
      },
      py::arg("conv"), py::arg("bn"), py::arg("transpose") = false,
      "A copy of the convolution that does both; both are in evaluation mode.");
  m.def(
      "fuse_linear_bn_eval",
      [](const ModulePtr& linear, const ModulePtr& bn) {
        return module_object(fuse_linear_bn_eval(*linear, norm_of("fuse_linear_bn_eval", bn)));
      },
      py::arg("linear"), py::arg("bn"), "A copy of the linear layer that does both; both are in evaluation mode.");
}

}  // namespace

void bind_nn_utils(py::module_& m) {
  bind_gradients(m);
  bind_vectors(m);
  bind_sequences(m);
  bind_fusion(m);
  bind_skipped_init(m);
}

}  // namespace ember::python
