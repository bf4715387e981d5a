// The in-place ops that are methods of Tensor, by PyTorch's rules for leaves, views and overlap: `x.tan_()` writes tan(x) into x,
// whose history becomes the op's. The result must have x's shape and a dtype that x can hold. A base of Tensor, as TensorMethods
// is; defined in ops/in_place_methods*.cc.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "core/scalar.h"
#include "core/shape.h"

namespace ember {

class Generator;
class Tensor;
struct TensorIndex;

class InPlaceMethods {
 public:
  // Copies and constants.
  Tensor& copy_(const Tensor& source, bool non_blocking = false);
  Tensor& fill_(const Tensor& value);
  Tensor& zero_();

  // Random numbers, whatever the values before.
  Tensor& uniform_(double from = 0, double to = 1, Generator* generator = nullptr);
  Tensor& normal_(double mean = 0, double std = 1, Generator* generator = nullptr);
  Tensor& bernoulli_(double p = 0.5, Generator* generator = nullptr);
  Tensor& bernoulli_(const Tensor& p, Generator* generator = nullptr);
  Tensor& exponential_(double rate = 1, Generator* generator = nullptr);
  Tensor& cauchy_(double median = 0, double sigma = 1, Generator* generator = nullptr);
  Tensor& log_normal_(double mean = 1, double std = 2, Generator* generator = nullptr);
  Tensor& geometric_(double p, Generator* generator = nullptr);
  Tensor& random_(std::optional<int64_t> from = {}, std::optional<int64_t> to = {}, Generator* generator = nullptr);

  // Arithmetic.
  Tensor& add_(const Tensor& other, const Scalar& alpha = 1);
  Tensor& sub_(const Tensor& other, const Scalar& alpha = 1);
  Tensor& mul_(const Tensor& other);
  Tensor& div_(const Tensor& other);
  Tensor& div_(const Tensor& other, std::optional<std::string_view> rounding_mode);
  Tensor& floor_divide_(const Tensor& other);
  Tensor& remainder_(const Tensor& other);
  Tensor& fmod_(const Tensor& other);
  Tensor& pow_(const Tensor& exponent);
  Tensor& float_power_(const Tensor& exponent);
  Tensor& ldexp_(const Tensor& other);
  Tensor& atan2_(const Tensor& other);
  Tensor& hypot_(const Tensor& other);
  Tensor& copysign_(const Tensor& other);
  Tensor& nextafter_(const Tensor& other);
  Tensor& heaviside_(const Tensor& values);
  Tensor& xlogy_(const Tensor& other);
  Tensor& gcd_(const Tensor& other);
  Tensor& lcm_(const Tensor& other);
  Tensor& lerp_(const Tensor& end, const Tensor& weight);
  Tensor& addcmul_(const Tensor& a, const Tensor& b, const Scalar& value = 1);
  Tensor& addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value = 1);
  Tensor& clamp_(std::optional<Scalar> min, std::optional<Scalar> max = {});
  Tensor& clamp_min_(const Scalar& min);
  Tensor& clamp_max_(const Scalar& max);

  // Comparisons, logic and bits.
  Tensor& eq_(const Tensor& other);
  Tensor& ne_(const Tensor& other);
  Tensor& lt_(const Tensor& other);
  Tensor& le_(const Tensor& other);
  Tensor& gt_(const Tensor& other);
  Tensor& ge_(const Tensor& other);
  Tensor& logical_and_(const Tensor& other);
  Tensor& logical_or_(const Tensor& other);
  Tensor& logical_xor_(const Tensor& other);
  Tensor& logical_not_();
  Tensor& bitwise_and_(const Tensor& other);
  Tensor& bitwise_or_(const Tensor& other);
  Tensor& bitwise_xor_(const Tensor& other);
  Tensor& bitwise_not_();
  Tensor& bitwise_left_shift_(const Tensor& other);
  Tensor& bitwise_right_shift_(const Tensor& other);

  // Functions of one number.
  Tensor& abs_();
  Tensor& neg_();
  Tensor& sign_();
  Tensor& sgn_();
  Tensor& conj_physical_();
  Tensor& floor_();
  Tensor& ceil_();
  Tensor& round_();
  Tensor& round_(int64_t decimals);
  Tensor& trunc_();
  Tensor& frac_();
  Tensor& square_();
  Tensor& sqrt_();
  Tensor& rsqrt_();
  Tensor& reciprocal_();
  Tensor& exp_();
  Tensor& exp2_();
  Tensor& expm1_();
  Tensor& log_();
  Tensor& log2_();
  Tensor& log10_();
  Tensor& log1p_();
  Tensor& logit_(std::optional<double> eps = {});
  Tensor& sin_();
  Tensor& cos_();
  Tensor& tan_();
  Tensor& asin_();
  Tensor& acos_();
  Tensor& atan_();
  Tensor& sinh_();
  Tensor& cosh_();
  Tensor& tanh_();
  Tensor& asinh_();
  Tensor& acosh_();
  Tensor& atanh_();
  Tensor& sinc_();
  Tensor& deg2rad_();
  Tensor& rad2deg_();
  Tensor& nan_to_num_(std::optional<double> nan = {}, std::optional<double> posinf = {},
                      std::optional<double> neginf = {});
  Tensor& relu_();
  Tensor& sigmoid_();
  Tensor& erf_();
  Tensor& erfc_();
  Tensor& erfinv_();
  Tensor& lgamma_();
  Tensor& digamma_();
  Tensor& polygamma_(int64_t n);
  Tensor& mvlgamma_(int64_t p);
  Tensor& igamma_(const Tensor& other);
  Tensor& igammac_(const Tensor& other);
  Tensor& i0_();

  // PyTorch's second names of elementwise ops.
  Tensor& absolute_();
  Tensor& negative_();
  Tensor& subtract_(const Tensor& other, const Scalar& alpha = 1);
  Tensor& multiply_(const Tensor& other);
  Tensor& divide_(const Tensor& other);
  Tensor& divide_(const Tensor& other, std::optional<std::string_view> rounding_mode);
  Tensor& true_divide_(const Tensor& other);
  Tensor& clip_(std::optional<Scalar> min, std::optional<Scalar> max = {});
  Tensor& greater_(const Tensor& other);
  Tensor& greater_equal_(const Tensor& other);
  Tensor& less_(const Tensor& other);
  Tensor& less_equal_(const Tensor& other);
  Tensor& not_equal_(const Tensor& other);
  Tensor& arcsin_();
  Tensor& arccos_();
  Tensor& arctan_();
  Tensor& arctan2_(const Tensor& other);
  Tensor& arcsinh_();
  Tensor& arccosh_();
  Tensor& arctanh_();
  Tensor& fix_();

  // Limits that are tensors; one of them may be undefined.
  template <std::same_as<Tensor> Limit>
  Limit& clamp_(const Limit& min, const Limit& max = {}) {
    return clamp_between_("clamp_", min, max);
  }
  template <std::same_as<Tensor> Limit>
  Limit& clip_(const Limit& min, const Limit& max = {}) {
    return clamp_between_("clip_", min, max);
  }

  // Running results, matrices.
  Tensor& cumsum_(int64_t dim, std::optional<DType> dtype = {});
  Tensor& cumprod_(int64_t dim, std::optional<DType> dtype = {});
  Tensor& renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm);
  Tensor& tril_(int64_t diagonal = 0);
  Tensor& triu_(int64_t diagonal = 0);
  Tensor& addmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
  Tensor& addmv_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
  Tensor& addr_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
  Tensor& addbmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
  Tensor& baddbmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);

  // Writing by index and by mask.
  Tensor& index_put_(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate = false);
  Tensor& put_(const Tensor& index, const Tensor& source, bool accumulate = false);
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src);
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce);
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& src);
  Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                          bool include_self = true);
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1);
  Tensor& index_copy_(int64_t dim, const Tensor& index, const Tensor& source);
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Tensor& value);
  Tensor& index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                        bool include_self = true);
  Tensor& masked_fill_(const Tensor& mask, const Tensor& value);
  Tensor& masked_scatter_(const Tensor& mask, const Tensor& source);

  // This tensor becomes a view of itself or takes another size, see ops/resize.h.
  Tensor& as_strided_(const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset = {});
  Tensor& squeeze_();
  Tensor& squeeze_(const Shape& dims);
  Tensor& unsqueeze_(int64_t dim);
  Tensor& t_();
  Tensor& transpose_(int64_t dim0, int64_t dim1);
  Tensor& swapaxes_(int64_t dim0, int64_t dim1);
  Tensor& swapdims_(int64_t dim0, int64_t dim1);
  Tensor& resize_(const Shape& sizes);
  Tensor& resize_as_(const Tensor& other);

 protected:
  InPlaceMethods() = default;
  ~InPlaceMethods() = default;

 private:
  Tensor& self();
  Tensor& clamp_between_(const char* name, const Tensor& min, const Tensor& max);
};

}  // namespace ember
