"""Rules of layers: the batch joins the dim of samples, or the channels and groups where each sample has its own weights."""

import re

import ember
import ember.nn.functional as F
from ember.batching.dispatch import rule
from ember.batching.nests import map_leaves


def _join(call, value, count):
    """[batch, N, ...] as [batch * N, ...]."""
    return value.reshape(call.size * count, *value.shape[2:])


def _part(call, result, count):
    return map_leaves(lambda y: y.reshape(call.size, count, *y.shape[1:]), result)


@rule(
    "max_pool1d max_pool2d max_pool3d max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices avg_pool1d avg_pool2d "
    "avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
    "adaptive_max_pool3d adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices adaptive_max_pool3d_with_indices "
    "lp_pool1d lp_pool2d lp_pool3d max_unpool1d max_unpool2d max_unpool3d"
)
def pool(call):
    """[N, C, ...] joins N and the batch; a batch of [C, ...] is one of N samples."""
    spatial = int(re.search("([123])d", call.name)[1])
    first = call.args[0]
    if first.dim() == spatial + 1:
        return call.op(
            *map_leaves(lambda x: call.full(x) if isinstance(x, ember.Tensor) else x, call.args), **call.kwargs
        )
    return _join_samples(call)


@rule(
    "interpolate upsample upsample_bilinear upsample_nearest local_response_norm channel_shuffle "
    "native_channel_shuffle grid_sample grid_sampler grid_sampler_2d grid_sampler_3d functional.unfold fold"
)
def _join_samples(call):
    """Joins the first dim of all tensors and the batch."""
    if call.name == "fold" and call.args[0].dim() == 2:
        return call.op(call.args[0].value, *call.args[1:], **call.kwargs)
    count = call.tensors()[0].shape[0]

    def joined(x):
        return _join(call, call.full(x), count) if isinstance(x, ember.Tensor) else x

    return _part(call, call.op(*map_leaves(joined, call.args), **map_leaves(joined, call.kwargs)), count)


@rule("pixel_shuffle", "pixel_unshuffle", "constant_pad_nd")
def leading_dims(call):
    return call.op(*call.values(call.args), **call.values(call.kwargs))


@rule("functional.pad")
def pad(call):
    """Constants go around any dims; other modes know how many dims there are."""
    if call["mode"] == "constant" and not call.holds_batched(call["value"]):
        return leading_dims(call)
    x, spatial = call["input"], len(call["pad"]) // 2
    return (
        _join_samples(call)
        if x.dim() == spatial + 2
        else leading_dims(call)
        if x.dim() == spatial + 1
        else NotImplemented
    )


@rule("affine_grid")
def affine_grid(call):
    theta, (count, *sizes) = call["theta"], call["size"]
    return _part(
        call,
        call.run({"theta": _join(call, theta.value, count), "size": (call.size * count, *sizes), **_options(call)}),
        count,
    )


def _options(call):
    return {name: value for name, value in call.given.items() if name not in ("theta", "size")}


@rule("conv1d", "conv2d", "conv3d")
def convolution(call):
    """Shared weights see more samples; weights of one's own are groups of channels."""
    return _convolve(call, int(call.name[4]), lambda weight: weight.shape[0])


@rule("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed_convolution(call):
    return _convolve(call, int(call.name[14]), lambda weight: weight.shape[1] * call["groups"])


def _convolve(call, spatial, out_channels):
    given = call.given
    x, weight, bias = given["input"], given["weight"], given.get("bias")
    has_samples = x.dim() == spatial + 2
    options = {name: value for name, value in given.items() if name not in ("input", "weight", "bias")}
    if not call.is_batched(weight):
        if call.is_batched(bias):
            return call.op(x, weight, **options) + bias.reshape(-1, *(1,) * spatial)
        if not has_samples:
            return call.op(x.value, weight, bias, **options)
        return _part(call, call.op(_join(call, x.value, x.shape[0]), weight, bias, **options), x.shape[0])
    x = x if has_samples else x.unsqueeze(0)
    count, channels, groups = x.shape[0], x.shape[1], call["groups"]
    outputs = out_channels(weight)
    if bias is not None:
        bias = call.full(bias).reshape(-1)
    weights = weight.value.reshape(call.size * weight.shape[0], *weight.shape[1:])
    if not call.is_batched(x) and groups == 1 and call.name[4] != "_":
        y = call.op(x, weights, bias, **options)
    else:
        inputs = call.full(x).transpose(0, 1).reshape(count, call.size * channels, *x.shape[2:])
        y = call.op(inputs, weights, bias, **{**options, "groups": groups * call.size})
    y = y.reshape(count, call.size, outputs, *y.shape[2:]).transpose(0, 1)
    return y if has_samples else y.squeeze(1)


@rule("layer_norm", "rms_norm")
def normalize_last(call):
    """Weights of one's own come behind the norm."""
    x, weight, bias = call["input"], call["weight"], call.given.get("bias")
    if not call.holds_batched(weight, bias):
        return call.run({**call.given, "input": x.value})
    options = {name: value for name, value in call.given.items() if name not in ("input", "weight", "bias")}
    y = call.op(x, **options)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def _scaled(y, weight, bias):
    """y weight + bias along dim 1."""
    shape = (-1,) + (1,) * (y.dim() - 2)
    y = y if weight is None else y * weight.reshape(shape)
    return y if bias is None else y + bias.reshape(shape)


@rule("functional.group_norm", "group_norm")
def group_norm(call):
    x, weight, bias = call["input"], call["weight"], call["bias"]
    if not call.is_batched(x):
        return _scaled(call.op(x, call["num_groups"], eps=call["eps"]), weight, bias)
    y = _part(call, call.op(_join(call, x.value, x.shape[0]), call["num_groups"], eps=call["eps"]), x.shape[0])
    return _affine(call, y, weight, bias)


def _affine(call, value, weight, bias):
    """_scaled for a value with the batch in front."""
    if weight is None and bias is None:
        return value
    return _scaled(call.wrapped(value), weight, bias)


@rule("functional.batch_norm", "functional.instance_norm", "batch_norm", "instance_norm")
def batch_norm(call):
    """With the batch's statistics, each sample of the batch is more channels. Running statistics that all samples share cannot be
    updated by each."""
    x, weight, bias = call["input"], call["weight"], call["bias"]
    mean, variance = call["running_mean"], call["running_var"]
    from_input = call["use_input_stats"] if call.name == "instance_norm" else call["training"]
    if not from_input and mean is not None:
        shape = (-1,) + (1,) * (x.dim() - 2)
        scale = (variance + call["eps"]).rsqrt()
        return _scaled((x - mean.reshape(shape)) * scale.reshape(shape), weight, bias)
    if mean is not None and not (call.is_batched(mean) and call.is_batched(variance)):
        raise RuntimeError(
            f"vmap: {call.name} would update running statistics that all samples share; map over them too, call eval(), or "
            "use track_running_stats=False or a norm without running statistics"
        )
    if not call.is_batched(x):
        x = call.wrapped(call.full(x))
    count, channels = x.shape[:2]
    joined = x.value.transpose(0, 1).reshape(count, call.size * channels, *x.shape[2:])
    op = F.instance_norm if call.name == "instance_norm" else F.batch_norm
    rows = [None if statistics is None else statistics.value.reshape(-1) for statistics in (mean, variance)]
    y = op(joined, *rows, None, None, True, call["momentum"], call["eps"])
    for statistics, row in zip((mean, variance), rows):
        if statistics is not None and not statistics.value.is_contiguous():
            statistics.value.copy_(row.reshape(statistics.value.shape))  # the row was a copy
    y = y.reshape(count, call.size, channels, *x.shape[2:]).transpose(0, 1)
    return _affine(call, y, weight, bias)


@rule("embedding")
def embedding(call):
    """Weights of one's own are one table after another."""
    indices, weight = call["input"], call["weight"]
    if not call.is_batched(weight):
        return call.run({**call.given, "input": indices.value})
    if any(
        name in call.given and call.given[name] not in (None, False)
        for name in ("padding_idx", "max_norm", "scale_grad_by_freq")
    ):
        return NotImplemented
    rows = weight.shape[0]
    offsets = ember.arange(0, call.size * rows, rows).reshape((call.size,) + (1,) * indices.dim())
    return F.embedding(call.full(indices) + offsets, weight.value.reshape(-1, weight.shape[1]))


@rule("prelu")
def prelu(call):
    x, weight = call["input"], call["weight"]
    if weight.numel() > 1:
        weight = weight.reshape((-1,) + (1,) * (x.dim() - 2))
    elif weight.dim():
        weight = weight.reshape(())
    return ember.where(x > 0, x, weight * x)
