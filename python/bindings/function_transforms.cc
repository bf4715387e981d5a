#include "python/bindings/function_transforms.h"

#include <unordered_map>
#include <utility>

#include "ember/autograd/functional.h"
#include "ember/nn/module.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/owner.h"

namespace ember::python {

namespace {

using autograd::functional::Tensors;

/// Visits every slot of the tree, shared ones under each of their names.
template <class Visit>
void walk_slots(nn::Module& module, const std::string& prefix, const Visit& visit) {
  nn::TreeLevel level;
  for (auto& [name, slot] : module.own_parameters()) visit(prefix + name, slot);
  for (auto& [name, slot] : module.own_buffers()) visit(prefix + name, slot);
  for (auto& [name, child] : module.own_children())
    if (child) walk_slots(*child, prefix + name + ".", visit);
}

/// Puts the named tensors where the module's own were, and returns those. With `tie`, slots that shared a tensor share the new one;
/// with `strict`, every slot must be named. Error for a name that is no slot.
py::dict swap_state(nn::Module& module, const py::dict& state, bool tie, bool strict) {
  // No Python runs between the walks, so that no other thread changes the tree.
  std::unordered_map<std::string, Tensor> given;
  for (auto [name, value] : state)
    if (py::isinstance<py::str>(name)) given.emplace(name.cast<std::string>(), value.cast<Tensor>());
  std::vector<std::pair<Tensor, Tensor>> replaced;
  std::vector<std::pair<std::string, Tensor>> before;
  size_t found = 0, missing = 0;
  wait_for_other_threads();
  walk_slots(module, "", [&](const std::string& name, const Tensor& slot) {
    if (const auto next = given.find(name); next != given.end()) {
      ++found;
      replaced.emplace_back(slot, next->second);
    } else if (slot.defined()) {
      ++missing;
    }
  });
  check(found == state.size(), "functional_call: ", state.size() - found,
        " of the given names are no parameter or buffer of the module");
  check(!strict || missing == 0, "functional_call: ", missing, " parameters or buffers are not given");
  walk_slots(module, "", [&](const std::string& name, Tensor& slot) {
    Tensor next;
    if (const auto own = given.find(name); own != given.end()) {
      next = own->second;
    } else {
      if (!tie || !slot.defined()) return;
      for (const auto& [old, now] : replaced)
        if (old.is_same(slot)) next = now;
      if (!next.defined()) return;
    }
    before.emplace_back(name, std::exchange(slot, next));
  });
  py::dict result;
  for (const auto& [name, x] : before) result[py::str(name)] = x;
  return result;
}

/// A pair of lists as Python's.
py::tuple pair_of(const std::pair<Tensors, Tensors>& value) {
  return py::make_tuple(py::reinterpret_steal<py::tuple>(to_python(value.first)),
                        py::reinterpret_steal<py::tuple>(to_python(value.second)));
}

py::tuple rows_of(const std::vector<Tensors>& rows) {
  py::tuple result(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) result[i] = py::reinterpret_steal<py::tuple>(to_python(rows[i]));
  return result;
}

}  // namespace

std::vector<Tensor> to_tensors(const py::object& object) {
  if (object.is_none()) return {};
  if (is_tensor(object.ptr())) return {tensor_of(object.ptr())};
  Tensors tensors;
  for (const py::handle item : object) {
    check<TypeError>(item.is_none() || is_tensor(item.ptr()),
                     "expected a tensor or a sequence of tensors, but one is a ", type_name(item.ptr()));
    tensors.push_back(item.is_none() ? Tensor() : tensor_of(item.ptr()));
  }
  return tensors;
}

autograd::TensorFunction to_function(py::function function) {
  return [owner = Owner(std::move(function))](const Tensors& inputs) {
    const GilAcquire gil;
    py::tuple arguments(inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) arguments[i] = py::cast(inputs[i]);
    return to_tensors(owner.get()(*arguments));
  };
}

void bind_functional(py::module_& m) {
  namespace functional = autograd::functional;
  const auto product = [&](const char* name, auto f) {
    m.def(name, [f](py::function function, const Tensors& inputs, const py::object& v, bool create_graph) {
      return pair_of(f(to_function(std::move(function)), inputs, to_tensors(v), create_graph));
    });
  };
  product("_vjp", functional::vjp);
  product("_jvp", functional::jvp);
  product("_hvp", functional::hvp);
  product("_vhp", functional::vhp);
  const auto matrix = [&](const char* name, auto f) {
    m.def(name, [f](py::function function, const Tensors& inputs, bool create_graph) {
      return rows_of(f(to_function(std::move(function)), inputs, create_graph));
    });
  };
  matrix("_jacobian", functional::jacobian);
  matrix("_hessian", functional::hessian);
  m.def("_swap_state", swap_state);
}

}  // namespace ember::python
