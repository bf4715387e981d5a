// The ops that are methods of Tensor: each is the free function of its name with this tensor first, with that function's overloads and
// defaults. The headers of ops/ say what they do; ops/tensor_methods*.cc defines them. A base of Tensor, because C++ wants members
// in one place and there are more ops than tensor.h should show.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/device.h"
#include "core/dtype.h"
#include "core/scalar.h"
#include "core/shape.h"

namespace ember {

class Generator;
enum class MemoryFormat;
struct StftOptions;
class Tensor;
struct TensorIndex;
struct TensorOptions;

class TensorMethods {
 public:
  // Copies, conversions, comparison as a whole.
  // `non_blocking` is there for PyTorch's sake.
  Tensor to(DType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(Device device, bool non_blocking = false, bool copy = false) const;
  Tensor to(Device device, DType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(const TensorOptions& options, bool non_blocking = false, bool copy = false) const;
  /// To the other's dtype and device.
  template <std::same_as<Tensor> Other>
  Other to(const Other& other, bool non_blocking = false, bool copy = false) const;
  Tensor cpu() const;
  Tensor clone() const;
  Tensor clone(MemoryFormat format) const;
  Tensor contiguous() const;
  Tensor contiguous(MemoryFormat format) const;
  bool equal(const Tensor& other) const;
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;

  // Fresh tensors on this one's device, of its dtype unless another is given.
  Tensor new_empty(const Shape& sizes, std::optional<DType> dtype = {}) const;
  Tensor new_empty_strided(const Shape& sizes, const Shape& strides, std::optional<DType> dtype = {}) const;
  Tensor new_zeros(const Shape& sizes, std::optional<DType> dtype = {}) const;
  Tensor new_ones(const Shape& sizes, std::optional<DType> dtype = {}) const;
  Tensor new_full(const Shape& sizes, const Scalar& value, std::optional<DType> dtype = {}) const;

  // Random numbers: this tensor holds probabilities, or with `p` only says the shape.
  Tensor bernoulli(Generator* generator = nullptr) const;
  Tensor bernoulli(double p, Generator* generator = nullptr) const;
  Tensor multinomial(int64_t count, bool replacement = false, Generator* generator = nullptr) const;

  // Arithmetic.
  Tensor add(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor sub(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor rsub(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor mul(const Tensor& other) const;
  Tensor div(const Tensor& other) const;
  Tensor div(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  Tensor floor_divide(const Tensor& other) const;
  Tensor remainder(const Tensor& other) const;
  Tensor fmod(const Tensor& other) const;
  Tensor pow(const Tensor& exponent) const;
  Tensor float_power(const Tensor& exponent) const;
  Tensor ldexp(const Tensor& other) const;
  Tensor atan2(const Tensor& other) const;
  Tensor hypot(const Tensor& other) const;
  Tensor copysign(const Tensor& other) const;
  Tensor nextafter(const Tensor& other) const;
  Tensor heaviside(const Tensor& values) const;
  Tensor logaddexp(const Tensor& other) const;
  Tensor logaddexp2(const Tensor& other) const;
  Tensor xlogy(const Tensor& other) const;
  Tensor gcd(const Tensor& other) const;
  Tensor lcm(const Tensor& other) const;
  Tensor lerp(const Tensor& end, const Tensor& weight) const;
  Tensor addcmul(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor addcdiv(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor maximum(const Tensor& other) const;
  Tensor minimum(const Tensor& other) const;
  Tensor fmax(const Tensor& other) const;
  Tensor fmin(const Tensor& other) const;
  Tensor clamp(std::optional<Scalar> min, std::optional<Scalar> max = {}) const;
  Tensor clamp_min(const Scalar& min) const;
  Tensor clamp_max(const Scalar& max) const;

  // Comparisons, logic and bits.
  Tensor eq(const Tensor& other) const;
  Tensor ne(const Tensor& other) const;
  Tensor lt(const Tensor& other) const;
  Tensor le(const Tensor& other) const;
  Tensor gt(const Tensor& other) const;
  Tensor ge(const Tensor& other) const;
  Tensor logical_and(const Tensor& other) const;
  Tensor logical_or(const Tensor& other) const;
  Tensor logical_xor(const Tensor& other) const;
  Tensor logical_not() const;
  Tensor bitwise_and(const Tensor& other) const;
  Tensor bitwise_or(const Tensor& other) const;
  Tensor bitwise_xor(const Tensor& other) const;
  Tensor bitwise_not() const;
  Tensor bitwise_left_shift(const Tensor& other) const;
  Tensor bitwise_right_shift(const Tensor& other) const;
  /// This tensor where `condition` holds, `other` elsewhere.
  Tensor where(const Tensor& condition, const Tensor& other) const;

  // Functions of one number.
  Tensor abs() const;
  Tensor neg() const;
  Tensor positive() const;
  Tensor sign() const;
  Tensor signbit() const;
  Tensor floor() const;
  Tensor ceil() const;
  Tensor round() const;
  Tensor round(int64_t decimals) const;
  Tensor trunc() const;
  Tensor frac() const;
  Tensor square() const;
  Tensor sqrt() const;
  Tensor rsqrt() const;
  Tensor reciprocal() const;
  Tensor exp() const;
  Tensor exp2() const;
  Tensor expm1() const;
  Tensor log() const;
  Tensor log2() const;
  Tensor log10() const;
  Tensor log1p() const;
  Tensor logit(std::optional<double> eps = {}) const;
  Tensor sin() const;
  Tensor cos() const;
  Tensor tan() const;
  Tensor asin() const;
  Tensor acos() const;
  Tensor atan() const;
  Tensor sinh() const;
  Tensor cosh() const;
  Tensor tanh() const;
  Tensor asinh() const;
  Tensor acosh() const;
  Tensor atanh() const;
  Tensor sinc() const;
  Tensor deg2rad() const;
  Tensor rad2deg() const;
  Tensor nan_to_num(std::optional<double> nan = {}, std::optional<double> posinf = {},
                    std::optional<double> neginf = {}) const;
  std::pair<Tensor, Tensor> frexp() const;
  Tensor isnan() const;
  Tensor isinf() const;
  Tensor isfinite() const;
  Tensor isposinf() const;
  Tensor isneginf() const;
  Tensor isreal() const;
  Tensor relu() const;
  Tensor sigmoid() const;
  Tensor prelu(const Tensor& weight) const;
  Tensor hardshrink(double lambd = 0.5) const;

  // Special functions.
  Tensor erf() const;
  Tensor erfc() const;
  Tensor erfinv() const;
  Tensor lgamma() const;
  Tensor digamma() const;
  Tensor polygamma(int64_t n) const;
  Tensor mvlgamma(int64_t p) const;
  Tensor igamma(const Tensor& other) const;
  Tensor igammac(const Tensor& other) const;
  Tensor i0() const;

  // Complex numbers. No tensor conjugates or negates lazily, so resolve_conj and resolve_neg are the tensor itself.
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

  // PyTorch's second names of elementwise ops.
  Tensor absolute() const;
  Tensor negative() const;
  Tensor subtract(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor multiply(const Tensor& other) const;
  Tensor divide(const Tensor& other) const;
  Tensor divide(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  Tensor true_divide(const Tensor& other) const;
  Tensor clip(std::optional<Scalar> min, std::optional<Scalar> max = {}) const;
  Tensor greater(const Tensor& other) const;
  Tensor greater_equal(const Tensor& other) const;
  Tensor less(const Tensor& other) const;
  Tensor less_equal(const Tensor& other) const;
  Tensor not_equal(const Tensor& other) const;
  Tensor arcsin() const;
  Tensor arccos() const;
  Tensor arctan() const;
  Tensor arctan2(const Tensor& other) const;
  Tensor arcsinh() const;
  Tensor arccosh() const;
  Tensor arctanh() const;
  Tensor fix() const;

  // Limits that are tensors; one of them may be undefined. Templates, so that a number is no tensor here; defined in core/tensor.h.
  template <std::same_as<Tensor> Limit>
  Limit clamp(const Limit& min, const Limit& max = {}) const;
  template <std::same_as<Tensor> Limit>
  Limit clip(const Limit& min, const Limit& max = {}) const;

  // Sums, extremes and counts over some or all dims.
  Tensor sum(std::optional<DType> dtype = {}) const;
  Tensor sum(const Shape& dims, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor sum_to_size(const Shape& sizes) const;
  Tensor mean(std::optional<DType> dtype = {}) const;
  Tensor mean(const Shape& dims, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor nansum(const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor nanmean(const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor count_nonzero(const Shape& dims = {}) const;
  Tensor prod(std::optional<DType> dtype = {}) const;
  Tensor prod(int64_t dim, bool keepdim = false, std::optional<DType> dtype = {}) const;
  // A bool alone is PyTorch's `unbiased`, a number is a dim; templates as above.
  Tensor var() const;
  template <std::same_as<bool> B>
  Tensor var(B unbiased) const;
  Tensor var(const Shape& dims, double correction = 1, bool keepdim = false) const;
  Tensor std() const;
  template <std::same_as<bool> B>
  Tensor std(B unbiased) const;
  Tensor std(const Shape& dims, double correction = 1, bool keepdim = false) const;
  Tensor max() const;
  Tensor max(const Tensor& other) const;
  Tensor min() const;
  Tensor min(const Tensor& other) const;
  std::pair<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  std::pair<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  /// Neither a dim nor a tensor: clamp_min and clamp_max take numbers.
  void max(std::floating_point auto) const = delete;
  void min(std::floating_point auto) const = delete;
  Tensor amax(const Shape& dims = {}, bool keepdim = false) const;
  Tensor amin(const Shape& dims = {}, bool keepdim = false) const;
  std::pair<Tensor, Tensor> aminmax(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor all() const;
  Tensor all(const Shape& dims, bool keepdim = false) const;
  Tensor any() const;
  Tensor any(const Shape& dims, bool keepdim = false) const;
  Tensor logsumexp(const Shape& dims, bool keepdim = false) const;
  Tensor softmax(int64_t dim, std::optional<DType> dtype = {}) const;
  Tensor log_softmax(int64_t dim, std::optional<DType> dtype = {}) const;
  Tensor norm(const Scalar& p = 2, const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor dist(const Tensor& other, const Scalar& p = 2) const;
  Tensor renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;

  // Running results.
  Tensor cumsum(int64_t dim, std::optional<DType> dtype = {}) const;
  Tensor cumprod(int64_t dim, std::optional<DType> dtype = {}) const;
  Tensor logcumsumexp(int64_t dim) const;
  std::pair<Tensor, Tensor> cummax(int64_t dim) const;
  std::pair<Tensor, Tensor> cummin(int64_t dim) const;

  // Sorting, order statistics, histograms.
  std::pair<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false, bool stable = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false, bool stable = false) const;
  // PyTorch's overloads with `stable` first. A bool and less than that could be meant either way.
  template <std::same_as<bool> B>
  std::pair<Tensor, Tensor> sort(B stable, int64_t dim, bool descending) const;
  void sort(std::same_as<bool> auto, int64_t = -1) const = delete;
  template <std::same_as<bool> B>
  Tensor argsort(B stable, int64_t dim = -1, bool descending = false) const;
  Tensor msort() const;
  std::pair<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) const;
  std::pair<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
  Tensor median() const;
  Tensor nanmedian() const;
  std::pair<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
  std::pair<Tensor, Tensor> nanmedian(int64_t dim, bool keepdim = false) const;
  std::pair<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
  std::tuple<Tensor, Tensor, Tensor> unique(bool return_inverse = false, bool return_counts = false,
                                            std::optional<int64_t> dim = {}) const;
  std::tuple<Tensor, Tensor, Tensor> unique_consecutive(bool return_inverse = false, bool return_counts = false,
                                                        std::optional<int64_t> dim = {}) const;
  Tensor quantile(const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                  std::string_view interpolation = "linear") const;
  Tensor nanquantile(const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                     std::string_view interpolation = "linear") const;
  Tensor histc(int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0) const;
  Tensor corrcoef() const;

  // Products of matrices and vectors.
  Tensor matmul(const Tensor& other) const;
  Tensor mm(const Tensor& other) const;
  Tensor bmm(const Tensor& other) const;
  Tensor mv(const Tensor& vector) const;
  Tensor dot(const Tensor& other) const;
  Tensor vdot(const Tensor& other) const;
  Tensor inner(const Tensor& other) const;
  Tensor outer(const Tensor& other) const;
  Tensor ger(const Tensor& other) const;
  Tensor kron(const Tensor& other) const;
  Tensor cross(const Tensor& other, std::optional<int64_t> dim = {}) const;
  Tensor addmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor addmv(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor addr(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor addbmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor baddbmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;

  // Factorizations and functions of matrices.
  Tensor cholesky(bool upper = false) const;
  Tensor cholesky_inverse(bool upper = false) const;
  Tensor cholesky_solve(const Tensor& factor, bool upper = false) const;
  Tensor lu_solve(const Tensor& lu, const Tensor& pivots) const;
  std::tuple<Tensor, Tensor> triangular_solve(const Tensor& a, bool upper = true, bool transpose = false,
                                              bool unitriangular = false) const;
  std::tuple<Tensor, Tensor> qr(bool some = true) const;
  std::tuple<Tensor, Tensor> geqrf() const;
  Tensor orgqr(const Tensor& tau) const;
  Tensor ormqr(const Tensor& tau, const Tensor& other, bool left = true, bool transpose = false) const;
  std::tuple<Tensor, Tensor, Tensor> svd(bool some = true, bool compute_uv = true) const;
  Tensor inverse() const;
  Tensor pinverse(double rcond = 1e-15) const;
  Tensor det() const;
  Tensor logdet() const;
  std::tuple<Tensor, Tensor> slogdet() const;
  Tensor matrix_power(int64_t n) const;
  Tensor matrix_exp() const;
  Tensor trace() const;

  // The short-time Fourier transform.
  Tensor stft(int64_t n_fft) const;
  Tensor stft(int64_t n_fft, const StftOptions& options) const;
  Tensor istft(int64_t n_fft) const;
  Tensor istft(int64_t n_fft, const StftOptions& options, std::optional<int64_t> length = {},
               bool return_complex = false) const;

  // Views.
  Tensor view(const Shape& shape) const;
  Tensor view(DType dtype) const;
  Tensor view_as(const Tensor& other) const;
  Tensor reshape(const Shape& shape) const;
  Tensor reshape_as(const Tensor& other) const;
  Tensor ravel() const;
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor unflatten(int64_t dim, const Shape& sizes) const;
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  Tensor swapaxes(int64_t dim0, int64_t dim1) const;
  Tensor swapdims(int64_t dim0, int64_t dim1) const;
  Tensor permute(const Shape& dims) const;
  Tensor movedim(const Shape& source, const Shape& destination) const;
  Tensor moveaxis(const Shape& source, const Shape& destination) const;
  Tensor t() const;
  Tensor T() const;
  Tensor H() const;
  Tensor mT() const;
  Tensor mH() const;
  Tensor adjoint() const;
  Tensor expand(const Shape& shape) const;
  Tensor expand_as(const Tensor& other) const;
  Tensor broadcast_to(const Shape& shape) const;
  Tensor squeeze() const;
  Tensor squeeze(const Shape& dims) const;
  Tensor unsqueeze(int64_t dim) const;
  Tensor as_strided(const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset = {}) const;
  Tensor select(int64_t dim, int64_t index) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
               int64_t step = 1) const;
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor unfold(int64_t dim, int64_t size, int64_t step) const;
  std::vector<Tensor> split(int64_t size, int64_t dim = 0) const;
  std::vector<Tensor> split(const Shape& sizes, int64_t dim = 0) const;
  std::vector<Tensor> split_with_sizes(const Shape& sizes, int64_t dim = 0) const;
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_split(int64_t size, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_split_with_sizes(const Shape& sizes, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(int64_t sections, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(const Shape& indices, int64_t dim = 0) const;
  std::vector<Tensor> hsplit(int64_t sections) const;
  std::vector<Tensor> hsplit(const Shape& indices) const;
  std::vector<Tensor> vsplit(int64_t sections) const;
  std::vector<Tensor> vsplit(const Shape& indices) const;
  std::vector<Tensor> dsplit(int64_t sections) const;
  std::vector<Tensor> dsplit(const Shape& indices) const;

  // Elements in other places.
  Tensor flip(const Shape& dims) const;
  Tensor fliplr() const;
  Tensor flipud() const;
  Tensor rot90(int64_t k = 1, const Shape& dims = {0, 1}) const;
  Tensor roll(const Shape& shifts, const Shape& dims = {}) const;
  Tensor repeat(const Shape& repeats) const;
  Tensor tile(const Shape& repeats) const;
  Tensor repeat_interleave(std::optional<int64_t> output_size = {}) const;
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = {},
                           std::optional<int64_t> output_size = {}) const;
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = {},
                           std::optional<int64_t> output_size = {}) const;
  Tensor tril(int64_t diagonal = 0) const;
  Tensor triu(int64_t diagonal = 0) const;
  Tensor diag(int64_t offset = 0) const;
  Tensor diag_embed(int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) const;
  Tensor diagflat(int64_t offset = 0) const;
  Tensor narrow_copy(int64_t dim, int64_t start, int64_t length) const;
  Tensor as_strided_scatter(const Tensor& src, const Shape& sizes, const Shape& strides,
                            std::optional<int64_t> storage_offset = {}) const;
  Tensor diagonal_scatter(const Tensor& src, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor select_scatter(const Tensor& src, int64_t dim, int64_t index) const;
  Tensor slice_scatter(const Tensor& src, int64_t dim = 0, std::optional<int64_t> start = {},
                       std::optional<int64_t> end = {}, int64_t step = 1) const;

  // Reading and writing by index and by mask.
  /// `x.index({Slice(1), 3, None, mask})`, see ops/indexing.h.
  Tensor index(const std::vector<TensorIndex>& indices) const;
  Tensor index_put(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate = false) const;
  Tensor gather(int64_t dim, const Tensor& index) const;
  Tensor take_along_dim(const Tensor& index, std::optional<int64_t> dim = {}) const;
  Tensor take(const Tensor& index) const;
  Tensor put(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) const;
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                        bool include_self = true) const;
  Tensor index_select(int64_t dim, const Tensor& index) const;
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1) const;
  Tensor index_copy(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor index_fill(int64_t dim, const Tensor& index, const Tensor& value) const;
  Tensor index_reduce(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                      bool include_self = true) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  Tensor masked_select(const Tensor& mask) const;
  Tensor masked_scatter(const Tensor& mask, const Tensor& source) const;
  Tensor nonzero() const;
  Tensor nonzero_static(int64_t size, int64_t fill_value = -1) const;
  Tensor argwhere() const;

 protected:
  TensorMethods() = default;
  ~TensorMethods() = default;

 private:
  const Tensor& self() const;
  Tensor clamp_between(const Tensor& min, const Tensor& max) const;
};

}  // namespace ember
