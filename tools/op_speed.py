"""Times ops beside PyTorch: the same lines run in a process of each library, in turns.

    python tools/op_speed.py [NAME_PATTERN...] [--rounds 3] [--threads 2] [--slower 1.0]

Runs in an environment that has torch, with Ember's package on PYTHONPATH. For each case the smallest median of all rounds, in
microseconds, forward and (where there is one) backward alone; a ratio above 1 means that Ember is slower.
"""

import argparse
import fnmatch
import json
import os
import statistics
import subprocess
import sys
import time

# name: (inputs, expression in them); those that start with `g` get a gradient.
CASES = {
    "add": ("a = randn(1024, 1024); b = randn(1024, 1024)", "a + b"),
    "add_broadcast": ("a = randn(1024, 1024); b = randn(1024, 1)", "a + b"),
    "exp": ("g = randn(1024, 1024)", "g.exp()"),
    "gelu": ("g = randn(1024, 1024)", "F.gelu(g)"),
    "silu": ("g = randn(1024, 1024)", "F.silu(g)"),
    "erfinv": ("g = rand(1000000) * 1.8 - 0.9", "g.erfinv()"),
    "where": ("c = randn(1024, 1024) > 0; g = randn(1024, 1024)", "torch.where(c, g, 0.0)"),
    "cast_half": ("a = randn(1024, 1024)", "a.to(torch.bfloat16)"),
    "sum": ("g = randn(1024, 1024)", "g.sum()"),
    "sum_dim0": ("g = randn(1024, 1024)", "g.sum(0)"),
    "sum_dim1": ("g = randn(1024, 1024)", "g.sum(1)"),
    "amax": ("g = randn(1024, 1024)", "g.amax(1)"),
    "argmax": ("a = randn(1024, 1024)", "a.argmax(1)"),
    "var": ("g = randn(1024, 1024)", "g.var(1)"),
    "softmax": ("g = randn(512, 1000)", "g.softmax(1)"),
    "log_softmax": ("g = randn(512, 1000)", "g.log_softmax(1)"),
    "softmax_dim1_of_3": ("g = randn(32, 100, 64)", "g.softmax(1)"),
    "logsumexp": ("g = randn(512, 1000)", "g.logsumexp(1)"),
    "layer_norm": ("g = randn(512, 768); g1 = ones(768); g2 = zeros(768)", "F.layer_norm(g, (768,), g1, g2)"),
    "rms_norm": ("g = randn(512, 768); g1 = ones(768)", "F.rms_norm(g, (768,), g1)"),
    "group_norm": ("g = randn(16, 64, 32, 32); g1 = ones(64); g2 = zeros(64)", "F.group_norm(g, 8, g1, g2)"),
    "batch_norm": (
        "g = randn(16, 64, 32, 32); m = zeros(64); v = ones(64); g1 = ones(64); g2 = zeros(64)",
        "F.batch_norm(g, m, v, g1, g2, True)",
    ),
    "batch_norm_eval": (
        "g = randn(16, 64, 32, 32); m = zeros(64); v = ones(64); g1 = ones(64); g2 = zeros(64)",
        "F.batch_norm(g, m, v, g1, g2, False)",
    ),
    "instance_norm": ("g = randn(16, 64, 32, 32)", "F.instance_norm(g)"),
    "local_response_norm": ("g = randn(8, 64, 32, 32)", "F.local_response_norm(g, 5)"),
    "normalize": ("g = randn(512, 768)", "F.normalize(g)"),
    "cross_entropy": ("g = randn(512, 1000); t = torch.randint(0, 1000, (512,))", "F.cross_entropy(g, t)"),
    "cross_entropy_soft": ("g = randn(512, 1000); t = torch.softmax(randn(512, 1000), 1)", "F.cross_entropy(g, t)"),
    "nll_loss": ("g = randn(512, 1000); t = torch.randint(0, 1000, (512,))", "F.nll_loss(g, t)"),
    "mse_loss": ("g = randn(1024, 1024); t = randn(1024, 1024)", "F.mse_loss(g, t)"),
    "l1_loss": ("g = randn(1024, 1024); t = randn(1024, 1024)", "F.l1_loss(g, t)"),
    "smooth_l1_loss": ("g = randn(1024, 1024); t = randn(1024, 1024)", "F.smooth_l1_loss(g, t)"),
    "huber_loss": ("g = randn(1024, 1024); t = randn(1024, 1024)", "F.huber_loss(g, t)"),
    "kl_div": ("g = randn(1024, 1024); t = rand(1024, 1024)", "F.kl_div(g, t)"),
    "bce": ("g = rand(1024, 1024); t = rand(1024, 1024)", "F.binary_cross_entropy(g, t)"),
    "bce_with_logits": ("g = randn(1024, 1024); t = rand(1024, 1024)", "F.binary_cross_entropy_with_logits(g, t)"),
    "cosine_similarity": ("g = randn(512, 768); g1 = randn(512, 768)", "F.cosine_similarity(g, g1)"),
    "ctc_loss": (
        "g = randn(100, 16, 40).log_softmax(2).detach(); t = torch.randint(1, 40, (16, 30)); "
        "n = torch.full((16,), 100, dtype=torch.int64); m = torch.full((16,), 30, dtype=torch.int64)",
        "F.ctc_loss(g, t, n, m)",
    ),
    "cumsum": ("g = randn(1024, 1024)", "g.cumsum(1)"),
    "cumsum_dim0": ("g = randn(1024, 1024)", "g.cumsum(0)"),
    "cumprod": ("g = rand(1024, 1024) + 0.5", "g.cumprod(1)"),
    "cummax": ("g = randn(1024, 1024)", "g.cummax(1)[0]"),
    "logcumsumexp": ("g = randn(512, 512)", "g.logcumsumexp(1)"),
    "sort": ("g = randn(512, 1000)", "g.sort(1)[0]"),
    "sort_1d": ("g = randn(1000000)", "g.sort()[0]"),
    "argsort_int": ("a = torch.randint(0, 1000, (100000,))", "a.argsort()"),
    "topk": ("g = randn(512, 1000)", "g.topk(10, 1)[0]"),
    "kthvalue": ("g = randn(512, 1000)", "g.kthvalue(10, 1)[0]"),
    "median": ("g = randn(512, 1000)", "g.median(1)[0]"),
    "unique": ("a = torch.randint(0, 1000, (100000,))", "torch.unique(a)"),
    "searchsorted": ("a = randn(10000).sort()[0]; b = randn(100000)", "torch.searchsorted(a, b)"),
    "bincount": ("a = torch.randint(0, 1000, (100000,))", "torch.bincount(a)"),
    "histc": ("a = randn(1000000)", "torch.histc(a, 100, -3, 3)"),
    "gather": ("g = randn(1024, 1024); i = torch.randint(0, 1024, (1024, 1024))", "g.gather(1, i)"),
    "scatter": (
        "g = randn(1024, 1024); i = torch.randint(0, 1024, (1024, 1024)); g1 = randn(1024, 1024)",
        "g.scatter(1, i, g1)",
    ),
    "scatter_add": (
        "g = randn(1024, 1024); i = torch.randint(0, 1024, (1024, 1024)); g1 = randn(1024, 1024)",
        "g.scatter_add(1, i, g1)",
    ),
    "scatter_add_1d": (
        "g = randn(100000); i = torch.randint(0, 100000, (500000,)); g1 = randn(500000)", "g.scatter_add(0, i, g1)",
    ),
    "scatter_reduce": (
        "g = randn(1024, 1024); i = torch.randint(0, 1024, (1024, 1024)); g1 = randn(1024, 1024)",
        "g.scatter_reduce(1, i, g1, 'amax')",
    ),
    "index_select": ("g = randn(1024, 1024); i = torch.randint(0, 1024, (1024,))", "g.index_select(0, i)"),
    "index_select_dim1": ("g = randn(1024, 1024); i = torch.randint(0, 1024, (1024,))", "g.index_select(1, i)"),
    "index_add": (
        "g = randn(1024, 1024); i = torch.randint(0, 1024, (1024,)); g1 = randn(1024, 1024)", "g.index_add(0, i, g1)",
    ),
    "index_copy": ("g = randn(1024, 1024); i = torch.randperm(1024); g1 = randn(1024, 1024)", "g.index_copy(0, i, g1)"),
    "index_int": ("g = randn(1024, 1024); i = torch.randint(0, 1024, (1024,))", "g[i]"),
    "index_two": (
        "g = randn(1024, 1024); i = torch.randint(0, 1024, (100000,)); j = torch.randint(0, 1024, (100000,))", "g[i, j]",
    ),
    "index_bool": ("g = randn(1024, 1024); c = randn(1024, 1024) > 0", "g[c]"),
    "index_put": (
        "a = randn(1024, 1024); i = torch.randint(0, 1024, (100000,)); j = torch.randint(0, 1024, (100000,)); "
        "v = randn(100000)", "a.index_put_((i, j), v)",
    ),
    "index_put_accumulate": (
        "a = randn(1024, 1024); i = torch.randint(0, 1024, (100000,)); j = torch.randint(0, 1024, (100000,)); "
        "v = randn(100000)", "a.index_put_((i, j), v, accumulate=True)",
    ),
    "masked_fill": ("g = randn(1024, 1024); c = randn(1024, 1024) > 0", "g.masked_fill(c, 1.0)"),
    "masked_select": ("g = randn(1024, 1024); c = randn(1024, 1024) > 0", "g.masked_select(c)"),
    "nonzero": ("c = randn(1024, 1024) > 0", "c.nonzero()"),
    "embedding": ("g = randn(10000, 256); i = torch.randint(0, 10000, (32, 128))", "F.embedding(i, g)"),
    "embedding_bag": (
        "g = randn(10000, 256); i = torch.randint(0, 10000, (256, 32))", "F.embedding_bag(i, g, mode='mean')",
    ),
    "cat": ("g = randn(512, 512); g1 = randn(512, 512)", "torch.cat([g, g1], 1)"),
    "stack": ("g = randn(512, 512); g1 = randn(512, 512)", "torch.stack([g, g1], 1)"),
    "transpose_copy": ("g = randn(1024, 1024)", "g.t().contiguous()"),
    "permute_copy": ("g = randn(32, 64, 32, 32)", "g.permute(0, 2, 3, 1).contiguous()"),
    "flip": ("g = randn(1024, 1024)", "g.flip(1)"),
    "roll": ("g = randn(1024, 1024)", "g.roll(3, 1)"),
    "repeat": ("g = randn(256, 256)", "g.repeat(4, 4)"),
    "repeat_interleave": ("g = randn(256, 1024)", "g.repeat_interleave(4, 1)"),
    "tril": ("g = randn(1024, 1024)", "g.tril()"),
    "pad": ("g = randn(16, 64, 32, 32)", "F.pad(g, (1, 1, 1, 1))"),
    "pad_reflect": ("g = randn(16, 64, 32, 32)", "F.pad(g, (1, 1, 1, 1), 'reflect')"),
    "unfold": ("g = randn(8, 32, 32, 32)", "F.unfold(g, 3, padding=1)"),
    "pixel_shuffle": ("g = randn(8, 64, 32, 32)", "F.pixel_shuffle(g, 2)"),
    "interpolate_nearest": ("g = randn(8, 32, 32, 32)", "F.interpolate(g, scale_factor=2)"),
    "interpolate_bilinear": ("g = randn(8, 32, 32, 32)", "F.interpolate(g, scale_factor=2, mode='bilinear')"),
    "interpolate_bicubic": ("g = randn(8, 32, 32, 32)", "F.interpolate(g, scale_factor=2, mode='bicubic')"),
    "interpolate_area": ("g = randn(8, 32, 32, 32)", "F.interpolate(g, scale_factor=0.5, mode='area')"),
    "grid_sample": (
        "g = randn(8, 32, 32, 32); g1 = rand(8, 32, 32, 2) * 2 - 1", "F.grid_sample(g, g1, align_corners=False)",
    ),
    "max_pool1d": ("g = randn(16, 64, 1024)", "F.max_pool1d(g, 2)"),
    "max_pool2d": ("g = randn(16, 64, 32, 32)", "F.max_pool2d(g, 2)"),
    "max_pool2d_3s2": ("g = randn(16, 64, 32, 32)", "F.max_pool2d(g, 3, 2, 1)"),
    "max_pool3d": ("g = randn(4, 16, 16, 32, 32)", "F.max_pool3d(g, 2)"),
    "avg_pool2d": ("g = randn(16, 64, 32, 32)", "F.avg_pool2d(g, 2)"),
    "adaptive_avg_pool2d": ("g = randn(16, 64, 32, 32)", "F.adaptive_avg_pool2d(g, 7)"),
    "global_avg_pool2d": ("g = randn(16, 64, 32, 32)", "F.adaptive_avg_pool2d(g, 1)"),
    "adaptive_max_pool2d": ("g = randn(16, 64, 32, 32)", "F.adaptive_max_pool2d(g, 7)"),
    "conv1d": ("g = randn(16, 64, 256); g1 = randn(64, 64, 3)", "F.conv1d(g, g1, padding=1)"),
    "conv2d": ("g = randn(16, 64, 32, 32); g1 = randn(64, 64, 3, 3)", "F.conv2d(g, g1, padding=1)"),
    "conv2d_1x1": ("g = randn(16, 64, 32, 32); g1 = randn(128, 64, 1, 1)", "F.conv2d(g, g1)"),
    "conv2d_depthwise": ("g = randn(16, 64, 32, 32); g1 = randn(64, 1, 3, 3)", "F.conv2d(g, g1, padding=1, groups=64)"),
    "conv3d": ("g = randn(2, 16, 16, 32, 32); g1 = randn(32, 16, 3, 3, 3)", "F.conv3d(g, g1, padding=1)"),
    "conv_transpose1d": ("g = randn(16, 64, 256); g1 = randn(64, 64, 3)", "F.conv_transpose1d(g, g1, stride=2)"),
    "conv_transpose2d": ("g = randn(8, 64, 16, 16); g1 = randn(64, 32, 4, 4)", "F.conv_transpose2d(g, g1, stride=2)"),
    "linear": ("g = randn(256, 512); g1 = randn(512, 512); g2 = randn(512)", "F.linear(g, g1, g2)"),
    "bmm": ("g = randn(32, 64, 64); g1 = randn(32, 64, 64)", "torch.bmm(g, g1)"),
    "mv": ("g = randn(1024, 1024); g1 = randn(1024)", "g.mv(g1)"),
    "einsum": ("g = randn(32, 64, 64); g1 = randn(32, 64, 64)", "torch.einsum('bij,bkj->bik', g, g1)"),
    "sdpa": (
        "g = randn(4, 8, 256, 64); g1 = randn(4, 8, 256, 64); g2 = randn(4, 8, 256, 64)",
        "F.scaled_dot_product_attention(g, g1, g2)",
    ),
    "sdpa_causal": (
        "g = randn(4, 8, 256, 64); g1 = randn(4, 8, 256, 64); g2 = randn(4, 8, 256, 64)",
        "F.scaled_dot_product_attention(g, g1, g2, is_causal=True)",
    ),
    "cdist": ("g = randn(512, 64); g1 = randn(512, 64)", "torch.cdist(g, g1)"),
    "dropout": ("g = randn(1024, 1024)", "F.dropout(g, 0.5)"),
    "randn": ("a = 0", "randn(1000000)"),
    "randperm": ("a = 0", "torch.randperm(1000000)"),
    "multinomial": ("a = rand(64, 1000)", "torch.multinomial(a, 10)"),
    "fft": ("a = torch.complex(randn(256, 1024), randn(256, 1024))", "torch.fft.fft(a)"),
    "rfft": ("g = randn(256, 1024)", "torch.fft.rfft(g)"),
    "fft2": ("a = torch.complex(randn(8, 256, 256), randn(8, 256, 256))", "torch.fft.fft2(a)"),
    "stft": (
        "a = randn(8, 16000); w = torch.hann_window(400)", "torch.stft(a, 400, 160, window=w, return_complex=True)",
    ),
    "cholesky": ("a = randn(512, 512); a = a @ a.t() + 512 * torch.eye(512)", "torch.linalg.cholesky(a)"),
    "solve": ("g = randn(256, 256) + 16 * torch.eye(256); g1 = randn(256, 16)", "torch.linalg.solve(g, g1)"),
    "inv": ("g = randn(256, 256) + 16 * torch.eye(256)", "torch.linalg.inv(g)"),
    "inv_batch": ("g = randn(1000, 8, 8) + 8 * torch.eye(8)", "torch.linalg.inv(g)"),
    "det": ("g = randn(256, 256)", "torch.linalg.slogdet(g)[1]"),
    "qr": ("g = randn(256, 128)", "torch.linalg.qr(g)[1]"),
    "eigh": ("a = randn(256, 256)", "torch.linalg.eigh(a + a.t())[0]"),
    "eig": ("a = randn(128, 128)", "torch.linalg.eig(a)[0]"),
    "svd": ("a = randn(256, 128)", "torch.linalg.svd(a, full_matrices=False)[1]"),
    "matrix_exp": ("g = randn(16, 64, 64) * 0.1", "torch.matrix_exp(g)"),
    "lstsq": ("a = randn(256, 128); b = randn(256, 4)", "torch.linalg.lstsq(a, b)[0]"),
    "small_conv2d": ("g = randn(1, 3, 8, 8); g1 = randn(4, 3, 3, 3)", "F.conv2d(g, g1)"),
    "small_softmax": ("g = randn(8, 8)", "g.softmax(1)"),
    "small_index": ("g = randn(8, 8)", "g[1:3, ::2]"),
    "div_int": ("a = torch.randint(1, 9, (1024, 1024)); b = torch.randint(1, 9, (1024, 1024))", "a // b"),
    "lgamma": ("g = rand(1024, 256) * 5", "g.lgamma()"),
    "i0": ("g = rand(1024, 256) * 5", "torch.special.i0(g)"),
    "lerp": ("g = randn(1024, 1024); g1 = randn(1024, 1024)", "torch.lerp(g, g1, 0.3)"),
    "addcmul": ("g = randn(1024, 1024); g1 = randn(1024, 1024); g2 = randn(1024, 1024)", "torch.addcmul(g, g1, g2)"),
    "softplus": ("g = randn(1024, 1024)", "F.softplus(g)"),
    "prelu": ("g = randn(16, 64, 32, 32); g1 = rand(64)", "F.prelu(g, g1)"),
    "sum02": ("g = randn(64, 64, 256)", "g.sum((0, 2))"),
    "nansum": ("g = randn(1024, 1024)", "g.nansum(1)"),
    "norm": ("g = randn(1024, 1024)", "g.norm(dim=1)"),
    "softmax_small_rows": ("g = randn(100000, 10)", "g.softmax(1)"),
    "layer_norm_small": ("g = randn(50000, 16)", "F.layer_norm(g, (16,))"),
    "median_all": ("g = randn(1000000)", "g.median()"),
    "quantile": ("g = randn(512, 1000)", "g.quantile(0.3, 1)"),
    "mode": ("a = torch.randint(0, 20, (512, 1000))", "a.mode(1)[0]"),
    "unique_consec": ("a = torch.randint(0, 4, (1000000,))", "torch.unique_consecutive(a)"),
    "isin": ("a = torch.randint(0, 1000, (100000,)); b = torch.randint(0, 1000, (100,))", "torch.isin(a, b)"),
    "scatter_add_rows": (
        "g = zeros(1000, 64); "
        "i = torch.randint(0, 1000, (100000, 1)).expand(100000, 64); g1 = randn(100000, 64)",
        "g.scatter_add(0, i, g1)",
    ),
    "topk_vocab": ("g = randn(8, 50000)", "g.topk(50, 1)[0]"),
    "setitem_mask": ("a = randn(1024, 1024); c = randn(1024, 1024) > 0", "a.__setitem__(c, 0.0)"),
    "kron": ("g = randn(32, 32); g1 = randn(32, 32)", "torch.kron(g, g1)"),
    "outer": ("g = randn(1000); g1 = randn(1000)", "torch.outer(g, g1)"),
    "cross": ("g = randn(100000, 3); g1 = randn(100000, 3)", "torch.linalg.cross(g, g1)"),
    "dot": ("g = randn(1000000); g1 = randn(1000000)", "g.dot(g1)"),
    "mm_double": ("g = randn(256, 256).double(); g1 = randn(256, 256).double()", "g @ g1"),
    "mm_bf16": ("a = randn(512, 512).to(torch.bfloat16); b = randn(512, 512).to(torch.bfloat16)", "a @ b"),
    "bmm_12": ("g = randn(1000, 12, 12); g1 = randn(1000, 12, 12)", "g @ g1"),
    "conv2d_double": (
        "g = randn(4, 16, 16, 16).double(); "
        "g1 = randn(16, 16, 3, 3).double()",
        "F.conv2d(g, g1, padding=1)",
    ),
    "conv1d_audio": ("g = randn(4, 1, 16000); g1 = randn(64, 1, 10)", "F.conv1d(g, g1, stride=5)"),
    "interp_aa": ("g = randn(4, 3, 256, 256)", "F.interpolate(g, size=(100, 100), mode='bilinear', antialias=True)"),
    "grid_nearest": (
        "g = randn(8, 32, 32, 32); "
        "g1 = rand(8, 32, 32, 2) * 2 - 1",
        "F.grid_sample(g, g1, mode='nearest', align_corners=False)",
    ),
    "grid_1ch": (
        "g = randn(16, 1, 64, 64); "
        "g1 = rand(16, 64, 64, 2) * 2 - 1",
        "F.grid_sample(g, g1, align_corners=False)",
    ),
    "nll_2d": ("g = randn(8, 20, 64, 64); t = torch.randint(0, 20, (8, 64, 64))", "F.nll_loss(g, t)"),
    "ce_2d": ("g = randn(8, 20, 64, 64); t = torch.randint(0, 20, (8, 64, 64))", "F.cross_entropy(g, t)"),
    "ce_vocab": ("g = randn(128, 32000); t = torch.randint(0, 32000, (128,))", "F.cross_entropy(g, t)"),
    "triplet": ("g = randn(512, 256); g1 = randn(512, 256); g2 = randn(512, 256)", "F.triplet_margin_loss(g, g1, g2)"),
    "pdist": ("g = randn(512, 64)", "F.pdist(g)"),
    "cdist1": ("g = randn(256, 64); g1 = randn(256, 64)", "torch.cdist(g, g1, p=1.0)"),
    "poisson": ("a = rand(100000) * 5", "torch.poisson(a)"),
    "exponential": ("a = rand(1000000)", "a.exponential_()"),
    "tril_indices": ("a = 0", "torch.tril_indices(500, 500)"),
    "histogram": ("a = randn(100000)", "torch.histogram(a, 100)[0]"),
    "fft_short": ("a = torch.complex(randn(10000, 16), randn(10000, 16))", "torch.fft.fft(a)"),
    "fft_prime": ("a = torch.complex(randn(64, 1009), randn(64, 1009))", "torch.fft.fft(a)"),
    "complex_mul": (
        "a = torch.complex(randn(512, 512), randn(512, 512)); "
        "b = torch.complex(randn(512, 512), randn(512, 512))",
        "a * b",
    ),
    "chol_batch": ("a = randn(500, 16, 16); a = a @ a.mT + 16 * torch.eye(16)", "torch.linalg.cholesky(a)"),
    "svd_batch": ("a = randn(500, 8, 8)", "torch.linalg.svd(a)[1]"),
}  # fmt: skip


def median_time(body, seconds):
    body()
    once = time.perf_counter()
    body()
    once = time.perf_counter() - once
    repeats = max(3, min(200, int(seconds / max(once, 1e-7))))
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def measure(library, names, threads, seconds):
    """Runs in a process of the library; prints a line of JSON: {name: [forward, backward or None]}."""
    if library == "ember":
        import ember as torch
        import ember.nn.functional as F
    else:
        import torch
        import torch.nn.functional as F
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    results = {}
    for name in names:
        inputs, expression = CASES[name]
        scope = {"torch": torch, "F": F, **{f: getattr(torch, f) for f in ("randn", "rand", "ones", "zeros")}}
        exec(inputs, scope)  # noqa: S102
        leaves = [v for k, v in scope.items() if k[0] == "g" and k[1:].isdigit() or k == "g"]
        forward = eval(f"lambda: {expression}", scope)  # noqa: S307
        with torch.no_grad():
            time_forward = median_time(forward, seconds)
        time_backward = None
        if leaves:
            for x in leaves:
                x.requires_grad_()
            y = forward()
            weight = torch.ones_like(y)

            def backward(y=y, weight=weight, leaves=leaves):
                torch.autograd.grad([y], leaves, [weight], retain_graph=True)

            time_backward = median_time(backward, seconds)
        results[name] = [time_forward, time_backward]
    print(json.dumps(results))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=0.1, help="for each case and round")
    parser.add_argument("--slower", type=float, default=0.0, help="show only ratios above this")
    parser.add_argument("--library", help=argparse.SUPPRESS)
    options = parser.parse_args()
    names = [n for n in CASES if not options.patterns or any(fnmatch.fnmatch(n, p) for p in options.patterns)]
    if options.library:
        return measure(options.library, names, options.threads, options.seconds)
    best = {library: {} for library in ("ember", "torch")}
    for _ in range(options.rounds):
        for library, results in best.items():
            command = [sys.executable, __file__, "--library", library, "--threads", str(options.threads),
                       "--seconds", str(options.seconds), *names]  # fmt: skip
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            for name, times in found.items():
                old = results.get(name, times)
                results[name] = [a if b is None else min(a, b) for a, b in zip(times, old)]
    print(f"{'':24}{'forward':>30}{'backward':>30}\n{'':24}" + f"{'ember':>10}{'torch':>10}{'ratio':>10}" * 2)
    for name in names:
        pairs = list(zip(best["ember"][name], best["torch"][name]))
        if max(a / b for a, b in pairs if a is not None) < options.slower:
            continue
        print(f"{name:24}" + "".join(f"{a:10.1f}{b:10.1f}{a / b:10.2f}" for a, b in pairs if a is not None))


if __name__ == "__main__":
    main()
