// QR factors, Householder reflections and least squares.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/methods.h"

namespace ember {

namespace linalg {

/// (Q, R); mode "reduced", "complete" or "r", which leaves Q empty.
TensorPair qr(const Tensor& a, std::string_view mode = "reduced");
/// The first n columns of the product of the reflectors that geqrf gives.
Tensor householder_product(const Tensor& a, const Tensor& tau);
/// (solution, residuals, rank, singular_values) of min |a X - b|; driver "gels", "gelsy" (the default), "gelsd" or "gelss".
TensorQuad lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond = {},
                 std::optional<std::string_view> driver = {});

}  // namespace linalg

/// (a, tau): R in and above the diagonal, the reflectors of Q below. No gradient.
TensorPair geqrf(const Tensor& a);
/// op(Q) other, or other op(Q) unless `left`, for the product Q of geqrf's reflectors.
Tensor ormqr(const Tensor& a, const Tensor& tau, const Tensor& other, bool left = true, bool transpose = false);

/// Methods of Tensor.
class QrMethods {
 public:
  std::tuple<Tensor, Tensor> qr(bool some = true) const;
  std::tuple<Tensor, Tensor> geqrf() const;
  Tensor orgqr(const Tensor& tau) const;
  Tensor ormqr(const Tensor& tau, const Tensor& other, bool left = true, bool transpose = false) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
