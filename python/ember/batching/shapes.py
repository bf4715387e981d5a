"""Rules of ops on shapes: views, and tensors joined and repeated."""

import math

import ember
from ember.batching.dims import listed, shift
from ember.batching.dispatch import rule


@rule("reshape", "view", "view_copy", "_unsafe_view")
def reshape(call):
    x = call.args[0]
    if len(call.args) > 1 and isinstance(call.args[1], ember.dtype) or "dtype" in call.kwargs:
        return call.op(x.value, *call.args[1:], **call.kwargs)
    sizes = call.args[1:] or (call.given[call.signature.names[1]],)
    sizes = listed(tuple(sizes))
    if call.size == 0 and -1 in sizes:
        known = math.prod(s for s in sizes if s != -1)
        sizes = [x.numel() // max(known, 1) if s == -1 else s for s in sizes]
    return getattr(x.value, "view" if call.name == "view" else "reshape")(call.size, *sizes)


@rule("view_as", "reshape_as", "expand_as")
def like_other(call):
    x, shape = call.args[0], call["other"].shape
    value = call.full(x, len(shape) if call.name == "expand_as" else 0)
    return getattr(value, call.name[:-3])(call.size, *shape)


@rule("expand", "broadcast_to", "expand_copy")
def expand(call):
    x = call.args[0]
    sizes = listed(call["size"])
    sizes = (sizes,) if isinstance(sizes, int) else tuple(sizes)
    return call.line_up(x, len(sizes)).expand(call.size, *sizes)


@rule("repeat", "tile")
def repeat(call):
    x = call.args[0]
    counts = tuple(listed(call[call.signature.names[1]]))
    counts = (1,) * (x.dim() - len(counts)) + counts if call.name == "tile" else counts
    return call.line_up(x, len(counts)).repeat(1, *counts)


@rule("permute", "permute_copy")
def permute(call):
    x = call.args[0]
    return x.value.permute(0, *shift(tuple(listed(call["dims"])), x.dim()))


@rule("t", "t_copy", "adjoint")
def transpose_matrix(call):
    x = call.args[0]
    if call.name == "adjoint":
        return x.value.transpose(-2, -1).conj()
    return x.value.transpose(1, 2) if x.dim() == 2 else x.value


@rule("flatten", "ravel")
def flatten(call):
    x = call.args[0]
    if x.dim() == 0:
        return x.value.reshape(call.size, 1)
    if call.name == "ravel":
        return x.value.reshape(call.size, -1)
    return x.value.flatten(shift(call["start_dim"], x.dim()), shift(call["end_dim"], x.dim()))


@rule("squeeze", "squeeze_copy")
def squeeze(call):
    x = call.args[0]
    if x.dim() == 0:
        return x.value.view_as(x.value)
    dims = call["dim"] if "dim" in call.signature.names else tuple(range(x.dim()))
    dims = dims if isinstance(dims, (tuple, list)) else (dims,)
    kept = [size for d, size in enumerate(x.shape) if size != 1 or d + 1 not in shift(tuple(dims), x.dim())]
    return x.value.reshape(call.size, *kept)


@rule("unsqueeze", "unsqueeze_copy")
def unsqueeze(call):
    return call.args[0].value.unsqueeze(shift(call["dim"], call.args[0].dim() + 1))


@rule("squeeze_", "unsqueeze_", "t_", "transpose_", "swapaxes_", "swapdims_")
def turn_in_place(call):
    """The same tensor gets another shape."""
    target, *rest = call.args
    target.value = getattr(target, call.name[:-1])(*rest, **call.kwargs).value
    return target


@rule("unfold")
def unfold(call):
    """The method of tensors; nn.functional.unfold has a rule of its own."""
    x = call.args[0]
    return (
        NotImplemented
        if x.dim() == 0
        else x.value.unfold(shift(call["dimension"], x.dim()), call["size"], call["step"])
    )


@rule("diag_embed")
def diag_embed(call):
    x = call.args[0]
    return ember.diag_embed(x.value, call["offset"], shift(call["dim1"], x.dim() + 1), shift(call["dim2"], x.dim() + 1))


@rule("linalg.diagonal")
def matrix_diagonal(call):
    x = call.args[0]
    return ember.diagonal(x.value, call["offset"], shift(call["dim1"], x.dim()), shift(call["dim2"], x.dim()))


@rule("diag")
def diag(call):
    x, offset = call.args[0], call["diagonal"]
    return ember.diag_embed(x.value, offset) if x.dim() == 1 else ember.diagonal(x.value, offset, 1, 2)


@rule("diagflat")
def diagflat(call):
    return ember.diag_embed(call.args[0].value.reshape(call.size, -1), call["offset"])


@rule("as_strided", "as_strided_copy")
def as_strided(call):
    """The batch's stride comes first; an offset counts from the sample's own."""
    x = call["input"]
    own = 0 if type(x.value) is type(x) else x.value.storage_offset()
    size, stride = (call.size, *call["size"]), (x.value.stride()[0], *call["stride"])
    result = x.value.as_strided(size, stride, own + (call["storage_offset"] or 0))
    return result.clone() if call.name.endswith("copy") else result


@rule("as_strided_scatter")
def as_strided_scatter(call):
    result = call.wrapped(call.full(call["input"]).clone())
    ember.Tensor.as_strided(result, call["size"], call["stride"], call["storage_offset"]).copy_(call["src"])
    return result


@rule("trace")
def trace(call):
    return ember.diagonal(call.args[0].value, 0, 1, 2).sum(-1)


@rule("tril", "triu")
def triangle(call):
    return call.op(call.args[0].value, *call.args[1:], **call.kwargs)


@rule("fliplr", "flipud")
def flip(call):
    return call.args[0].value.flip(2 if call.name == "fliplr" else 1)


@rule("cat", "stack")
def join(call):
    tensors, dim = call["tensors"], call["dim"]
    rank = max(x.dim() for x in tensors)
    dim = shift(dim, rank + (call.name == "stack"))
    # A vector without elements joins tensors of any rank.
    return call.op([call.full(x) for x in tensors if call.name == "stack" or x.dim() == rank], dim)


@rule("hstack", "vstack", "dstack", "column_stack")
def stack_by_rank(call):
    """cat, after tensors of few dims have got more."""
    tensors = list(call.args[0] if call.args else call["tensors"])
    if call.name == "hstack":
        tensors = [x.reshape(1) if x.dim() == 0 else x for x in tensors]
        return ember.cat(tensors, 0 if tensors[0].dim() == 1 else 1)
    if call.name == "vstack":
        return ember.cat([x.reshape(1, -1) if x.dim() < 2 else x for x in tensors], 0)
    if call.name == "dstack":
        tensors = [x.reshape(1, -1) if x.dim() < 2 else x for x in tensors]
        return ember.cat([x.unsqueeze(-1) if x.dim() == 2 else x for x in tensors], 2)
    return ember.cat([x.reshape(-1, 1) if x.dim() < 2 else x for x in tensors], 1)


@rule("broadcast_tensors")
def broadcast_tensors(call):
    tensors = listed(call.args)
    shape = ember.broadcast_shapes(*[tuple(x.shape) for x in tensors])
    return tuple(call.full(x, len(shape)).expand(call.size, *shape) for x in tensors)


@rule("atleast_1d", "atleast_2d", "atleast_3d")
def at_least(call):
    def raised(x):
        value, least = call.full(x), int(call.name[-2])
        if least == 3 and x.dim() in (1, 2):
            return (value.unsqueeze(1) if x.dim() == 1 else value).unsqueeze(-1)
        return value.reshape((call.size,) + (1,) * (least - x.dim()) + tuple(x.shape)) if x.dim() < least else value

    if len(call.args) == 1 and isinstance(call.args[0], ember.Tensor):
        return raised(call.args[0])
    return tuple(raised(x) for x in listed(call.args))


@rule("sum_to_size")
def sum_to_size(call):
    x, sizes = call.args[0], tuple(listed(call["size"]))
    dims = [d for d in range(x.dim()) if d < x.dim() - len(sizes) or sizes[d - x.dim()] == 1]
    return (x.value.sum(shift(tuple(dims), x.dim()), keepdim=True) if dims else x.value).reshape(call.size, *sizes)
