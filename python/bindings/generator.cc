#include "python/bindings/generator.h"

#include <cstring>
#include <random>

#include "python/bindings/casters.h"

namespace ember::python {

namespace py = pybind11;

bool convert(PyObject* object, Generator*& out) {
  out = nullptr;
  if (object == Py_None) return true;
  if (!py::isinstance<Generator>(object)) return false;
  out = py::cast<Generator*>(object);
  return true;
}

namespace {

/// The state as a uint8 tensor: seed, then position.
Tensor packed_state(const Generator& g) {
  const Generator::State state = g.state();
  const Tensor bytes = empty_tensor(16, kUInt8);
  std::memcpy(bytes.raw_data(), &state.seed, 8);
  std::memcpy(bytes.raw_data() + 8, &state.position, 8);
  return bytes;
}

void set_packed_state(Generator& g, const Tensor& packed) {
  check<TypeError>(packed.defined() && packed.dtype() == kUInt8 && packed.numel() == 16,
                   "set_state: expected the uint8 tensor of 16 bytes that get_state gave");
  const Tensor bytes = packed.contiguous().cpu();
  Generator::State state;
  std::memcpy(&state.seed, bytes.raw_data(), 8);
  std::memcpy(&state.position, bytes.raw_data() + 8, 8);
  g.set_state(state);
}

/// A seed from the system's entropy.
uint64_t reseed(Generator& g) {
  std::random_device entropy;
  const uint64_t seed = uint64_t{entropy()} << 32 | entropy();
  g.manual_seed(seed);
  return seed;
}

/// Any integer of 64 bits, signed or not; takes over the reference, null when Python has an error to raise.
uint64_t seed_of(PyObject* given) {
  if (!given) throw_python_error();
  const auto seed = py::reinterpret_steal<py::int_>(given);
  const uint64_t bits = PyLong_AsUnsignedLongLongMask(seed.ptr());
  const bool is_signed = seed < py::int_(0);
  const bool fits = seed.equal(is_signed ? py::int_(static_cast<int64_t>(bits)) : py::int_(bits));
  check<ValueError>(fits, "manual_seed: the seed ", std::string(py::str(py::object(seed))), " has more than 64 bits");
  return bits;
}

}  // namespace

void bind_generator(PyObject* module) {
  auto m = py::reinterpret_borrow<py::module_>(module);
  py::class_<Generator>(m, "Generator", "A stream of random numbers: a seed and a position in it.")
      .def(py::init([](const std::string& device) {
             if (device != "cpu") throw py::value_error("Generator: only the device 'cpu'");
             return new Generator();
           }),
           py::arg("device") = "cpu")
      .def(
          "manual_seed",
          [](Generator& g, const py::object& seed) -> Generator& {
            g.manual_seed(seed_of(PyNumber_Index(seed.ptr())));
            return g;
          },
          py::arg("seed"), py::return_value_policy::reference)
      .def("initial_seed", &Generator::seed, "The seed that the stream started from.")
      .def("seed", reseed, "Starts anew from a seed of the system's; returns it.")
      .def("get_state", packed_state, "Seed and position as a uint8 tensor.")
      .def("set_state", set_packed_state, py::arg("new_state"))
      .def(
          "state_dict",
          [](const Generator& g) {
            py::dict dict;
            dict["seed"] = g.state().seed;
            dict["position"] = g.state().position;
            return dict;
          },
          "Seed and position.")
      .def(
          "load_state_dict",
          [](Generator& g, const py::dict& state) {
            for (const char* key : {"seed", "position"})
              check<ValueError>(state.contains(key), "Generator: the state has no '", key, "'");
            g.set_state({state["seed"].cast<uint64_t>(), state["position"].cast<uint64_t>()});
          },
          py::arg("state_dict"))
      .def_property_readonly("device", [](const Generator&) { return Device(); });
  m.attr("default_generator") = py::cast(&default_generator(), py::return_value_policy::reference);
  m.def(
      "manual_seed",
      [](const py::object& seed) {
        manual_seed(seed_of(PyNumber_Long(seed.ptr())));
        return &default_generator();
      },
      py::arg("seed"), py::return_value_policy::reference, "Seeds the default generator.");
  m.def("_exchange_thread_generator", &exchange_thread_generator, py::arg("generator") = py::none(),
        py::return_value_policy::reference,
        "Gives this thread a default generator of its own, or with None the process's again; returns the one before.");
  m.def(
      "_default_generator", [] { return &default_generator(); }, py::return_value_policy::reference,
      "The generator that random ops of this thread draw from.");
  m.def(
      "seed", [] { return reseed(default_generator()); },
      "Seeds the default generator from the system; returns the seed.");
  m.def("initial_seed", [] { return default_generator().seed(); });
  m.def(
      "get_rng_state", [] { return packed_state(default_generator()); },
      "The default generator's seed and position as a uint8 tensor.");
  m.def(
      "set_rng_state", [](const Tensor& state) { set_packed_state(default_generator(), state); }, py::arg("new_state"));
}

}  // namespace ember::python
