// Groups of parameters as Python's dicts, of which C++ knows the parameters and the options; the rest stays with the object.
#pragma once

#include <string>
#include <vector>

#include "ember/optim/optimizer.h"
#include "python/bindings/casters.h"

namespace ember::python {

py::list parameter_list(const std::vector<Tensor>& tensors);
/// Tensors out of an iterable of tensors, or of (name, tensor).
std::vector<Tensor> parameters_of(const py::object& object);

/// An option as Python gives it: numbers of any kind, NumPy's and tensors of one element included.
optim::OptionValue option_of(const std::string& name, py::handle value);
/// Sets an option unless the options would make no sense then.
void set_option(optim::OptimizerOptions& options, const std::string& name, py::handle value);

/// A key as text; empty, which names no option, for another kind of key.
std::string key_text(py::handle key);
/// A dict of its own, out of one of live.py's say, whose entries pybind11 would not see.
py::dict plain_dict(py::handle dict);
/// OptionDict, or the tensors of a state, by name.
template <class Value>
py::dict to_dict(const OrderedDict<Value>& entries) {
  py::dict dict;
  for (const auto& [name, value] : entries) dict[py::str(name)] = py::cast(value);
  return dict;
}

/// {'params': ..., 'lr': ...} with what is missing taken from `defaults`.
optim::ParamGroup group_of(const py::dict& dict, const optim::OptimizerOptions& defaults);
/// The groups that a list describes: tensors for one group, dicts for several.
std::vector<optim::ParamGroup> groups_of(const py::list& list, const optim::OptimizerOptions& defaults);
/// What a group's dict holds beside its parameters and options.
py::dict extras_of(const py::dict& dict, const optim::OptimizerOptions& defaults);
/// The parameters of all groups.
std::vector<Tensor> all_parameters(const optim::Optimizer& self);
/// The names of a group's options and their values, as PyTorch's dict has them.
py::dict options_of(const optim::Optimizer& self, size_t index);

// What Python keeps beside C++'s groups and states lies in the object's __dict__: a list of dicts, one for each group, and a dict of
// dicts by parameter. live.py reads and writes it too.
inline constexpr const char* kGroupExtras = "_group_extras";
inline constexpr const char* kStateExtras = "_state_extras";
py::list group_extras(const py::object& self);
py::dict state_extras(const py::object& self);

// State dicts, copies and pickles (optimizer_state.cc).
py::dict optimizer_state(const py::object& object);
void load_optimizer_state(const py::object& object, const py::dict& dict);
/// Gives the class what copy and pickle ask for, and `optim` the function that makes the new object.
void bind_optimizer_copies(py::module_& optim, py::class_<optim::Optimizer>& optimizer);

}  // namespace ember::python
