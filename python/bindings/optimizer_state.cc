// State dicts, copies and pickles of optimizers.
#include "ember/optim/optim.h"
#include "python/bindings/bound_class.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/param_groups.h"

namespace ember::python {

using optim::Optimizer;

py::dict optimizer_state(const py::object& object) {
  const auto& self = object.cast<const Optimizer&>();
  const auto lock = lock_of(self);
  const optim::OptimizerState state = self.state_dict();
  const py::dict extras = state_extras(object);
  py::dict states;
  int64_t index = 0;
  for (const Tensor& parameter : all_parameters(self)) {
    py::dict entry;
    if (const auto found = state.state.find(index); found != state.state.end())
      for (const auto& [name, x] : found->second) entry[py::str(name)] = py::cast(x);
    if (const py::object key = py::cast(parameter); extras.contains(key)) entry.attr("update")(extras[key]);
    if (!entry.empty()) states[py::int_(index)] = entry;
    ++index;
  }
  py::list groups;
  for (const auto& group : state.param_groups) {
    py::dict entry = to_dict(group.options);
    entry.attr("update")(group_extras(object)[groups.size()]);
    entry["params"] = group.params;
    groups.append(entry);
  }
  py::dict result;
  result["state"] = states;
  result["param_groups"] = groups;
  return result;
}

void load_optimizer_state(const py::object& object, const py::dict& dict) {
  auto& self = object.cast<Optimizer&>();
  optim::OptimizerState state;
  for (auto [index, tensors] : dict["state"].cast<py::dict>()) {
    auto& entry = state.state[index.cast<int64_t>()];
    for (auto [name, value] : plain_dict(tensors)) {
      Tensor x;
      if (self.keeps(key_text(name)) && !value.is_none() && convert(value.ptr(), x)) entry.insert(key_text(name), x);
    }
  }
  py::list extras;
  for (py::handle item : dict["param_groups"].cast<py::list>()) {
    auto& group = state.param_groups.emplace_back();
    const py::dict given = plain_dict(item);
    for (auto [key, value] : given) {
      const auto name = key_text(key);
      if (name == "params")
        group.params = value.cast<std::vector<int64_t>>();
      else if (self.defaults().has(name))
        group.options.insert(name, option_of(name, value));
    }
    extras.append(extras_of(given, self.defaults()));
  }
  const auto lock = lock_of(self);
  self.load_state_dict(state);
  object.attr("__dict__")[kGroupExtras] = extras;
  // What C++ took over is not kept twice.
  py::dict states;
  const std::vector<Tensor> parameters = all_parameters(self);
  std::vector<int64_t> indices;
  for (const auto& group : state.param_groups) indices.insert(indices.end(), group.params.begin(), group.params.end());
  const auto saved = dict["state"].cast<py::dict>();
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!saved.contains(py::int_(indices[i]))) continue;
    py::dict rest;
    for (auto [name, value] : plain_dict(saved[py::int_(indices[i])]))
      if (!self.keeps(key_text(name))) rest[name] = value;
    if (!rest.empty()) states[py::cast(parameters[i])] = rest;
  }
  object.attr("__dict__")[kStateExtras] = states;
}

namespace {

/// (rebuild, (class, groups, defaults), state by number and attributes): what deepcopy and pickle make a new one of.
py::tuple reduce(const py::object& object) {
  const auto& self = object.cast<const Optimizer&>();
  const auto lock = lock_of(self);
  const auto saved = optimizer_state(object);
  py::list groups;
  for (size_t i = 0; i < self.param_groups().size(); ++i) {
    const py::dict group = options_of(self, i);
    group.attr("update")(group_extras(object)[i]);
    group["params"] = parameter_list(self.param_groups()[i].params());
    groups.append(group);
  }
  const py::dict defaults = to_dict(self.defaults().to_dict());
  py::dict attributes;
  for (auto [name, value] : object.attr("__dict__").cast<py::dict>()) attributes[name] = value;
  for (const char* own : {kGroupExtras, kStateExtras, "_param_groups"}) attributes.attr("pop")(own, py::none());
  py::dict state;
  state["state_dict"] = saved;
  state["attributes"] = attributes;
  const py::object rebuild = py::module_::import("ember.optim").attr("_rebuild_optimizer");
  return py::make_tuple(rebuild, py::make_tuple(py::type::of(object), groups, defaults), state);
}

void set_state(const py::object& object, const py::dict& state) {
  load_optimizer_state(object, state["state_dict"]);
  object.attr("__dict__").attr("update")(state["attributes"]);
}

/// Without the __init__ of a subclass, whose arguments nobody knows.
py::object rebuild(const py::object& type, const py::list& groups, const py::dict& defaults) {
  const py::object self = type.attr("__new__")(type);
  const py::handle bound = nearest_bound_class(type);
  py::dict options;
  for (auto [name, value] : defaults) {
    const bool is_fixed =
        name.cast<std::string>() == "decoupled_weight_decay" && bound.is(py::type::of<optim::AdamW>());
    if (!is_fixed && name.cast<std::string>() != "initial_lr") options[name] = value;
  }
  bound.attr("__init__")(self, groups, **options);
  return self;
}

}  // namespace

void bind_optimizer_copies(py::module_& optim, py::class_<Optimizer>& c) {
  c.def("__reduce__", &reduce);
  c.def(
      "__reduce_ex__", [](const py::object& self, int) { return reduce(self); }, py::arg("protocol"));
  // Not by def: pybind11 takes a function of this name for a constructor.
  py::setattr(c, "__setstate__", py::cpp_function(&set_state, py::name("_set_object_state"), py::is_method(c)));
  optim.def("_rebuild_optimizer", &rebuild);
}

}  // namespace ember::python
