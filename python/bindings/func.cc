// ember.func: C++'s transforms of functions of flat lists of tensors; python/ember/func.py takes trees apart and builds them again.
#include <optional>

#include "ember/func/flat.h"
#include "ember/func/modules.h"
#include "python/bindings/bindings.h"
#include "python/bindings/collector.h"
#include "python/bindings/function_transforms.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/python_module.h"

namespace ember::python {

namespace {

using func::Tensors;

Randomness to_randomness(const std::string& name) {
  if (name == "different") return Randomness::Different;
  if (name == "same") return Randomness::Same;
  check<ValueError>(name == "error", "vmap: randomness must be 'error', 'same' or 'different', not '", name, "'");
  return Randomness::Error;
}

py::list list_of(const Tensors& tensors) {
  py::list result;
  for (const Tensor& x : tensors) result.append(x);
  return result;
}
py::list list_of(const std::vector<Tensors>& rows) {
  py::list result;
  for (const Tensors& row : rows) result.append(list_of(row));
  return result;
}

py::tuple tuple_of(const func::flat::Derivatives& found) {
  return py::make_tuple(list_of(found.outputs), list_of(found.derivatives), found.are_on_tape);
}
py::tuple tuple_of(const func::flat::Jacobian& found) {
  return py::make_tuple(list_of(found.outputs), list_of(found.rows), found.is_on_tape);
}

py::list vmap(py::function function, const Tensors& inputs, const func::Dims& in_dims, const py::function& out_dims,
              const std::string& randomness, std::optional<int64_t> chunk_size) {
  return list_of(func::flat::vmap(to_function(std::move(function)), inputs, in_dims,
                                  [&](size_t) { return out_dims().cast<func::Dims>(); },
                                  {to_randomness(randomness), chunk_size}));
}

void visit(Visitor& visitor, const func::flat::Pullback& self) {
  for (const Tensors* list : {&self.outputs, &self.roots, &self.variables})
    for (const Tensor& x : *list) visitor.tensor(x);
}

/// A with-statement in which a module has other tensors.
struct SwappedState {
  py::object module;
  std::optional<func::SwappedState> state;
};

}  // namespace

std::string innermost_randomness() {
  const VmapLevel* level = VmapLevel::innermost();
  if (!level || level->randomness() == Randomness::Error) return "error";
  return level->randomness() == Randomness::Same ? "same" : "different";
}

void bind_func(py::module_& m) {
  m.def("_vmap", vmap, "function(*tensors) gives a list of tensors, and out_dims() the place of each.");
  m.def("_grad_and_value", [](py::function function, const Tensors& inputs) {
    return tuple_of(func::flat::grad_and_value(to_function(std::move(function)), inputs));
  });
  m.def("_vjp", [](py::function function, const Tensors& inputs) {
    return func::flat::vjp(to_function(std::move(function)), inputs);
  });
  m.def("_jvp", [](py::function function, const Tensors& inputs, const Tensors& tangents) {
    return tuple_of(func::flat::jvp(to_function(std::move(function)), inputs, tangents));
  });
  m.def("_jacrev", [](py::function function, const Tensors& inputs, std::optional<int64_t> chunk_size) {
    return tuple_of(func::flat::jacrev(to_function(std::move(function)), inputs, chunk_size));
  });
  m.def("_jacfwd", [](py::function function, const Tensors& inputs, const std::string& randomness,
                      std::optional<int64_t> chunk_size) {
    return tuple_of(
        func::flat::jacfwd(to_function(std::move(function)), inputs, {to_randomness(randomness), chunk_size}));
  });

  using func::flat::Pullback;
  py::class_<Pullback>(m, "Pullback", Collected<Pullback, visit>::setup(), "Multiplies a Jacobian from the left.")
      .def_property_readonly("outputs", [](const Pullback& self) { return list_of(self.outputs); })
      .def_readonly("is_on_tape", &Pullback::is_on_tape)
      .def("__call__", [](const Pullback& self, const Tensors& cotangents) { return list_of(self(cotangents)); });

  py::class_<SwappedState>(m, "_SwappedState")
      .def("__enter__", [](SwappedState&) {})
      .def("__exit__", [](SwappedState& self, const py::args&) {
        wait_for_other_threads();
        self.state.reset();
      });
  m.def("_swap_state", [](const py::object& module, const py::dict& given, bool tie_weights, bool strict) {
    nn::StateDict state;
    for (auto [name, value] : given) state.insert(name.cast<std::string>(), value.cast<Tensor>());
    auto swapped = std::make_unique<SwappedState>();
    swapped->module = module;
    wait_for_other_threads();
    swapped->state.emplace(module_of(module.ptr()), state, tie_weights, strict);
    return swapped;
  });
}

}  // namespace ember::python
