"""Calls on tensors so large that libraries and kernels share out their sums among threads; run as a program, it prints the digest of
what each gives.

    python large_calls.py THREADS [INSTRUCTION_SET]
"""

import hashlib
import sys

import ember
import ember.nn.functional as F
from ember import linalg, nn, optim


def digest(tensors):
    bits = hashlib.sha256()
    for x in tensors:
        values = x.detach().float() if x.dtype == ember.bfloat16 else x.detach()  # which NumPy does not know
        bits.update(repr((x.shape, x.dtype)).encode() + values.numpy().tobytes())
    return bits.hexdigest()[:16]


def flat(result):
    if isinstance(result, ember.Tensor):
        return [result]
    return [x for part in result for x in flat(part)]


def evaluated(function, inputs):
    """Outputs, and the gradients of an uneven sum of them."""
    outputs = flat(function(*inputs))
    roots = [y for y in outputs if y.requires_grad]
    leaves = [x for x in inputs if x.requires_grad]
    weights = [(ember.arange(y.numel(), dtype=ember.float64).sin() + 0.5).reshape(y.shape).to(y.dtype) for y in roots]
    gradients = ember.autograd.grad(roots, leaves, weights, allow_unused=True) if roots and leaves else []
    return outputs + [g for g in gradients if g is not None]


def real(*shape, dtype=ember.float32):
    return ember.randn(shape, dtype=dtype).requires_grad_()


def constant(*shape):
    return ember.randn(shape)


def indices(high, *shape):
    return ember.randint(0, high, shape)


def products():
    yield "matvec", ember.mv, real(1000, 3000), real(3000)
    yield "vecmat", ember.matmul, real(3000), real(3000, 1000)
    yield "matvec of a transpose", lambda a, b: a.T @ b, real(3000, 1000), real(3000)
    yield "dot", ember.dot, real(200_001), real(200_001)
    for rows, inner, columns in ((1, 3000, 1000), (3, 1001, 777), (64, 784, 128), (257, 300, 511), (2, 40000, 3)):
        yield f"linear {rows}x{inner}x{columns}", F.linear, real(rows, inner), real(columns, inner), real(columns)
        yield f"addmm {rows}x{inner}x{columns}", ember.addmm, real(columns), real(rows, inner), real(inner, columns)
    for dtype in (ember.bfloat16, ember.float16, ember.float64):
        yield f"matmul of {dtype}", ember.matmul, real(130, 600, dtype=dtype), real(600, 70, dtype=dtype)
        yield f"bmm of {dtype}", ember.bmm, real(5, 60, 300, dtype=dtype), real(5, 300, 70, dtype=dtype)
    yield (
        "matmul of complex64",
        ember.matmul,
        real(100, 300, dtype=ember.complex64),
        real(300, 70, dtype=ember.complex64),
    )
    yield "bmm of many", ember.bmm, real(64, 20, 33), real(64, 33, 20)
    yield "baddbmm", ember.baddbmm, real(3, 200, 250), real(3, 200, 300), real(3, 300, 250)
    yield "matmul, one matrix for all", ember.matmul, real(7, 100, 200), real(200, 150)
    yield "einsum", lambda a, b: ember.einsum("bij,kj->bik", a, b), real(6, 100, 200), real(150, 200)
    yield "bilinear", F.bilinear, real(50, 60), real(50, 70), real(20, 60, 70)
    yield "matrix_power", lambda a: ember.matrix_power(a / 20, 5), real(200, 200)
    yield "matrix_exp", lambda a: ember.matrix_exp(a / 50), real(80, 80)
    yield "cov", ember.cov, real(60, 3000)
    yield "cdist", ember.cdist, real(200, 300), real(150, 300)
    yield "tensordot", lambda a, b: ember.tensordot(a, b, 2), real(40, 50, 60), real(50, 60, 70)


def convolutions():
    sizes = {1: (300,), 2: (29, 31), 3: (9, 11, 10)}
    for rank, size in sizes.items():
        conv, transposed = getattr(F, f"conv{rank}d"), getattr(F, f"conv_transpose{rank}d")
        for batch in (1, 8):
            for groups, outputs in ((1, 24), (4, 24), (16, 16)):
                weight = real(outputs, 16 // groups, *[3] * rank)
                name = f"{rank}d of {batch}, {groups} groups"
                yield (
                    "conv" + name,
                    lambda x, w, b, f=conv, g=groups: f(x, w, b, 1, 1, 1, g),
                    real(batch, 16, *size),
                    weight,
                    real(outputs),
                )
                yield ("conv_transpose" + name,
                       lambda x, w, b, f=transposed, g=groups: f(x, w, b, 2, 1, 1, g, 1),
                       real(batch, 16, *[n // 2 for n in size]), real(16, outputs // groups, *[3] * rank), real(outputs))  # fmt: skip
        yield (
            f"conv{rank}d, strides",
            lambda x, w, f=conv: f(x, w, None, 2, 2, 2),
            real(5, 3, *size),
            real(32, 3, *[3] * rank),
        )
    yield "conv2d of 64 digits", F.conv2d, real(64, 1, 28, 28), real(32, 1, 3, 3), real(32)
    yield "conv2d, 1x1", F.conv2d, real(2, 64, 40, 40), real(100, 64, 1, 1), real(100)
    for dtype in (ember.bfloat16, ember.float64):
        yield (
            f"conv2d of {dtype}",
            F.conv2d,
            real(4, 8, 30, 30, dtype=dtype),
            real(16, 8, 3, 3, dtype=dtype),
            real(16, dtype=dtype),
        )


def layers():
    for make in (nn.LSTM, nn.GRU, nn.RNN):
        net = make(48, 130, 2, bidirectional=True)
        yield make.__name__, lambda x, *p, net=net: net(x)[0], real(12, 9, 48), *net.parameters()
    for causal in (False, True):
        yield (f"attention, causal {causal}", lambda q, k, v, c=causal: F.scaled_dot_product_attention(q, k, v, is_causal=c),
               real(3, 4, 210, 32), real(3, 4, 210, 32), real(3, 4, 210, 32))  # fmt: skip
    heads = nn.MultiheadAttention(96, 4, batch_first=True)
    yield "MultiheadAttention", lambda x, *p: heads(x, x, x)[0], real(5, 80, 96), *heads.parameters()
    encoder = nn.TransformerEncoderLayer(96, 4, 200, dropout=0.0, batch_first=True)
    yield "TransformerEncoderLayer", lambda x, *p: encoder(x), real(5, 80, 96), *encoder.parameters()
    yield (
        "batch_norm",
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
        real(16, 20, 30, 31),
        real(20),
        real(20),
    )
    yield (
        "batch_norm of few channels",
        lambda x, w: F.batch_norm(x, None, None, w, None, True),
        real(70_000, 3),
        real(3),
    )
    yield "layer_norm", lambda x, w, b: F.layer_norm(x, (300,), w, b), real(700, 300), real(300), real(300)
    yield "group_norm", lambda x, w, b: F.group_norm(x, 4, w, b), real(8, 20, 30, 31), real(20), real(20)
    yield "instance_norm", F.instance_norm, real(8, 20, 30, 31)
    yield "rms_norm", lambda x, w: F.rms_norm(x, (300,), w), real(700, 300), real(300)
    yield "embedding", F.embedding, indices(50, 40_000), real(50, 30)
    yield "embedding_bag", lambda w, i: F.embedding_bag(i, w, mode="mean"), real(50, 30), indices(50, 4000, 12)
    for mode in ("bilinear", "bicubic", "nearest"):
        yield f"interpolate {mode}", lambda x, m=mode: F.interpolate(x, scale_factor=2.3, mode=m), real(3, 5, 60, 61)
    yield (
        "interpolate, smaller",
        lambda x: F.interpolate(x, (17, 19), mode="bilinear", antialias=True),
        real(3, 5, 160, 161),
    )
    yield (
        "grid_sample",
        lambda x, g: F.grid_sample(x, g.tanh(), align_corners=True),
        real(2, 9, 60, 61),
        real(2, 70, 71, 2),
    )
    yield "max_pool2d", lambda x: F.max_pool2d(x, 3, 2), real(6, 8, 61, 60)
    yield "avg_pool2d", lambda x: F.avg_pool2d(x, 3, 1), real(6, 8, 61, 60)
    yield "adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, 7), real(6, 8, 61, 60)
    yield "unfold", lambda x: F.unfold(x, 3), real(4, 5, 60, 60)
    yield "fold", lambda x: F.fold(x, (40, 40), 3), real(4, 45, 38 * 38)
    yield "cross_entropy", F.cross_entropy, real(3000, 50), indices(50, 3000)
    yield "mse_loss", F.mse_loss, real(300, 401), constant(300, 401)
    yield "kl_div", lambda x, y: F.kl_div(x, y.softmax(1)), real(300, 401), constant(300, 401)
    yield ("ctc_loss", lambda x, y: F.ctc_loss(x.log_softmax(2), y, ember.full((16,), 60), ember.full((16,), 20)),
           real(60, 16, 30), indices(29, 16, 20) + 1)  # fmt: skip
    yield "prelu", F.prelu, real(16, 20, 30, 31), real(20)


def reductions():
    x = real(71, 83, 97)
    for op in (ember.sum, ember.mean, ember.var, ember.std, ember.logsumexp, ember.amax, ember.softmax, ember.cumsum,
               ember.cumprod, ember.logcumsumexp, ember.sort, ember.median, ember.prod):  # fmt: skip
        for dim in range(3):
            yield f"{op.__name__}, dim {dim}", lambda x, op=op, dim=dim: flat(op(x, dim))[0], x
    yield "sum", ember.sum, x
    yield "var", ember.var, x
    yield "norm", ember.norm, x
    yield "norm of powers", lambda x: linalg.vector_norm(x, 3, (0, 2)), x
    yield "broadcast", lambda a, b: a * b, real(71, 1, 97), real(83, 1)
    yield (
        "scatter_add",
        lambda x, s, i: ember.scatter_add(x, 0, i, s),
        real(40, 500),
        real(3000, 500),
        indices(40, 3000, 500),
    )
    yield "index_add", lambda x, s, i: ember.index_add(x, 0, i, s), real(40, 50), real(30_000, 50), indices(40, 30_000)
    yield (
        "index_put",
        lambda x, s, i: x.index_put((i,), s, accumulate=True),
        real(40, 50),
        real(30_000, 50),
        indices(40, 30_000),
    )
    yield "indexing", lambda x, i: x[i], real(40, 50), indices(40, 30_000)
    yield "gather", lambda x, i: ember.gather(x, 0, i), real(40, 500), indices(40, 3000, 500)
    yield (
        "scatter_reduce",
        lambda x, s, i: ember.scatter_reduce(x, 0, i, s, "mean"),
        real(40, 500),
        real(3000, 500),
        indices(40, 3000, 500),
    )
    yield "bincount", lambda i, w: ember.bincount(i, w), indices(40, 300_000), constant(300_000)
    yield "histc", lambda x: ember.histc(x, 70, -3, 3), constant(300_000)
    yield "topk", lambda x: ember.topk(x, 20)[0], real(100, 3000)
    yield "unique", lambda x: ember.unique(x, return_counts=True), indices(900, 200_000)
    yield "fft", lambda x: ember.fft.rfft(x).abs(), real(30, 5000)
    yield "exp", lambda x: ember.exp(x.sin()) + ember.log1p(x * x) + ember.erf(x) + ember.tanh(x), real(300, 401)
    yield "gelu", F.gelu, real(300, 401)
    yield "lgamma", ember.lgamma, real(300, 401)
    yield "pow", lambda x, y: ember.pow(x.abs() + 0.1, y), real(300, 401), real(300, 401)


def symmetric(a):
    """With eigenvalues of 1 and more."""
    return a @ a.mT / a.shape[-1] + ember.eye(a.shape[-1], dtype=a.dtype)


def decompositions():
    for n in (5, 40, 200):
        for batch in ((), (3,)):
            name = f"of {batch + (n, n)}"
            for dtype in (ember.float32, ember.float64):
                kind = name + ("" if dtype == ember.float32 else " float64")
                a, b = real(*batch, n, n, dtype=dtype), real(*batch, n, 7, dtype=dtype)
                yield "solve " + kind, linalg.solve, a, b
                yield "inv " + kind, linalg.inv, a
                yield "det " + kind, lambda a: linalg.slogdet(a)[1], a
                yield "cholesky " + kind, lambda a: linalg.cholesky(symmetric(a)), a
                yield "qr " + kind, linalg.qr, a
                yield "svd " + kind, linalg.svdvals, a
                yield "vectors of svd " + kind, lambda a: linalg.svd(a.detach()), a
                yield "eigh " + kind, lambda a: linalg.eigvalsh(symmetric(a)), a
                yield "vectors of eigh " + kind, lambda a: linalg.eigh(symmetric(a.detach())), a
                yield "eig " + kind, lambda a: linalg.eig(a.detach()), a
                yield "lstsq " + kind, lambda a, b: linalg.lstsq(a, b)[0], a, b
                yield "triangular " + kind, lambda a, b: linalg.solve_triangular(symmetric(a), b, upper=False), a, b
    yield "pinv", linalg.pinv, real(120, 90)
    yield "lu", lambda a: linalg.lu(a), real(200, 200)
    yield "matrix_rank", lambda a: linalg.matrix_rank(a), constant(150, 150)
    yield "ldl", lambda a: linalg.ldl_factor(a @ a.T)[0], constant(150, 150)


def random_numbers():
    for op in (ember.rand, ember.randn):
        yield op.__name__, lambda op=op: op(300, 401)
    yield "dropout", lambda x: F.dropout(x, 0.3), real(300, 401)
    yield "bernoulli", lambda x: ember.bernoulli(x.sigmoid()), constant(300, 401)
    yield "poisson", lambda x: ember.poisson(x.abs() * 9), constant(300, 401)
    yield "multinomial", lambda x: ember.multinomial(x.abs(), 30, True), constant(50, 401)
    yield "randperm", lambda: ember.randperm(70_000)
    for name in ("exponential_", "cauchy_", "log_normal_", "geometric_"):
        yield name, lambda name=name: getattr(ember.empty(300, 401), name)(*((0.3,) if name == "geometric_" else ()))


def steps():
    """Three steps of each optimizer."""
    for name, make in (
        ("SGD", lambda p: optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01)),
        ("Adam", lambda p: optim.Adam(p, 1e-2, amsgrad=True)),
        ("AdamW", lambda p: optim.AdamW(p, 1e-2)),
    ):

        def train(x, make=make):
            ember.manual_seed(1)
            net = nn.Sequential(nn.Linear(300, 401), nn.Tanh(), nn.Linear(401, 7))
            optimizer = make(net.parameters())
            for _ in range(3):
                optimizer.zero_grad()
                net(x).square().mean().backward()
                nn.utils.clip_grad_norm_(net.parameters(), 0.01)
                optimizer.step()
            return list(net.parameters())

        yield name, train, constant(200, 300)


def training():
    """Twenty steps of a small network of convolutions."""

    def train():
        ember.manual_seed(1)
        net = nn.Sequential(
            nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(),
            nn.Flatten(), nn.Dropout(0.2), nn.Linear(32 * 25, 64), nn.ReLU(), nn.Linear(64, 10),
        )  # fmt: skip
        optimizer = optim.Adam(net.parameters(), 1e-3)
        x, y = ember.randn(32, 1, 16, 16), ember.randint(0, 10, (32,))
        for _ in range(20):
            optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
        return list(net.parameters()) + list(net.buffers())

    yield "training", train


FAMILIES = (products, convolutions, layers, reductions, decompositions, random_numbers, steps, training)


def digests(families=FAMILIES):
    """The digest of each call's outputs and gradients, by its name."""
    found = {}
    for family in families:
        ember.manual_seed(0)
        for name, function, *inputs in family():
            with ember.random.fork_rng():
                found[name] = digest(evaluated(function, inputs))
    return found


if __name__ == "__main__":
    ember.set_num_threads(int(sys.argv[1]))
    ember.use_deterministic_algorithms(True, instruction_set=sys.argv[2] if len(sys.argv) > 2 else None)
    for name, bits in digests().items():
        print(bits, name)
