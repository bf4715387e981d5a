// Complex numbers: their parts, and what is made of them.
#include "ember/ops/pointwise/complex.h"

#include "ember/ops/shape/shape.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_complex(Ops& ops) {
  const auto itself = [](const Tensor& x) { return x; };
  const auto no = [](const Tensor&) { return false; };

  ops.add_with_in_place("conj_physical(input)", conj, "The imaginary part negated; a real tensor itself.");
  ops.add("conj(input)", conj, "The imaginary part negated; a real tensor itself.");
  ops.add("resolve_conj(input)", itself, "The tensor itself, since no tensor conjugates lazily.");
  ops.add("resolve_neg(input)", itself, "The tensor itself, since no tensor negates lazily.");
  ops.add("is_conj(input)", no, "False, since no tensor conjugates lazily.");
  ops.add("is_neg(input)", no, "False, since no tensor negates lazily.");
  ops.add(
      "is_complex(input)", [](const Tensor& x) { return x.is_complex(); }, "Whether the dtype is complex.");
  ops.add("isreal(input)", isreal, "Whether the imaginary part is 0.");
  ops.add_function("real(input)", real, "A view of the real parts; a real tensor itself.");
  ops.add_function("imag(input)", imag, "A view of the imaginary parts.");
  ops.add_function("view_as_real(input)", view_as_real, "A view with the parts in a further dim of size 2.");
  ops.add_function("view_as_complex(input)", view_as_complex, "A view of pairs of real numbers as complex ones.");
  ops.add_function("complex(real, imag)", complex, "real + i imag.");
  ops.add_function("polar(abs, angle)", polar, "abs (cos(angle) + i sin(angle)).");
  ops.add("angle(input)", angle, "The angle in (-pi, pi]; of a real number 0 or pi.");
  ops.add_with_in_place("sgn(input)", sgn, "input / |input|, or 0 for 0.");
  ops.add("vdot(input, other)", vdot, "The sum of conj(input) other over two vectors.");
  ops.add(
      "adjoint(input)", [](const Tensor& x) { return conj(mT(x)); }, "The conjugate transpose of matrices.");
  ops.add_method("cfloat(input)", [](const Tensor& x) { return x.to(kComplex64); });
  ops.add_method("cdouble(input)", [](const Tensor& x) { return x.to(kComplex128); });
  ops.add_method("__complex__(input)", [](const Tensor& x) {
    check<ValueError>(x.numel() == 1, "only one element tensors can be converted to Python scalars, not ", describe(x));
    return Scalar(x.item().to<std::complex<double>>());
  });
}

}  // namespace ember::python
