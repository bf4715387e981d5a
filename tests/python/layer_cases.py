"""Layers and functions as texts that mean the same with PyTorch and with Ember, and what is to be compared of them. The values of inputs
and parameters are formulas, so that only results are stored."""

import math

# name: (how it is made, its inputs, how it is called unless as layer(*inputs))
LAYERS = {
    "zero_pad1d": ("nn.ZeroPad1d((1, 2))", "x(2, 3, 4)"),
    "zero_pad2d": ("nn.ZeroPad2d((1, 0, -1, 2))", "x(2, 3, 4)"),
    "zero_pad3d": ("nn.ZeroPad3d(1)", "x(2, 1, 2, 2)"),
    "constant_pad1d": ("nn.ConstantPad1d(2, 3.5)", "x(2, 3)"),
    "constant_pad2d": ("nn.ConstantPad2d((1, 2, 0, 1), -0.5)", "x(1, 2, 2, 3)"),
    "constant_pad3d": ("nn.ConstantPad3d((1, 2, 0, 1, 1, 0), 1.25)", "x(1, 2, 1, 2)"),
    "reflection_pad1d": ("nn.ReflectionPad1d((2, 1))", "x(2, 3, 4)"),
    "reflection_pad2d": ("nn.ReflectionPad2d((1, 2, 0, 1))", "x(2, 3, 4)"),
    "reflection_pad3d": ("nn.ReflectionPad3d(1)", "x(1, 2, 2, 2)"),
    "replication_pad1d": ("nn.ReplicationPad1d((2, 1))", "x(2, 3, 4)"),
    "replication_pad2d": ("nn.ReplicationPad2d((3, 2, 0, 1))", "x(1, 2, 2, 3)"),
    "replication_pad3d": ("nn.ReplicationPad3d((1, 2, 0, 1, 1, 0))", "x(1, 2, 2, 2)"),
    "circular_pad1d": ("nn.CircularPad1d((2, 1))", "x(2, 3, 4)"),
    "circular_pad2d": ("nn.CircularPad2d((1, 2, 0, 1))", "x(1, 2, 2, 3)"),
    "circular_pad3d": ("nn.CircularPad3d((1, 2, 0, 1, 1, 0))", "x(1, 2, 2, 2)"),
    "pixel_shuffle": ("nn.PixelShuffle(2)", "x(1, 8, 2, 3)"),
    "pixel_unshuffle": ("nn.PixelUnshuffle(2)", "x(2, 4, 6)"),
    "channel_shuffle": ("nn.ChannelShuffle(2)", "x(1, 6, 2, 2)"),
    "bilinear": ("nn.Bilinear(2, 3, 4)", "x(5, 2), x(5, 3)"),
    "bilinear_no_bias": ("nn.Bilinear(2, 3, 2, bias=False)", "x(2, 2, 2), x(2, 2, 3)"),
    "rnn_cell": ("nn.RNNCell(3, 4)", "x(2, 3), x(2, 4)"),
    "rnn_cell_relu": ("nn.RNNCell(3, 4, bias=False, nonlinearity='relu')", "x(2, 3)"),
    "lstm_cell": ("nn.LSTMCell(3, 4)", "x(2, 3), (x(2, 4), x(2, 4))"),
    "lstm_cell_plain": ("nn.LSTMCell(3, 2, bias=False)", "x(3)"),
    "gru_cell": ("nn.GRUCell(3, 4)", "x(2, 3), x(2, 4)"),
    "gru_cell_no_batch": ("nn.GRUCell(3, 2)", "x(3), x(2)"),
    "lstm_proj": ("nn.LSTM(3, 4, proj_size=2)", "x(3, 2, 3)"),
    "lstm_proj_deep": (
        "nn.LSTM(2, 4, num_layers=2, bias=False, batch_first=True, bidirectional=True, proj_size=1)",
        "x(2, 3, 2), (x(4, 2, 1), x(4, 2, 4))",
    ),
    "attention_bias_kv": ("nn.MultiheadAttention(4, 2, add_bias_kv=True)", "x(3, 2, 4), x(2, 2, 4), x(2, 2, 4)"),
    "attention_zero": (
        "nn.MultiheadAttention(4, 2, bias=False, add_bias_kv=True, add_zero_attn=True, batch_first=True)",
        "x(2, 3, 4), x(2, 3, 4), x(2, 3, 4)",
        "layer(*inputs, key_padding_mask=b([[0, 0, 0], [0, 1, 1]]), attn_mask=b([[0, 1, 1], [0, 0, 1], [0, 0, 0]]), "
        "average_attn_weights=False)",
    ),
    "attention_number_masks": (
        "nn.MultiheadAttention(4, 2, kdim=3, vdim=5)",
        "x(3, 2, 4), x(2, 2, 3), x(2, 2, 5)",
        "layer(*inputs, key_padding_mask=y(2, 2), attn_mask=y(4, 3, 2))",
    ),
    "decoder_layer": ("nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0)", "x(3, 2, 4), x(2, 2, 4)"),
    "decoder_layer_masks": (
        "nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0, activation='gelu', batch_first=True, norm_first=True, bias=False)",
        "x(2, 3, 4), x(2, 2, 4)",
        "layer(*inputs, tgt_mask=square(3), memory_mask=y(3, 2), tgt_key_padding_mask=y(2, 3), "
        "memory_key_padding_mask=b([[0, 0], [0, 1]]), tgt_is_causal=True)",
    ),
    "encoder": (
        "nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0), 2, nn.LayerNorm(4), enable_nested_tensor=False)",
        "x(3, 2, 4)",
        "layer(*inputs, mask=square(3), src_key_padding_mask=y(2, 3))",
    ),
    "decoder": (
        "nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0), 2)",
        "x(3, 2, 4), x(2, 2, 4)",
        "layer(*inputs, tgt_mask=square(3))",
    ),
    "transformer": (
        "nn.Transformer(4, 2, 1, 2, 6, dropout=0.0)",
        "x(2, 2, 4), x(3, 2, 4)",
        "layer(*inputs, tgt_mask=square(3), src_key_padding_mask=y(2, 2), memory_key_padding_mask=y(2, 2))",
    ),
    "transformer_no_batch": ("nn.Transformer(4, 2, 1, 1, 3, dropout=0.0, norm_first=True, bias=False)", "x(2, 4), x(3, 4)"),
    "adaptive_softmax": ("nn.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 7], div_value=2.0)", "x(5, 8), t([0, 11, 5, 2, 6])"),
    "adaptive_softmax_frequent": ("nn.AdaptiveLogSoftmaxWithLoss(4, 9, [5], head_bias=True)", "x(4), t(3)"),
    "adaptive_softmax_all": ("nn.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 7], 2.0)", "x(3, 8)", "layer.log_prob(*inputs)"),
    "adaptive_softmax_best": ("nn.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 7], 2.0)", "x(6, 8)", "layer.predict(*inputs)"),
    "cross_map_lrn": ("nn.CrossMapLRN2d(5, alpha=0.5, k=2.0)", "y(2, 3, 2, 2)"),
    "sync_batch_norm": ("nn.SyncBatchNorm(3)", "x(4, 3, 2)"),
    "linear_cross_entropy": ("nn.LinearCrossEntropyLoss(3, 4, bias=True)", "x(3, 3), t([0, 3, 1])"),
    "linear_cross_entropy_dims": (
        "nn.LinearCrossEntropyLoss(3, 2, out_features=(2,), reduction='sum', weight=y(2), ignore_index=1, label_smoothing=0.1)",
        "x(3, 3), t([[0, 1], [0, 0], [1, 0]])",
    ),
    "lazy_linear": ("nn.LazyLinear(2)", "x(2, 3)"),
    "lazy_conv1d": ("nn.LazyConv1d(2, 2)", "x(2, 3, 4)"),
    "lazy_conv2d": ("nn.LazyConv2d(4, (2, 1), groups=2, bias=False)", "x(2, 3, 3)"),
    "lazy_conv3d": ("nn.LazyConv3d(2, 2)", "x(1, 1, 2, 3, 2)"),
    "lazy_conv_transpose1d": ("nn.LazyConvTranspose1d(2, 3)", "x(2, 3, 4)"),
    "lazy_conv_transpose2d": ("nn.LazyConvTranspose2d(2, 2, stride=2)", "x(1, 2, 2, 2)"),
    "lazy_conv_transpose3d": ("nn.LazyConvTranspose3d(1, 2)", "x(2, 2, 2, 1)"),
    "lazy_batch_norm1d": ("nn.LazyBatchNorm1d()", "x(4, 3)"),
    "lazy_batch_norm2d": ("nn.LazyBatchNorm2d(affine=False)", "x(2, 3, 2, 2)"),
    "lazy_batch_norm3d": ("nn.LazyBatchNorm3d(eps=1e-3, momentum=0.2)", "x(2, 2, 2, 1, 2)"),
    "lazy_instance_norm1d": ("nn.LazyInstanceNorm1d(affine=True)", "x(2, 3, 4)"),
    "lazy_instance_norm2d": ("nn.LazyInstanceNorm2d(track_running_stats=True)", "x(2, 3, 2, 2)"),
    "lazy_instance_norm3d": ("nn.LazyInstanceNorm3d()", "x(1, 2, 2, 1, 2)"),
    "conv_tbc": ("nn.Identity()", "x(4, 2, 3), x(2, 3, 2), x(2)", "F.conv_tbc(*inputs, 1)"),
    "conv1d_input": ("nn.Identity()", "x(4, 1, 2), x(1, 4, 3)", "nn.grad.conv1d_input((1, 2, 4), *inputs, 2, 1, 1, 2)"),
    "conv1d_weight": ("nn.Identity()", "x(1, 2, 4), x(1, 4, 3)", "nn.grad.conv1d_weight(inputs[0], (4, 1, 2), inputs[1], 2, 1, 1, 2)"),
    "conv2d_input": ("nn.Identity()", "x(2, 1, 2, 2), x(1, 2, 2, 3)", "nn.grad.conv2d_input((1, 1, 3, 4), *inputs)"),
    "conv2d_weight": ("nn.Identity()", "x(1, 1, 3, 4), x(1, 2, 2, 3)", "nn.grad.conv2d_weight(inputs[0], (2, 1, 2, 2), inputs[1])"),
    "conv3d_input": ("nn.Identity()", "x(1, 1, 2, 2, 2), x(1, 1, 1, 1, 2)", "nn.grad.conv3d_input((1, 1, 2, 2, 3), *inputs)"),
    "conv3d_weight": ("nn.Identity()", "x(1, 1, 2, 2, 3), x(1, 1, 1, 1, 2)", "nn.grad.conv3d_weight(inputs[0], (1, 1, 2, 2, 2), inputs[1])"),
}  # fmt: skip

# Random numbers are not PyTorch's, so that of parameters and of initialised tensors w their distribution is compared.
DRAWN = {
    "bilinear": "nn.Bilinear(20, 30, 40)",
    "rnn_cell": "nn.RNNCell(30, 40)",
    "lstm_cell": "nn.LSTMCell(20, 300)",
    "gru_cell": "nn.GRUCell(20, 300)",
    "lstm_proj": "nn.LSTM(20, 40, proj_size=30)",
    "attention": "nn.MultiheadAttention(200, 2, add_bias_kv=True)",
    "decoder_layer": "nn.TransformerDecoderLayer(80, 2, 50)",
    "transformer": "nn.Transformer(40, 2, 1, 1, 60)",
    "adaptive_softmax": "nn.AdaptiveLogSoftmaxWithLoss(200, 300, [30, 70], div_value=2.0)",
    "linear_cross_entropy": "nn.LinearCrossEntropyLoss(300, 400, bias=True)",
    "lazy_linear": "called(nn.LazyLinear(200), x(2, 30))",
    "lazy_conv2d": "called(nn.LazyConv2d(200, 2), x(1, 9, 3, 3))",
    "lazy_conv_transpose1d": "called(nn.LazyConvTranspose1d(200, 3), x(9, 3, 4))",
    "orthogonal": "nn.init.orthogonal_(w(30, 50), 2.0)",
    "sparse": "nn.init.sparse_(w(50, 30), 0.3, 2.0)",
    "trunc_normal": "nn.init.trunc_normal_(w(60, 70), 1.0, 2.0, -1.0, 2.0)",
    "xavier_normal": "nn.init.xavier_normal_(w(30, 40, 2), 2.0)",
    "kaiming_uniform": "nn.init.kaiming_uniform_(w(30, 40), 0.1, 'fan_out', 'leaky_relu')",
}
FIXED = {
    "dirac1d": "nn.init.dirac_(w(3, 2, 3))",
    "dirac2d": "nn.init.dirac_(w(4, 3, 2, 3), 2)",
    "dirac3d": "nn.init.dirac_(w(2, 2, 3, 1, 2))",
    "eye": "nn.init.eye_(w(3, 4))",
    "constant": "nn.init.constant_(w(2), 0.25)",
}


def numbers(count, phase):
    return [math.sin(1.7 * i + 0.9 * phase + 0.3) for i in range(count)]


def made_of(lib, shape, phase, requires_grad=True):
    tensor = lib.tensor(numbers(math.prod(shape), phase), dtype=lib.float64).reshape(shape)
    return tensor.requires_grad_(requires_grad)


def names(lib, nn, functional):
    """What the texts mean."""
    phase = iter(range(100))

    def called(layer, *inputs):
        layer(*(x.float() for x in inputs))
        return layer

    return {
        "nn": nn,
        "F": functional,
        "x": lambda *shape: made_of(lib, shape, next(phase)),
        "y": lambda *shape: abs(made_of(lib, shape, 50, False)),
        "t": lambda values: lib.tensor(values),
        "b": lambda rows: lib.tensor(rows).bool(),
        "square": lambda size: nn.Transformer.generate_square_subsequent_mask(size, dtype=lib.float64),
        "called": called,
        "w": lambda *shape: lib.empty(shape),
    }


def flat(value):
    """The tensors in nested tuples, in order."""
    return [x for part in value for x in flat(part)] if isinstance(value, (tuple, list)) else [value]


def values(tensor):
    return tensor.detach().double().reshape(-1).tolist()


def set_parameters(lib, layer):
    with lib.no_grad():
        for i, p in enumerate(layer.parameters()):
            p.copy_(made_of(lib, tuple(p.shape), i, False))


def make(lib, nn, functional, name):
    """The layer with its parameters, and a function that calls it."""
    text, inputs, *call = LAYERS[name]
    scope = names(lib, nn, functional)
    layer = eval(text, scope).double()
    scope["inputs"] = eval(f"({inputs},)", scope)
    run = call[0] if call else "layer(*inputs)"
    if name.startswith("lazy"):
        layer(scope["inputs"][0].detach())
    set_parameters(lib, layer)

    def compute(layer):
        return eval(run, {**scope, "layer": layer})

    return layer, compute, [x for x in flat(scope["inputs"]) if x.is_floating_point()]


def results(lib, layer, compute, inputs):
    """Outputs, state, and the gradients of a weighted sum of the outputs."""
    outputs = [x for x in flat(compute(layer)) if x is not None]
    total = sum((x * lib.arange(x.numel()).reshape(x.shape).double().cos()).sum() for x in outputs)
    parameters = dict(layer.named_parameters())
    if total.requires_grad:
        total.backward()
    return {
        "outputs": [values(x) for x in outputs],
        "shapes": [list(x.shape) for x in outputs],
        "input_grads": [values(x.grad) if x.grad is not None else None for x in inputs],
        "grads": {name: values(p.grad) if p.grad is not None else None for name, p in parameters.items()},
        "keys": list(layer.state_dict()),
        "repr": repr(layer),
    }


def fixed(lib, nn, functional, name):
    return values(eval(FIXED[name], names(lib, nn, functional)))


def drawn(lib, nn, functional, name):
    """Mean, standard deviation and greatest absolute value of each tensor that is drawn."""
    lib.manual_seed(7)
    made = eval(DRAWN[name], names(lib, nn, functional))
    tensors = {"w": made} if isinstance(made, lib.Tensor) else made.state_dict()
    return {name: [x.mean().item(), x.std(correction=0).item(), x.abs().max().item()] for name, x in tensors.items()}
