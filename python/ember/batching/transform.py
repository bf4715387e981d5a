"""vmap itself: the mapped arguments made Batched, the function called once, the results taken out again."""

import contextlib
import functools

import ember
from ember import _C
from ember.batching.dispatch import Level, running_levels
from ember.batching.nests import flatten, map_leaves
from ember.batching.randomness import draw
from ember.batching.tensor import Batched


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """A function that maps `func` over a dim of its arguments and stacks the results, each op running once for all samples.

    `in_dims` is the mapped dim of every tensor, None for what all samples share: one for all arguments or a nest of the form of the
    arguments, or of their upper part. `out_dims` says the same of the results, where None is for those that no mapped argument
    takes part in. Keyword arguments are shared. `randomness` is "error", "same" or "different" numbers for the samples. With
    `chunk_size`, so many samples at a time. Ops without a batching rule run sample by sample.

    ValueError when in_dims or out_dims do not fit or sizes differ."""
    if randomness not in ("error", "same", "different"):
        raise ValueError(f"vmap: randomness must be 'error', 'same' or 'different', not {randomness!r}")
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size must be above 0, not {chunk_size}")

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        leaves, build = flatten(args)
        dims = _input_dims(in_dims, args)
        size = _mapped_size(leaves, dims)
        dims = [d if d is None else d % x.dim() for x, d in zip(leaves, dims)]
        if chunk_size is None or chunk_size >= size:
            return _run(func, build, leaves, dims, size, out_dims, randomness, kwargs)
        state = ember.get_rng_state()
        chunks = []
        for start in range(0, size, chunk_size):
            if randomness == "same":
                ember.set_rng_state(state)
            count = min(chunk_size, size - start)
            part = [x if d is None else x.narrow(d, start, count) for x, d in zip(leaves, dims)]
            chunks.append(_run(func, build, part, dims, count, out_dims, randomness, kwargs))
        return _join(chunks, out_dims)

    return wrapped


def _spread(prefix, nest, fits, what):
    """One value for each leaf of `nest`, from a nest of its form or of its upper part. ValueError when they do not fit."""
    if fits(prefix):
        return [prefix] * len(flatten(nest)[0])
    if isinstance(prefix, dict) and isinstance(nest, dict) and prefix.keys() == nest.keys():
        return [d for key in nest for d in _spread(prefix[key], nest[key], fits, what)]
    same = isinstance(prefix, (tuple, list)) and isinstance(nest, (tuple, list)) and len(prefix) == len(nest)
    if not same:
        raise ValueError(f"vmap: {what} {prefix!r} does not fit {_form(nest)}")
    return [d for p, x in zip(prefix, nest) for d in _spread(p, x, fits, what)]


def _form(nest):
    return str(map_leaves(lambda x: tuple(x.shape) if isinstance(x, ember.Tensor) else type(x).__name__, nest))


def _is_dim(value):
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _input_dims(in_dims, args):
    if not args:
        raise ValueError("vmap: there are no arguments to map over")
    if not isinstance(in_dims, (int, tuple, list)) or isinstance(in_dims, bool):
        raise ValueError(f"vmap: in_dims must be an int or a nest of ints and None, not {in_dims!r}")
    if isinstance(in_dims, (tuple, list)) and len(in_dims) != len(args):
        raise ValueError(f"vmap: in_dims has {len(in_dims)} entries but there are {len(args)} arguments")
    return _spread(in_dims, args, _is_dim, "in_dims")


def _mapped_size(leaves, dims):
    sizes = []
    for x, d in zip(leaves, dims):
        if d is None:
            continue
        if not isinstance(x, ember.Tensor):
            raise ValueError(f"vmap: in_dims gives dim {d} for a {type(x).__name__}; use None for what is no tensor")
        if not -x.dim() <= d < x.dim():
            raise ValueError(f"vmap: in_dims gives dim {d} for a tensor of shape {tuple(x.shape)}")
        sizes.append(x.shape[d])
    if not sizes:
        raise ValueError("vmap: at least one argument must be mapped; all in_dims are None")
    if len(set(sizes)) > 1:
        raise ValueError(f"vmap: the mapped dims must have one size, not {sorted(set(sizes))}")
    return sizes[0]


@contextlib.contextmanager
def _running(level):
    """The level among those that run, with random ops handed to it."""
    levels = running_levels()
    levels.append(level)
    before = _C._swap_random_handler(draw)
    try:
        yield
    finally:
        _C._swap_random_handler(before)
        levels.pop()


def _run(func, build, leaves, dims, size, out_dims, randomness, kwargs):
    level = Level(len(running_levels()) + 1, size, randomness)
    mapped = [x if d is None else Batched(x.movedim(d, 0) if d else x, level) for x, d in zip(leaves, dims)]
    with _running(level):
        result = func(*build(mapped), **kwargs)
    outputs, rebuild = flatten(result)
    places = _spread(out_dims, result, _is_dim, "out_dims")
    return rebuild([_unmapped(x, d, level) for x, d in zip(outputs, places)])


def _unmapped(x, dim, level):
    """A result with the batch at `dim`."""
    if not isinstance(x, ember.Tensor):
        raise ValueError(f"vmap: the function must return tensors, not {type(x).__name__}")
    is_mapped = type(x) is Batched and x.level is level
    if dim is None:
        if is_mapped:
            raise ValueError("vmap: out_dims is None for a result that is different for each sample")
        return x
    rank = x.dim() + 1
    if not -rank <= dim < rank:
        raise ValueError(f"vmap: out_dims {dim} is out of range for results of shape {tuple(x.shape)}")
    value = x.value if is_mapped else x.expand(level.size, *x.shape)
    return value.movedim(0, dim) if dim % rank else value


def _join(chunks, out_dims):
    """The chunks' results one behind another; those that are not mapped are all the same."""
    flat = [flatten(c)[0] for c in chunks]
    places = _spread(out_dims, chunks[0], _is_dim, "out_dims")
    joined = [parts[0] if d is None else ember.cat(list(parts), d) for d, parts in zip(places, zip(*flat))]
    return flatten(chunks[0])[1](joined)
