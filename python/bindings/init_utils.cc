// ember.nn.init.
#include "ember/nn/init.h"
#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"

namespace ember::python {

namespace {

using nn::init::FanMode;

FanMode fan_mode(const std::string& name) {
  check<ValueError>(name == "fan_in" || name == "fan_out", "mode must be 'fan_in' or 'fan_out', not '", name, "'");
  return name == "fan_in" ? FanMode::In : FanMode::Out;
}

template <auto f>
void bind_kaiming(py::module_& m, const char* name, const char* doc) {
  m.def(
      name,
      [](const Tensor& x, double a, const std::string& mode, const std::string& nonlinearity) {
        return f(x, a, fan_mode(mode), nonlinearity);
      },
      py::arg("tensor"), py::arg("a") = 0.0, py::arg("mode") = "fan_in", py::arg("nonlinearity") = "leaky_relu", doc);
}

}  // namespace

void bind_init(py::module_& m) {
  using namespace nn::init;
  m.def(
      "calculate_gain",
      [](const std::string& nonlinearity, std::optional<double> param) { return calculate_gain(nonlinearity, param); },
      py::arg("nonlinearity"), py::arg("param") = py::none(), "The recommended gain for a nonlinearity.");
  m.def("uniform_", &nn::init::uniform_, py::arg("tensor"), py::arg("a") = 0.0, py::arg("b") = 1.0,
        "Uniform on [a, b).");
  m.def("normal_", &nn::init::normal_, py::arg("tensor"), py::arg("mean") = 0.0, py::arg("std") = 1.0, "Normal.");
  m.def("trunc_normal_", &trunc_normal_, py::arg("tensor"), py::arg("mean") = 0.0, py::arg("std") = 1.0,
        py::arg("a") = -2.0, py::arg("b") = 2.0, "Normal within [a, b].");
  m.def("constant_", &constant_, py::arg("tensor"), py::arg("val"), "One value.");
  m.def("zeros_", &zeros_, py::arg("tensor"), "Zeros.");
  m.def("ones_", &ones_, py::arg("tensor"), "Ones.");
  m.def("eye_", &eye_, py::arg("tensor"), "The identity matrix.");
  m.def("xavier_uniform_", &xavier_uniform_, py::arg("tensor"), py::arg("gain") = 1.0,
        "Uniform in +-gain sqrt(6 / (fan_in + fan_out)).");
  m.def("xavier_normal_", &xavier_normal_, py::arg("tensor"), py::arg("gain") = 1.0,
        "Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)).");
  bind_kaiming<kaiming_uniform_>(m, "kaiming_uniform_", "Uniform in +-gain sqrt(3 / fan).");
  bind_kaiming<kaiming_normal_>(m, "kaiming_normal_", "Normal with standard deviation gain / sqrt(fan).");
}

}  // namespace ember::python
