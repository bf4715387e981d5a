"""Distributions of random numbers against SciPy's: means, variances, Kolmogorov and Smirnov's test."""

import numpy as np
import pytest
from scipy import stats

import ember

N = 40000

CONTINUOUS = {
    "uniform": (lambda x: x.uniform_(-1, 3), stats.uniform(-1, 4)),
    "normal": (lambda x: x.normal_(2, 0.5), stats.norm(2, 0.5)),
    "exponential": (lambda x: x.exponential_(1.5), stats.expon(scale=1 / 1.5)),
    "log_normal": (lambda x: x.log_normal_(0.2, 0.5), stats.lognorm(0.5, scale=np.exp(0.2))),
    "cauchy": (lambda x: x.cauchy_(1, 2), stats.cauchy(1, 2)),
}
DISCRETE = {
    "geometric": (lambda x: x.geometric_(0.3), stats.geom(0.3)),
    "bernoulli": (lambda x: x.bernoulli_(0.3), stats.bernoulli(0.3)),
    "small poisson": (lambda x: ember.poisson(x.fill_(3.5)), stats.poisson(3.5)),
    "large poisson": (lambda x: ember.poisson(x.fill_(60.0)), stats.poisson(60)),
    "small binomial": (lambda x: ember.binomial(x.fill_(20.0), ember.full((1,), 0.2, dtype=x.dtype)), stats.binom(20, 0.2)),
    "large binomial": (lambda x: ember.binomial(x.fill_(90.0), ember.full((1,), 0.7, dtype=x.dtype)), stats.binom(90, 0.7)),
    "randint": (lambda x: ember.randint(-3, 9, (N,)), stats.randint(-3, 9)),
    "random": (lambda x: x.random_(2, 12), stats.randint(2, 12)),
}  # fmt: skip


def draw(make, dtype, seed=7):
    ember.manual_seed(seed)
    return make(ember.empty(N, dtype=dtype)).to(ember.float64).numpy()


def check_moments(sample, reference):
    mean, variance = reference.mean(), reference.var()
    if not np.isfinite(variance):
        return
    assert abs(sample.mean() - mean) < 5 * np.sqrt(variance / N)
    assert abs(sample.var() - variance) < 0.06 * variance


@pytest.mark.parametrize("dtype", [ember.float32, ember.float64])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_continuous(name, dtype):
    make, reference = CONTINUOUS[name]
    sample = draw(make, dtype)
    assert stats.kstest(sample, reference.cdf).pvalue > 1e-3
    check_moments(sample, reference)


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete(name):
    make, reference = DISCRETE[name]
    sample = draw(make, ember.float32)
    check_moments(sample, reference)
    values, counts = np.unique(sample, return_counts=True)
    expected = N * reference.pmf(values)
    common = expected >= 10
    statistic = ((counts[common] - expected[common]) ** 2 / expected[common]).sum()
    assert statistic < stats.chi2(common.sum() - 1 or 1).ppf(1 - 1e-4)


def test_tensors_of_parameters():
    ember.manual_seed(1)
    mean, std = ember.tensor([[0.0], [10.0]]), ember.tensor([0.1, 2.0])
    x = ember.stack([ember.normal(mean, std) for _ in range(2000)])
    assert ember.allclose(x.mean(0), mean.expand(2, 2), atol=0.3) and ember.allclose(
        x.std(0), std.expand(2, 2), rtol=0.1
    )
    p = ember.tensor([0.0, 0.25, 1.0])
    y = ember.stack([ember.zeros(3).bernoulli_(p) for _ in range(2000)]).mean(0)
    assert ember.allclose(y, p, atol=0.05)


def test_multinomial_follows_its_weights():
    ember.manual_seed(2)
    weights = ember.tensor([1.0, 0.0, 3.0, 6.0])
    counts = np.bincount(ember.multinomial(weights, N, replacement=True).numpy(), minlength=4) / N
    assert np.allclose(counts, [0.1, 0, 0.3, 0.6], atol=0.02)
    assert sorted(ember.multinomial(weights, 3).tolist()) == [0, 2, 3]
    pairs = ember.multinomial(weights.expand(N, 4), 2).numpy()
    first = np.bincount(pairs[:, 0], minlength=4) / N
    shares = weights.numpy() / weights.numpy().sum()
    np.testing.assert_allclose(first, shares, atol=0.02)
    after = np.bincount(pairs[pairs[:, 0] == 3, 1], minlength=4) / (pairs[:, 0] == 3).sum()
    np.testing.assert_allclose(after[:3], shares[:3] / shares[:3].sum(), atol=0.02)
    assert sorted(ember.multinomial(ember.ones(10**5), 10**5).tolist()) == list(range(10**5))


def test_generators_save_and_restore():
    g = ember.Generator().manual_seed(5)
    ember.rand(3, generator=g)
    state = g.get_state()
    a = ember.randn(7, generator=g)
    b = ember.empty(5).exponential_(generator=g)
    g.set_state(state)
    assert ember.equal(a, ember.randn(7, generator=g)) and ember.equal(b, ember.empty(5).exponential_(generator=g))
    assert g.initial_seed() == 5 and state.dtype == ember.uint8
    with pytest.raises(TypeError, match="set_state"):
        g.set_state(ember.zeros(3))


def test_fork_rng_leaves_no_trace():
    ember.manual_seed(3)
    a = ember.rand(2)
    ember.manual_seed(3)
    with ember.random.fork_rng():
        ember.rand(100)
    assert ember.equal(a, ember.rand(2))


def test_bad_parameters():
    x = ember.zeros(2)
    for call in (
        lambda: x.exponential_(0), lambda: x.cauchy_(0, -1), lambda: x.geometric_(1.5), lambda: x.log_normal_(0, 0),
    ):  # fmt: skip
        with pytest.raises(RuntimeError):
            call()
    for call in (
        lambda: x.random_(3, 3), lambda: ember.poisson(x - 1), lambda: ember.normal(x, x - 1),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            call()
    with pytest.raises(TypeError):
        ember.zeros(2, dtype=ember.int64).exponential_()
