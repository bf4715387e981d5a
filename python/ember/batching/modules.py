"""Modules of C++ on mapped tensors, or with mapped parameters: by the ops that they are, else sample by sample."""

import contextlib

import ember
import ember.nn.functional as F
from ember import _C
from ember.batching.dispatch import at_sample, innermost_level, stack_samples, wrap
from ember.batching.nests import leaves_of, map_leaves
from ember.batching.tensor import Batched

_tape = _C.autograd
_PLAIN = set(
    "CELU ELU GELU Hardshrink Hardsigmoid Hardswish Hardtanh Identity LeakyReLU LogSigmoid Mish ReLU ReLU6 SELU SiLU Sigmoid Softplus "
    "Softshrink Softsign Tanh Tanhshrink Threshold".split()
)
"""Layers without parameters that take any shape."""
_OF_SAMPLES = {
    name + f"{d}d": d
    for name in "AdaptiveAvgPool AdaptiveMaxPool AvgPool LPPool MaxPool".split()
    for d in (1, 2, 3)
}  # fmt: skip
"""Layers without parameters of [N, C, ...] or [C, ...], and how many dims follow C."""


def _conv(m, x):
    return getattr(F, type_name(m).lower())(x, m.weight, m.bias, m.stride, m.padding, m.dilation, m.groups)


def _conv_transpose(m, x):
    op = getattr(F, "conv_transpose" + type_name(m)[-2:])
    return op(x, m.weight, m.bias, m.stride, m.padding, m.output_padding, m.groups, m.dilation)


def _batch_norm(m, x):
    track = m.running_mean is not None
    if m.momentum is None and m.training and track:
        return NotImplemented
    training = m.training or not track
    return F.batch_norm(x, m.running_mean, m.running_var, m.weight, m.bias, training, m.momentum or 0.0, m.eps)


def _instance_norm(m, x):
    if x.dim() != int(type_name(m)[-2]) + 2:
        return NotImplemented
    from_input = m.training or m.running_mean is None
    return F.instance_norm(x, m.running_mean, m.running_var, m.weight, m.bias, from_input, m.momentum, m.eps)


def _sequential(m, x):
    for child in m:
        x = child(x)
    return x


def _loss(op, *options):
    def call(m, x, target):
        return op(x, target, **{name: getattr(m, name) for name in options})

    return call


def _along(op):
    return lambda m, x: op(x, dim=m.dim)


def _dropout(op):
    return lambda m, x: op(x, m.p, m.training, m.inplace)


FORWARD = {
    "Linear": lambda m, x: F.linear(x, m.weight, m.bias),
    "Embedding": lambda m, x: F.embedding(x, m.weight, m.padding_idx, m.max_norm, m.norm_type, m.scale_grad_by_freq),
    "LayerNorm": lambda m, x: F.layer_norm(x, m.normalized_shape, m.weight, m.bias, m.eps),
    "RMSNorm": lambda m, x: F.rms_norm(x, m.normalized_shape, m.weight, m.eps),
    "GroupNorm": lambda m, x: F.group_norm(x, m.num_groups, m.weight, m.bias, m.eps),
    "PReLU": lambda m, x: F.prelu(x, m.weight),
    "Flatten": lambda m, x: x.flatten(m.start_dim, m.end_dim),
    "Unflatten": lambda m, x: x.unflatten(m.dim, m.unflattened_size),
    "Sequential": _sequential,
    "Softmax": _along(F.softmax), "Softmin": _along(F.softmin), "LogSoftmax": _along(F.log_softmax), "GLU": _along(F.glu),
    "Dropout": _dropout(F.dropout), "Dropout1d": _dropout(F.dropout1d), "Dropout2d": _dropout(F.dropout2d),
    "Dropout3d": _dropout(F.dropout3d), "AlphaDropout": _dropout(F.alpha_dropout),
    "MSELoss": _loss(F.mse_loss, "reduction"), "L1Loss": _loss(F.l1_loss, "reduction"),
    "CrossEntropyLoss": _loss(F.cross_entropy, "weight", "ignore_index", "reduction", "label_smoothing"),
    "NLLLoss": _loss(F.nll_loss, "weight", "ignore_index", "reduction"),
    "BCEWithLogitsLoss": _loss(F.binary_cross_entropy_with_logits, "weight", "pos_weight", "reduction"),
    **dict.fromkeys(["Conv1d", "Conv2d", "Conv3d"], _conv),
    **dict.fromkeys(["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"], _conv_transpose),
    **dict.fromkeys(["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"], _batch_norm),
    **dict.fromkeys(["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"], _instance_norm),
}  # fmt: skip
"""What the forward of a layer is, in ops that have rules."""


def bound_class(module):
    """The C++ class that a module is or derives from, whose forward a class of Python's may override."""
    return next(c for c in type(module).__mro__ if c.__module__ == "ember.nn")


def type_name(module):
    return bound_class(module).__name__


def _mapped_state(module):
    """The Batched parameters and buffers in a module's tree, by dotted name."""
    slots = [*module.named_parameters(), *module.named_buffers()]
    return {name: x._batched for name, x in slots if "_batched" in x.__dict__}


def call_module(module, args, kwargs):
    """The forward of a module of C++, which got a Batched or may have one for a parameter."""
    state = _mapped_state(module)
    level = innermost_level(args, kwargs, state)
    if level is None:
        with diverted(False):
            return bound_class(module).forward(module, *args, **kwargs)
    name = type_name(module)
    result = NotImplemented
    if name in FORWARD:
        result = FORWARD[name](module, *args, **kwargs)
    elif not state and len(args) == 1 and not kwargs:
        result = _without_state(module, name, args[0], level)
    if result is not NotImplemented:
        return result
    samples = []
    for i in range(level.size):
        with swapped_state(module, at_sample(state, level, i)):
            samples.append(call_module(module, at_sample(args, level, i), at_sample(kwargs, level, i)))
    return stack_samples(samples, level, name)


def _without_state(module, name, x, level):
    value = x.value
    if name in _PLAIN or _OF_SAMPLES.get(name) == x.dim() - 1:
        return wrap(bound_class(module).forward(module, value), level)
    if _OF_SAMPLES.get(name) != x.dim() - 2:
        return NotImplemented
    joined = bound_class(module).forward(module, value.reshape(-1, *value.shape[2:]))
    return wrap(map_leaves(lambda y: y.reshape(*value.shape[:2], *y.shape[1:]), joined), level)


@contextlib.contextmanager
def diverted(on):
    """Whether modules of C++ come to call_module even when no argument is a Batched."""
    before = _C._divert_modules(on)
    try:
        yield
    finally:
        _C._divert_modules(before)


def _stand_in(x):
    """A tensor that C++ can hold for a Batched, which module attributes give back."""
    if type(x) is not Batched:
        return x
    tensor = ember.empty(0)
    tensor._batched = x
    return tensor


@contextlib.contextmanager
def swapped_state(module, state, tie_weights=True, strict=False):
    """These tensors in place of the module's parameters and buffers of the same dotted names."""
    before = _tape._swap_state(module, {name: _stand_in(x) for name, x in state.items()}, tie_weights, strict)
    try:
        if any(type(x) is Batched for x in leaves_of(state)):
            with diverted(True):
                yield
        else:
            yield
    finally:
        _tape._swap_state(module, before, False, False)
