"""The batching rules of ember.func.vmap against a loop over the samples, op by op."""

import pytest
from vmap_samples import (
    BATCHED,
    IMAGES,
    LINES,
    SHARED,
    B,
    S,
    V,
    W,
    X,
    Y,
    check,
    indices,
    numbers,
    positive,
    squares,
)

import ember
import ember.nn.functional as F

POINTWISE = {
    "exp": (ember.exp, [X]),
    "add": (lambda x, y: x + y, [X, V]),
    "reflected": (lambda x: 2 - x / 3 + 2**x, [X]),
    "alpha": (lambda x, y: ember.add(x, y, alpha=3), [X, Y]),
    "comparison": (lambda x, y: (x < y) & (x != 0), [X, V]),
    "clamp": (lambda x, y: x.clamp(min=y, max=1), [X, S]),
    "where": (lambda x, y: ember.where(x > 0, x, y), [X, S]),
    "where number": (lambda x: ember.where(x > 0, x, 0), [X]),
    "lerp": (ember.lerp, [X, Y, S]),
    "addcmul": (lambda x, y, z: ember.addcmul(x, y, z, value=2), [X, Y, V]),
    "masked_fill": (lambda x: x.masked_fill(x > 0, -1), [X]),
    "masked_fill own value": (lambda x, y: (x.masked_fill(x > 0, y), ember.fill(x, y)), [X, S]),
    "dist": (ember.dist, [X, Y]),
    "bucketize": (lambda x: ember.bucketize(x, W.sort()[0]), [S]),
    "channels_last": (lambda x: x.clone(memory_format=ember.channels_last), [IMAGES]),
    "gelu": (F.gelu, [X]),
    "relu inplace": (lambda x: F.relu(x + 0, inplace=True), [X]),
    "softplus": (lambda x: F.softplus(x, beta=2), [X]),
    "special": (lambda x: ember.special.expit(x) + ember.special.i0e(x), [X]),
    "to": (lambda x: x.to(ember.float32).double(), [X]),
    "zeros_like": (lambda x: ember.zeros_like(x) + x.new_ones(2, 4) + ember.full_like(x, 2), [X]),
    "complex": (lambda x, y: ember.complex(x, y).abs(), [X, Y]),
    "real and imag": (lambda x, y: (lambda z: z.real * z.imag)(ember.complex(x, y)), [X, Y]),
    "frexp": (ember.frexp, [X]),
    "dtype of zero-dim": (lambda x, y: x * y, [X.float(), S]),
    "isin": (lambda x: ember.isin(x.round(), ember.tensor([0.0, 1.0], dtype=ember.float64)), [X]),
    "one_hot": (lambda i: F.one_hot(i, 5), [indices(5, B, 4)]),
}

REDUCTIONS = {
    "sum": (ember.sum, [X]),
    "sum dim": (lambda x: x.sum(0), [X]),
    "sum dims": (lambda x: x.sum((0, -1), keepdim=True), [X]),
    "sum of zero-dim": (lambda x: x.sum() + x.sum(0) + x.sum(-1, keepdim=True), [S]),
    "mean": (lambda x: x.mean(axis=1), [X]),
    "mean all": (lambda x: x.mean(), [X]),
    "prod": (lambda x: (x.prod(), x.prod(1)), [X]),
    "amax": (lambda x: (x.amax(), x.amax(0), x.amax(keepdim=True)), [X]),
    "max": (lambda x: (x.max(), x.max(1), x.min(0, keepdim=True)), [X]),
    "max of two": (lambda x, y: ember.max(x, y), [X, V]),
    "median": (lambda x: (x.median(), x.median(1)), [X]),
    "argmax": (lambda x: (x.argmax(), x.argmax(-1)), [X]),
    "std": (lambda x: (x.std(), x.std(0), x.var(unbiased=False), x.var(1, False), x.std(dim=0, correction=2)), [X]),
    "var_mean": (lambda x: ember.var_mean(x, 1), [X]),
    "any and all": (lambda x: ((x > 0).any(), (x > 0).all(0)), [X]),
    "norm": (lambda x: (x.norm(), x.norm(1, 0), ember.linalg.vector_norm(x, 3, dim=1)), [X]),
    "linalg.norm": (lambda x: (ember.linalg.norm(x), ember.linalg.norm(x, 1), ember.linalg.norm(x, dim=0)), [X]),
    "matrix_norm": (lambda x: ember.linalg.matrix_norm(x, "nuc"), [X]),
    "logsumexp": (lambda x: x.logsumexp(0), [X]),
    "softmax": (lambda x: (x.softmax(0), F.log_softmax(x, dim=-1), F.softmax(x)), [X]),
    "count_nonzero": (lambda x: ((x > 0).count_nonzero(), (x > 0).count_nonzero(0)), [X]),
    "quantile": (lambda x: x.quantile(ember.tensor([0.2, 0.7], dtype=ember.float64), 1), [X]),
    "nanmean": (lambda x: (x.nanmean(), x.nansum(0)), [X]),
    "aminmax": (lambda x: x.aminmax(dim=1), [X]),
}

DIMS = {
    "cumsum": (lambda x: x.cumsum(0), [X]),
    "cumsum zero-dim": (lambda x: x.cumsum(0), [S]),
    "cummax": (lambda x: x.cummax(-1), [X]),
    "sort": (lambda x: (x.sort(), x.sort(0, descending=True), x.argsort(0)), [X]),
    "topk": (lambda x: x.topk(2), [X]),
    "kthvalue": (lambda x: x.kthvalue(2, 1), [X]),
    "gather": (lambda x, i: x.gather(1, i), [X, indices(4, B, 2, 3)]),
    "scatter": (lambda x, i, y: x.scatter(1, i, y), [X, indices(4, B, 2, 4).argsort(2), Y]),
    "scatter into a number": (
        lambda x, i, y: (x.scatter(0, i, y), x.gather(0, i), x.scatter_add(0, i, y), x.cumsum(0), x.sort(0)),
        [S, indices(1, B), numbers(B)],
    ),
    "scatter number": (lambda x, i: x.scatter(1, i, 2.0), [X, indices(4, B, 2, 3)]),
    "scatter_add": (lambda x, i, y: x.scatter_add(-1, i, y), [X, indices(4, B, 2, 4), Y]),
    "take_along_dim": (lambda x, i: ember.take_along_dim(x, i, 1), [X, indices(4, B, 2, 3)]),
    "index_select": (
        lambda x, i: (x.index_select(1, i), x.index_select(0, ember.tensor([1, 0, 1]))),
        [X, indices(4, B, 5)],
    ),
    "index_add": (lambda x: x.index_add(1, ember.tensor([0, 2]), x[:, :2]), [X]),
    "index_fill": (lambda x: x.index_fill(0, ember.tensor([1]), 3), [X]),
    "flip": (lambda x: (x.flip(0), x.flip((0, -1)), x.fliplr(), x.flipud()), [X]),
    "roll": (lambda x: (x.roll(1, 0), x.roll(3), x.roll((1, 2), (0, 1))), [X]),
    "rot90": (lambda x: x.rot90(1, (0, 1)), [X]),
    "diff": (lambda x: (x.diff(), x.diff(dim=0)), [X]),
    "cross": (lambda x, y: (ember.cross(x, y), ember.linalg.cross(x, y)), [numbers(B, 2, 3), numbers(B, 2, 3)]),
    "cosine_similarity": (lambda x, y: F.cosine_similarity(x, y), [X, Y]),
    "normalize": (lambda x: F.normalize(x), [X]),
    "repeat_interleave": (lambda x: (x.repeat_interleave(2), x.repeat_interleave(2, 0)), [X]),
    "glu": (lambda x: F.glu(x), [X]),
    "fft": (lambda x: (ember.fft.fft(x).abs(), ember.fft.rfft(x, dim=0).abs(), ember.fft.fft2(x).abs()), [X]),
    "fftn": (lambda x: (ember.fft.fftn(x).abs(), ember.fft.fftshift(x)), [X]),
    "searchsorted": (ember.searchsorted, [V.sort()[0], X]),
}

SHAPES = {
    "reshape": (lambda x: (x.reshape(4, 2), x.reshape(-1), x.view((2, -1)), x.ravel()), [X]),
    "permute": (lambda x: (x.permute(1, 0), x.T, x.mT, x.t(), x.transpose(0, -1)), [X]),
    "movedim": (lambda x: x.movedim(0, -1), [LINES]),
    "expand": (lambda x: (x.expand(5, 4), x.unsqueeze(0).expand(2, -1)), [V]),
    "expand_as": (lambda x, y: (x.expand_as(y), x.reshape_as(x)), [V, X]),
    "broadcast_to": (lambda x: ember.broadcast_to(x, (2, 3)), [S]),
    "repeat": (lambda x: (x.repeat(2, 3), x.tile(2)), [V]),
    "flatten": (lambda x: (x.flatten(), x.flatten(1), ember.flatten(x, 0, 1)), [LINES]),
    "flatten zero-dim": (lambda x: x.flatten(), [S]),
    "unflatten": (lambda x: x.unflatten(-1, (2, 2)), [X]),
    "squeeze": (lambda x: (x.squeeze(), x.squeeze(1), x.squeeze(0)), [numbers(B, 2, 1, 1)]),
    "unsqueeze": (lambda x: (x.unsqueeze(0), x.unsqueeze(-1), x[:, None]), [X]),
    "split": (lambda x: (x.split(3, 1), x.chunk(2), x.unbind(), x.tensor_split(2, -1)), [X]),
    "narrow": (lambda x: (x.narrow(1, 1, 2), x.select(1, -1)), [X]),
    "diagonal": (lambda x: (x.diagonal(), x.diag(), x.trace(), ember.linalg.diagonal(x)), [X]),
    "select_scatter": (lambda x, y: x.select_scatter(y, 0, 1), [X, V]),
    "diagonal_scatter": (lambda x, y: x.diagonal_scatter(y), [X, numbers(B, 2)]),
    "slice_scatter": (lambda x, y: x.slice_scatter(y, 1, 0, 2), [X, numbers(B, 2, 2)]),
    "split by numbers": (lambda x: (x.tensor_split(ember.tensor([1, 3]), 1), x.hsplit(2), x.vsplit([1])), [X]),
    "as_strided": (lambda x: x.contiguous().as_strided((2, 2), (1, 2)), [X]),
    "diagflat": (lambda x: x.diagflat(1), [V]),
    "diag_embed": (lambda x: (x.diag_embed(), x.diag(1)), [V]),
    "tril": (lambda x: (x.tril(), x.triu(1)), [X]),
    "unfold": (lambda x: x.unfold(1, 2, 1), [X]),
    "cat": (lambda x, y: (ember.cat([x, y]), ember.cat([x, W.expand(1, 4)], 0), ember.stack([x, y], -1)), [X, Y]),
    "hstack": (lambda x, y: (ember.hstack([x, y]), ember.vstack([x, y]), ember.dstack([x, y])), [X, Y]),
    "column_stack": (lambda x, y: ember.column_stack([x, y]), [V, numbers(B, 4, 2)]),
    "atleast": (lambda x: (ember.atleast_2d(x), ember.atleast_3d(x)), [V]),
    "broadcast_tensors": (lambda x, y: ember.broadcast_tensors(x, y), [X, V]),
    "iteration": (lambda x: [row * len(x) for row in x], [X]),
    "view_as_real": (lambda x: ember.view_as_real(ember.view_as_complex(x.reshape(2, 2, 2))), [X]),
}

PRODUCTS = {
    "matmul": (ember.matmul, [numbers(B, 2, 4), numbers(B, 4, 3)]),
    "matmul of many": (ember.matmul, [numbers(B, 5, 2, 4), numbers(B, 4, 3)]),
    "dot": (ember.dot, [V, numbers(B, 4)]),
    "mv": (ember.mv, [X, V]),
    "vector matrix": (ember.matmul, [V, numbers(B, 4, 3)]),
    "shared matrix": (lambda x: (x @ SHARED.T, SHARED.T.T @ x.T, W @ x.T, x @ W), [X]),
    "shared with vector": (lambda x: (SHARED @ x, x @ SHARED.T, x @ W, W @ x, BATCHED @ x), [V]),
    "shared batch": (lambda x: (BATCHED @ x, x.T @ BATCHED.mT), [numbers(B, 4, 2)]),
    "linear": (F.linear, [X, numbers(B, 3, 4), numbers(B, 3)]),
    "linear of vector": (F.linear, [V, numbers(B, 3, 4)]),
    "linear shared weight": (lambda x, b: F.linear(x, SHARED, b), [X, numbers(B, 3)]),
    "bmm": (ember.bmm, [numbers(B, 5, 2, 4), numbers(B, 5, 4, 3)]),
    "outer": (ember.outer, [V, numbers(B, 2)]),
    "inner": (ember.inner, [X, V]),
    "addmm": (lambda x, a, b: ember.addmm(x, a, b, beta=2, alpha=3), [numbers(B, 2, 3), X, numbers(B, 4, 3)]),
    "baddbmm": (ember.baddbmm, [numbers(B, 5, 2, 3), numbers(B, 5, 2, 4), numbers(B, 5, 4, 3)]),
    "einsum": (lambda x, y: (ember.einsum("ij,ij->i", x, y), ember.einsum("ij,kj", x, y)), [X, Y]),
    "einsum ellipsis": (lambda x, y: ember.einsum("...i,i->...", x, y), [X, V]),
    "tensordot": (lambda x, y: (ember.tensordot(x, y, 2), ember.tensordot(x, y, ([1], [1]))), [X, Y]),
    "kron": (ember.kron, [X, V]),
    "attention": (
        lambda q, k, m: F.scaled_dot_product_attention(q, k, k, m),
        [numbers(B, 2, 4, 3), numbers(B, 2, 5, 3), numbers(B, 4, 5)],
    ),
    "cdist": (ember.cdist, [X, Y]),
    "bilinear": (F.bilinear, [X, Y, numbers(B, 3, 4, 4), numbers(B, 3)]),
    "det": (lambda x: (ember.linalg.det(x), ember.linalg.inv(x), ember.linalg.eigvalsh(x)), [squares(B, 3, 3)]),
    "cholesky": (lambda x: (ember.linalg.cholesky(x), ember.linalg.slogdet(x), x.matrix_exp()), [squares(B, 3, 3)]),
    "solve": (ember.linalg.solve, [squares(B, 3, 3), numbers(B, 3)]),
    "solve matrix": (ember.linalg.solve, [squares(B, 3, 3), numbers(B, 3, 2)]),
    "solve_triangular": (
        lambda a, b: ember.linalg.solve_triangular(a, b, upper=True), [squares(B, 3, 3), numbers(B, 3, 2)],
    ),
}  # fmt: skip

LAYERS = {
    "conv2d": (lambda x: F.conv2d(x, KERNEL, padding=1), [IMAGES]),
    "conv2d of one": (lambda x: F.conv2d(x, KERNEL, stride=2), [IMAGES[:, 0]]),
    "conv2d own weights": (lambda x, w, b: F.conv2d(x, w, b, padding="same"), [IMAGES, numbers(B, 6, 4, 3, 3), numbers(B, 6)]),
    "conv2d own groups": (lambda x, w: F.conv2d(x, w, groups=2), [IMAGES, numbers(B, 6, 2, 3, 3)]),
    "conv2d own weight, shared input": (lambda w: F.conv2d(IMAGES[0], w), [numbers(B, 6, 4, 3, 3)]),
    "conv2d own bias": (lambda x, b: F.conv2d(x, KERNEL, b), [IMAGES, numbers(B, 5)]),
    "conv1d": (lambda x, w: F.conv1d(x, w, dilation=2), [LINES, numbers(B, 5, 4, 2)]),
    "conv_transpose2d": (lambda x, w: F.conv_transpose2d(x, w, stride=2), [IMAGES, numbers(B, 4, 3, 2, 2)]),
    "max_pool2d": (lambda x: (F.max_pool2d(x, 2), F.max_pool2d(x, 3, 1, 1, return_indices=True)), [IMAGES]),
    "avg_pool1d": (lambda x: F.avg_pool1d(x, 2), [LINES]),
    "avg_pool2d of one": (lambda x: F.avg_pool2d(x, 2), [IMAGES[:, 0]]),
    "adaptive": (lambda x: (F.adaptive_avg_pool2d(x, 2), F.adaptive_max_pool2d(x, (1, 3))), [IMAGES]),
    "interpolate": (lambda x: F.interpolate(x, scale_factor=2.0), [IMAGES]),
    "pad": (lambda x: (F.pad(x, (1, 2)), F.pad(x, (1, 1, 1, 1), "reflect")), [IMAGES]),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), [IMAGES]),
    "unfold": (lambda x: F.fold(F.unfold(x, 2), (6, 6), 2), [IMAGES]),
    "layer_norm": (lambda x, w: (F.layer_norm(x, (6,)), F.layer_norm(x, (6,), w, w)), [LINES, numbers(B, 6)]),
    "rms_norm": (lambda x, w: F.rms_norm(x, (6,), w), [LINES, numbers(B, 6)]),
    "group_norm": (lambda x, w: (F.group_norm(x, 2), F.group_norm(x, 2, w, w)), [IMAGES, numbers(B, 4)]),
    "batch_norm": (lambda x, w: F.batch_norm(x, None, None, w, w, True), [IMAGES, numbers(B, 4)]),
    "batch_norm eval": (lambda x, m, v: F.batch_norm(x, m, v), [IMAGES, numbers(B, 4), positive(B, 4)]),
    "instance_norm": (lambda x: F.instance_norm(x), [IMAGES]),
    "embedding": (lambda i: F.embedding(i, KERNEL[:, :, 0, 0]), [indices(5, B, 2, 3)]),
    "embedding own table": (lambda i, t: F.embedding(i, t), [indices(5, B, 2, 3), numbers(B, 5, 2)]),
    "prelu": (F.prelu, [IMAGES, numbers(B, 4)]),
    "grid_sample": (
        lambda x, g: F.grid_sample(x, g, align_corners=False), [IMAGES, numbers(B, 2, 3, 3, 2).tanh()],
    ),
    "dropout in evaluation": (lambda x: F.dropout(x, 0.5, training=False), [X]),
}  # fmt: skip
KERNEL = numbers(5, 4, 3, 3)

LOSSES = {
    "mse_loss": (lambda x, y: [F.mse_loss(x, y, reduction=r) for r in ("none", "mean", "sum")], [X, Y]),
    "smooth_l1_loss": (lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), [X, Y]),
    "bce": (lambda x, y: F.binary_cross_entropy_with_logits(x, y), [X, Y.sigmoid()]),
    "kl_div": (lambda x, y: F.kl_div(x, y, reduction="batchmean"), [X, Y.softmax(-1)]),
    "cross_entropy": (
        lambda x, t: [F.cross_entropy(x, t, reduction=r) for r in ("none", "mean", "sum")], [numbers(B, 5, 4), indices(4, B, 5)],
    ),
    "cross_entropy of one": (F.cross_entropy, [V, indices(4, B)]),
    "cross_entropy weighted": (
        lambda x, t: F.cross_entropy(x, t, W.abs(), ignore_index=1, label_smoothing=0.1), [numbers(B, 5, 4), indices(4, B, 5)],
    ),
    "cross_entropy probabilities": (F.cross_entropy, [numbers(B, 5, 4), numbers(B, 5, 4).softmax(-1)]),
    "cross_entropy of images": (F.cross_entropy, [numbers(B, 5, 4, 3), indices(4, B, 5, 3)]),
    "nll_loss": (lambda x, t: F.nll_loss(x, t, ignore_index=0), [numbers(B, 5, 4), indices(4, B, 5)]),
    "triplet": (F.triplet_margin_loss, [X, Y, numbers(B, 2, 4)]),
    "cosine_embedding": (
        lambda x, y: F.cosine_embedding_loss(x, y, ember.tensor([1, -1])), [X, Y],
    ),
    "gaussian_nll": (F.gaussian_nll_loss, [X, Y, positive(B, 2, 4)]),
}  # fmt: skip

INDEXING = {
    "basic": (lambda x: (x[0], x[:, 1:], x[..., -1], x[None, 1], x[:, ::2]), [X]),
    "shared tensor": (lambda x: (x[ember.tensor([1, 0])], x[:, [0, 2]], x[1, ember.tensor([[0, 1]])]), [X]),
    "own tensor": (lambda x, i: (x[:, i], x[0, i], x[i % 2], x[i % 2, i]), [X, indices(4, B, 5)]),
    "own scalar": (lambda x, i: (x[:, i], x[i % 2]), [X, indices(4, B)]),
    "shared values": (lambda i: (W[i], SHARED[:, i], SHARED[i % 3, i]), [indices(4, B, 5)]),
    "apart": (lambda x, i: (x[i % 2, :, i], x[[0, 1], :, [0, 1]]), [LINES, indices(4, B, 5)]),
    "shared mask": (lambda x: x[ember.tensor([True, False]), 1:], [X]),
    "take": (lambda x, i: x.take(i), [X, indices(8, B, 5)]),
    "index_put": (lambda x, i, y: x.index_put((i,), y), [X, indices(2, B, 1), numbers(B, 4)]),
}


def assigned(key):
    def f(x, y, i):
        x = x.clone()
        x[key(i)] = y
        return x

    return f


ASSIGNMENT = {
    "row": (assigned(lambda i: 0), [X, V, indices(4, B)]),
    "column": (assigned(lambda i: (slice(None), 1)), [X, S, indices(4, B)]),
    "own column": (assigned(lambda i: (slice(None), i)), [X, S, indices(4, B)]),
    "own rows": (assigned(lambda i: i % 2), [X, V, indices(4, B, 1)]),
    "own columns": (
        assigned(lambda i: (slice(None), i)),
        [X, numbers(B, 2, 2), indices(4, B, 4).argsort(1)[:, :2].clone()],
    ),
    "in place": (lambda x: x.clone().add_(1).mul_(x).clamp_(min=0).cumsum_(0), [X]),
    "operators": (lambda x, y: exec_in_place(x.clone(), y), [X, V]),
    "new memory": (lambda x: x.new_zeros(4).copy_(x[0]), [X]),
    "fill": (lambda x, y: x.clone().fill_(y), [X, S]),
    "squeeze_": (lambda x: x.clone().unsqueeze_(0).transpose_(0, 1), [X]),
    "mask": (lambda x: exec_mask(x.clone()), [X]),
}


def exec_in_place(x, y):
    x += y
    x *= 2
    x -= 1
    return x


def exec_mask(x):
    x[x > 0] = 7
    return x


TABLES = {
    "pointwise": POINTWISE, "reduction": REDUCTIONS, "dims": DIMS, "shapes": SHAPES, "products": PRODUCTS, "layers": LAYERS,
    "losses": LOSSES, "indexing": INDEXING, "assignment": ASSIGNMENT,
}  # fmt: skip
ROWS = [pytest.param(*row, id=f"{table}-{name}") for table, rows in TABLES.items() for name, row in rows.items()]


@pytest.mark.parametrize("f, args", ROWS)
def test_a_rule_gives_what_a_loop_gives(f, args):
    check(f, args, [0] * len(args))


@pytest.mark.parametrize("f, args", [row for row in ROWS if not row.id.startswith("assignment")])
def test_arguments_can_be_shared(f, args):
    if len(args) == 1:
        check(f, [args[0].movedim(0, -1)], [-1])
    for k in range(len(args) if len(args) > 1 else 0):
        shared = [x[0] if n == k else x for n, x in enumerate(args)]
        check(f, shared, [None if n == k else 0 for n in range(len(args))])
