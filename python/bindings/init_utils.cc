// ember.nn.init.
#include "ember/nn/init.h"
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

}  // namespace ember::python
