"""Ops of 16-bit floats round once, at their end: results and gradients are those of float64 within few units in the last place.

A row is an op and the shapes of its inputs, which take values near 200 and 50,000, up to 60,000 with both signs, up to 2, all equal, and
0 beside 1,000. What the exact result puts beyond the dtype's range is not compared; everything else must be there."""

import numpy as np
import pytest

import ember
from ember import nn
from ember.nn import functional as F

BITS = {ember.float16: 11, ember.bfloat16: 8}
LARGEST = {ember.float16: 65504.0, ember.bfloat16: 255.0 * 2**120}
LEAST_EXPONENT = {ember.float16: -14, ember.bfloat16: -126}
INF = float("inf")


def values(kind, shape, seed):
    random = np.random.default_rng(seed)
    match kind:
        case "near 200":
            return 200 * (1 + 0.01 * random.standard_normal(shape))
        case "near 50000":
            return 50000 * (1 + 0.05 * random.standard_normal(shape))
        case "signed":
            return random.uniform(-60000, 60000, shape)
        case "small":
            return random.uniform(-2, 2, shape)
        case "equal":
            return np.full(shape, 3.14 + seed)
        case "shares":
            return random.uniform(0.02, 0.98, shape)
        case "two":
            return np.where(np.arange(int(np.prod(shape))).reshape(shape) % 2, 1000.0, 0.0)


KINDS = ["near 200", "near 50000", "signed", "small", "equal", "two"]
M = [(4, 1250)]
PAIR = [(4, 1250), (4, 1250)]
LOSS = [(20, 30), (20, 30)]
VECTOR = [(200,)]
VECTORS = [(200,), (200,)]
IMAGE = [(2, 3, 12, 12)]
TABLE = [(3, 4), (1250, 4)]
ROW = ember.arange(1250) % 3
CELLS = ROW[:, None].expand(1250, 4)
CLASSES = ember.arange(20) % 30
SHARES = "shares"  # an input in (0, 1) whatever the kind

ROWS = {
    # Reductions
    "sum": (lambda x: x.sum(1), M),
    "mean": (lambda x: x.mean(), M),
    "mean of columns": (lambda x: x.mean(0), M),
    "std": (lambda x: x.std(), M),
    "std of rows": (lambda x: x.std(1), M),
    "std of columns": (lambda x: x.std(0, correction=0), M),
    "var": (lambda x: x.var(1), M),
    "logsumexp": (lambda x: x.logsumexp(1), M),
    "nansum": (lambda x: x.nansum(1), M),
    "nanmean": (lambda x: ember.nanmean(x, 1), M),
    "prod": (lambda x: x.prod(1), [(4, 3)]),
    "amax": (lambda x: x.amax(1), M),
    "max": (lambda x: x.max(), M),
    "cumsum": (lambda x: x.cumsum(1), M),
    "cumprod": (lambda x: x.cumprod(1), [(4, 4)]),
    "logcumsumexp": (lambda x: x.logcumsumexp(1), [(4, 50)]),
    "cummax": (lambda x: x.cummax(1)[0], M),
    "cov": (lambda x: ember.cov(x), M),
    "corrcoef": (lambda x: ember.corrcoef(x), M),
    "trapezoid": (lambda x: ember.trapezoid(x, dx=0.01), M),
    "trapezoid of points": (lambda y, x: ember.trapezoid(y, x), PAIR),
    "cumulative_trapezoid": (lambda x: ember.cumulative_trapezoid(x, dx=0.01), M),
    "diff": (lambda x: x.diff(n=2), M),
    "gradient": (lambda x: ember.gradient(x, spacing=0.5, dim=1)[0], M),
    # Norms and distances
    **{f"norm {p}": (lambda x, p=p: ember.norm(x, p, 1), M) for p in (0.5, 1, 2, 3, INF, -INF, -1)},
    **{f"matrix_norm {p}": (lambda x, p=p: ember.linalg.matrix_norm(x, p), [(20, 30)]) for p in ("fro", 1, -1, INF, -INF)},
    "renorm": (lambda x: x.renorm(2, 0, 50.0), M),
    "normalize": (lambda x: F.normalize(x), M),
    "normalize 1": (lambda x: F.normalize(x, p=1), M),
    "dist": (lambda x, y: ember.dist(x, y), PAIR),
    "cosine_similarity": (lambda x, y: F.cosine_similarity(x, y), PAIR),
    "pairwise_distance": (lambda x, y: F.pairwise_distance(x, y), PAIR),
    **{f"cdist {p}": (lambda x, y, p=p: ember.cdist(x, y, p), [(30, 20), (10, 20)]) for p in (0, 1, 2, 3, INF)},
    **{f"pdist {p}": (lambda x, p=p: F.pdist(x, p), [(10, 20)]) for p in (1, 2, INF)},
    "vecdot": (lambda x, y: ember.linalg.vecdot(x, y), PAIR),
    "cross": (lambda x, y: ember.linalg.cross(x, y), [(6, 3), (6, 3)]),
    # Attention, normalisations, pooling, resampling
    "softmax": (lambda x: x.softmax(1), M),
    "log_softmax": (lambda x: x.log_softmax(1), M),
    "attention": (lambda q, k, v: F.scaled_dot_product_attention(q, k, v), [(2, 6, 8)] * 3),
    "causal attention": (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), [(2, 6, 8)] * 3),
    "masked attention": (lambda q, k, v, a: F.scaled_dot_product_attention(q, k, v, a), [*[(2, 6, 8)] * 3, (6, 6)]),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (1250,), w, b), [(4, 1250), (1250,), (1250,)]),
    "rms_norm": (lambda x, w: F.rms_norm(x, (1250,), w), [(4, 1250), (1250,)]),
    "batch_norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), [(20, 5, 12), (5,), (5,)]),
    "instance_norm": (lambda x, w, b: F.instance_norm(x, None, None, w, b), [(4, 5, 60), (5,), (5,)]),
    "group_norm": (lambda x, w, b: F.group_norm(x, 2, w, b), [(4, 10, 60), (10,), (10,)]),
    "local_response_norm": (lambda x: F.local_response_norm(x, 3), [(2, 5, 8, 8)]),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 3), IMAGE),
    "adaptive_avg_pool2d": (lambda x: F.adaptive_avg_pool2d(x, 5), IMAGE),
    "lp_pool2d": (lambda x: F.lp_pool2d(x, 2.0, 3), IMAGE),
    "lp_pool1d": (lambda x: F.lp_pool1d(x, 3.0, 3), [(2, 3, 12)]),
    "max_pool2d": (lambda x: F.max_pool2d(x, 3, 1), IMAGE),
    **{f"interpolate {m}": (lambda x, m=m: F.interpolate(x, size=7, mode=m), IMAGE) for m in ("bilinear", "bicubic", "area")},
    "interpolate trilinear": (lambda x: F.interpolate(x, scale_factor=1.7, mode="trilinear"), [(1, 2, 5, 6, 7)]),
    "fold": (lambda x: F.fold(x, (12, 12), 3), [(2, 27, 100)]),
    # Products
    "matmul": (lambda x, y: x @ y, [(6, 30), (30, 5)]),
    "linear": (lambda x, w, b: F.linear(x, w, b), [(6, 30), (5, 30), (5,)]),
    "linear to a number": (lambda x, w, b: F.linear(x, w, b), [(6, 30), (30,), ()]),
    "conv2d": (lambda x, w, b: F.conv2d(x, w, b), [(1, 3, 6, 6), (2, 3, 3, 3), (2,)]),
    "conv_transpose2d": (lambda x, w, b: F.conv_transpose2d(x, w, b), [(1, 3, 6, 6), (3, 2, 3, 3), (2,)]),
    "addmm": (lambda z, x, y: ember.addmm(z, x, y, beta=2, alpha=1e-3), [(6, 5), (6, 30), (30, 5)]),
    "baddbmm": (lambda z, x, y: ember.baddbmm(z, x, y, beta=2, alpha=1e-3), [(2, 6, 5), (2, 6, 30), (2, 30, 5)]),
    "addbmm": (lambda z, x, y: ember.addbmm(z, x, y), [(6, 5), (2, 6, 30), (2, 30, 5)]),
    "addmv": (lambda z, x, y: ember.addmv(z, x, y, alpha=1e-3), [(6,), (6, 30), (30,)]),
    "addr": (lambda z, x, y: ember.addr(z, x, y, alpha=1e-3), [(6, 5), (6,), (5,)]),
    "einsum of three": (lambda x, y, z: ember.einsum("ij,kj,k->i", x, y, z), [(6, 30), (5, 30), (5,)]),
    "einsum with a sum": (lambda x, y: ember.einsum("ij,k->i", x, y), [(6, 30), (5,)]),
    "bilinear": (lambda *x: F.bilinear(*x), [(6, 7), (6, 8), (3, 7, 8), (3,)]),
    "multi_dot": (lambda *x: ember.linalg.multi_dot(x), [(6, 7), (7, 8), (8, 3)]),
    "matrix_power": (lambda x: ember.linalg.matrix_power(x, 3), [(5, 5)]),
    "kron": (lambda x, y: ember.kron(x, y), [(3, 4), (2, 5)]),
    "addcmul": (lambda x, y, z: ember.addcmul(x, y, z, value=1e-3), [(200,)] * 3),
    "addcdiv": (lambda x, y, z: ember.addcdiv(x, y, z, value=1e-3), [(200,)] * 3),
    "lerp": (lambda x, y, w: ember.lerp(x, y, w), [(200,), (200,), (SHARES, (200,))]),
    # Sums of many, also as gradients of what reads one element often
    "index_add": (lambda x, s: x.index_add(0, ROW, s), TABLE),
    "index_add, scaled": (lambda x, s: x.index_add(0, ROW, s, alpha=0.01), TABLE),
    "scatter_add": (lambda x, s: x.scatter_add(0, CELLS, s), TABLE),
    **{f"scatter_reduce {r}": (lambda x, s, r=r: x.scatter_reduce(0, CELLS, s, r), TABLE) for r in ("sum", "mean", "amax")},
    "scatter_reduce prod": (lambda x, s: x.scatter_reduce(0, CELLS[:3], s, "prod"), [(3, 4), (3, 4)]),
    "index_reduce": (lambda x, s: ember.index_reduce(x, 0, ROW, s, "mean"), TABLE),
    "index_put": (lambda x, s: ember.index_put(x, (ROW,), s, accumulate=True), TABLE),
    "embedding": (lambda w: F.embedding(ROW, w), [(3, 4)]),
    "embedding by frequency": (lambda w: F.embedding(ROW, w, scale_grad_by_freq=True), [(3, 4)]),
    **{f"embedding_bag {m}": (lambda w, m=m: F.embedding_bag(ROW.reshape(2, 625), w, mode=m), [(3, 4)]) for m in ("sum", "mean", "max")},
    "weighted embedding_bag": (
        lambda w, s: F.embedding_bag(ROW.reshape(2, 625), w, per_sample_weights=s, mode="sum"),
        [(3, 4), (2, 625)],
    ),
    "gather": (lambda x: x.gather(0, CELLS), [(3, 4)]),
    "index_select": (lambda x: x.index_select(0, ROW), [(3, 4)]),
    "index": (lambda x: x[ROW], [(3, 4)]),
    "take": (lambda x: x.take(ROW), [(3, 4)]),
    "expand": (lambda x: x.expand(1250, 4), [(1, 4)]),
    "repeat": (lambda x: x.repeat(300, 2), [(3, 4)]),
    "pad": (lambda x: F.pad(x, (300, 300), mode="replicate"), [(3, 3, 4)]),
    "unfold": (lambda x: x.unfold(0, 100, 1), [(300,)]),
    "as_strided": (lambda x: x.as_strided((1250, 4), (0, 1)), [(3, 4)]),
    # Formulas of one or two numbers
    **{
        name: (lambda x, name=name: getattr(ember, name)(x), VECTOR)
        for name in "square log10 log2 rsqrt reciprocal tan atan asinh acosh atanh asin acos erf erfc sinh sinc lgamma".split()
    },
    "round to decimals": (lambda x: ember.round(x, decimals=2), VECTOR),
    **{
        name: (lambda x, name=name: getattr(F, name)(x), VECTOR)
        for name in "softsign tanhshrink glu gelu silu mish softplus logsigmoid elu hardswish".split()
    },
    **{
        name: (lambda x, y, name=name: getattr(ember, name)(x, y), VECTORS)
        for name in "div atan2 hypot logaddexp logaddexp2 xlogy fmod remainder".split()
    },
    **{
        name: (lambda x, name=name: getattr(ember.special, name)(x), VECTOR)
        for name in "i0e i1 i1e bessel_j1 entr ndtr log_ndtr".split()
    },
    "power": (lambda x: x**3, VECTOR),
}  # fmt: skip

for reduction in ("mean", "sum", "none"):
    for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "soft_margin_loss", "poisson_nll_loss"):
        ROWS[f"{name}, {reduction}"] = (lambda x, y, n=name, r=reduction: getattr(F, n)(x, y, reduction=r), LOSS)
    ROWS |= {
        f"{name}, {reduction}": (lambda *x, f=f, r=reduction: f(*x, reduction=r), shapes)
        for name, f, shapes in [
            ("weighted mse_loss", lambda x, y, w, reduction: F.mse_loss(x, y, weight=w, reduction=reduction), [*LOSS, (SHARES, (20, 30))]),
            ("kl_div", F.kl_div, [(20, 30), (SHARES, (20, 30))]),
            ("cross_entropy", lambda x, reduction: F.cross_entropy(x, CLASSES, reduction=reduction), [(20, 30)]),
            ("cross_entropy, smooth", lambda x, w, reduction: F.cross_entropy(x, CLASSES, w, reduction=reduction, label_smoothing=0.1), [(20, 30), (SHARES, (30,))]),
            ("cross_entropy of shares", F.cross_entropy, [(20, 30), (SHARES, (20, 30))]),
            ("nll_loss", lambda x, reduction: F.nll_loss(x, CLASSES, reduction=reduction), [(20, 30)]),
            ("bce_with_logits", F.binary_cross_entropy_with_logits, [(20, 30), (SHARES, (20, 30))]),
            ("bce_with_logits, weighted", lambda x, t, w, reduction: F.binary_cross_entropy_with_logits(x, t, pos_weight=w, reduction=reduction), [(20, 30), (SHARES, (20, 30)), (SHARES, (30,))]),
            ("bce", F.binary_cross_entropy, [(SHARES, (20, 30)), (SHARES, (20, 30))]),
            ("gaussian_nll_loss", F.gaussian_nll_loss, [*LOSS, (SHARES, (20, 30))]),
            ("margin_ranking_loss", lambda x, y, reduction: F.margin_ranking_loss(x, y, ember.ones(20, 30, dtype=x.dtype), 3.0, reduction=reduction), LOSS),
            ("hinge_embedding_loss", lambda x, reduction: F.hinge_embedding_loss(x, ember.ones(20, 30, dtype=x.dtype), reduction=reduction), [(20, 30)]),
            ("cosine_embedding_loss", lambda x, y, reduction: F.cosine_embedding_loss(x, y, ember.ones(20, dtype=x.dtype), reduction=reduction), LOSS),
            ("triplet_margin_loss", F.triplet_margin_loss, [*LOSS, (20, 30)]),
            ("multi_margin_loss", lambda x, reduction: F.multi_margin_loss(x, CLASSES, p=2, reduction=reduction), [(20, 30)]),
            ("multilabel_margin_loss", lambda x, reduction: F.multilabel_margin_loss(x, ember.arange(600).reshape(20, 30) % 30, reduction=reduction), [(20, 30)]),
            ("multilabel_soft_margin_loss", F.multilabel_soft_margin_loss, [(20, 30), (SHARES, (20, 30))]),
        ]
    }  # fmt: skip

ROWS |= {
    "kl_div, batchmean": (lambda x, t: F.kl_div(x, t, reduction="batchmean"), [(20, 30), (SHARES, (20, 30))]),
    "KLDivLoss": (nn.KLDivLoss(reduction="batchmean"), [(20, 30), (SHARES, (20, 30))]),
    "CosineSimilarity": (nn.CosineSimilarity(), PAIR),
    "PairwiseDistance": (nn.PairwiseDistance(), PAIR),
}

# Their gradients come from the rounded result, as in PyTorch.
FROM_OUTPUT = {"softmax", "log_softmax"}


def run(f, data, dtype, run_dtype):
    x = [ember.tensor(v, dtype=ember.float64).to(dtype).to(run_dtype).requires_grad_() for v in data]
    y = f(*x)
    g = np.random.default_rng(5).integers(1, 9, tuple(y.shape)) / 4
    grads = ember.autograd.grad(y, x, ember.tensor(g, dtype=run_dtype).reshape(y.shape))
    return [v.detach().to(ember.float64).numpy() for v in (y, *grads)]


def units_off(y, exact, single, dtype):
    """The distance in units of y's last place, beyond the error of float32; 0 where the exact value does not fit the dtype."""
    fits = np.isfinite(exact) & (np.abs(exact) <= LARGEST[dtype])
    with np.errstate(all="ignore"):
        exponent = np.maximum(np.floor(np.log2(np.abs(exact))), LEAST_EXPONENT[dtype])
        distance = np.where(np.isfinite(y), np.abs(y - exact), INF)
        slack = 8 * np.where(np.isfinite(single), np.abs(single - exact), 0)
        units = np.maximum(distance - slack, 0) / 2.0 ** (exponent - BITS[dtype] + 1)
    return float(np.where(fits, units, 0).max(initial=0))


@pytest.mark.parametrize("dtype", BITS, ids=str)
@pytest.mark.parametrize("name", ROWS)
def test_rounds_once(name, dtype):
    f, shapes = ROWS[name]
    for kind in KINDS:
        inputs = [shape if shape and shape[0] == SHARES else (kind, shape) for shape in shapes]
        data = [values(*of, seed=i) for i, of in enumerate(inputs)]
        y, exact, single = (run(f, data, dtype, d) for d in (dtype, ember.float64, ember.float32))
        assert units_off(y[0], exact[0], single[0], dtype) <= 1, kind
        if name not in FROM_OUTPUT:
            for i in range(1, len(y)):
                assert units_off(y[i], exact[i], single[i], dtype) <= 3, (kind, f"gradient of input {i - 1}")


@pytest.mark.parametrize("dtype", BITS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [nn.RNN, nn.GRU, nn.LSTM])
def test_recurrent_layers_round_once(make, kind, dtype):
    ember.manual_seed(1)
    layer = make(5, 4).to(dtype)
    results = []
    for run_dtype in (dtype, ember.float32, ember.float64):
        x = ember.tensor(values(kind, (7, 3, 5), 0), dtype=ember.float64).to(dtype).to(run_dtype).requires_grad_()
        y, _ = layer.to(run_dtype)(x)
        y.sum().backward()
        results.append([v.detach().to(ember.float64).numpy() for v in (y, x.grad)])
    for y, single, exact in zip(*results, strict=True):
        assert units_off(y, exact, single, dtype) <= 1.5


@pytest.mark.parametrize("dtype", BITS, ids=str)
def test_sums_of_many_ones(dtype):
    one, zero, at = ember.ones(4096, dtype=dtype), ember.zeros(3, dtype=dtype), ember.zeros(4096, dtype=ember.int64)
    assert zero.scatter_add(0, at, one).tolist() == [4096, 0, 0]
    assert zero.scatter_reduce(0, at, one, "sum").tolist() == [4096, 0, 0]
    assert zero.index_add(0, at, one).tolist() == [4096, 0, 0]
    assert ember.index_put(zero, (at,), one, accumulate=True).tolist() == [4096, 0, 0]
    assert zero.clone().put_(at, one, accumulate=True).tolist() == [4096, 0, 0]
    weight = ember.zeros(3, 1, dtype=dtype, requires_grad=True)
    F.embedding(at, weight).sum().backward()
    assert weight.grad.flatten().tolist() == [4096, 0, 0]


@pytest.mark.parametrize("dtype", BITS, ids=str)
def test_sums_at_few_places_of_a_large_tensor(dtype):
    """They are sorted first; the rest of the tensor is not touched."""
    at = ember.tensor([7, 900, 7, 7]).repeat(300)
    source = ember.arange(1200).remainder(5).to(dtype)
    expected = ember.full((100_000,), 0.5).index_add(0, at, source.float()).to(dtype)
    base = ember.full((2, 100_000), 0.5, dtype=dtype)
    for x in (base[0], base.T[:, 1]):
        for add in (
            lambda x: x.index_add_(0, at, source),
            lambda x: x.scatter_add_(0, at, source),
            lambda x: x.index_put_((at,), source, accumulate=True),
        ):
            x.fill_(0.5)
            add(x)
            assert ember.equal(x, expected)
    rows = ember.zeros(3000, 2, 4, dtype=dtype)
    rows.index_add_(1, ember.tensor([1, 1]), ember.ones(3000, 2, 4, dtype=dtype))
    assert (rows[:, 1] == 2).all() and not rows[:, 0].any()
    rows = ember.zeros(40, 3000, dtype=dtype)
    rows.scatter_add_(1, ember.zeros(40, 2, dtype=ember.int64) + 5, ember.ones(40, 2, dtype=dtype))
    assert (rows[:, 5] == 2).all() and rows.sum() == 80


def test_counters_count_beyond_what_float32_can_add_1_to():
    x = ember.ones(1).expand(17_000_000)
    assert ember.histc(x, 2, min=0, max=2).tolist() == [0, 17_000_000]
    zeros = ember.zeros(1, dtype=ember.int64).expand(17_000_000)
    assert ember.bincount(zeros, weights=x).tolist() == [17_000_000]


@pytest.mark.parametrize("dtype", BITS, ids=str)
def test_histc_of_16_bits_has_bins_of_its_own(dtype):
    x = ember.arange(2000).remainder(100).to(dtype)
    assert ember.histc(x, 100, min=0, max=100).tolist() == [20] * 100


@pytest.mark.parametrize("dtype", BITS, ids=str)
def test_gradients_are_clipped_by_a_norm_beyond_the_dtype(dtype):
    weights = [ember.zeros(4, dtype=dtype, requires_grad=True) for _ in range(2)]
    for w in weights:
        w.grad = ember.full((4,), 60000.0, dtype=dtype)
    nn.utils.clip_grad_norm_(weights, 1.0)
    assert all(abs(g - 8**-0.5) < 2e-3 for w in weights for g in w.grad.tolist())


@pytest.mark.parametrize("dtype", BITS, ids=str)
@pytest.mark.parametrize("mask", [ember.ones(5, 5).tril().bool(), ember.zeros(5, 5)], ids=["bool", "float32"])
def test_attention_takes_masks_of_other_dtypes(mask, dtype):
    x = ember.full((2, 5, 8), 200.0, dtype=dtype)
    assert (F.scaled_dot_product_attention(x, x, x, mask) == 200).all()


@pytest.mark.parametrize("dtype", BITS, ids=str)
def test_multi_head_attention_of_large_values(dtype):
    ember.manual_seed(2)
    layer = nn.MultiheadAttention(8, 2).to(dtype)
    x = ember.full((5, 3, 8), 200.0, dtype=dtype)
    for need_weights in (True, False):
        y, weights = layer(x, x, x, need_weights=need_weights)
        assert y.isfinite().all()
    assert weights is None


def test_gradients_of_gradients_are_recorded_through_the_wider_dtype():
    x = ember.tensor([0.5, 200.0, -3.0], dtype=ember.float16, requires_grad=True)
    (g,) = ember.autograd.grad(x.std(), x, create_graph=True)
    (gg,) = ember.autograd.grad(g[0], x)
    wide = x.detach().double().requires_grad_()
    (exact,) = ember.autograd.grad(ember.autograd.grad(wide.std(), wide, create_graph=True)[0][0], wide)
    assert ember.allclose(gg.double(), exact, rtol=0.02)
