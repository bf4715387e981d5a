// Optimizers. Their param_groups and state are dictionaries of ember/optim/live.py, which read and write C++'s by what is bound here.
#include "ember/optim/optim.h"

#include "ember/autograd/grad_mode.h"
#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/collector.h"
#include "python/bindings/lone_thread.h"

namespace ember::python {

namespace {

using optim::Optimizer;
using optim::OptionValue;
using optim::ParamGroup;

py::list parameter_list(const std::vector<Tensor>& tensors) {
  py::list list;
  for (const Tensor& x : tensors) list.append(py::reinterpret_steal<py::object>(wrap(x)));
  return list;
}

/// An option as Python gives it: numbers of any kind, NumPy's and tensors of one element included.
OptionValue option_of(const std::string& name, py::handle value) {
  PyObject* object = value.ptr();
  if (object == Py_None) return std::monostate();
  if (PyBool_Check(object)) return object == Py_True;
  if (py::isinstance<py::tuple>(value) || py::isinstance<py::list>(value)) {
    const auto pair = py::reinterpret_borrow<py::sequence>(value);
    check<ValueError>(pair.size() == 2, "optimizer: '", name, "' takes a pair, not ", pair.size(), " values");
    const auto number = [&](size_t i) {
      const OptionValue item = option_of(name, py::object(pair[i]));
      const auto* whole = std::get_if<int64_t>(&item);
      const auto* real = std::get_if<double>(&item);
      check<TypeError>(whole || real, "optimizer: '", name, "' takes numbers, not ",
                       py::object(pair[i]).ptr()->ob_type->tp_name);
      return whole ? static_cast<double>(*whole) : *real;
    };
    return std::pair(number(0), number(1));
  }
  const std::string type = type_name(object);
  const bool is_complex = PyComplex_Check(object) || type.starts_with("numpy.complex") ||
                          (is_tensor(object) && tensor_of(object).is_complex());
  const PyNumberMethods* methods = Py_TYPE(object)->tp_as_number;
  check<TypeError>(!is_complex && methods && (methods->nb_float || methods->nb_index), "optimizer: '", name,
                   "' must be a real number, not ", type);
  if (PyLong_Check(object))
    if (const auto whole = PyLong_AsLongLong(object); whole != -1 || !PyErr_Occurred()) return int64_t{whole};
  PyErr_Clear();
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Float(object));
  if (!number) throw py::error_already_set();
  return PyFloat_AS_DOUBLE(number.ptr());
}

/// Sets an option unless the options would make no sense then.
void set_option(optim::OptimizerOptions& options, const std::string& name, py::handle value) {
  const OptionValue option = option_of(name, value);
  const auto tried = options.clone();
  tried->set(name, option);
  tried->check();
  options.set(name, option);
}

void visit(Visitor& visitor, const Optimizer& optimizer) {
  for (const ParamGroup& group : optimizer.param_groups())
    for (const Tensor& x : group.params()) visitor.tensor(x);
}

/// A key as text; empty, which names no option, for another kind of key.
std::string text_of(py::handle key) { return py::isinstance<py::str>(key) ? key.cast<std::string>() : std::string(); }

/// Tensors out of an iterable of tensors, or of (name, tensor).
std::vector<Tensor> parameters_of(const py::object& object) {
  if (is_tensor(object.ptr())) return {tensor_of(object.ptr())};
  std::vector<Tensor> tensors;
  for (py::handle item : object) {
    if (py::isinstance<py::tuple>(item)) item = item.cast<py::tuple>()[1].ptr();
    check<TypeError>(is_tensor(item.ptr()), "an optimizer takes tensors or dicts of them, not ", type_name(item.ptr()));
    tensors.push_back(tensor_of(item.ptr()));
  }
  return tensors;
}

/// {'params': ..., 'lr': ...} with what is missing taken from `defaults`.
ParamGroup group_of(const py::dict& dict, const optim::OptimizerOptions& defaults) {
  check<ValueError>(dict.contains("params"), "a parameter group needs an entry 'params'");
  auto options = defaults.clone();
  for (auto [key, value] : dict)
    if (const auto name = text_of(key); options->has(name)) options->set(name, option_of(name, value));
  return ParamGroup(parameters_of(dict["params"]), std::move(options));
}

/// A dict of its own, out of one of live.py's say, whose entries pybind11 would not see.
py::dict plain(py::handle dict) {
  return py::reinterpret_steal<py::dict>(PyObject_CallOneArg(reinterpret_cast<PyObject*>(&PyDict_Type), dict.ptr()));
}

/// What a group's dict holds beside its parameters and options.
py::dict extras_of(const py::dict& dict, const optim::OptimizerOptions& defaults) {
  py::dict extras;
  for (auto [key, value] : dict)
    if (const auto name = text_of(key); name != "params" && !defaults.has(name)) extras[key] = value;
  return extras;
}

// What Python keeps beside C++'s groups and states lies in the object's __dict__: a list of dicts, one for each group, and a dict of
// dicts by parameter. live.py reads and writes it too.
constexpr const char* kGroupExtras = "_group_extras";
constexpr const char* kStateExtras = "_state_extras";

py::list group_extras(const py::object& self) {
  const auto lock = lock_of(self.cast<const Optimizer&>());
  const py::dict attributes = self.attr("__dict__");
  if (!attributes.contains(kGroupExtras)) attributes[kGroupExtras] = py::list();
  py::list extras = attributes[kGroupExtras];
  while (extras.size() < self.cast<Optimizer&>().param_groups().size()) extras.append(py::dict());
  return extras;
}
py::dict state_extras(const py::object& self) {
  const py::dict attributes = self.attr("__dict__");
  if (!attributes.contains(kStateExtras)) attributes[kStateExtras] = py::dict();
  return attributes[kStateExtras];
}

/// The groups that `params` describes: tensors for one group, dicts for several.
std::vector<ParamGroup> groups_of(const py::list& list, const optim::OptimizerOptions& defaults) {
  check<ValueError>(!list.empty(), "optimizer got an empty parameter list");
  std::vector<ParamGroup> groups;
  if (!py::isinstance<py::dict>(list[0])) {
    groups.emplace_back(parameters_of(list));
    return groups;
  }
  for (py::handle item : list) {
    check<TypeError>(py::isinstance<py::dict>(item), "an optimizer takes tensors or dicts, not both");
    groups.push_back(group_of(item.cast<py::dict>(), defaults));
  }
  return groups;
}

std::vector<Tensor> all_parameters(const Optimizer& self) {
  const auto lock = lock_of(self);
  std::vector<Tensor> all;
  for (const ParamGroup& group : self.param_groups())
    all.insert(all.end(), group.params().begin(), group.params().end());
  return all;
}

py::dict state_dict(const py::object& object) {
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
    py::dict entry;
    for (const auto& [name, value] : group.options) entry[py::str(name)] = py::cast(value);
    entry.attr("update")(group_extras(object)[groups.size()]);
    entry["params"] = group.params;
    groups.append(entry);
  }
  py::dict result;
  result["state"] = states;
  result["param_groups"] = groups;
  return result;
}

void load_state_dict(const py::object& object, const py::dict& dict) {
  auto& self = object.cast<Optimizer&>();
  optim::OptimizerState state;
  for (auto [index, tensors] : dict["state"].cast<py::dict>()) {
    auto& entry = state.state[index.cast<int64_t>()];
    for (auto [name, value] : plain(tensors)) {
      Tensor x;
      if (self.keeps(text_of(name)) && !value.is_none() && convert(value.ptr(), x)) entry.insert(text_of(name), x);
    }
  }
  py::list extras;
  for (py::handle item : dict["param_groups"].cast<py::list>()) {
    auto& group = state.param_groups.emplace_back();
    const py::dict given = plain(item);
    for (auto [key, value] : given) {
      const auto name = text_of(key);
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
    for (auto [name, value] : plain(saved[py::int_(indices[i])]))
      if (!self.keeps(text_of(name))) rest[name] = value;
    if (!rest.empty()) states[py::cast(parameters[i])] = rest;
  }
  object.attr("__dict__")[kStateExtras] = states;
}

void add_group(const py::object& object, const py::dict& given) {
  const py::dict group = plain(given);
  auto& self = object.cast<Optimizer&>();
  ParamGroup made = group_of(group, self.defaults());
  const auto lock = lock_of(self);
  py::list extras = group_extras(object);
  self.add_param_group(std::move(made));
  extras.append(extras_of(group, self.defaults()));
}

/// The names of a group's options and their values, as PyTorch's dict has them.
py::dict options_of(const Optimizer& self, size_t index) {
  const auto lock = lock_of(self);
  py::dict dict;
  for (const auto& [name, value] : self.param_groups().at(index).options().to_dict())
    dict[py::str(name)] = py::cast(value);
  return dict;
}

void step_without_gil(Optimizer& self) {
  const auto lock = lock_of(self);
  const GilRelease gil;
  self.step();
}

py::object step(Optimizer& self, const py::object& closure) {
  if (closure.is_none()) {
    step_without_gil(self);
    return py::none();
  }
  py::object loss;
  {
    const EnableGradGuard grad;
    loss = closure();
  }
  step_without_gil(self);
  return loss;
}

/// What live.py makes dictionaries of.
void bind_live_parts(py::class_<Optimizer>& c) {
  c.def("_group_extras_list", &group_extras);
  c.def("_state_extras_dict", &state_extras);
  c.def("_group_count", [](const Optimizer& self) {
    const auto lock = lock_of(self);
    return self.param_groups().size();
  });
  c.def("_options", &options_of, py::arg("group"));
  c.def(
      "_set_option",
      [](Optimizer& self, size_t group, const std::string& name, const py::object& value) {
        const auto lock = lock_of(self);
        auto& options = self.param_groups().at(group).options();
        if (!options.has(name)) return false;
        set_option(options, name, value);
        return true;
      },
      py::arg("group"), py::arg("name"), py::arg("value"));
  c.def(
      "_params",
      [](const Optimizer& self, size_t group) {
        const auto lock = lock_of(self);
        return parameter_list(self.param_groups().at(group).params());
      },
      py::arg("group"));
  c.def(
      "_set_params",
      [](Optimizer& self, size_t group, const py::object& params) {
        std::vector<Tensor> tensors = parameters_of(params);
        for (const Tensor& x : tensors) check<ValueError>(x.is_leaf(), "can't optimize a non-leaf Tensor");
        const auto lock = lock_of(self);
        self.param_groups().at(group).set_params(std::move(tensors));
      },
      py::arg("group"), py::arg("params"));
  c.def("_all_params", [](const Optimizer& self) { return parameter_list(all_parameters(self)); });
  c.def(
      "_state_of",
      [](const Optimizer& self, const Tensor& parameter) {
        const auto lock = lock_of(self);
        py::dict dict;
        for (const auto& [name, value] : self.state(parameter)) dict[py::str(name)] = py::cast(value);
        return dict;
      },
      py::arg("param"));
  c.def(
      "_set_state",
      [](Optimizer& self, const Tensor& parameter, const std::string& name, const py::object& value) {
        Tensor x;
        if (!value.is_none() && !convert(value.ptr(), x)) return false;
        const auto lock = lock_of(self);
        return self.set_state(parameter, name, x);
      },
      py::arg("param"), py::arg("name"), py::arg("value"));
}

/// Constructs the C++ optimizer in a Python object, whose groups may hold more than C++ knows.
template <class O, class Options>
void construct(py::detail::value_and_holder& self, const py::object& params, const Options& options) {
  check<TypeError>(!is_tensor(params.ptr()), "an optimizer takes an iterable of tensors or dicts, not a tensor");
  py::list list, extras;
  for (py::handle item : params) {
    const bool is_group = py::isinstance<py::dict>(item);
    list.append(is_group ? py::object(plain(item)) : py::reinterpret_borrow<py::object>(item));
    if (is_group) extras.append(extras_of(plain(item), options));
  }
  self.value_ptr() = new O(groups_of(list, options), options);
  const auto object = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(self.inst));
  object.attr("__dict__")[kGroupExtras] = extras;
}

/// (rebuild, (class, groups, defaults), state by number and attributes): what deepcopy and pickle make a new one of.
py::tuple reduce(const py::object& object) {
  const auto& self = object.cast<const Optimizer&>();
  const auto lock = lock_of(self);
  const auto saved = state_dict(object);
  py::list groups;
  for (size_t i = 0; i < self.param_groups().size(); ++i) {
    const py::dict group = options_of(self, i);
    group.attr("update")(group_extras(object)[i]);
    group["params"] = parameter_list(self.param_groups()[i].params());
    groups.append(group);
  }
  py::dict defaults, attributes;
  for (const auto& [name, value] : self.defaults().to_dict()) defaults[py::str(name)] = py::cast(value);
  for (auto [name, value] : object.attr("__dict__").cast<py::dict>()) attributes[name] = value;
  for (const char* own : {kGroupExtras, kStateExtras, "_param_groups"}) attributes.attr("pop")(own, py::none());
  py::dict state;
  state["state_dict"] = saved;
  state["attributes"] = attributes;
  const py::object rebuild = py::module_::import("ember.optim").attr("_rebuild_optimizer");
  return py::make_tuple(rebuild, py::make_tuple(py::type::of(object), groups, defaults), state);
}

void set_state(const py::object& object, const py::dict& state) {
  load_state_dict(object, state["state_dict"]);
  object.attr("__dict__").attr("update")(state["attributes"]);
}

/// Without the __init__ of a subclass, whose arguments nobody knows.
py::object rebuild(const py::object& type, const py::list& groups, const py::dict& defaults) {
  const py::object self = type.attr("__new__")(type);
  for (const py::handle base : type.attr("__mro__")) {
    auto* bound = reinterpret_cast<PyTypeObject*>(base.ptr());
    const auto* info = py::detail::get_type_info(bound);
    if (!info || info->type != bound) continue;  // one of Python's
    py::dict options;
    for (auto [name, value] : defaults) {
      const bool is_fixed =
          name.cast<std::string>() == "decoupled_weight_decay" && base.is(py::type::of<optim::AdamW>());
      if (!is_fixed && name.cast<std::string>() != "initial_lr") options[name] = value;
    }
    base.attr("__init__")(self, groups, **options);
    break;
  }
  return self;
}

}  // namespace

void bind_optim(py::module_& m) {
  py::class_<Optimizer> c(m, "Optimizer", py::dynamic_attr(), Collected<Optimizer, visit>::setup(),
                          "Updates parameters by their gradients.");
  c.def("step", &step, py::arg("closure") = py::none(),
        "Updates every parameter that has a gradient; a closure computes the loss first.");
  c.def(
      "zero_grad",
      [](Optimizer& self, bool set_to_none) {
        const auto lock = lock_of(self);
        self.zero_grad(set_to_none);
      },
      py::arg("set_to_none") = true, "Forgets the gradients.");
  c.def_property_readonly("defaults", [](const Optimizer& self) {
    py::dict dict;
    for (const auto& [name, value] : self.defaults().to_dict()) dict[py::str(name)] = py::cast(value);
    return dict;
  });
  c.def("add_param_group", &add_group, py::arg("param_group"));
  c.def("state_dict", &state_dict, "The state by parameter number, and the groups' options.");
  c.def("load_state_dict", &load_state_dict, py::arg("state_dict"));
  c.def("__repr__", [](const Optimizer& self) {
    const auto lock = lock_of(self);
    return self.repr();
  });
  c.def("__reduce__", &reduce);
  c.def(
      "__reduce_ex__", [](const py::object& self, int) { return reduce(self); }, py::arg("protocol"));
  // Not by def: pybind11 takes a function of this name for a constructor.
  py::setattr(c, "__setstate__", py::cpp_function(&set_state, py::name("_set_object_state"), py::is_method(c)));
  bind_live_parts(c);
  m.def("_rebuild_optimizer", &rebuild);

  const auto own_init = py::detail::is_new_style_constructor();
  py::class_<optim::SGD, Optimizer>(m, "SGD", "Stochastic gradient descent with momentum.")
      .def(
          "__init__",
          [](py::detail::value_and_holder& self, const py::object& params, double lr, double momentum, double dampening,
             double weight_decay, bool nesterov, bool maximize) {
            const auto options = optim::SGDOptions(lr)
                                     .momentum(momentum)
                                     .dampening(dampening)
                                     .weight_decay(weight_decay)
                                     .nesterov(nesterov)
                                     .maximize(maximize);
            construct<optim::SGD>(self, params, options);
          },
          own_init, py::arg("params"), py::arg("lr") = 1e-3, py::arg("momentum") = 0.0, py::arg("dampening") = 0.0,
          py::arg("weight_decay") = 0.0, py::arg("nesterov") = false, py::kw_only(), py::arg("maximize") = false);

  const auto adam = [](auto options, double lr, std::pair<double, double> betas, double eps, double weight_decay,
                       bool amsgrad, bool maximize) {
    options.lr(lr).betas(betas).eps(eps).weight_decay(weight_decay).amsgrad(amsgrad).maximize(maximize);
    return options;
  };
  py::class_<optim::Adam, Optimizer>(m, "Adam", "Kingma and Ba, 2014.")
      .def(
          "__init__",
          [adam](py::detail::value_and_holder& self, const py::object& params, double lr,
                 std::pair<double, double> betas, double eps, double weight_decay, bool amsgrad, bool maximize,
                 bool decoupled) {
            auto options = adam(optim::AdamOptions(), lr, betas, eps, weight_decay, amsgrad, maximize);
            options.decoupled_weight_decay(decoupled);
            construct<optim::Adam>(self, params, options);
          },
          own_init, py::arg("params"), py::arg("lr") = 1e-3, py::arg("betas") = std::pair(0.9, 0.999),
          py::arg("eps") = 1e-8, py::arg("weight_decay") = 0.0, py::arg("amsgrad") = false, py::kw_only(),
          py::arg("maximize") = false, py::arg("decoupled_weight_decay") = false);
  py::class_<optim::AdamW, optim::Adam>(m, "AdamW", "Adam that decays the weights beside the gradient.")
      .def(
          "__init__",
          [adam](py::detail::value_and_holder& self, const py::object& params, double lr,
                 std::pair<double, double> betas, double eps, double weight_decay, bool amsgrad, bool maximize) {
            const auto options = adam(optim::AdamWOptions(), lr, betas, eps, weight_decay, amsgrad, maximize);
            construct<optim::AdamW>(self, params, options);
          },
          own_init, py::arg("params"), py::arg("lr") = 1e-3, py::arg("betas") = std::pair(0.9, 0.999),
          py::arg("eps") = 1e-8, py::arg("weight_decay") = 1e-2, py::arg("amsgrad") = false, py::kw_only(),
          py::arg("maximize") = false);
  Collected<Optimizer, visit>::put_into(m);
}

}  // namespace ember::python
