// Tensor's in-place methods: the in-place function of each name, or the op written back.
#include "ops/copy.h"
#include "ops/distributions.h"
#include "ops/geometry.h"
#include "ops/in_place.h"
#include "ops/indexing.h"
#include "ops/linalg.h"
#include "ops/random.h"
#include "ops/resize.h"
#include "ops/scan.h"
#include "ops/scatter.h"
#include "ops/shape.h"

namespace ember {

Tensor& InPlaceMethods::copy_(const Tensor& source, bool) { return ember::copy_(self(), source); }
Tensor& InPlaceMethods::fill_(const Tensor& value) { return ember::fill_(self(), value); }
Tensor& InPlaceMethods::zero_() { return ember::zero_(self()); }

Tensor& InPlaceMethods::uniform_(double from, double to, Generator* generator) {
  return ember::uniform_(self(), from, to, generator);
}
Tensor& InPlaceMethods::normal_(double mean, double std, Generator* generator) {
  return ember::normal_(self(), mean, std, generator);
}
Tensor& InPlaceMethods::bernoulli_(double p, Generator* generator) { return ember::bernoulli_(self(), p, generator); }
Tensor& InPlaceMethods::bernoulli_(const Tensor& p, Generator* generator) {
  return ember::bernoulli_(self(), p, generator);
}
Tensor& InPlaceMethods::exponential_(double rate, Generator* generator) {
  return ember::exponential_(self(), rate, generator);
}
Tensor& InPlaceMethods::cauchy_(double median, double sigma, Generator* generator) {
  return ember::cauchy_(self(), median, sigma, generator);
}
Tensor& InPlaceMethods::log_normal_(double mean, double std, Generator* generator) {
  return ember::log_normal_(self(), mean, std, generator);
}
Tensor& InPlaceMethods::geometric_(double p, Generator* generator) { return ember::geometric_(self(), p, generator); }
Tensor& InPlaceMethods::random_(std::optional<int64_t> from, std::optional<int64_t> to, Generator* generator) {
  return ember::random_(self(), from, to, generator);
}

Tensor& InPlaceMethods::cumsum_(int64_t dim, std::optional<DType> dtype) { return ember::cumsum_(self(), dim, dtype); }
Tensor& InPlaceMethods::cumprod_(int64_t dim, std::optional<DType> dtype) {
  return ember::cumprod_(self(), dim, dtype);
}
Tensor& InPlaceMethods::renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  return in_place("renorm_", self(), ember::renorm, p, dim, maxnorm);
}
Tensor& InPlaceMethods::tril_(int64_t diagonal) { return in_place("tril_", self(), ember::tril, diagonal); }
Tensor& InPlaceMethods::triu_(int64_t diagonal) { return in_place("triu_", self(), ember::triu, diagonal); }
Tensor& InPlaceMethods::addmm_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addmm_", self(), ember::addmm, a, b, beta, alpha);
}
Tensor& InPlaceMethods::addmv_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addmv_", self(), ember::addmv, a, b, beta, alpha);
}
Tensor& InPlaceMethods::addr_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addr_", self(), ember::addr, a, b, beta, alpha);
}
Tensor& InPlaceMethods::addbmm_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addbmm_", self(), ember::addbmm, a, b, beta, alpha);
}
Tensor& InPlaceMethods::baddbmm_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("baddbmm_", self(), ember::baddbmm, a, b, beta, alpha);
}

Tensor& InPlaceMethods::index_put_(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate) {
  return ember::index_put_(self(), indices, value, accumulate);
}
Tensor& InPlaceMethods::put_(const Tensor& index, const Tensor& source, bool accumulate) {
  return in_place("put_", self(), ember::put, index, source, accumulate);
}
Tensor& InPlaceMethods::scatter_(int64_t dim, const Tensor& index, const Tensor& src) {
  return ember::scatter_(self(), dim, index, src);
}
Tensor& InPlaceMethods::scatter_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) {
  return in_place("scatter_", self(), [&](const Tensor& x) { return ember::scatter(x, dim, index, src, reduce); });
}
Tensor& InPlaceMethods::scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) {
  return ember::scatter_add_(self(), dim, index, src);
}
Tensor& InPlaceMethods::scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                                        bool include_self) {
  return in_place("scatter_reduce_", self(), ember::scatter_reduce, dim, index, src, reduce, include_self);
}
Tensor& InPlaceMethods::index_add_(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  return ember::index_add_(self(), dim, index, source, alpha);
}
Tensor& InPlaceMethods::index_copy_(int64_t dim, const Tensor& index, const Tensor& source) {
  return ember::index_copy_(self(), dim, index, source);
}
Tensor& InPlaceMethods::index_fill_(int64_t dim, const Tensor& index, const Tensor& value) {
  return ember::index_fill_(self(), dim, index, value);
}
Tensor& InPlaceMethods::index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                                      bool include_self) {
  return in_place("index_reduce_", self(), ember::index_reduce, dim, index, source, reduce, include_self);
}
Tensor& InPlaceMethods::masked_fill_(const Tensor& mask, const Tensor& value) {
  return ember::masked_fill_(self(), mask, value);
}
Tensor& InPlaceMethods::masked_scatter_(const Tensor& mask, const Tensor& source) {
  return in_place("masked_scatter_", self(), ember::masked_scatter, mask, source);
}

Tensor& InPlaceMethods::as_strided_(const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset) {
  return ember::as_strided_(self(), sizes, strides, storage_offset);
}
Tensor& InPlaceMethods::squeeze_() { return ember::squeeze_(self()); }
Tensor& InPlaceMethods::squeeze_(const Shape& dims) { return ember::squeeze_(self(), dims); }
Tensor& InPlaceMethods::unsqueeze_(int64_t dim) { return ember::unsqueeze_(self(), dim); }
Tensor& InPlaceMethods::t_() { return ember::t_(self()); }
Tensor& InPlaceMethods::transpose_(int64_t dim0, int64_t dim1) { return ember::transpose_(self(), dim0, dim1); }
Tensor& InPlaceMethods::swapaxes_(int64_t dim0, int64_t dim1) { return ember::transpose_(self(), dim0, dim1); }
Tensor& InPlaceMethods::swapdims_(int64_t dim0, int64_t dim1) { return ember::transpose_(self(), dim0, dim1); }
Tensor& InPlaceMethods::resize_(const Shape& sizes) { return ember::resize_(self(), sizes); }
Tensor& InPlaceMethods::resize_as_(const Tensor& other) { return ember::resize_as_(self(), other); }

}  // namespace ember
