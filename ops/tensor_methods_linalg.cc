// Tensor's methods of linear algebra and signals.
#include "ops/complex.h"
#include "ops/decompositions.h"
#include "ops/diagonal.h"
#include "ops/fft.h"
#include "ops/geometry.h"
#include "ops/joining.h"
#include "ops/linalg.h"

namespace ember {

Tensor TensorMethods::matmul(const Tensor& other) const { return ember::matmul(self(), other); }
Tensor TensorMethods::mm(const Tensor& other) const { return ember::mm(self(), other); }
Tensor TensorMethods::bmm(const Tensor& other) const { return ember::bmm(self(), other); }
Tensor TensorMethods::mv(const Tensor& vector) const { return ember::mv(self(), vector); }
Tensor TensorMethods::dot(const Tensor& other) const { return ember::dot(self(), other); }
Tensor TensorMethods::vdot(const Tensor& other) const { return ember::vdot(self(), other); }
Tensor TensorMethods::inner(const Tensor& other) const { return ember::inner(self(), other); }
Tensor TensorMethods::outer(const Tensor& other) const { return ember::outer(self(), other); }
Tensor TensorMethods::ger(const Tensor& other) const { return ember::outer(self(), other); }
Tensor TensorMethods::kron(const Tensor& other) const { return ember::kron(self(), other); }
Tensor TensorMethods::cross(const Tensor& other, std::optional<int64_t> dim) const {
  return ember::cross(self(), other, dim);
}
Tensor TensorMethods::addmm(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addmm(self(), a, b, beta, alpha);
}
Tensor TensorMethods::addmv(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addmv(self(), a, b, beta, alpha);
}
Tensor TensorMethods::addr(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addr(self(), a, b, beta, alpha);
}
Tensor TensorMethods::addbmm(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addbmm(self(), a, b, beta, alpha);
}
Tensor TensorMethods::baddbmm(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::baddbmm(self(), a, b, beta, alpha);
}

Tensor TensorMethods::cholesky(bool upper) const { return linalg::cholesky(self(), upper); }
Tensor TensorMethods::cholesky_inverse(bool upper) const { return ember::cholesky_inverse(self(), upper); }
Tensor TensorMethods::cholesky_solve(const Tensor& factor, bool upper) const {
  return ember::cholesky_solve(self(), factor, upper);
}
Tensor TensorMethods::lu_solve(const Tensor& lu, const Tensor& pivots) const {
  return linalg::lu_solve(lu, pivots, self());
}
std::tuple<Tensor, Tensor> TensorMethods::triangular_solve(const Tensor& a, bool upper, bool transpose,
                                                           bool unitriangular) const {
  return ember::triangular_solve(self(), a, upper, transpose, unitriangular);
}
std::tuple<Tensor, Tensor> TensorMethods::qr(bool some) const {
  return linalg::qr(self(), some ? "reduced" : "complete");
}
std::tuple<Tensor, Tensor> TensorMethods::geqrf() const { return ember::geqrf(self()); }
Tensor TensorMethods::orgqr(const Tensor& tau) const { return linalg::householder_product(self(), tau); }
Tensor TensorMethods::ormqr(const Tensor& tau, const Tensor& other, bool left, bool transpose) const {
  return ember::ormqr(self(), tau, other, left, transpose);
}
std::tuple<Tensor, Tensor, Tensor> TensorMethods::svd(bool some, bool compute_uv) const {
  return ember::svd(self(), some, compute_uv);
}
Tensor TensorMethods::inverse() const { return linalg::inv(self()); }
Tensor TensorMethods::pinverse(double rcond) const { return ember::pinverse(self(), rcond); }
Tensor TensorMethods::det() const { return linalg::det(self()); }
Tensor TensorMethods::logdet() const { return ember::logdet(self()); }
std::tuple<Tensor, Tensor> TensorMethods::slogdet() const { return linalg::slogdet(self()); }
Tensor TensorMethods::matrix_power(int64_t n) const { return linalg::matrix_power(self(), n); }
Tensor TensorMethods::matrix_exp() const { return linalg::matrix_exp(self()); }
Tensor TensorMethods::trace() const { return ember::trace(self()); }

Tensor TensorMethods::stft(int64_t n_fft) const { return ember::stft(self(), n_fft); }
Tensor TensorMethods::stft(int64_t n_fft, const StftOptions& options) const {
  return ember::stft(self(), n_fft, options);
}
Tensor TensorMethods::istft(int64_t n_fft) const { return ember::istft(self(), n_fft); }
Tensor TensorMethods::istft(int64_t n_fft, const StftOptions& options, std::optional<int64_t> length,
                            bool return_complex) const {
  return ember::istft(self(), n_fft, options, length, return_complex);
}

}  // namespace ember
