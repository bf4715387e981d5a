#include "python/bindings/function_transforms.h"

#include <utility>

#include "ember/autograd/functional.h"
#include "python/bindings/owner.h"

namespace ember::python {

namespace {

using autograd::functional::Tensors;

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
}

}  // namespace ember::python
