// ember.signal.windows, and the older functions ember.hann_window and so on.
#include "ember/ops/creation/windows.h"

#include "python/bindings/ops.h"

namespace ember::python {

namespace {

/// The keyword arguments that every factory takes.
TensorOptions options_of(std::optional<DType> dtype, std::optional<Device> device, bool requires_grad) {
  TensorOptions options;
  options.dtype_ = dtype;
  return options.device(device.value_or(Device())).requires_grad(requires_grad);
}

/// Binds `name(M, <keywords>sym=True, dtype, ...)`, whose own arguments are of the types Own.
template <class... Own, class F>
void bind_window(Ops& ops, const std::string& name, const std::string& keywords, F f, const char* doc) {
  const std::string signature =
      name + "(M, *, " + keywords + "sym=True, dtype=None, layout=None, device=None, requires_grad=False)";
  ops.add_function(
      signature.c_str(),
      [f, name](int64_t length, Own... own, bool sym, std::optional<DType> dtype, PyObject*,
                std::optional<Device> device, bool requires_grad) {
        const TensorOptions options = options_of(dtype, device, requires_grad);
        const DType t = options.dtype_or_default();
        check<ValueError>(t == kFloat32 || t == kFloat64, name, ": dtype is ", t, " but must be float32 or float64");
        return f(length, own..., sym, options);
      },
      doc);
}

/// The same for the older functions, which ask whether the window is periodic.
template <class... Own, class F>
void bind_old_window(Ops& ops, const std::string& name, const std::string& arguments, F f) {
  const std::string head = name + "(window_length, ";
  const std::string tail = ", *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False)";
  ops.add_function((head + "periodic=True" + arguments + tail).c_str(),
                   [f](int64_t length, bool periodic, Own... own, std::optional<DType> dtype, PyObject*,
                       std::optional<Device> device, bool, bool requires_grad) {
                     return f(length, own..., !periodic, options_of(dtype, device, requires_grad));
                   },
                   "The window of ember.signal.windows, periodic unless told otherwise.");
}

std::vector<double> numbers(PyObject* object) {
  PyObject* items = PySequence_Fast(object, "general_cosine: a must be a list of numbers");
  if (!items) throw_python_error();
  std::vector<double> result;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items); ++i) {
    double value;
    if (!convert(PySequence_Fast_GET_ITEM(items, i), value)) {
      Py_DECREF(items);
      fail<TypeError>("general_cosine: a must be a list of numbers");
    }
    result.push_back(value);
  }
  Py_DECREF(items);
  return result;
}

}  // namespace

void bind_windows(Ops& ops, Ops& own) {
  using namespace windows;
  bind_window(own, "bartlett", "", bartlett, "1 - |2 n / N - 1|.");
  bind_window(own, "blackman", "", blackman, "0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N).");
  bind_window(own, "cosine", "", cosine, "sin(pi (n + 0.5) / M).");
  bind_window<std::optional<double>, double>(own, "exponential", "center=None, tau=1.0, ", exponential,
                                             "exp(-|n - center| / tau).");
  bind_window<double>(own, "gaussian", "std=1.0, ", gaussian, "exp(-(n - center)^2 / (2 std^2)).");
  bind_window<PyObject*>(
      own, "general_cosine", "a, ",
      [](int64_t length, PyObject* a, bool sym, const TensorOptions& options) {
        return general_cosine(length, numbers(a), sym, options);
      },
      "The sum of (-1)^i a_i cos(2 pi i n / N).");
  bind_window<double>(own, "general_hamming", "alpha=0.54, ", general_hamming, "alpha - (1 - alpha) cos(2 pi n / N).");
  bind_window(own, "hamming", "", hamming, "0.54 - 0.46 cos(2 pi n / N).");
  bind_window(own, "hann", "", hann, "0.5 - 0.5 cos(2 pi n / N).");
  bind_window<double>(own, "kaiser", "beta=12.0, ", kaiser, "I0(beta sqrt(1 - (2 n / N - 1)^2)) / I0(beta).");
  bind_window(own, "nuttall", "", nuttall, "The sum of four cosines that falls off fastest.");

  bind_old_window(ops, "hann_window", "", hann);
  bind_old_window(ops, "blackman_window", "", blackman);
  bind_old_window(ops, "bartlett_window", "", bartlett);
  bind_old_window<double>(ops, "kaiser_window", ", beta=12.0", kaiser);
  bind_old_window<double, double>(ops, "hamming_window", ", alpha=0.54, beta=0.46", two_term_cosine);
}

}  // namespace ember::python
