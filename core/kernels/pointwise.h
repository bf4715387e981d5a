// Elementwise kernels. Inputs broadcast to `out`; computed in the promoted dtype, float32 for 16-bit floats.
#pragma once

#include "ember/core/kernel.h"

namespace ember::kernels {

inline constinit PointwiseKernel<UnaryKernel> abs{"abs"}, neg{"neg"}, exp{"exp"}, log{"log"}, sqrt{"sqrt"},
    rsqrt{"rsqrt"}, sin{"sin"}, cos{"cos"}, tanh{"tanh"}, erf{"erf"}, log1p{"log1p"}, expm1{"expm1"}, floor{"floor"},
    ceil{"ceil"}, round{"round"}, sign{"sign"}, reciprocal{"reciprocal"}, logical_not{"logical_not"},
    bitwise_not{"bitwise_not"}, isnan{"isnan"}, isinf{"isinf"};
inline constinit PointwiseKernel<BinaryKernel> add{"add"}, sub{"sub"}, mul{"mul"}, div{"div"}, pow{"pow"},
    maximum{"maximum"}, minimum{"minimum"}, floor_divide{"floor_divide"}, remainder{"remainder"}, atan2{"atan2"},
    eq{"eq"}, ne{"ne"}, lt{"lt"}, le{"le"}, gt{"gt"}, ge{"ge"}, logical_and{"logical_and"}, logical_or{"logical_or"},
    logical_xor{"logical_xor"}, bitwise_and{"bitwise_and"}, bitwise_or{"bitwise_or"}, bitwise_xor{"bitwise_xor"};

/// condition (bool), a, b
inline constinit PointwiseKernel<TernaryKernel> where{"where"};
/// a + alpha b
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& b,
                                      const Scalar& alpha)>
    add_scaled{"add_scaled"};
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double min, double max)> clamp{
    "clamp"};

inline constinit PointwiseKernel<UnaryKernel> tan{"tan"}, asin{"asin"}, acos{"acos"}, atan{"atan"}, sinh{"sinh"},
    cosh{"cosh"}, asinh{"asinh"}, acosh{"acosh"}, atanh{"atanh"}, exp2{"exp2"}, log2{"log2"}, log10{"log10"},
    erfc{"erfc"}, trunc{"trunc"}, frac{"frac"};
/// writes bool; true for -0.0
inline constinit PointwiseKernel<UnaryKernel> signbit{"signbit"};

inline constinit PointwiseKernel<BinaryKernel> fmod{"fmod"}, fmax{"fmax"}, fmin{"fmin"}, hypot{"hypot"},
    copysign{"copysign"}, nextafter{"nextafter"}, logaddexp{"logaddexp"}, logaddexp2{"logaddexp2"}, xlogy{"xlogy"},
    xlog1py{"xlog1py"};
/// Integers only; what does not fit wraps.
inline constinit PointwiseKernel<BinaryKernel> gcd{"gcd"}, lcm{"lcm"}, left_shift{"left_shift"},
    right_shift{"right_shift"};

/// x = mantissa 2^exponent with |mantissa| in [1/2, 1); exponent is int32.
inline constinit Kernel<void(const TensorBase& mantissa, const TensorBase& exponent, const TensorBase& x)> frexp{
    "frexp", Batching::front(2)};
/// a + weight (b - a), floats only.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& b, double weight)>
    lerp{"lerp"};
/// x + value a b, all of one dtype.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, const TensorBase& a,
                                      const TensorBase& b, const Scalar& value)>
    addcmul{"addcmul"};
/// Replaces NaN, infinity and minus infinity; floats only.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double nan, double high, double low)>
    nan_to_num{"nan_to_num"};

/// The imaginary part negated; complex numbers only.
inline constinit PointwiseKernel<UnaryKernel> conj{"conj"};

}  // namespace ember::kernels
