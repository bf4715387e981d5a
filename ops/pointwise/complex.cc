#include "ember/ops/pointwise/complex.h"

#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// The parts without a place on the tape: 0 is the real, 1 the imaginary one.
Tensor part_of(const Tensor& x, int64_t which) {
  Shape strides = x.strides();
  for (int64_t& stride : strides) stride *= 2;
  return x.alias_as(real_dtype(x.dtype()), x.sizes(), std::move(strides), x.storage_offset() * 2 + which);
}

void check_vector(const char* argument, const Tensor& x) {
  check(x.dim() == 1, "vdot: ", argument, " has shape ", x.sizes(), " but must have 1 dimension");
}

}  // namespace

Tensor conj(const Tensor& x) {
  kernel::check_defined("conj", "input", x);
  if (!x.is_complex()) return x;
  auto y = kernel::unary(kernels::conj, x);
  return record("conj", y, inputs(x), [](const Tensor& g) { return conj(g); });
}
Tensor ComplexMethods::conj() const { return ember::conj(self(this)); }
Tensor ComplexMethods::conj_physical() const { return ember::conj(self(this)); }
Tensor ComplexMethods::resolve_conj() const { return self(this); }
Tensor ComplexMethods::resolve_neg() const { return self(this); }
Tensor& ComplexMethods::conj_physical_() { return in_place("conj_physical_", self(this), ember::conj); }

Tensor real(const Tensor& x) {
  kernel::check_defined("real", "input", x);
  if (!x.is_complex()) return x;
  return record_view("real", part_of(x, 0), linear_in(real, x),
                     [](const Tensor& g) { return complex(g, zeros_like(g)); });
}
Tensor ComplexMethods::real() const { return ember::real(self(this)); }

Tensor imag(const Tensor& x) {
  kernel::check_defined("imag", "input", x);
  check<TypeError>(x.is_complex(), "imag: input is ", describe(x), " but must be complex");
  return record_view("imag", part_of(x, 1), linear_in(imag, x),
                     [](const Tensor& g) { return complex(zeros_like(g), g); });
}
Tensor ComplexMethods::imag() const { return ember::imag(self(this)); }

Tensor view_as_real(const Tensor& x) {
  kernel::check_defined("view_as_real", "input", x);
  check<TypeError>(x.is_complex(), "view_as_real: input is ", describe(x), " but must be complex");
  return record_view("view_as_real", x.alias_real(), inputs(x), [](const Tensor& g) {
    const Tensor dense = contiguous(g);
    return view_as_complex(dense.storage_offset() % 2 == 0 ? dense : clone(dense));
  });
}
Tensor ComplexMethods::view_as_real() const { return ember::view_as_real(self(this)); }

Tensor view_as_complex(const Tensor& x) {
  kernel::check_defined("view_as_complex", "input", x);
  check<TypeError>(x.dtype() == kFloat32 || x.dtype() == kFloat64, "view_as_complex: input is ", describe(x),
                   " but must be float32 or float64");
  check(x.dim() > 0 && x.sizes().back() == 2, "view_as_complex: input has shape ", x.sizes(),
        " but its last dimension must have size 2");
  check(x.strides().back() == 1, "view_as_complex: the last dimension must have stride 1, not ", x.strides().back());
  check(x.storage_offset() % 2 == 0, "view_as_complex: the storage offset must be even, not ", x.storage_offset());
  Shape sizes = x.sizes(), strides = x.strides();
  sizes.pop_back();
  strides.pop_back();
  for (int64_t& stride : strides) {
    check(stride % 2 == 0, "view_as_complex: all strides but the last must be even but they are ", x.strides());
    stride /= 2;
  }
  Tensor y = x.alias_as(complex_dtype(x.dtype()), std::move(sizes), std::move(strides), x.storage_offset() / 2);
  return record_view("view_as_complex", std::move(y), inputs(x), [](const Tensor& g) { return view_as_real(g); });
}
Tensor ComplexMethods::view_as_complex() const { return ember::view_as_complex(self(this)); }

Tensor complex(const Tensor& re, const Tensor& im) {
  kernel::check_defined("complex", "real", re);
  kernel::check_defined("complex", "imag", im);
  check<NotImplementedError>(re.dtype() == kFloat32 || re.dtype() == kFloat64, "complex: real is ", describe(re),
                             " but must be float32 or float64");
  check<NotImplementedError>(re.dtype() == im.dtype(), "complex: imag is ", im.dtype(), " but must be ", re.dtype(),
                             " like real");
  const Tensor y =
      empty_batched(common_batch(std::array<const TensorBase*, 2>{&re, &im}),
                    broadcast_shapes(re.sizes(), im.sizes(), "complex"), complex_dtype(re.dtype()), re.device());
  kernels::copy.as("complex").on(re)(part_of(y, 0), re);
  kernels::copy.as("complex").on(im)(part_of(y, 1), im);
  return record(
      "complex", y, inputs(re, im), [](const Tensor& g) { return real(g); }, [](const Tensor& g) { return imag(g); });
}

Tensor polar(const Tensor& abs, const Tensor& angle) {
  kernel::check_defined("polar", "abs", abs);
  kernel::check_defined("polar", "angle", angle);
  check<TypeError>(abs.dtype() == angle.dtype(), "polar: angle is ", angle.dtype(), " but must be ", abs.dtype(),
                   " like abs");
  return complex(abs * cos(angle), abs * sin(angle));
}

Tensor angle(const Tensor& x) {
  kernel::check_defined("angle", "input", x);
  if (!x.is_complex()) {
    const Tensor in = x.is_floating_point() ? x : to(x, default_dtype());
    const Tensor y = where(isnan(in), in, where(in < 0, std::numbers::pi, zeros({}, in.options())));
    return record("angle", y.detach(), inputs(x), [](const Tensor& g) { return zeros_like(g); });
  }
  auto y = kernel::binary(kernels::atan2.as("angle"), part_of(x, 1), part_of(x, 0));
  // The angle is the imaginary part of log x.
  return record("angle", y, inputs(x),
                [x = saved(x)](const Tensor& g) { return where(x() == 0, 0, complex(zeros_like(g), g) / conj(x())); });
}
Tensor ComplexMethods::angle() const { return ember::angle(self(this)); }

Tensor sgn(const Tensor& x) {
  kernel::check_defined("sgn", "input", x);
  if (!x.is_complex()) return sign(x);
  auto y = kernel::unary(kernels::sign.as("sgn"), x);
  // The part of the gradient across the direction of x, over |x|.
  return record("sgn", y, inputs(x), [x = saved(x), y = saved_output(y)](const Tensor& g) {
    const Tensor size = abs(x());
    return where(size == 0, 0, (g - y() * real(conj(y()) * g)) / size);
  });
}
Tensor ComplexMethods::sgn() const { return ember::sgn(self(this)); }
Tensor& ComplexMethods::sgn_() { return in_place("sgn_", self(this), ember::sgn); }

Tensor isreal(const Tensor& x) {
  kernel::check_defined("isreal", "input", x);
  return x.is_complex() ? eq(part_of(x, 1), 0) : ones_like(x, kBool);
}
Tensor ComplexMethods::isreal() const { return ember::isreal(self(this)); }

Tensor vdot(const Tensor& a, const Tensor& b) {
  kernel::check_defined("vdot", "input", a);
  kernel::check_defined("vdot", "other", b);
  check_vector("input", a);
  check_vector("other", b);
  check(a.dtype() == b.dtype(), "vdot: other is ", b.dtype(), " but must be ", a.dtype(), " like input");
  check(a.sizes() == b.sizes(), "vdot: other has shape ", b.sizes(), " but must have ", a.sizes(), " like input");
  return matmul(conj(a), b);
}
Tensor ComplexMethods::vdot(const Tensor& other) const { return ember::vdot(self(this), other); }

}  // namespace ember
