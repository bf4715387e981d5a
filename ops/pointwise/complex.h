// Complex numbers: their parts, made of and seen as real tensors. Gradients follow PyTorch's convention: the gradient of a real loss
// L by z = x + iy is dL/dx + i dL/dy, so a pullback multiplies by the conjugate of a derivative.
#pragma once

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The number with its imaginary part negated; a real tensor itself.
Tensor conj(const Tensor& x);
/// A view of the real parts; a real tensor itself.
Tensor real(const Tensor& x);
/// A view of the imaginary parts; TypeError for a real tensor.
Tensor imag(const Tensor& x);
/// A view with the parts in a further dim of size 2.
Tensor view_as_real(const Tensor& x);
/// The inverse: a view of a real tensor whose last dim has size 2 and stride 1, all other strides and the offset being even.
Tensor view_as_complex(const Tensor& x);
/// real + i imag, broadcast; both of one floating-point dtype.
Tensor complex(const Tensor& real, const Tensor& imag);
/// The number of absolute value `abs` and angle `angle`, in radians.
Tensor polar(const Tensor& abs, const Tensor& angle);
/// The angle in (-pi, pi]; of a real number 0 or pi.
Tensor angle(const Tensor& x);
/// x / |x|, or 0 for 0; sign() of a real tensor.
Tensor sgn(const Tensor& x);
/// Whether the imaginary part is 0.
Tensor isreal(const Tensor& x);
/// The sum of conj(a) b over two vectors.
Tensor vdot(const Tensor& a, const Tensor& b);

/// Methods of Tensor.
class ComplexMethods {
 public:
  Tensor isreal() const;
  Tensor conj() const;
  Tensor conj_physical() const;
  Tensor resolve_conj() const;
  Tensor resolve_neg() const;
  Tensor real() const;
  Tensor imag() const;
  Tensor view_as_real() const;
  Tensor view_as_complex() const;
  Tensor angle() const;
  Tensor sgn() const;
  Tensor vdot(const Tensor& other) const;
  Tensor& sgn_();
  Tensor& conj_physical_();
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
