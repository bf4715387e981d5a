"""Random ops inside of vmap: refused, the same numbers for all samples, or different ones, as the vmap's `randomness` says."""

import functools

import ember
import ember.nn.functional as F
from ember import _C
from ember.batching.dispatch import (
    WHOLE,
    Call,
    at_sample,
    innermost_level,
    require_target,
    running_levels,
    stack_samples,
    wrap,
)
from ember.batching.nests import map_leaves
from ember.batching.pointwise import pointwise

_FACTORIES = "rand randn randint"
_ELEMENTWISE = """
rand_like randn_like randint_like bernoulli poisson binomial normal dropout alpha_dropout rrelu
uniform_ normal_ random_ bernoulli_ cauchy_ exponential_ geometric_ log_normal_ rrelu_
"""
_OTHERS = """
randperm multinomial dropout1d dropout2d dropout3d feature_dropout feature_alpha_dropout fractional_max_pool2d
fractional_max_pool3d fractional_max_pool2d_with_indices fractional_max_pool3d_with_indices scaled_dot_product_attention
"""


def _draws(call):
    """Whether this call draws numbers at all: dropout in evaluation does not."""
    for name in ("training", "train"):
        if name in call.signature.names and not call[name]:
            return False
    return not (call.name == "scaled_dot_product_attention" and call["dropout_p"] == 0.0)


def draw(op, args, kwargs):
    """A call of a random op inside of vmap."""
    before = _C._swap_random_handler(None)
    try:
        level = innermost_level(args, kwargs)
        levels = list(running_levels()) or ([level] if level else [])
        if not levels:
            return op(*args, **kwargs)
        if not _draws(Call(op, levels[-1], args, kwargs)):
            return _without_draw(op, args, kwargs)
        return _draw_at(levels, op, args, kwargs)
    finally:
        _C._swap_random_handler(before)


def _without_draw(op, args, kwargs):
    level = innermost_level(args, kwargs)
    if level is None:
        return op(*args, **kwargs)
    if op.__name__ == "scaled_dot_product_attention":
        return wrap(ember.batching.products.attention(Call(op, level, args, kwargs)), level)
    if "pool" in op.__name__:
        return ember.batching.dispatch.loop(Call(op, level, args, kwargs))
    inner = functools.partial(_without_draw, op)
    return wrap(pointwise(Call(_named(op, lambda *a, **k: inner(a, k)), level, args, kwargs)), level)


def _named(op, function):
    function.__name__ = op.__name__
    return function


def _draw_at(levels, op, args, kwargs):
    """Draws for the innermost of the levels, and by the way for those around it."""
    if not levels:
        return op(*args, **kwargs)
    *outer, level = levels
    if level.randomness == "error":
        raise RuntimeError(
            f"vmap: {op.__name__} draws random numbers; choose randomness='same' or 'different', or draw them outside of vmap"
        )
    call = Call(op, level, args, kwargs)
    once = _named(op, lambda *a, **k: _draw_at(outer, op, a, k))
    if level.randomness == "same":
        return once(*args, **kwargs) if not call.holds_batched(args, kwargs) else _draw_same(call, once)
    return _draw_different(call, once)


def _draw_different(call, once):
    name, level = call.name, call.level
    if name in _FACTORIES.split() or (name == "normal" and "size" in call.signature.names):
        given = dict(call.given)
        size = given.pop("size")
        size = size if isinstance(size, (tuple, list)) else (size,)
        size = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
        return wrap(once(**{**given, "size": (level.size, *size)}), level)
    tensors = call.tensors()
    if name in _ELEMENTWISE.split() and tensors:
        if name.endswith("_"):
            require_target(call, call.args[0])
        rank = max(x.dim() for x in tensors)
        lined = lambda x: call.full(x, rank) if isinstance(x, ember.Tensor) else x  # noqa: E731
        result = once(*map_leaves(lined, call.args), **map_leaves(lined, call.kwargs))
        return call.args[0] if name.endswith("_") else wrap(result, level)
    if name == "scaled_dot_product_attention":
        rule = ember.batching.products.attention
        again = Call(call.op, level, call.args, call.kwargs)
        again.run = lambda given: once(**given)
        return wrap(rule(again), level)
    if name == "multinomial" and tensors[0].dim() == 1:
        return wrap(once(call.full(tensors[0]), *call.args[1:], **call.kwargs), level)
    return _per_sample(call, once)


def _per_sample(call, once, before_each=lambda: None):
    results = []
    for i in range(call.size):
        before_each()
        results.append(once(*at_sample(call.args, call.level, i), **at_sample(call.kwargs, call.level, i)))
    return call.args[0] if call.name.endswith("_") else stack_samples(results, call.level, call.name)


def _draw_same(call, once):
    """Each sample draws from the same state of the generator."""
    if call.name.endswith("_"):
        require_target(call, call.args[0])
    generator = call.kwargs.get("generator")
    get, put = (generator.get_state, generator.set_state) if generator else (ember.get_rng_state, ember.set_rng_state)
    state = get()
    return _per_sample(call, once, lambda: put(state))


def random_ops():
    """All ops whose calls inside of vmap come to `draw`."""
    ops = []
    for name in (_FACTORIES + _ELEMENTWISE + _OTHERS).split():
        found = [getattr(place, name, None) for place in (ember, F, ember.Tensor)]
        ops += [op for op in found if op is not None]
        WHOLE[name] = draw
    return ops
