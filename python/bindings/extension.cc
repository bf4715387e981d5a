// The extension module ember._C. Its submodules carry the public names (ember.nn, ember.optim, ...), under which the package's
// files re-export them.
#include <pybind11/pybind11.h>

#include <algorithm>
#include <climits>

#include "core/cpu/cpu_kernels.h"
#include "ember/core/allocator.h"
#include "ember/core/parallel.h"
#include "ember/core/window.h"
#include "ops/internal/kernel.h"
#include "python/bindings/bindings.h"
#include "python/bindings/bound_calls.h"
#include "python/bindings/casters.h"
#include "python/bindings/collector.h"
#include "python/bindings/generator.h"
#include "python/bindings/layout.h"
#include "python/bindings/ops.h"

// libember.so asks for this while it is loaded: a bad EMBER_ISA, which ends other programs, is an ImportError here.
extern "C" [[gnu::visibility("default")]] void ember_host_raises_start_errors() {}

namespace ember::python {

namespace {

/// A submodule that calls itself ember.<path>, so that its classes do too, and can be imported as ember._C.<path>.
py::module_ submodule(py::module_& parent, const char* name, const std::string& path, const char* doc) {
  auto m = py::reinterpret_steal<py::module_>(PyModule_New(("ember." + path).c_str()));
  m.doc() = doc;
  parent.attr(name) = m;
  py::module_::import("sys").attr("modules")[py::str("ember._C." + path)] = m;
  return m;
}

/// Under `-W error` the warning is raised.
void warn_in_python(const std::string& message) {
  const GilAcquire gil;
  if (PyErr_WarnEx(PyExc_UserWarning, message.c_str(), 1) < 0) throw_python_error();
}

void bind_settings(py::module_& m) {
  kernel::set_warning_handler(warn_in_python);
  m.def("get_num_threads", &num_threads, "Threads that a kernel may use.");
  m.def(
      "set_num_threads",
      [](int64_t num) { set_num_threads(static_cast<int>(std::clamp<int64_t>(num, INT_MIN, INT_MAX))); },
      py::arg("num"), "Lets kernels use as many threads, though never more than 64 or twice the number of processors.");
  m.def("get_default_dtype", &default_dtype, "The dtype of floating-point factories.");
  m.def("set_default_dtype", &set_default_dtype, py::arg("d"));
  m.def("promote_types", &promote_types, py::arg("type1"), py::arg("type2"),
        "The smallest dtype that both convert to.");
  m.def(
      "result_type",
      [](const py::object& a, const py::object& b) {
        Tensor x, y;
        check<TypeError>(convert(a.ptr(), x) && convert(b.ptr(), y), "result_type: expected tensors or numbers");
        return result_type(x, y);
      },
      py::arg("tensor1"), py::arg("tensor2"), "The dtype of an op on both.");
  m.def(
      "broadcast_shapes",
      [](const py::args& shapes) {
        Shape result;
        for (py::handle shape : shapes) result = broadcast_shapes(result, shape.cast<Shape>(), "broadcast_shapes");
        return result;
      },
      "The shape that all broadcast to.");
  m.def(
      "memory_stats",
      [] {
        const MemoryStats s = memory_stats();
        py::dict d;
        d["current_bytes"] = s.current_bytes;
        d["peak_bytes"] = s.peak_bytes;
        d["cached_bytes"] = s.cached_bytes;
        d["allocations"] = s.allocations;
        return d;
      },
      "Bytes in live tensors now and at most, bytes kept for reuse, and blocks handed out so far.");
  m.def(
      "reset_peak_memory_stats", [] { reset_peak_memory(); }, "The peak starts again from now.");
  m.def(
      "empty_cache", [] { empty_cache(); }, "Gives unused memory back to the system.");
}

}  // namespace

PYBIND11_MODULE(_C, m) {
  if (!cpu::start_error().empty()) throw py::import_error(cpu::start_error());
  const py::object own_name = m.attr("__name__");
  m.attr("__name__") = "ember";
  py::module_ nn = submodule(m, "nn", "nn", "Layers.");
  py::module_ functional = submodule(nn, "functional", "nn.functional", "The ops of neural networks.");
  py::module_ init = submodule(nn, "init", "nn.init", "Initialisers of parameters.");
  py::module_ utils = submodule(nn, "utils", "nn.utils", "Tools for parameters and their gradients.");
  py::module_ autograd = submodule(m, "autograd", "autograd", "The tape.");
  py::module_ optim = submodule(m, "optim", "optim", "Optimizers.");
  py::module_ lr_scheduler = submodule(optim, "lr_scheduler", "optim.lr_scheduler", "Learning-rate schedules.");
  py::module_ data = submodule(m, "data", "data", "Datasets and their loader.");
  py::module_ io = submodule(m, "io", "io", "Tensors in files.");
  py::module_ linalg = submodule(m, "linalg", "linalg", "Linear algebra.");
  py::module_ fft = submodule(m, "fft", "fft", "Fourier transforms.");
  py::module_ signal = submodule(m, "signal", "signal", "Signal processing.");
  py::module_ windows = submodule(signal, "windows", "signal.windows", "Window functions.");
  py::module_ func = submodule(m, "func", "func", "Transforms of functions.");
  py::module_ special = submodule(m, "special", "special", "Special functions.");

  start_collector();
  register_errors();
  linalg.attr("LinAlgError") = py::handle(linalg_error_type());
  make_tensor_types(m.ptr());
  nn.attr("Parameter") = py::handle(reinterpret_cast<PyObject*>(parameter_type));
  make_value_types(m.ptr());
  make_layout_types(m.ptr());
  make_op_type();

  Ops ops(m.ptr()), functional_ops(functional.ptr()), linalg_ops(linalg.ptr()), fft_ops(fft.ptr()),
      window_ops(windows.ptr()), special_ops(special.ptr()), init_ops(init.ptr());
  bind_tensor_methods(ops);
  bind_creation(ops);
  bind_arithmetic(ops);
  bind_comparison(ops);
  bind_rounding(ops);
  bind_elementary(ops);
  bind_complex(ops);
  bind_fft(ops, fft_ops);
  bind_windows(ops, window_ops);
  bind_activations(ops, functional_ops);
  bind_reduction(ops);
  bind_special(ops, special_ops);
  bind_sorting(ops);
  bind_statistics(ops, functional_ops, linalg_ops);
  bind_shape(ops);
  bind_rearrange(ops, functional_ops);
  bind_indexing(ops, functional_ops);
  bind_linalg(ops, functional_ops, linalg_ops);
  bind_decompositions(ops, linalg_ops);
  bind_convolutions(ops, functional_ops);
  bind_pooling(ops, functional_ops);
  bind_normalization(ops, functional_ops);
  bind_resampling(ops, functional_ops);
  bind_loss(functional_ops);
  bind_random(ops, functional_ops);
  bind_attention(functional_ops, functional.ptr());

  bind_settings(m);
  bind_determinism(m);
  bind_generator(m.ptr());
  bind_autograd(m, autograd, ops);
  bind_func(func);
  bind_module(nn);
  bind_containers(nn);
  bind_linear_layers(nn);
  bind_convolution_layers(nn);
  bind_pooling_layers(nn);
  bind_resampling_layers(nn);
  bind_activation_layers(nn);
  bind_normalization_layers(nn);
  bind_sequence_layers(nn);
  bind_transformer_layers(nn);
  bind_padding_layers(nn);
  bind_parameter_containers(nn);
  bind_lazy(nn);
  bind_loss_layers(nn);
  bind_init(init, init_ops);
  bind_nn_utils(utils);
  bind_optim(optim);
  bind_lr_scheduler(lr_scheduler);
  bind_data(data);
  bind_io(io);
  route_calls(m);
  m.attr("__name__") = own_name;
}

}  // namespace ember::python
