// The methods of Tensor that are ops: each is the free function of its name. Here copies, fresh tensors and those that tensor.h
// declares itself; in tensor_methods_*.cc the others.
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/difference.h"
#include "ops/distributions.h"
#include "ops/random.h"
#include "ops/statistics.h"

namespace ember {

namespace {

TensorOptions options_like(const Tensor& x, std::optional<DType> dtype) {
  check(x.defined(), "new tensors of an undefined tensor's kind were asked for");
  return TensorOptions(dtype.value_or(x.dtype())).device(x.device());
}

}  // namespace

Tensor TensorMethods::to(DType dtype, bool, bool copy) const { return ember::to(self(), dtype, copy); }
Tensor TensorMethods::to(Device device, bool, bool copy) const { return ember::to(self(), device, copy); }
Tensor TensorMethods::to(Device device, DType dtype, bool, bool copy) const {
  return ember::to(self(), TensorOptions(dtype).device(device), copy);
}
Tensor TensorMethods::to(const TensorOptions& options, bool, bool copy) const {
  return ember::to(self(), options, copy);
}
Tensor TensorMethods::cpu() const { return ember::to(self(), Device(kCPU)); }
Tensor TensorMethods::clone() const { return ember::clone(self()); }
Tensor TensorMethods::clone(MemoryFormat format) const { return ember::clone(self(), format); }
Tensor TensorMethods::contiguous() const { return ember::contiguous(self()); }
Tensor TensorMethods::contiguous(MemoryFormat format) const { return ember::contiguous(self(), format); }
bool TensorMethods::equal(const Tensor& other) const { return ember::equal(self(), other); }
Tensor TensorMethods::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return ember::isclose(self(), other, rtol, atol, equal_nan);
}
bool TensorMethods::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return ember::allclose(self(), other, rtol, atol, equal_nan);
}

Tensor TensorMethods::new_empty(const Shape& sizes, std::optional<DType> dtype) const {
  return ember::empty(sizes, options_like(self(), dtype));
}
Tensor TensorMethods::new_empty_strided(const Shape& sizes, const Shape& strides, std::optional<DType> dtype) const {
  return ember::empty_strided(sizes, strides, options_like(self(), dtype));
}
Tensor TensorMethods::new_zeros(const Shape& sizes, std::optional<DType> dtype) const {
  return ember::zeros(sizes, options_like(self(), dtype));
}
Tensor TensorMethods::new_ones(const Shape& sizes, std::optional<DType> dtype) const {
  return ember::ones(sizes, options_like(self(), dtype));
}
Tensor TensorMethods::new_full(const Shape& sizes, const Scalar& value, std::optional<DType> dtype) const {
  return ember::full(sizes, value, options_like(self(), dtype));
}

Tensor TensorMethods::bernoulli(Generator* generator) const { return ember::bernoulli(self(), generator); }
Tensor TensorMethods::bernoulli(double p, Generator* generator) const { return ember::bernoulli(self(), p, generator); }
Tensor TensorMethods::multinomial(int64_t count, bool replacement, Generator* generator) const {
  return ember::multinomial(self(), count, replacement, generator);
}

bool Tensor::is_contiguous(MemoryFormat format) const { return ember::is_contiguous(*this, format); }
Tensor Tensor::diff(int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append) const {
  return ember::diff(*this, n, dim, prepend, append);
}
Tensor Tensor::cov(int64_t correction, const Tensor& fweights, const Tensor& aweights) const {
  return ember::cov(*this, correction, fweights, aweights);
}
Tensor Tensor::bincount(const Tensor& weights, int64_t minlength) const {
  return ember::bincount(*this, weights, minlength);
}
std::pair<Tensor, Tensor> Tensor::histogram(const Tensor& edges, const Tensor& weight, bool density) const {
  return ember::histogram(*this, edges, weight, density);
}
std::pair<Tensor, Tensor> Tensor::histogram(int64_t bins, const std::vector<double>& range, const Tensor& weight,
                                            bool density) const {
  return ember::histogram(*this, bins, range, weight, density);
}

}  // namespace ember
