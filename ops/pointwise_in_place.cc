// The in-place twins of ops/pointwise.h. Those that training loops call write into x directly; the others go through in_place.
#include "autograd/record.h"
#include "core/kernels/pointwise.h"
#include "ops/complex.h"
#include "ops/copy.h"
#include "ops/in_place.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"

namespace ember {

namespace {

bool is_one(const Scalar& alpha) { return alpha.to<std::complex<double>>() == 1.0; }

Tensor pass(const Tensor& g) { return g; }

/// alpha as a tensor, checked to fit the sum.
Tensor factor(const char* op, const Scalar& alpha, const Tensor& x, const Tensor& other) {
  kernel::check_defined(op, "other", other);
  kernel::check_fits(op, alpha, result_type(x, other));
  return Tensor(alpha);
}

/// What a pullback needs of the value that x had before it is overwritten.
SavedTensor saved_before(const Tensor& x, const Tensor& other) {
  return GradMode::is_enabled() && other.requires_grad() ? saved(clone(x)) : SavedTensor();
}

/// x + value term, where `term` is what `op` adds.
Tensor& add_term(const char* op, Tensor& x, const Tensor& term, const Scalar& value) {
  autograd::check_in_place(op, x);
  kernel::check_into(op, x, term, result_type(x, term));
  return add_(x, term, value);
}

}  // namespace

Tensor& add_(Tensor& x, const Tensor& other, const Scalar& alpha) {
  if (!is_one(alpha)) return add_(x, mul(other, factor("add_", alpha, x, other)));
  autograd::check_in_place("add_", x);
  kernel::binary_into(kernels::add.as("add_"), x, other);
  return record_in_place("add_", x, inputs(x, other), pass, pass);
}

Tensor& sub_(Tensor& x, const Tensor& other, const Scalar& alpha) {
  if (!is_one(alpha)) return sub_(x, mul(other, factor("sub_", alpha, x, other)));
  autograd::check_in_place("sub_", x);
  kernel::binary_into(kernels::sub.as("sub_"), x, other);
  return record_in_place("sub_", x, inputs(x, other), pass, [](const Tensor& g) { return -g; });
}

Tensor& mul_(Tensor& x, const Tensor& other) {
  autograd::check_in_place("mul_", x);
  kernel::check_defined("mul_", "other", other);
  const Tensor factor = kernel::share_memory(x, other) && x.requires_grad() ? clone(other) : other;
  const SavedTensor before = saved_before(x, other);
  kernel::binary_into(kernels::mul.as("mul_"), x, factor);
  return record_in_place(
      "mul_", x, inputs(x, other), [b = saved(factor)](const Tensor& g) { return g * conj(b()); },
      [a = before](const Tensor& g) { return g * conj(a()); });
}

Tensor& div_(Tensor& x, const Tensor& other) {
  autograd::check_in_place("div_", x);
  kernel::check_defined("div_", "other", other);
  check<TypeError>(x.is_differentiable(), "div_: a float quotient cannot be written into ", describe(x));
  const Tensor divisor = kernel::share_memory(x, other) && x.requires_grad() ? clone(other) : other;
  const SavedTensor before = saved_before(x, other);
  kernel::binary_into(kernels::div.as("div_"), x, divisor);
  return record_in_place(
      "div_", x, inputs(x, other), [b = saved(divisor)](const Tensor& g) { return g / conj(b()); },
      [a = before, b = saved(divisor)](const Tensor& g) { return -g * conj(a() / b() / b()); });
}

Tensor& pow_(Tensor& x, const Tensor& exponent) {
  return in_place("pow_", x, [&](const Tensor& a) { return pow(a, exponent); });
}
Tensor& exp_(Tensor& x) { return in_place("exp_", x, exp); }
Tensor& log_(Tensor& x) { return in_place("log_", x, log); }
Tensor& sqrt_(Tensor& x) { return in_place("sqrt_", x, sqrt); }
Tensor& tanh_(Tensor& x) { return in_place("tanh_", x, tanh); }
Tensor& neg_(Tensor& x) { return in_place("neg_", x, neg); }
Tensor& abs_(Tensor& x) { return in_place("abs_", x, abs); }
Tensor& clamp_(Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  return in_place("clamp_", x, [&](const Tensor& a) { return clamp(a, min, max); });
}
Tensor& clamp_min_(Tensor& x, const Scalar& min) { return clamp_(x, min); }
Tensor& clamp_max_(Tensor& x, const Scalar& max) { return clamp_(x, {}, max); }
Tensor& lerp_(Tensor& x, const Tensor& end, const Tensor& weight) {
  return in_place("lerp_", x, [&](const Tensor& start) { return lerp(start, end, weight); });
}
Tensor& addcmul_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  return add_term("addcmul_", x, mul(a, b), value);
}
Tensor& addcdiv_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  return add_term("addcdiv_", x, div(a, b), value);
}

}  // namespace ember
