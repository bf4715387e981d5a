// The tape from Python: backward, grad, hooks, grad modes, custom functions, gradcheck.
#include "ember/autograd/backward.h"
#include "ember/autograd/forward.h"
#include "ember/autograd/function.h"
#include "ember/autograd/gradcheck.h"
#include "python/bindings/bindings.h"
#include "python/bindings/collector.h"
#include "python/bindings/function_transforms.h"
#include "python/bindings/grad_fn.h"
#include "python/bindings/op.h"

namespace ember::python {

namespace {

using Tensors = std::vector<Tensor>;

/// What removes a hook again; also a context manager.
struct HookHandle {
  Tensor tensor;
  int64_t id;

  void remove() {
    if (tensor.defined()) tensor.remove_hook(id);
    tensor = {};
  }
};

void visit(Visitor& visitor, const HookHandle& handle) { visitor.tensor(handle.tensor); }

HookHandle register_hook(const Tensor& x, py::function hook) {
  check(x.requires_grad(), "register_hook: the tensor does not require grad");
  return {x, x.register_hook(PythonFunction<Tensor(const Tensor&)>(std::move(hook)))};
}

HookHandle register_post_accumulate_grad_hook(const Tensor& x, py::function hook) {
  return {x, x.register_post_accumulate_grad_hook(PythonFunction<void(const Tensor&)>(std::move(hook)))};
}

void bind_backward(py::module_& m) {
  m.def(
      "backward",
      [](const py::object& tensors, const py::object& grads, std::optional<bool> retain_graph, bool create_graph,
         const py::object& inputs) {
        const Tensors outputs = to_tensors(tensors), grad_outputs = to_tensors(grads), leaves = to_tensors(inputs);
        const GilRelease gil;
        autograd::backward(outputs, grad_outputs, retain_graph.value_or(create_graph), create_graph, leaves);
      },
      py::arg("tensors"), py::arg("grad_tensors") = py::none(), py::arg("retain_graph") = py::none(),
      py::arg("create_graph") = false, py::arg("inputs") = py::none(),
      "Accumulates into the leaves' .grad the gradients of all tensors.");
  m.def(
      "grad",
      [](const py::object& outputs, const py::object& inputs, const py::object& grads, std::optional<bool> retain_graph,
         bool create_graph, std::optional<bool> allow_unused, bool materialize_grads) {
        const Tensors ys = to_tensors(outputs), xs = to_tensors(inputs), grad_outputs = to_tensors(grads);
        Tensors result;
        {
          const GilRelease gil;
          result = autograd::grad(ys, xs, grad_outputs, retain_graph.value_or(create_graph), create_graph,
                                  allow_unused.value_or(materialize_grads), materialize_grads);
        }
        return py::reinterpret_steal<py::tuple>(to_python(result));
      },
      py::arg("outputs"), py::arg("inputs"), py::arg("grad_outputs") = py::none(), py::arg("retain_graph") = py::none(),
      py::arg("create_graph") = false, py::arg("allow_unused") = py::none(), py::arg("materialize_grads") = false,
      "The gradients of outputs with respect to inputs, as a tuple.");

  const auto check_gradients = [](auto checker) {
    return [checker](py::function function, const py::object& inputs, double eps, double atol, double rtol,
                     bool raise_exception) {
      const Tensors xs = to_tensors(inputs);
      const auto f = to_function(std::move(function));
      const GilRelease gil;
      autograd::GradcheckOptions options;
      options.eps = eps;
      options.atol = atol;
      options.rtol = rtol;
      options.raise_exception = raise_exception;
      return checker(f, xs, options);
    };
  };
  const auto define = [&](const char* name, auto function, const char* doc) {
    m.def(name, function, py::arg("func"), py::arg("inputs"), py::arg("eps") = 1e-6, py::arg("atol") = 1e-5,
          py::arg("rtol") = 1e-3, py::arg("raise_exception") = true, doc);
  };
  define("gradcheck", check_gradients([](const auto&... a) { return autograd::gradcheck(a...); }),
         "Whether backward agrees with finite differences at these float64 inputs.");
  define("gradgradcheck", check_gradients([](const auto&... a) { return autograd::gradgradcheck(a...); }),
         "gradcheck for the gradients themselves.");
}

void bind_modes(py::module_& m) {
  m.def("is_grad_enabled", &GradMode::is_enabled, "Whether ops are recorded.");
  m.def("_set_grad_enabled", &GradMode::set_enabled);
  m.def("is_inference_mode_enabled", &InferenceMode::is_enabled, "Whether inference_mode is on.");
  struct InferenceGuard {
    std::optional<InferenceMode> mode;
  };
  py::class_<InferenceGuard>(m, "_InferenceGuard")
      .def(py::init([](bool on) {
        auto guard = std::make_unique<InferenceGuard>();
        guard->mode.emplace(on);
        return guard;
      }))
      .def("close", [](InferenceGuard& self) { self.mode.reset(); });
  m.def("is_anomaly_enabled", &AnomalyMode::is_enabled, "Whether backward checks for NaN.");
  m.def("is_anomaly_check_nan_enabled", &AnomalyMode::checks_nan);
  m.def("_set_anomaly_enabled", &AnomalyMode::set_enabled, py::arg("mode"), py::arg("check_nan") = true);
}

void bind_forward_mode(py::module_& m) {
  struct Level {
    std::optional<autograd::ForwardLevel> open;
    Level() { open.emplace(); }
    uint64_t id() const {
      check(open.has_value(), "forward_ad: the level is closed");
      return open->id();
    }
  };
  py::class_<Level>(m, "_ForwardLevel")
      .def(py::init([] { return std::make_unique<Level>(); }))
      .def("close", [](Level& self) { self.open.reset(); });
  m.def("_make_dual", [](const Tensor& primal, const Tensor& tangent, const Level& level) {
    return autograd::make_dual(primal, tangent, level.id());
  });
  m.def("_unpack_dual", [](const Tensor& x, const Level& level) {
    const auto [primal, tangent] = autograd::unpack_dual(x, level.id());
    return py::make_tuple(primal, tangent.defined() ? py::cast(tangent) : py::none());
  });
}

}  // namespace

void bind_autograd(py::module_& ember, py::module_& autograd, Ops& ops) {
  bind_grad_fn(autograd.ptr());
  bind_backward(autograd);
  bind_forward_mode(autograd);
  bind_modes(ember);
  bind_functional(autograd);
  bind_function(autograd);

  py::class_<HookHandle>(autograd, "HookHandle", Collected<HookHandle, visit>::setup(), "Removes a hook.")
      .def("remove", &HookHandle::remove, "The hook is not called any more.")
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](HookHandle& self, const py::args&) { self.remove(); });
  ops.add_method(
      "backward(input, gradient=None, retain_graph=None, create_graph=False, inputs=None)",
      [](const Tensor& x, const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
         PyObject* inputs) -> PyObject* {
        // Returns an object, and so is called with the GIL, which `inputs` needs.
        const Tensors leaves = to_tensors(py::reinterpret_borrow<py::object>(inputs));
        {
          GilRelease gil(true);
          x.backward(gradient, retain_graph.value_or(create_graph), create_graph, leaves);
        }
        Py_RETURN_NONE;
      },
      "Accumulates the gradients of this tensor into the leaves' .grad.");
  ops.add_method(
      "register_hook(input, hook)",
      [](const Tensor& x, PyObject* hook) {
        return py::cast(register_hook(x, py::reinterpret_borrow<py::function>(hook))).release().ptr();
      },
      "Calls hook(grad) when the gradient is computed; a result that is not None replaces it.");
  ops.add_method(
      "register_post_accumulate_grad_hook(input, hook)",
      [](const Tensor& x, PyObject* hook) {
        return py::cast(register_post_accumulate_grad_hook(x, py::reinterpret_borrow<py::function>(hook)))
            .release()
            .ptr();
      },
      "Calls hook(leaf) after the leaf's gradient was accumulated.");
}

}  // namespace ember::python
