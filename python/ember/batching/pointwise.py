"""Rules of ops that work element by element, and of those that only ask about a tensor."""

import functools

import ember
from ember.batching.dispatch import innermost_level, require_target, rule, whole
from ember.batching.nests import map_leaves

_UNARY = """
abs acos acosh angle asin asinh atan atanh bitwise_not ceil conj conj_physical cos cosh deg2rad digamma erf erfc erfinv exp exp2
expm1 fix floor frac frexp i0 isfinite isinf isnan isneginf isposinf isreal lgamma log log10 log1p log2 logical_not logit mvlgamma
nan_to_num neg positive polygamma rad2deg real imag reciprocal relu round rsqrt sgn sigmoid sign signbit sin sinc sinh sqrt square
tan tanh trunc celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish relu6 selu silu softplus
softshrink softsign tanhshrink threshold
airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 entr erfcx expit gammaln i0e i1 i1e log_ndtr modified_bessel_i0
modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 multigammaln ndtr ndtri psi scaled_modified_bessel_k0
scaled_modified_bessel_k1 spherical_bessel_j0
"""
_BINARY = """
add sub rsub mul div pow remainder fmod floor_divide float_power maximum minimum fmax fmin atan2 __rdiv__ hypot copysign nextafter ldexp
logaddexp logaddexp2 heaviside xlogy gcd lcm igamma igammac eq ne lt le gt ge isclose logical_and logical_or logical_xor
bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift true_divide complex polar clamp clamp_min clamp_max lerp
addcmul addcdiv gammainc gammaincc xlog1py zeta chebyshev_polynomial_t chebyshev_polynomial_u
chebyshev_polynomial_v chebyshev_polynomial_w hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l
legendre_polynomial_p shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v
shifted_chebyshev_polynomial_w
"""
_COPIES = """
clone detach contiguous alias_copy resolve_conj resolve_neg to type float double half bfloat16 long int short char byte bool cpu
cfloat cdouble chalf zeros_like ones_like full_like empty_like view_as_real view_as_complex native_dropout_backward
"""
# These give their first argument, so that it stays the same object.
_WRITES = (
    " ".join(name + "_" for name in (_UNARY + _BINARY).split() if name[0] != "_")
    + " zero_ copy_ detach_ requires_grad_"
)


def _narrowed(call, tensors):
    """Zero-dim samples in the dtype that they have beside tensors with dims, which a batch in front would let them change."""
    kinds = {x.dtype for x in tensors if x.dim() > 0}
    small = {x.dtype for x in tensors if x.dim() == 0 and call.is_batched(x)} - kinds - {ember.bool}
    if not kinds or not small:
        return None
    dtype = functools.reduce(ember.promote_types, kinds)
    return {
        kind: dtype
        for kind in small
        if ember.result_type(ember.empty((), dtype=kind), ember.empty(1, dtype=dtype)) == dtype
    }


@rule(_UNARY, _BINARY, _COPIES)
def pointwise(call):
    """Lines dims up behind the batch and runs the op."""
    call.kwargs.pop("memory_format", None)  # a layout, which samples have none of
    tensors = call.tensors()
    if len(tensors) == 1:
        return call.op(*call.values(call.args), **call.values(call.kwargs))
    rank = max(x.dim() for x in tensors)
    narrowed = _narrowed(call, tensors)

    def operand(x):
        if not isinstance(x, ember.Tensor):
            return x
        value = call.line_up(x, rank)
        return value.to(narrowed[x.dtype]) if narrowed and x.dim() == 0 and x.dtype in narrowed else value

    return call.op(*map_leaves(operand, call.args), **map_leaves(operand, call.kwargs))


@rule("where")
def where(call):
    """where(condition) finds positions, which are different for each sample."""
    return NotImplemented if len(call.args) + len(call.kwargs) == 1 else pointwise(call)


@rule(_WRITES)
def write_pointwise(call):
    """The same in place: nothing may be larger than the first argument."""
    target = call.args[0]
    require_target(call, target)
    if any(x.dim() > target.dim() for x in call.tensors()):
        raise RuntimeError(
            f"vmap: {call.name} cannot write a tensor of more dims into one of shape {tuple(target.shape)}"
        )
    pointwise(call)
    return target


@rule("masked_fill")
def masked_fill(call):
    x, mask, value = call["input"], call["mask"], call["value"]
    return ember.where(mask, value.to(x.dtype), x) if call.is_batched(value) else pointwise(call)


@rule("fill")
def filled(call):
    x, value = call["input"], call["value"]
    if not isinstance(value, ember.Tensor):
        return ember.full_like(x, value)
    return call.full(value.to(x.dtype), x.dim()).expand(call.size, *x.shape).clone()


@rule("dist")
def dist(call):
    return (call["input"] - call["other"]).norm(call["p"])


@rule("fill_")
def fill(call):
    """With a number, or one of a sample's own."""
    target, value = call.args[0], call["value"]
    require_target(call, target)
    target.value.copy_(call.line_up(value, target.dim())) if isinstance(value, ember.Tensor) else target.value.fill_(
        value
    )
    return target


@rule("type_as")
def type_as(call):
    return call.args[0].to(call["other"].dtype)


@rule("as_tensor", "asarray")
def as_tensor(call):
    """Batched already."""
    data = call.args[0]
    if not isinstance(data, ember.Tensor):
        return NotImplemented
    return data if call["dtype"] is None else data.to(call["dtype"])


@rule("new_empty", "new_zeros", "new_ones", "new_full")
def new_like(call):
    """Memory of a tensor of the same kind for each sample, so that mapped tensors can be written into it."""
    if not call.is_batched(call.args[0]):
        return NotImplemented
    size = call["size"]
    size = size if isinstance(size, (tuple, list)) else (size,)
    size = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
    return call.run({**call.given, "input": call.args[0].value, "size": (call.size, *size)})


@rule("isin", "bucketize")
def among_shared(call):
    """The values searched in are the same for all samples."""
    if call.is_batched(call.args[1]):
        return NotImplemented
    return call.op(*call.values(call.args), **call.values(call.kwargs))


@rule("one_hot")
def one_hot(call):
    if call["num_classes"] < 0:
        raise RuntimeError("vmap: one_hot needs num_classes, since the samples' largest values differ")
    return pointwise(call)


@whole("numel", "dim", "size", "stride")
def ask_shape(op, args, kwargs):
    return getattr(args[0], op.__name__)(*args[1:], **kwargs)


@whole(
    "is_floating_point is_complex is_conj is_neg element_size is_inference is_contiguous storage_offset retain_grad "
    "resize_ as_strided_ register_hook"
)
def ask_value(op, args, kwargs):
    """What holds for the value holds for the samples."""
    level = innermost_level(args[0])
    if level is None or op.__name__ in ("resize_", "as_strided_"):
        raise RuntimeError(f"vmap: {op.__name__} cannot be called inside of vmap")
    return op(args[0].value, *args[1:], **kwargs)


@whole(
    "item tolist numpy data_ptr __array__ __dlpack__ __dlpack_device__ __reduce__ __reduce_ex__ __complex__ equal allclose "
    "backward is_nonzero"
)
def refuse(op, args, kwargs):
    raise RuntimeError(
        f"vmap: {op.__name__} of a mapped tensor is a different value for each sample; use ops such as where or isclose, "
        "or call it outside of vmap"
    )
