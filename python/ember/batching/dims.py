"""Rules of ops that work along dims: the batch is in front of the dims that a call names."""

import ember
from ember.batching.dispatch import rule
from ember.batching.nests import map_leaves

_DIMS = {
    "dim",
    "dims",
    "dim0",
    "dim1",
    "dim2",
    "axis0",
    "axis1",
    "source",
    "destination",
    "dimension",
    "start_dim",
    "end_dim",
}
_SHARED = {"q", "repeats"}
"""Tensors that are not lined up with the input."""


def shift(dim, rank):
    """A dim, or a sequence of them, of a sample of `rank` dims as one behind the batch. IndexError when there is none such."""
    if isinstance(dim, (tuple, list)):
        return tuple(shift(d, rank) for d in dim)
    span = max(rank, 1)
    if not -span <= dim < span:
        raise IndexError(f"vmap: dim {dim} is out of range [-{span}, {span - 1}]")
    return dim % span + 1


def listed(value):
    """The sequence that a variadic parameter got: its arguments, or the one sequence."""
    return (
        value[0]
        if isinstance(value, (tuple, list)) and len(value) == 1 and isinstance(value[0], (tuple, list))
        else value
    )


def _shifted(call, rank):
    """The dims that the call names or leaves to defaults, by parameter."""
    result = {}
    for name in call.signature.names:
        value = listed(call[name]) if name in _DIMS else None
        if value is not None:
            result[name] = shift(value, rank)
    return result


def _without_added(result, rank):
    """Samples without dims got one for the op, which goes again."""
    return map_leaves(
        lambda x: x.squeeze(-1) if rank == 0 and isinstance(x, ember.Tensor) and x.dim() > 1 else x, result
    )


def _lined_up(call, rank):
    """The given arguments with all tensors expanded over the batch, of at least one dim."""

    def operand(x):
        value = call.full(x, rank) if isinstance(x, ember.Tensor) else x
        return value.unsqueeze(-1) if rank == 0 and isinstance(x, ember.Tensor) else value

    given = call.given
    return {name: x if name in _SHARED else map_leaves(operand, x) for name, x in given.items()}


@rule(
    "cumsum cumprod cummax cummin logcumsumexp sort argsort topk kthvalue mode softmax softmin log_softmax logsumexp "
    "glu gather scatter scatter_add scatter_reduce flip unbind split chunk tensor_split unsafe_chunk unsafe_split "
    "split_with_sizes unsafe_split_with_sizes split_copy split_with_sizes_copy unbind_copy narrow narrow_copy select "
    "select_copy slice slice_copy slice_scatter transpose movedim diagonal diagonal_copy rot90 "
    "unfold_copy diff cosine_similarity vecdot transpose_copy trapezoid trapz cumulative_trapezoid normalize "
    "fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 hfft2 ihfft2 unflatten"
)
def along(call):
    """Moves dims on by one and the batch of every tensor to the front."""
    if call.holds_batched([call.given.get(name) for name in _COUNTS.get(call.name, ())]):
        return NotImplemented
    if any(name in call.signature.names and call[name] is None for name in ("dim", "dims")):
        return NotImplemented
    if "x" in call.given and "y" in call.given and call.name != "vecdot":
        return NotImplemented  # the positions of trapezoid, of one dim
    rank = max(x.dim() for x in call.tensors())
    if rank == 0 and call.name in ("unflatten", "unbind", "select", "transpose", "movedim"):
        return NotImplemented
    result = call.run({**_lined_up(call, rank), **_numbers(call), **_shifted(call, rank)})
    return _without_added(result, rank)


_COUNTS = {
    **dict.fromkeys(["narrow", "narrow_copy", "select", "select_copy"], ("start", "length", "index")),
    "tensor_split": ("sections", "indices", "indices_or_sections", "tensor_indices_or_sections"),
}
"""Parameters that are numbers, which may come as tensors that all samples share."""


def _numbers(call):
    names = _COUNTS.get(call.name, ())
    return {name: x.tolist() for name, x in call.given.items() if name in names and isinstance(x, ember.Tensor)}


@rule("diagonal_scatter", "select_scatter")
def scatter_view(call):
    """The source has fewer dims than the input."""
    x, source = call["input"], call["src"]
    if x.dim() == 0:
        return NotImplemented
    return call.run({**call.given, "input": call.full(x), "src": call.full(source), **_shifted(call, x.dim())})


@rule("hsplit", "vsplit", "dsplit")
def split_by_name(call):
    x, dim = call.args[0], {"h": 1, "v": 0, "d": 2}[call.name[0]]
    parts = listed(tuple(call.args[1:]) or tuple(call.kwargs.values()))
    parts = parts[0] if len(parts) == 1 and isinstance(call.args[-1], int) else parts
    return NotImplemented if call.kwargs else x.tensor_split(parts, 0 if dim == 1 and x.dim() == 1 else dim)


@rule("msort")
def msort(call):
    x = call.args[0]
    return x.value if x.dim() == 0 else x.value.sort(dim=1)[0]


@rule("functional.softmax", "functional.softmin", "functional.log_softmax")
def softmax(call):
    """Without dim, as PyTorch chooses it: 0 for samples of 0, 1 and 3 dims, else 1."""
    if call["dim"] is not None:
        return along(call)
    call.given["dim"] = 0 if call.args[0].dim() in (0, 1, 3) else 1
    return along(call)


_WITHOUT_DIM = {"max": "amax", "min": "amin"}
"""Ops that give values and indices along a dim, and values alone over all elements."""


@rule(
    "sum mean prod all any amax amin aminmax argmax argmin max min median nanmedian nansum nanmean std var std_mean var_mean "
    "norm count_nonzero nanquantile quantile vector_norm"
)
def reduction(call):
    """Over all dims but the batch when the call names none."""
    given, x = call.given, call.args[0] if call.args else call.given["input"]
    if "other" in given:
        return (ember.maximum if call.name == "max" else ember.minimum)(x, given["other"])
    if call.holds_batched([value for value in given.values() if value is not x]):
        return NotImplemented
    dim, rank = given.get("dim"), x.dim()
    flat = dim is None or dim == () or dim == []
    if call.name in ("norm", "vector_norm") and _is_matrix_norm(given, rank, flat):
        return NotImplemented
    first = call.signature.names[0]
    if not flat:
        value = x.value if rank else x.value.unsqueeze(-1)
        result = call.run({**given, first: value, "dim": shift(dim, rank)})
        return _behind_batch(call, _without_added(result, rank))
    keeps = given.get("keepdim", False)
    arguments = {name: y for name, y in given.items() if name not in (first, "dim", "keepdim")}
    op = getattr(ember, _WITHOUT_DIM.get(call.name, ""), call.op)
    result = op(x.value.reshape(call.size, x.numel()), dim=1, **arguments)
    if call.name in ("median", "nanmedian") and "dim" not in call.signature.names:
        result = result[0]
    result = _behind_batch(call, result)
    if not keeps:
        return result
    return map_leaves(lambda y: y.reshape(tuple(y.shape) + (1,) * rank), result)


def _is_matrix_norm(given, rank, flat):
    order = given.get("p", given.get("ord", 2))
    return (
        order == "nuc"
        or (isinstance(order, str) and order != "fro")
        or (flat and rank > 1 and "ord" in given and order is not None)
    )


def _behind_batch(call, result):
    """Quantiles of several probabilities come in front."""
    q = call.given.get("q")
    return result.movedim(1, 0) if isinstance(q, ember.Tensor) and q.dim() == 1 else result


@rule("linalg.norm", "matrix_norm", "nuclear_norm")
def matrix_norm(call):
    """Over named dims; else of the whole sample, a vector or a matrix."""
    given, rank = call.given, call.args[0].dim()
    dim = given.get("dim", (-2, -1) if call.name == "matrix_norm" else None)
    if dim is None:
        if call.name == "norm" and given.get("ord") is None:
            dim, rank = (1,), 1
            norm = ember.linalg.vector_norm(call.args[0].value.reshape(call.size, -1), dim=1)
            return norm.reshape((call.size,) + (1,) * call.args[0].dim()) if given.get("keepdim") else norm
        if rank not in (1, 2):
            return NotImplemented
        dim = tuple(range(rank)) if rank == 2 else 0
    if rank == 0:
        return NotImplemented
    return call.run({**given, call.signature.names[0]: call.args[0].value, "dim": shift(dim, rank)})


@rule("fftn", "ifftn", "rfftn", "irfftn", "hfftn", "ihfftn", "fftshift", "ifftshift", "roll")
def over_all_dims(call):
    """Without dims, all but the batch; roll then counts through the elements in order."""
    x = call.args[0]
    name = "dims" if call.name == "roll" else "dim"
    if x.dim() == 0:
        return NotImplemented
    if call[name] is not None:
        return along(call)
    if call.name == "roll":
        shifts = listed(call["shifts"])
        return x.value.reshape(call.size, -1).roll(shifts, 1).reshape(x.value.shape)
    count = len(call["s"]) if call.given.get("s") is not None else x.dim()
    return call.run({**call.given, "input": x.value, "dim": tuple(range(-count, 0))})


@rule("repeat_interleave")
def repeat_interleave(call):
    if call.is_batched(call.given.get("repeats")):
        return NotImplemented
    x, dim = call["input"], call["dim"]
    value = x.value.reshape(call.size, -1) if dim is None else x.value
    dim = 1 if dim is None else shift(dim, x.dim())
    return call.run({**call.given, "input": value, "dim": dim})


@rule("take_along_dim")
def take_along_dim(call):
    x, indices = call["input"], call["indices"]
    if call["dim"] is not None:
        return ember.take_along_dim(call.full(x), call.full(indices), shift(call["dim"], max(x.dim(), indices.dim())))
    return ember.take_along_dim(call.full(x).reshape(call.size, -1), call.full(indices).reshape(call.size, -1), 1)


@rule("linalg.cross", "cross")
def cross(call):
    """Without dim, the first of size 3."""
    first, second = call.args[:2]
    dim = call["dim"]
    if dim is None:
        sizes = ember.broadcast_shapes(tuple(first.shape), tuple(second.shape))
        dim = list(sizes).index(3)
    rank = max(first.dim(), second.dim())
    return ember.linalg.cross(call.full(first, rank), call.full(second, rank), dim=shift(dim, rank))
