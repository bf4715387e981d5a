// ember.autograd.Function: forward and backward written in Python, on the node that C++'s Function<T> uses.
#include "python/bindings/autograd_function.h"

#include <set>

#include "ember/autograd/function.h"
#include "ember/core/batching.h"
#include "ember/ops/shape/batch_dims.h"
#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/function_transforms.h"

namespace ember::python {

namespace {

using autograd::AutogradContext;
using Tensors = std::vector<Tensor>;

/// ctx, as forward and backward see it; attributes can be set on it.
struct FunctionContext {
  std::shared_ptr<AutogradContext> context;
  std::vector<bool> is_tensor;  ///< which of forward's arguments are
};

/// A name that lives as long as any graph.
const char* intern(const std::string& name) {
  static std::set<std::string> names;
  return names.insert(name).first->c_str();
}

Tensors outputs_of(const std::string& name, const py::object& result) {
  if (is_tensor(result.ptr())) return {tensor_of(result.ptr())};
  check<TypeError>(py::isinstance<py::tuple>(result), name, ": forward must return a tensor or a tuple of tensors");
  Tensors outputs;
  for (py::handle item : result) {
    check<TypeError>(is_tensor(item.ptr()), name, ": forward returned a ", type_name(item.ptr()), " in its tuple");
    outputs.push_back(tensor_of(item.ptr()));
  }
  return outputs;
}

}  // namespace

/// The gradients of the arguments that are tensors, out of what backward returned for all.
Tensors PythonBackward::operator()(const Tensors& grads) const {
  const GilAcquire gil;
  const auto held = py::reinterpret_borrow<py::tuple>(class_and_context.get());
  const py::object cls = held[0];
  py::tuple arguments(grads.size() + 1);
  arguments[0] = held[1];
  for (size_t i = 0; i < grads.size(); ++i) arguments[i + 1] = py::cast(grads[i]);
  py::object result = cls.attr("backward")(*arguments);
  if (!py::isinstance<py::tuple>(result)) result = py::make_tuple(result);
  const auto all = py::cast<py::tuple>(result);
  const auto name = cls.attr("__name__").cast<std::string>();
  Tensors gradients;
  for (const py::handle item : all) {
    check<TypeError>(item.is_none() || is_tensor(item.ptr()), name, ": backward returned a ", type_name(item.ptr()),
                     " for argument ", gradients.size());
    gradients.push_back(item.is_none() ? Tensor() : tensor_of(item.ptr()));
  }
  return autograd::pick_gradients(name.c_str(), std::move(gradients), is_tensor_argument);
}

namespace {

/// The innermost vmap that maps over one of these tensors, as that tensor's batch dim; none without one.
std::optional<BatchDim> innermost_batch(const py::args& args) {
  std::optional<BatchDim> innermost;
  for (py::handle argument : args)
    if (is_tensor(argument.ptr()))
      for (const BatchDim& dim : tensor_of(argument.ptr()).batch_dims())
        if (!innermost || dim.level > innermost->level) innermost = dim;
  return innermost;
}

/// cls.vmap(info, in_dims, *args), whose tensors hold all samples of a vmap: gives (outputs, out_dims).
py::object apply_to_samples(const py::object& cls, const py::args& args, const BatchDim& batch) {
  py::list all, in_dims;
  for (py::handle argument : args) {
    const bool is_mapped = is_tensor(argument.ptr()) && tensor_of(argument.ptr()).is_batched() &&
                           tensor_of(argument.ptr()).impl()->batch->find(batch.level);
    in_dims.append(is_mapped ? py::object(py::int_(0)) : py::object(py::none()));
    if (is_mapped)
      all.append(remove_batch_dim(tensor_of(argument.ptr()), 0, batch.level, batch.size));
    else
      all.append(argument);
  }
  using namespace py::literals;
  const py::object info = py::module_::import("types").attr("SimpleNamespace")("batch_size"_a = batch.size,
                                                                               "randomness"_a = innermost_randomness());
  const auto result = cls.attr("vmap")(info, py::tuple(in_dims), *py::tuple(all)).cast<py::tuple>();
  check<ValueError>(result.size() == 2, cls.attr("__name__").cast<std::string>(),
                    ".vmap: must return outputs and out_dims");
  const auto mapped = [&](const py::object& y, const py::object& dim) -> py::object {
    if (dim.is_none()) return y;
    return py::cast(add_batch_dim(y.cast<Tensor>(), dim.cast<int64_t>(), batch.level));
  };
  const py::object outputs = result[0], out_dims = result[1];
  if (is_tensor(outputs.ptr())) return mapped(outputs, out_dims);
  py::list each;
  size_t at = 0;
  for (py::handle y : outputs) {
    const py::object dim = py::isinstance<py::tuple>(out_dims) ? py::object(py::tuple(out_dims)[at++]) : out_dims;
    each.append(mapped(py::reinterpret_borrow<py::object>(y), dim));
  }
  return py::tuple(each);
}

py::object apply(const py::object& cls, const py::args& args) {
  if (BatchDims::exist() && py::hasattr(cls, "vmap"))
    if (const auto batch = innermost_batch(args)) return apply_to_samples(cls, args, *batch);
  const auto name = cls.attr("__name__").cast<std::string>();
  auto context = std::make_shared<AutogradContext>();
  FunctionContext holder{context, {}};
  Tensors tensors;
  for (py::handle argument : args) {
    holder.is_tensor.push_back(is_tensor(argument.ptr()));
    if (holder.is_tensor.back()) tensors.push_back(tensor_of(argument.ptr()));
  }
  const std::vector<bool> is_tensor_argument = holder.is_tensor;
  py::object ctx = py::cast(std::move(holder));
  bool is_tuple = false;
  const auto forward = [&] {
    py::object result;
    if (py::hasattr(cls, "setup_context")) {
      result = cls.attr("forward")(*args);
      cls.attr("setup_context")(ctx, args, result);
    } else {
      result = cls.attr("forward")(ctx, *args);
    }
    is_tuple = !is_tensor(result.ptr());
    return outputs_of(name, result);
  };
  PythonBackward backward{Owner(py::make_tuple(cls, ctx)), is_tensor_argument};
  Tensors outputs = autograd::apply_custom(intern(name), context, tensors, forward, std::move(backward));
  if (!is_tuple) return py::cast(outputs[0]);
  return py::reinterpret_steal<py::object>(to_python(outputs));
}

Tensors tensors_of(const py::args& args) {
  Tensors tensors;
  for (py::handle item : args) tensors.push_back(item.cast<Tensor>());
  return tensors;
}

py::tuple needs_input_grad(const FunctionContext& self) {
  py::tuple needs(self.is_tensor.size());
  size_t tensor = 0;
  for (size_t i = 0; i < self.is_tensor.size(); ++i)
    needs[i] = py::bool_(self.is_tensor[i] && self.context->needs_input_grad(tensor++));
  return needs;
}

}  // namespace

void bind_function(py::module_& m) {
  py::class_<FunctionContext>(m, "FunctionCtx", py::dynamic_attr(), "What forward leaves for backward.")
      .def(
          "save_for_backward",
          [](FunctionContext& self, const py::args& tensors) { self.context->save_for_backward(tensors_of(tensors)); },
          "Keeps inputs, outputs or intermediate results.")
      .def_property_readonly(
          "saved_tensors",
          [](const FunctionContext& self) {
            return py::reinterpret_steal<py::tuple>(to_python(self.context->get_saved_variables()));
          },
          "What save_for_backward kept; an error if it was modified in place since.")
      .def(
          "mark_dirty",
          [](FunctionContext& self, const py::args& tensors) { self.context->mark_dirty(tensors_of(tensors)); },
          "These inputs were changed in place, and are returned.")
      .def(
          "mark_non_differentiable",
          [](FunctionContext& self, const py::args& tensors) {
            self.context->mark_non_differentiable(tensors_of(tensors));
          },
          "These outputs carry no gradient.")
      .def(
          "set_materialize_grads",
          [](FunctionContext& self, bool value) { self.context->set_materialize_grads(value); }, py::arg("value"),
          "Whether backward sees zeros (the default) or None for outputs that nothing used.")
      .def_property_readonly("needs_input_grad", needs_input_grad,
                             "Whether each argument of forward needs a gradient.");
  m.def("_apply", &apply, py::arg("cls"));
}

}  // namespace ember::python
