// Tensor's methods that reduce, accumulate, sort and count.
#include "ops/geometry.h"
#include "ops/linalg.h"
#include "ops/pointwise.h"
#include "ops/reduction.h"
#include "ops/scan.h"
#include "ops/sorting.h"
#include "ops/statistics.h"

namespace ember {

Tensor TensorMethods::sum(std::optional<DType> dtype) const { return ember::sum(self(), dtype); }
Tensor TensorMethods::sum(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::sum(self(), dims, keepdim, dtype);
}
Tensor TensorMethods::sum_to_size(const Shape& sizes) const { return ember::sum_to_size(self(), sizes); }
Tensor TensorMethods::mean(std::optional<DType> dtype) const { return ember::mean(self(), dtype); }
Tensor TensorMethods::mean(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::mean(self(), dims, keepdim, dtype);
}
Tensor TensorMethods::nansum(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::nansum(self(), dims, keepdim, dtype);
}
Tensor TensorMethods::nanmean(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::nanmean(self(), dims, keepdim, dtype);
}
Tensor TensorMethods::count_nonzero(const Shape& dims) const { return ember::count_nonzero(self(), dims); }
Tensor TensorMethods::prod(std::optional<DType> dtype) const { return ember::prod(self(), dtype); }
Tensor TensorMethods::prod(int64_t dim, bool keepdim, std::optional<DType> dtype) const {
  return ember::prod(self(), dim, keepdim, dtype);
}
Tensor TensorMethods::var() const { return ember::var(self()); }
Tensor TensorMethods::var(const Shape& dims, double correction, bool keepdim) const {
  return ember::var(self(), dims, correction, keepdim);
}
Tensor TensorMethods::std() const { return ember::std(self()); }
Tensor TensorMethods::std(const Shape& dims, double correction, bool keepdim) const {
  return ember::std(self(), dims, correction, keepdim);
}
Tensor TensorMethods::max() const { return ember::max(self()); }
Tensor TensorMethods::max(const Tensor& other) const { return ember::maximum(self(), other); }
Tensor TensorMethods::min() const { return ember::min(self()); }
Tensor TensorMethods::min(const Tensor& other) const { return ember::minimum(self(), other); }
std::pair<Tensor, Tensor> TensorMethods::max(int64_t dim, bool keepdim) const {
  return ember::max(self(), dim, keepdim);
}
std::pair<Tensor, Tensor> TensorMethods::min(int64_t dim, bool keepdim) const {
  return ember::min(self(), dim, keepdim);
}
Tensor TensorMethods::amax(const Shape& dims, bool keepdim) const { return ember::amax(self(), dims, keepdim); }
Tensor TensorMethods::amin(const Shape& dims, bool keepdim) const { return ember::amin(self(), dims, keepdim); }
std::pair<Tensor, Tensor> TensorMethods::aminmax(std::optional<int64_t> dim, bool keepdim) const {
  return ember::aminmax(self(), dim, keepdim);
}
Tensor TensorMethods::argmax(std::optional<int64_t> dim, bool keepdim) const {
  return ember::argmax(self(), dim, keepdim);
}
Tensor TensorMethods::argmin(std::optional<int64_t> dim, bool keepdim) const {
  return ember::argmin(self(), dim, keepdim);
}
Tensor TensorMethods::all() const { return ember::all(self()); }
Tensor TensorMethods::all(const Shape& dims, bool keepdim) const { return ember::all(self(), dims, keepdim); }
Tensor TensorMethods::any() const { return ember::any(self()); }
Tensor TensorMethods::any(const Shape& dims, bool keepdim) const { return ember::any(self(), dims, keepdim); }
Tensor TensorMethods::logsumexp(const Shape& dims, bool keepdim) const {
  return ember::logsumexp(self(), dims, keepdim);
}
Tensor TensorMethods::softmax(int64_t dim, std::optional<DType> dtype) const {
  return ember::softmax(self(), dim, dtype);
}
Tensor TensorMethods::log_softmax(int64_t dim, std::optional<DType> dtype) const {
  return ember::log_softmax(self(), dim, dtype);
}
Tensor TensorMethods::norm(const Scalar& p, const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::norm(self(), p, dims, keepdim, dtype);
}
Tensor TensorMethods::dist(const Tensor& other, const Scalar& p) const { return ember::dist(self(), other, p); }
Tensor TensorMethods::renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const {
  return ember::renorm(self(), p, dim, maxnorm);
}

Tensor TensorMethods::cumsum(int64_t dim, std::optional<DType> dtype) const {
  return ember::cumsum(self(), dim, dtype);
}
Tensor TensorMethods::cumprod(int64_t dim, std::optional<DType> dtype) const {
  return ember::cumprod(self(), dim, dtype);
}
Tensor TensorMethods::logcumsumexp(int64_t dim) const { return ember::logcumsumexp(self(), dim); }
std::pair<Tensor, Tensor> TensorMethods::cummax(int64_t dim) const { return ember::cummax(self(), dim); }
std::pair<Tensor, Tensor> TensorMethods::cummin(int64_t dim) const { return ember::cummin(self(), dim); }

std::pair<Tensor, Tensor> TensorMethods::sort(int64_t dim, bool descending, bool stable) const {
  return ember::sort(self(), dim, descending, stable);
}
Tensor TensorMethods::argsort(int64_t dim, bool descending, bool stable) const {
  return ember::argsort(self(), dim, descending, stable);
}
Tensor TensorMethods::msort() const { return ember::msort(self()); }
std::pair<Tensor, Tensor> TensorMethods::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return ember::topk(self(), k, dim, largest, sorted);
}
std::pair<Tensor, Tensor> TensorMethods::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  return ember::kthvalue(self(), k, dim, keepdim);
}
Tensor TensorMethods::median() const { return ember::median(self()); }
Tensor TensorMethods::nanmedian() const { return ember::nanmedian(self()); }
std::pair<Tensor, Tensor> TensorMethods::median(int64_t dim, bool keepdim) const {
  return ember::median(self(), dim, keepdim);
}
std::pair<Tensor, Tensor> TensorMethods::nanmedian(int64_t dim, bool keepdim) const {
  return ember::nanmedian(self(), dim, keepdim);
}
std::pair<Tensor, Tensor> TensorMethods::mode(int64_t dim, bool keepdim) const {
  return ember::mode(self(), dim, keepdim);
}
std::tuple<Tensor, Tensor, Tensor> TensorMethods::unique(bool return_inverse, bool return_counts,
                                                         std::optional<int64_t> dim) const {
  return ember::unique(self(), return_inverse, return_counts, dim);
}
std::tuple<Tensor, Tensor, Tensor> TensorMethods::unique_consecutive(bool return_inverse, bool return_counts,
                                                                     std::optional<int64_t> dim) const {
  return ember::unique_consecutive(self(), return_inverse, return_counts, dim);
}
Tensor TensorMethods::quantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                               std::string_view interpolation) const {
  return ember::quantile(self(), q, dim, keepdim, interpolation);
}
Tensor TensorMethods::nanquantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                                  std::string_view interpolation) const {
  return ember::nanquantile(self(), q, dim, keepdim, interpolation);
}
Tensor TensorMethods::histc(int64_t bins, const Scalar& min, const Scalar& max) const {
  return ember::histc(self(), bins, min, max);
}
Tensor TensorMethods::corrcoef() const { return ember::corrcoef(self()); }

}  // namespace ember
