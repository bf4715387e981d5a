// ember.nn.init and ember.nn.utils.
#include "ember/nn/clip_grad.h"
#include "ember/nn/init.h"
#include "ember/nn/parameter_vector.h"
#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/generator.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using nn::init::FanMode;

FanMode fan_mode(std::string_view name) {
  check<ValueError>(name == "fan_in" || name == "fan_out", "mode must be 'fan_in' or 'fan_out', not '", name, "'");
  return name == "fan_in" ? FanMode::In : FanMode::Out;
}

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

template <auto f>
void bind_kaiming(Ops& ops, const std::string& name, const char* doc) {
  ops.add_function((name + "(tensor, a=0.0, mode='fan_in', nonlinearity='leaky_relu', generator=None)").c_str(),
                   [](const Tensor& x, double a, std::string_view mode, std::string_view nonlinearity,
                      Generator* generator) { return f(x, a, fan_mode(mode), nonlinearity, generator); },
                   doc);
}

}  // namespace

void bind_init(py::module_& m, Ops& ops) {
  using namespace nn::init;
  m.def(
      "calculate_gain",
      [](const std::string& nonlinearity, std::optional<double> param) { return calculate_gain(nonlinearity, param); },
      py::arg("nonlinearity"), py::arg("param") = py::none(), "The recommended gain for a nonlinearity.");
  m.def("_calculate_fan_in_and_fan_out", &calculate_fan_in_and_fan_out, py::arg("tensor"), "(fan in, fan out).");
  m.def(
      "_calculate_correct_fan",
      [](const Tensor& x, const std::string& mode) {
        const auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(x);
        return fan_mode(mode) == FanMode::In ? fan_in : fan_out;
      },
      py::arg("tensor"), py::arg("mode"), "One of the two, by 'fan_in' or 'fan_out'.");
  ops.add_function("uniform_(tensor, a=0.0, b=1.0, generator=None)", nn::init::uniform_, "Uniform on [a, b).");
  ops.add_function("normal_(tensor, mean=0.0, std=1.0, generator=None)", nn::init::normal_, "Normal.");
  ops.add_function("trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None)", trunc_normal_,
                   "Normal within [a, b].");
  ops.add_function("constant_(tensor, val: Number)", constant_, "One value.");
  ops.add_function("zeros_(tensor)", zeros_, "Zeros.");
  ops.add_function("ones_(tensor)", ones_, "Ones.");
  ops.add_function("eye_(tensor)", eye_, "The identity matrix.");
  ops.add_function("dirac_(tensor, groups=1)", dirac_, "The identity of convolution, in each group of channels.");
  ops.add_function("orthogonal_(tensor, gain=1.0, generator=None)", orthogonal_,
                   "gain times a matrix [size(0), the rest] with orthonormal rows or columns.");
  ops.add_function("sparse_(tensor, sparsity, std=0.01, generator=None)", sparse_,
                   "Normal, but ceil(sparsity rows) elements of each column are zeros.");
  ops.add_function("xavier_uniform_(tensor, gain=1.0, generator=None)", xavier_uniform_,
                   "Uniform in +-gain sqrt(6 / (fan_in + fan_out)).");
  ops.add_function("xavier_normal_(tensor, gain=1.0, generator=None)", xavier_normal_,
                   "Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)).");
  bind_kaiming<kaiming_uniform_>(ops, "kaiming_uniform_", "Uniform in +-gain sqrt(3 / fan).");
  bind_kaiming<kaiming_normal_>(ops, "kaiming_normal_", "Normal with standard deviation gain / sqrt(fan).");
}

void bind_nn_utils(py::module_& m) {
  using namespace nn::utils;
  m.def(
      "clip_grad_norm_",
      [](const py::object& parameters, double max_norm, double norm_type, bool error_if_nonfinite) {
        return clip_grad_norm_(tensors_of(parameters), max_norm, norm_type, error_if_nonfinite);
      },
      py::arg("parameters"), py::arg("max_norm"), py::arg("norm_type") = 2.0, py::arg("error_if_nonfinite") = false,
      "Scales gradients so that their norm is at most max_norm; returns the norm before.");
  m.def(
      "clip_grad_value_",
      [](const py::object& parameters, double clip_value) { clip_grad_value_(tensors_of(parameters), clip_value); },
      py::arg("parameters"), py::arg("clip_value"), "Limits each element of the gradients.");
  m.def(
      "get_total_norm",
      [](const py::object& tensors, double norm_type, bool error_if_nonfinite) {
        const auto list = tensors_of(tensors);
        return get_total_norm(list, norm_type, error_if_nonfinite);
      },
      py::arg("tensors"), py::arg("norm_type") = 2.0, py::arg("error_if_nonfinite") = false,
      "The norm of all tensors as one vector.");
  m.def(
      "parameters_to_vector", [](const py::object& parameters) { return parameters_to_vector(tensors_of(parameters)); },
      py::arg("parameters"), "The parameters flattened and joined.");
  m.def(
      "vector_to_parameters",
      [](const Tensor& vector, const py::object& parameters) { vector_to_parameters(vector, tensors_of(parameters)); },
      py::arg("vec"), py::arg("parameters"), "Copies consecutive pieces of vec into the parameters.");
}

}  // namespace ember::python
