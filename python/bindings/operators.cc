// Tensor's operators. They live in the type's number slots, so that `a + b` costs no look-up and no argument parsing.
#include "ember/ops/creation/copy.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ops/internal/in_place.h"
#include "python/bindings/op.h"
#include "python/bindings/tensor_slots.h"

namespace ember::python {

namespace {

/// A tensor, or a number or array made one; not loaded when it is anything else.
struct Operand {
  const Tensor* tensor = nullptr;
  Tensor converted;

  explicit Operand(PyObject* object) {
    if (is_tensor(object)) {
      tensor = &tensor_of(object);
    } else if (object != Py_None && convert(object, converted)) {
      tensor = &converted;
    }
  }
};

template <class F>
Tensor run(F op, const Tensor& a, const Tensor& b) {
  GilRelease gil(a.numel() + b.numel() > kReleaseAbove);
  return op(a, b);
}

template <auto op>
PyObject* binary(PyObject* left, PyObject* right) {
  return guarded([&]() -> PyObject* {
    Operand a(left), b(right);
    if (!a.tensor || !b.tensor) Py_RETURN_NOTIMPLEMENTED;
    return wrap(run(op, *a.tensor, *b.tensor));
  });
}

template <auto op>
PyObject* power(PyObject* left, PyObject* right, PyObject*) {
  return binary<op>(left, right);
}

template <auto op>
PyObject* in_place(PyObject* left, PyObject* right) {
  return guarded([&]() -> PyObject* {
    Operand b(right);
    if (!b.tensor) Py_RETURN_NOTIMPLEMENTED;
    {
      GilRelease gil(b.tensor->numel() + tensor_of(left).numel() > kReleaseAbove);
      op(tensor_of(left), *b.tensor);
    }
    return Py_NewRef(left);
  });
}

template <auto op>
PyObject* unary(PyObject* self) {
  return guarded([&] {
    const Tensor& x = tensor_of(self);
    return wrap([&] {
      GilRelease gil(x.numel() > kReleaseAbove);
      return op(x);
    }());
  });
}

PyObject* compare(PyObject* left, PyObject* right, int op) {
  switch (op) {
    case Py_EQ:
      return binary<eq>(left, right);
    case Py_NE:
      return binary<ne>(left, right);
    case Py_LT:
      return binary<lt>(left, right);
    case Py_LE:
      return binary<le>(left, right);
    case Py_GT:
      return binary<gt>(left, right);
    default:
      return binary<ge>(left, right);
  }
}

Scalar only_element(PyObject* self) {
  const Tensor& x = tensor_of(self);
  check<ValueError>(x.numel() == 1, "only one element tensors can be converted to Python scalars, not ", describe(x));
  return x.item();
}

int truth(PyObject* self) {
  return guarded_status([&] {
    const Tensor& x = tensor_of(self);
    check(x.numel() == 1, "bool: the truth of a tensor of shape ", x.sizes(), " is ambiguous; use any() or all()");
    return static_cast<int>(x.item<bool>());
  });
}
PyObject* as_float(PyObject* self) {
  return guarded([&] { return to_python(only_element(self).to<double>()); });
}
PyObject* as_int(PyObject* self) {
  return guarded([&] {
    const Scalar value = only_element(self);
    return value.is_floating_point() ? PyLong_FromDouble(value.to<double>()) : to_python(value.to<int64_t>());
  });
}
PyObject* as_index(PyObject* self) {
  return guarded([&] {
    const Tensor& x = tensor_of(self);
    check<TypeError>(x.numel() == 1 && is_integral(x.dtype(), true),
                     "only an integer tensor of one element can be an index, not ", describe(x));
    return to_python(x.item<int64_t>());
  });
}

constexpr auto add_op = [](const Tensor& a, const Tensor& b) { return add(a, b); };
constexpr auto sub_op = [](const Tensor& a, const Tensor& b) { return sub(a, b); };
constexpr auto add_in_place = [](Tensor& a, const Tensor& b) { add_(a, b); };
constexpr auto sub_in_place = [](Tensor& a, const Tensor& b) { sub_(a, b); };
constexpr auto mul_in_place = [](Tensor& a, const Tensor& b) { mul_(a, b); };
constexpr auto div_op = [](const Tensor& a, const Tensor& b) { return div(a, b); };
constexpr auto div_in_place = [](Tensor& a, const Tensor& b) { div_(a, b); };
constexpr auto pow_in_place = [](Tensor& a, const Tensor& b) { pow_(a, b); };

/// Those that write a new tensor's values back.
template <auto op>
constexpr auto written_back = [](Tensor& x, const Tensor& other) {
  ember::in_place("in-place operator", x, [&](const Tensor& value) { return op(value, other); });
};

PyObject* power_in_place(PyObject* left, PyObject* right, PyObject*) { return in_place<pow_in_place>(left, right); }

}  // namespace

void add_operator_slots(std::vector<PyType_Slot>& slots) {
  auto put = [&](int slot, auto* function) { slots.push_back({slot, reinterpret_cast<void*>(function)}); };
  put(Py_nb_add, binary<add_op>);
  put(Py_nb_subtract, binary<sub_op>);
  put(Py_nb_multiply, binary<mul>);
  put(Py_nb_true_divide, binary<div_op>);
  put(Py_nb_floor_divide, binary<floor_divide>);
  put(Py_nb_remainder, binary<remainder>);
  put(Py_nb_power, power<pow>);
  put(Py_nb_matrix_multiply, binary<matmul>);
  put(Py_nb_and, binary<bitwise_and>);
  put(Py_nb_or, binary<bitwise_or>);
  put(Py_nb_xor, binary<bitwise_xor>);
  put(Py_nb_lshift, binary<bitwise_left_shift>);
  put(Py_nb_rshift, binary<bitwise_right_shift>);
  put(Py_nb_inplace_add, in_place<add_in_place>);
  put(Py_nb_inplace_subtract, in_place<sub_in_place>);
  put(Py_nb_inplace_multiply, in_place<mul_in_place>);
  put(Py_nb_inplace_true_divide, in_place<div_in_place>);
  put(Py_nb_inplace_power, power_in_place);
  put(Py_nb_inplace_floor_divide, in_place<written_back<floor_divide>>);
  put(Py_nb_inplace_remainder, in_place<written_back<remainder>>);
  put(Py_nb_inplace_and, in_place<written_back<bitwise_and>>);
  put(Py_nb_inplace_or, in_place<written_back<bitwise_or>>);
  put(Py_nb_inplace_xor, in_place<written_back<bitwise_xor>>);
  put(Py_nb_inplace_lshift, in_place<written_back<bitwise_left_shift>>);
  put(Py_nb_inplace_rshift, in_place<written_back<bitwise_right_shift>>);
  put(Py_nb_negative, unary<neg>);
  put(Py_nb_positive, unary<positive>);
  put(Py_nb_absolute, unary<abs>);
  put(Py_nb_invert, unary<bitwise_not>);
  put(Py_nb_bool, truth);
  put(Py_nb_float, as_float);
  put(Py_nb_int, as_int);
  put(Py_nb_index, as_index);
  put(Py_tp_richcompare, compare);
}

}  // namespace ember::python
