"""What the tests of vmap share: samples, and the loop that a mapped function is compared with."""

import ember
from ember.nests import leaves_of
from ember.func import vmap

B = 3
GENERATOR = ember.Generator().manual_seed(0)


def numbers(*shape):
    return ember.randn(*shape, dtype=ember.float64, generator=GENERATOR)


def positive(*shape):
    return numbers(*shape).abs() + 0.5


def indices(limit, *shape):
    return ember.randint(0, limit, shape, generator=GENERATOR)


def squares(*shape):
    x = numbers(*shape)
    return x @ x.mT + 3 * ember.eye(shape[-1], dtype=x.dtype)


def loop(f, args, dims):
    """The results of every sample, stacked leaf by leaf."""
    size = next(x.shape[d] for x, d in zip(args, dims) if d is not None)
    results = [leaves_of(f(*[x if d is None else x.select(d, i) for x, d in zip(args, dims)])) for i in range(size)]
    return [ember.stack(list(values)) for values in zip(*results)]


def check(f, args, dims):
    got = leaves_of(vmap(f, in_dims=tuple(dims))(*args))
    expected = loop(f, args, dims)
    assert len(got) == len(expected)
    for y, z in zip(got, expected):
        assert y.shape == z.shape and y.dtype == z.dtype
        assert ember.allclose(y, z, rtol=1e-9, atol=1e-9, equal_nan=True)


X, Y = numbers(B, 2, 4), numbers(B, 2, 4)
V, W = numbers(B, 4), numbers(4)
S = numbers(B)
IMAGES = numbers(B, 2, 4, 6, 6)
LINES = numbers(B, 2, 4, 6)
SHARED, BATCHED = numbers(3, 4), numbers(2, 3, 4)
