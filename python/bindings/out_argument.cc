#include "python/bindings/out_argument.h"

#include <memory>

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/shape/resize.h"
#include "ops/internal/in_place.h"
#include "python/bindings/convert.h"
#include "python/bindings/lone_thread.h"

namespace ember::python {

namespace {

bool is_out(PyObject* name) { return PyUnicode_CompareWithASCIIString(name, "out") == 0; }

bool shares_elements(const Tensor& x) {
  if (x.numel() == 0) return false;
  for (size_t d = 0; d < x.sizes().size(); ++d)
    if (x.strides()[d] == 0 && x.sizes()[d] > 1) return true;
  return false;
}

void write_tensor(const std::string& op, const Tensor& result, PyObject* object) {
  check<TypeError>(is_tensor(object), op, "(): argument 'out' must be Tensor, not ", type_name(object));
  Tensor& out = tensor_of(object);
  check(out.defined(), op, "(): argument 'out' is an undefined tensor");
  check(
      !GradMode::is_enabled() || !(result.requires_grad() || out.requires_grad()), op,
      "(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires "
      "grad");
  check(can_cast(result.dtype(), out.dtype()), op, "(): result type ", result.dtype(),
        " can't be cast to the desired output type ", out.dtype());
  check(!shares_elements(out), op, "(): unsupported operation: more than one element of the written-to tensor, ",
        describe(out), ", refers to a single memory location; clone it first");
  if (out.sizes() != result.sizes()) {
    const std::string warning = concat(op, "(): out has shape ", out.sizes(), " but the result ", result.sizes(),
                                       "; out is resized, which is deprecated. To allow it, let out be empty");
    if (out.numel() > 0 && PyErr_WarnEx(PyExc_UserWarning, warning.c_str(), 1) < 0) throw_python_error();
    wait_for_other_threads();
    resize_(out, result.sizes());
  }
  const NoGradGuard no_grad;
  copy_(out, result);
}

void write_result(const std::string& op, PyObject* result, PyObject* out) {
  if (is_tensor(result)) return write_tensor(op, tensor_of(result), out);
  check<TypeError>(PyTuple_Check(result), op, "(): got an unexpected keyword argument 'out'");
  const Py_ssize_t count = PyTuple_GET_SIZE(result);
  check<TypeError>((PyTuple_Check(out) || PyList_Check(out)) && PySequence_Fast_GET_SIZE(out) == count, op,
                   "(): argument 'out' must be a tuple of ", count, " Tensors, not ", type_name(out));
  for (Py_ssize_t i = 0; i < count; ++i)
    write_result(op, PyTuple_GET_ITEM(result, i), PySequence_Fast_GET_ITEM(out, i));
}

}  // namespace

PyObject* find_out(PyObject* const* args, size_t count, PyObject* keywords) {
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t k = 0; k < named; ++k)
    if (is_out(PyTuple_GET_ITEM(keywords, k))) return args[count + static_cast<size_t>(k)];
  return nullptr;
}

PyObject* call_without_out(PyObject* callee, PyObject* const* args, size_t count, PyObject* keywords) {
  PyObject* positional = PyTuple_New(static_cast<Py_ssize_t>(count));
  PyObject* named = positional ? PyDict_New() : nullptr;
  PyObject* result = nullptr;
  if (named) {
    for (size_t i = 0; i < count; ++i) PyTuple_SET_ITEM(positional, static_cast<Py_ssize_t>(i), Py_NewRef(args[i]));
    bool filled = true;
    for (Py_ssize_t k = 0; filled && k < PyTuple_GET_SIZE(keywords); ++k) {
      PyObject* name = PyTuple_GET_ITEM(keywords, k);
      filled = is_out(name) || PyDict_SetItem(named, name, args[count + static_cast<size_t>(k)]) == 0;
    }
    if (filled) result = PyObject_Call(callee, positional, named);
  }
  Py_XDECREF(named);
  Py_XDECREF(positional);
  return result;
}

PyObject* write_out(const std::string& op, PyObject* result, PyObject* out) {
  const std::unique_ptr<PyObject, decltype(&Py_DecRef)> owner(result, Py_DecRef);
  write_result(op, result, out);
  if (is_tensor(result)) return Py_NewRef(out);
  if (PyTuple_CheckExact(result)) return PySequence_Tuple(out);
  return PyObject_CallOneArg(reinterpret_cast<PyObject*>(Py_TYPE(result)), out);
}

}  // namespace ember::python
