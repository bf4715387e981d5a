// Optimizers. param_groups are views of the C++ groups that read and write like dictionaries, so a changed rate takes effect.
#include "optim/optim.h"

#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/collector.h"

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

/// One group of an optimizer, as a dictionary that writes through.
struct GroupView {
  py::object owner;
  size_t index;

  ParamGroup& group() const {
    auto& groups = owner.cast<Optimizer&>().param_groups();
    check<IndexError>(index < groups.size(), "the parameter group is gone");
    return groups[index];
  }
  py::dict to_dict() const {
    py::dict dict;
    dict["params"] = parameter_list(group().params());
    for (const auto& [name, value] : group().options().to_dict()) dict[py::str(name)] = py::cast(value);
    return dict;
  }
  py::object get(const std::string& key) const {
    if (key == "params") return parameter_list(group().params());
    for (const auto& [name, value] : group().options().to_dict())
      if (name == key) return py::cast(value);
    throw py::key_error(key);
  }
  void set(const std::string& key, const OptionValue& value) const { group().options().set(key, value); }
};

void visit(Visitor& visitor, const GroupView& view) { visitor.object(view.owner.ptr()); }
void clear(GroupView& view) { view.owner = py::none(); }

void visit(Visitor& visitor, const Optimizer& optimizer) {
  for (const ParamGroup& group : optimizer.param_groups())
    for (const Tensor& x : group.params()) visitor.tensor(x);
}
/// A cycle through its parameters is broken there.
void keep(Optimizer&) {}

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
    if (const auto name = key.cast<std::string>(); name != "params") options->set(name, value.cast<OptionValue>());
  return ParamGroup(parameters_of(dict["params"]), std::move(options));
}

/// The groups that `params` describes: tensors for one group, dicts for several.
std::vector<ParamGroup> groups_of(const py::object& params, const optim::OptimizerOptions& defaults) {
  check<TypeError>(!is_tensor(params.ptr()), "an optimizer takes an iterable of tensors or dicts, not a tensor");
  const py::list list(params);
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

py::dict state_dict(const Optimizer& self) {
  const optim::OptimizerState state = self.state_dict();
  py::dict states;
  for (const auto& [index, tensors] : state.state) {
    py::dict entry;
    for (const auto& [name, x] : tensors) entry[py::str(name)] = py::cast(x);
    states[py::int_(index)] = entry;
  }
  py::list groups;
  for (const auto& group : state.param_groups) {
    py::dict entry;
    for (const auto& [name, value] : group.options) entry[py::str(name)] = py::cast(value);
    entry["params"] = group.params;
    groups.append(entry);
  }
  py::dict result;
  result["state"] = states;
  result["param_groups"] = groups;
  return result;
}

void load_state_dict(Optimizer& self, const py::dict& dict) {
  optim::OptimizerState state;
  for (auto [index, tensors] : dict["state"].cast<py::dict>()) {
    auto& entry = state.state[index.cast<int64_t>()];
    for (auto [name, value] : tensors.cast<py::dict>()) {
      Tensor x;
      if (!value.is_none() && convert(value.ptr(), x)) entry.insert(name.cast<std::string>(), x);
    }
  }
  for (py::handle item : dict["param_groups"].cast<py::list>()) {
    auto& group = state.param_groups.emplace_back();
    for (auto [key, value] : item.cast<py::dict>()) {
      const auto name = key.cast<std::string>();
      if (name == "params")
        group.params = value.cast<std::vector<int64_t>>();
      else if (self.defaults().to_dict().contains(name) || name == "initial_lr")
        group.options.insert(name, value.cast<OptionValue>());
    }
  }
  self.load_state_dict(state);
}

/// What the optimizer remembers, by parameter.
py::dict state_by_parameter(const Optimizer& self) {
  const optim::OptimizerState state = self.state_dict();
  py::dict result;
  int64_t index = 0;
  for (const ParamGroup& group : self.param_groups()) {
    for (const Tensor& x : group.params()) {
      const auto found = state.state.find(index++);
      if (found == state.state.end()) continue;
      py::dict entry;
      for (const auto& [name, value] : found->second) entry[py::str(name)] = py::cast(value);
      result[py::cast(x)] = entry;
    }
  }
  return result;
}

py::object step(Optimizer& self, const py::object& closure) {
  if (closure.is_none()) {
    py::gil_scoped_release gil;
    self.step();
    return py::none();
  }
  py::object loss;
  self.step([&] {
    loss = closure();
    return is_tensor(loss.ptr()) ? tensor_of(loss.ptr()) : Tensor();
  });
  return loss;
}

void bind_group(py::module_& m) {
  py::class_<GroupView>(m, "ParamGroup", Collected<GroupView, visit, clear>::setup(),
                        "A group's parameters and options; reads and writes like a dict.")
      .def("__getitem__", &GroupView::get)
      .def("__setitem__", &GroupView::set)
      .def("__contains__", [](const GroupView& self, const std::string& key) { return self.to_dict().contains(key); })
      .def(
          "get",
          [](const GroupView& self, const std::string& key, py::object fallback) {
            const py::dict dict = self.to_dict();
            return dict.contains(key) ? py::object(dict[py::str(key)]) : fallback;
          },
          py::arg("key"), py::arg("default") = py::none())
      .def("setdefault",
           [](const GroupView& self, const std::string& key, const OptionValue& value) {
             if (!self.to_dict().contains(key)) self.set(key, value);
             return self.get(key);
           })
      .def("update",
           [](const GroupView& self, const py::dict& values) {
             for (auto [key, value] : values) self.set(key.cast<std::string>(), value.cast<OptionValue>());
           })
      .def("keys", [](const GroupView& self) { return self.to_dict().attr("keys")(); })
      .def("values", [](const GroupView& self) { return self.to_dict().attr("values")(); })
      .def("items", [](const GroupView& self) { return self.to_dict().attr("items")(); })
      .def("__iter__", [](const GroupView& self) { return py::iter(self.to_dict()); })
      .def("__len__", [](const GroupView& self) { return self.to_dict().size(); })
      .def("__repr__", [](const GroupView& self) { return py::repr(self.to_dict()); });
}

}  // namespace

void bind_optim(py::module_& m) {
  bind_group(m);
  py::class_<Optimizer>(m, "Optimizer", py::dynamic_attr(), Collected<Optimizer, visit, keep>::setup(),
                        "Updates parameters by their gradients.")
      .def("step", &step, py::arg("closure") = py::none(),
           "Updates every parameter that has a gradient; a closure computes the loss first.")
      .def("zero_grad", &Optimizer::zero_grad, py::arg("set_to_none") = true, "Forgets the gradients.")
      .def_property_readonly("param_groups",
                             [](py::object self) {
                               py::list groups;
                               for (size_t i = 0; i < self.cast<Optimizer&>().param_groups().size(); ++i)
                                 groups.append(GroupView{self, i});
                               return groups;
                             })
      .def_property_readonly("state", &state_by_parameter)
      .def_property_readonly("defaults",
                             [](const Optimizer& self) {
                               py::dict dict;
                               for (const auto& [name, value] : self.defaults().to_dict())
                                 dict[py::str(name)] = py::cast(value);
                               return dict;
                             })
      .def(
          "add_param_group",
          [](Optimizer& self, const py::dict& group) { self.add_param_group(group_of(group, self.defaults())); },
          py::arg("param_group"))
      .def("state_dict", &state_dict, "The state by parameter number, and the groups' options.")
      .def("load_state_dict", &load_state_dict, py::arg("state_dict"))
      .def("__repr__", &Optimizer::repr);

  py::class_<optim::SGD, Optimizer>(m, "SGD", "Stochastic gradient descent with momentum.")
      .def(py::init([](const py::object& params, double lr, double momentum, double dampening, double weight_decay,
                       bool nesterov, bool maximize) {
             const auto options = optim::SGDOptions(lr)
                                      .momentum(momentum)
                                      .dampening(dampening)
                                      .weight_decay(weight_decay)
                                      .nesterov(nesterov)
                                      .maximize(maximize);
             return new optim::SGD(groups_of(params, options), options);
           }),
           py::arg("params"), py::arg("lr") = 1e-3, py::arg("momentum") = 0.0, py::arg("dampening") = 0.0,
           py::arg("weight_decay") = 0.0, py::arg("nesterov") = false, py::kw_only(), py::arg("maximize") = false);

  const auto adam = [](auto options, double lr, std::pair<double, double> betas, double eps, double weight_decay,
                       bool amsgrad, bool maximize) {
    options.lr(lr).betas(betas).eps(eps).weight_decay(weight_decay).amsgrad(amsgrad).maximize(maximize);
    return options;
  };
  py::class_<optim::Adam, Optimizer>(m, "Adam", "Kingma and Ba, 2014.")
      .def(py::init([adam](const py::object& params, double lr, std::pair<double, double> betas, double eps,
                           double weight_decay, bool amsgrad, bool maximize, bool decoupled) {
             auto options = adam(optim::AdamOptions(), lr, betas, eps, weight_decay, amsgrad, maximize);
             options.decoupled_weight_decay(decoupled);
             return new optim::Adam(groups_of(params, options), options);
           }),
           py::arg("params"), py::arg("lr") = 1e-3, py::arg("betas") = std::pair(0.9, 0.999), py::arg("eps") = 1e-8,
           py::arg("weight_decay") = 0.0, py::arg("amsgrad") = false, py::kw_only(), py::arg("maximize") = false,
           py::arg("decoupled_weight_decay") = false);
  py::class_<optim::AdamW, optim::Adam>(m, "AdamW", "Adam that decays the weights beside the gradient.")
      .def(py::init([adam](const py::object& params, double lr, std::pair<double, double> betas, double eps,
                           double weight_decay, bool amsgrad, bool maximize) {
             const auto options = adam(optim::AdamWOptions(), lr, betas, eps, weight_decay, amsgrad, maximize);
             return new optim::AdamW(groups_of(params, options), options);
           }),
           py::arg("params"), py::arg("lr") = 1e-3, py::arg("betas") = std::pair(0.9, 0.999), py::arg("eps") = 1e-8,
           py::arg("weight_decay") = 1e-2, py::arg("amsgrad") = false, py::kw_only(), py::arg("maximize") = false);
  Collected<Optimizer, visit, keep>::put_into(m);
}

}  // namespace ember::python
