// Elementwise signs, rounding, and the parts of floating-point numbers.
#include "ember/ops/pointwise/rounding.h"

#include "python/bindings/made_once.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

PyObject* named_frexp(const Tensor& x) {
  PyTypeObject* type = made_once([] {
    static PyStructSequence_Field fields[] = {{"mantissa", nullptr}, {"exponent", nullptr}, {nullptr, nullptr}};
    static PyStructSequence_Desc description = {"ember.return_types.frexp", "Mantissa and exponent.", fields, 2};
    return PyStructSequence_NewType(&description);
  });
  const auto [mantissa, exponent] = frexp(x);
  PyObject* result = PyStructSequence_New(type);
  if (!result) throw_python_error();
  PyStructSequence_SetItem(result, 0, wrap(mantissa));
  PyStructSequence_SetItem(result, 1, wrap(exponent));
  return result;
}

}  // namespace

void bind_rounding(Ops& ops) {
  ops.add("abs(input)", abs, "The absolute value.");
  ops.add_method("abs_(input)", abs_);
  ops.add("neg(input)", neg, "-input.");
  ops.add_method("neg_(input)", neg_);
  ops.add_with_in_place("sign(input)", sign, "-1, 0 or 1.");
  ops.add_with_in_place("floor(input)", floor, "Rounded down.");
  ops.add_with_in_place("ceil(input)", ceil, "Rounded up.");
  ops.add_with_in_place(
      "round(input, *, decimals=0)", [](const Tensor& x, int64_t decimals) { return round(x, decimals); },
      "To the nearest integer, halves to even, or to so many decimals.");
  ops.add_with_in_place("trunc(input)", trunc, "Rounded toward zero.");
  ops.add_with_in_place("frac(input)", frac, "input - trunc(input).");
  ops.add("positive(input)", positive, "input itself.");
  ops.add_with_in_place("nan_to_num(input, nan=None, posinf=None, neginf=None)", nan_to_num,
                        "NaN and infinities replaced by numbers.");
  ops.add("frexp(input)", named_frexp, "Mantissa and exponent, input = mantissa 2^exponent.");
  ops.add_with_in_place("copysign(input, other: Number)", copysign, "|input| with other's sign.");
  ops.add_with_in_place("nextafter(input, other)", nextafter, "The next number toward other.");

  ops.alias_with_in_place("absolute", "abs");
  ops.alias_with_in_place("negative", "neg");
  ops.alias_with_in_place("fix", "trunc");
}

}  // namespace ember::python
