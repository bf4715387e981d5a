#include "python/bindings/generator.h"

#include <pybind11/pybind11.h>

namespace ember::python {

namespace py = pybind11;

bool convert(PyObject* object, Generator*& out) {
  out = nullptr;
  if (object == Py_None) return true;
  if (!py::isinstance<Generator>(object)) return false;
  out = py::cast<Generator*>(object);
  return true;
}

void bind_generator(PyObject* module) {
  auto m = py::reinterpret_borrow<py::module_>(module);
  const auto get_state = [](const Generator& g) {
    const auto state = g.state();
    return std::pair(state.seed, state.position);
  };
  const auto set_state = [](Generator& g, std::pair<uint64_t, uint64_t> state) {
    g.set_state({state.first, state.second});
  };
  py::class_<Generator>(m, "Generator", "A stream of random numbers: a seed and a position in it.")
      .def(py::init([](const std::string& device) {
             if (device != "cpu") throw py::value_error("Generator: only the device 'cpu'");
             return new Generator();
           }),
           py::arg("device") = "cpu")
      .def(
          "manual_seed",
          [](Generator& g, uint64_t seed) -> Generator& {
            g.manual_seed(seed);
            return g;
          },
          py::arg("seed"), py::return_value_policy::reference)
      .def("initial_seed", &Generator::seed)
      .def("get_state", get_state, "(seed, position)")
      .def("set_state", set_state, py::arg("state"));
  m.attr("default_generator") = py::cast(&default_generator(), py::return_value_policy::reference);
  m.def(
      "manual_seed",
      [](uint64_t seed) {
        manual_seed(seed);
        return &default_generator();
      },
      py::arg("seed"), py::return_value_policy::reference, "Seeds the default generator.");
  m.def(
      "seed", [] { return default_generator().seed(); }, "The default generator's seed.");
  m.def("initial_seed", [] { return default_generator().seed(); });
  m.def(
      "get_rng_state", [get_state] { return get_state(default_generator()); }, "(seed, position)");
  m.def(
      "set_rng_state", [set_state](std::pair<uint64_t, uint64_t> state) { set_state(default_generator(), state); },
      py::arg("new_state"));
}

}  // namespace ember::python
