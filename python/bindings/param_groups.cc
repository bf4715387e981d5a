#include "python/bindings/param_groups.h"

#include "python/bindings/lone_thread.h"

namespace ember::python {

using optim::Optimizer;
using optim::OptionValue;
using optim::ParamGroup;

py::list parameter_list(const std::vector<Tensor>& tensors) {
  py::list list;
  for (const Tensor& x : tensors) list.append(py::reinterpret_steal<py::object>(wrap(x)));
  return list;
}

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
                       type_name(py::object(pair[i]).ptr()));
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

void set_option(optim::OptimizerOptions& options, const std::string& name, py::handle value) {
  const OptionValue option = option_of(name, value);
  const auto tried = options.clone();
  tried->set(name, option);
  tried->check();
  options.set(name, option);
}

std::string key_text(py::handle key) { return py::isinstance<py::str>(key) ? key.cast<std::string>() : std::string(); }

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

ParamGroup group_of(const py::dict& dict, const optim::OptimizerOptions& defaults) {
  check<ValueError>(dict.contains("params"), "a parameter group needs an entry 'params'");
  auto options = defaults.clone();
  for (auto [key, value] : dict)
    if (const auto name = key_text(key); options->has(name)) options->set(name, option_of(name, value));
  return ParamGroup(parameters_of(dict["params"]), std::move(options));
}

py::dict plain_dict(py::handle dict) {
  return py::reinterpret_steal<py::dict>(PyObject_CallOneArg(reinterpret_cast<PyObject*>(&PyDict_Type), dict.ptr()));
}

py::dict extras_of(const py::dict& dict, const optim::OptimizerOptions& defaults) {
  py::dict extras;
  for (auto [key, value] : dict)
    if (const auto name = key_text(key); name != "params" && !defaults.has(name)) extras[key] = value;
  return extras;
}

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

py::dict options_of(const Optimizer& self, size_t index) {
  const auto lock = lock_of(self);
  return to_dict(self.param_groups().at(index).options().to_dict());
}

}  // namespace ember::python
