"""Random numbers lie in the range that their distribution promises, in every dtype: nothing is rounded to an end that is left out."""

import math

import pytest

import ember
from ember import nn
from ember.nn import functional as F

FLOATS = [ember.float16, ember.bfloat16, ember.float32, ember.float64]
LARGEST = dict(zip(FLOATS, [65504.0, 255.0 * 2**120, (2**24 - 1.0) * 2**104, (2**53 - 1.0) * 2.0**971], strict=True))
STEP = dict(zip(FLOATS, [2**-10, 2**-7, 2**-23, 2**-52], strict=True))  # from 1 to the next number
MANY = 1 << 18  # each of the 2^11 numbers of float16 comes many times
floats = pytest.mark.parametrize("dtype", FLOATS, ids=str)


def ends(x):
    x = x.to(ember.float64)
    return x.min().item(), x.max().item()


@floats
@pytest.mark.parametrize(
    "low, high", [(0, 1), (1, 2), (-1, 1), (-0.1, 0.1), (0.3, 0.7), (-3, -2), (0, 1e-3), (2000, 2003)]
)
def test_uniform_is_half_open(low, high, dtype):
    ember.manual_seed(1)
    first, last = ends(ember.empty(MANY, dtype=dtype).uniform_(low, high))
    assert low <= first and last < high
    assert last - first > 0.9 * (high - low) or high - low < 16 * STEP[dtype] * abs(low)


def test_uniform_is_half_open_where_float32_rounds_its_largest_sum():
    # 1 + (1 - 2^-24) is a tie that would go to 2; one word in 2^24 makes it.
    ember.manual_seed(2)
    x = ember.empty(1 << 22)
    assert max(x.uniform_(1, 2).max().item() for _ in range(16)) == 2 - 2**-23


@floats
def test_rand_takes_the_numbers_below_1_evenly(dtype):
    ember.manual_seed(3)
    for x in (ember.rand(MANY, dtype=dtype), ember.rand_like(ember.empty(MANY, dtype=dtype))):
        first, last = ends(x)
        assert 0 <= first and last < 1
        # Rounding down moves the mean by half a step at most.
        assert abs(x.to(ember.float64).mean().item() - 0.5) < 4e-3 + STEP[dtype] / 2
    share = (ember.rand(MANY, dtype=ember.bfloat16) == 1 - 2**-8).to(ember.float64).mean().item()
    assert abs(share * 256 - 1) < 0.2


@floats
def test_uniform_needs_a_range_that_the_dtype_holds(dtype):
    x = ember.empty(4, dtype=dtype)
    assert x.uniform_(2, 2).tolist() == [2] * 4
    largest = LARGEST[dtype]
    with pytest.raises(RuntimeError, match="range"):
        x.uniform_(-largest, largest)


@floats
@pytest.mark.parametrize("low, high", [(0, 4096), (0, 2050), (-4097, 3), (0, 257), (2049, 5001), (0, 60001)])
def test_integers_in_floating_point_stay_below_the_end(low, high, dtype):
    ember.manual_seed(4)
    for x in (ember.randint(low, high, (MANY,), dtype=dtype), ember.empty(MANY, dtype=dtype).random_(low, high)):
        first, last = ends(x)
        assert low <= first and last < high


@pytest.mark.parametrize("dtype", [ember.int64, ember.float64, ember.float32, ember.bfloat16], ids=str)
def test_integers_reach_the_ends_of_int64(dtype):
    low, high = -(2**63), 2**63 - 1
    ember.manual_seed(5)
    x = ember.randint(low, high, (1000,), dtype=dtype)
    first, last = (int(v) for v in (x.min().item(), x.max().item()))
    assert low <= first < -(2**61) and 2**61 < last < high
    assert ember.randint(high - 1, high, (3,)).tolist() == [high - 1] * 3


def test_integers_must_fit_the_dtype():
    for low, high, dtype in [
        (0, 70000, ember.float16),
        (0, 257, ember.uint8),
        (-129, 0, ember.int8),
        (-1, 2, ember.bool),
    ]:
        with pytest.raises((RuntimeError, ValueError)):
            ember.empty(3, dtype=dtype).random_(low, high)
    with pytest.raises(RuntimeError, match="no number"):
        ember.empty(3, dtype=ember.float16).random_(2049, 2050)
    for dtype, least, most in [
        (ember.uint8, 0, 255),
        (ember.int8, 0, 127),
        (ember.bool, 0, 1),
        (ember.float16, 0, 2048),
    ]:
        x = ember.empty(MANY, dtype=dtype).random_()
        assert ends(x) == (least, most)


def test_permutations_must_fit_the_dtype():
    assert sorted(ember.randperm(256, dtype=ember.uint8).tolist()) == list(range(256))
    assert sorted(ember.randperm(2049, dtype=ember.float16).tolist()) == list(range(2049))
    for n, dtype in [(257, ember.uint8), (129, ember.int8), (2050, ember.float16), (258, ember.bfloat16)]:
        with pytest.raises(RuntimeError, match="randperm"):
            ember.randperm(n, dtype=dtype)


@floats
@pytest.mark.parametrize("rate", [1.0, 1e4, 0.01])
def test_exponential_numbers_are_positive_and_finite(rate, dtype):
    # Their logarithm is what Gumbel noise is made of.
    ember.manual_seed(6)
    for _ in range(12 if dtype == ember.float32 and rate == 1 else 1):
        first, last = ends(ember.empty(1 << 21, dtype=dtype).exponential_(rate))
        assert 0 < first and math.isfinite(last)


@pytest.mark.parametrize("dtype", [*FLOATS, ember.int8, ember.uint8, ember.int64], ids=str)
def test_geometric_numbers_count_from_1(dtype):
    ember.manual_seed(7)
    for p in (0.5, 0.01, 1e-4, 1 - 1e-12):
        first, last = ends(ember.empty(MANY, dtype=dtype).geometric_(p))
        assert first == 1 or p == 1e-4
        assert last < math.inf and first >= 1


@pytest.mark.parametrize("dtype", [*FLOATS, ember.bool, ember.int64], ids=str)
def test_certain_events(dtype):
    x = ember.empty(MANY, dtype=dtype)
    assert not x.bernoulli_(0).any() and x.bernoulli_(1).all()
    if dtype in FLOATS:
        assert ember.bernoulli(ember.ones(MANY, dtype=dtype)).all()
        assert not ember.bernoulli(ember.zeros(MANY, dtype=dtype)).any()
        chance = ember.full((MANY,), 0.25, dtype=dtype)
        assert abs(ember.bernoulli(chance).to(ember.float64).mean().item() - 0.25) < 5e-3


@floats
def test_dropout_at_its_ends(dtype):
    ember.manual_seed(8)
    x = ember.full((4096,), 1e-3, dtype=dtype, requires_grad=True)
    for f in (F.dropout, F.alpha_dropout, lambda x, p, training: F.dropout1d(x.reshape(2, 4, 512), p, training)):
        assert ember.equal(f(x, 0.0, True).flatten(), x)
        assert not f(x, 1.0, True).any()
        for p in (1e-9, 1 - 1e-6):
            y = f(x, p, True)
            y.sum().backward()
            assert y.isfinite().all() and x.grad.isfinite().all()
    # The scale 1 / (1 - p) is beyond float16, what it makes of small numbers is not.
    kept = F.dropout(ember.full((1 << 20,), 2**-14, dtype=dtype), 1 - 2**-17)
    assert set(kept.tolist()) == {0, 8}


@floats
def test_dropout_rounds_the_scaled_elements_once(dtype):
    x = ember.rand(1000, dtype=dtype)
    y = F.dropout(x, 0.3)
    expected = (x.to(ember.float64) / 0.7).to(dtype)
    assert ember.allclose(y, ember.where(y == 0, 0, expected), rtol=1e-6 if dtype == ember.float32 else 1e-12)


def test_classes_without_probability_are_not_drawn():
    ember.manual_seed(9)
    for dtype in FLOATS:
        for weights in ([0, 1, 0, 2, 0], [0, 0, 0, 1e-7, 0], [1, 0, 0, 0, 0], [6e4, 0, 1e-7, 0, 0]):
            w = ember.tensor(weights, dtype=dtype)
            assert (w[ember.multinomial(w, 20000, replacement=True)] > 0).all()
            count = int((w > 0).sum())
            assert sorted(ember.multinomial(w, count).tolist()) == w.nonzero().flatten().tolist()


@floats
def test_slopes_of_rrelu(dtype):
    ember.manual_seed(10)
    x = ember.full((MANY,), -1, dtype=dtype)
    first, last = ends(-F.rrelu(x, 0.1, 0.3, training=True))
    assert 0.1 <= first and last < 0.3


@floats
def test_counts_are_integers_in_range(dtype):
    ember.manual_seed(11)
    y = ember.poisson(ember.full((1000,), 100.0, dtype=dtype))
    assert (y == y.round()).all() and (y >= 0).all()
    y = ember.binomial(ember.full((1000,), 100.0, dtype=dtype), ember.full((1000,), 0.99, dtype=dtype))
    assert (y == y.round()).all() and (y <= 100).all()


@floats
def test_initialisations_keep_their_bounds(dtype):
    ember.manual_seed(12)
    w = ember.empty(128, 256, dtype=dtype)
    bound = math.sqrt(6 / 384)
    for init, limit in [
        (nn.init.xavier_uniform_, bound),
        (lambda w: nn.init.kaiming_uniform_(w, a=math.sqrt(5)), 1 / 16),
        (lambda w: nn.init.uniform_(w, -0.04, 0.04), 0.04),
        (lambda w: nn.init.trunc_normal_(w, std=0.1, a=-0.04, b=0.04), 0.04),
    ]:
        first, last = ends(init(w))
        assert -limit <= first and last <= limit
    for init in (nn.init.normal_, nn.init.xavier_normal_, nn.init.kaiming_normal_):
        assert init(w).isfinite().all()


@floats
def test_normal_numbers_are_rounded_once(dtype):
    mean, std = ember.full((1000,), 200.0, dtype=dtype), ember.full((1000,), 0.3, dtype=dtype)
    ember.manual_seed(13)
    x = ember.normal(mean, std)
    ember.manual_seed(13)
    z = ember.randn(1000, dtype=ember.float32 if dtype != ember.float64 else dtype)
    expected = (200 + std.to(z.dtype) * z).to(dtype)
    assert ember.equal(x, expected)


def test_a_generator_gives_the_same_numbers_in_the_same_range():
    for dtype in FLOATS:
        a, b = (ember.rand(1000, dtype=dtype, generator=ember.Generator().manual_seed(3)) for _ in range(2))
        assert ember.equal(a, b) and (a < 1).all()
