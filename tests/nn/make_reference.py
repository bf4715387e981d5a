"""Writes tests/data/nn_layers.json: what PyTorch's layers print, hold and compute, for layers_test.cc.

Run with an interpreter that has PyTorch: python tests/nn/make_reference.py
"""

import json
import math
import pathlib

import torch
from torch import nn


def pack(x):
    values = x.detach().reshape(-1).tolist()
    if x.is_floating_point():
        values = [float(f"{v:.9g}") if math.isfinite(v) else str(v) for v in values]
    return {"shape": list(x.shape), "dtype": str(x.dtype).removeprefix("torch."), "values": values}


def randomised(module):
    """Biases of zero and norms of one would hide mistakes."""
    with torch.no_grad():
        for p in module.parameters():
            p.uniform_(-0.8, 0.8)
        for b in module.buffers():
            if b.is_floating_point():
                b.uniform_(0.5, 1.5)
    return module


def images(c, h, w):
    return [torch.randn(2, c, h, w)]


def mask():
    return nn.Transformer.generate_square_subsequent_mask(3)


def padding():
    return torch.tensor([[False, False, False], [False, False, True]])


def loss_inputs(n=4, c=3):
    return [torch.randn(n, c), torch.tensor([0, 2, 1, 2])]


def first(module, x):
    return module(x)


def both(module, *inputs):
    return flat(module(*inputs))


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [tensor for part in outputs for tensor in flat(part)]


def attention(module, q, k, v):
    return module(q, k, v)


def self_attention(module, x, key_padding_mask, attn_mask):
    return module(x, x, x, key_padding_mask=key_padding_mask, attn_mask=attn_mask, average_attn_weights=False)


# name: (module, inputs, call)
CASES = {
    "linear": (lambda: nn.Linear(3, 4), lambda: [torch.randn(2, 5, 3)]),
    "linear_no_bias": (lambda: nn.Linear(3, 4, bias=False), lambda: [torch.randn(2, 3)]),
    "identity": (nn.Identity, lambda: [torch.randn(2, 3)]),
    "flatten": (nn.Flatten, lambda: images(2, 2, 2)),
    "flatten_range": (lambda: nn.Flatten(0, 1), lambda: images(2, 2, 2)),
    "unflatten": (lambda: nn.Unflatten(1, (2, 3)), lambda: [torch.randn(2, 6)]),
    "conv1d": (lambda: nn.Conv1d(2, 3, 3, stride=2, padding=1), lambda: [torch.randn(2, 2, 7)]),
    "conv2d": (lambda: nn.Conv2d(2, 4, (3, 2), padding=1), lambda: images(2, 5, 4)),
    "conv2d_groups": (
        lambda: nn.Conv2d(4, 4, 3, stride=(2, 1), padding=2, dilation=2, groups=2, bias=False),
        lambda: images(4, 5, 5),
    ),
    "conv2d_same": (lambda: nn.Conv2d(1, 2, (2, 3), padding="same"), lambda: images(1, 3, 4)),
    "conv3d": (lambda: nn.Conv3d(1, 2, 2), lambda: [torch.randn(1, 1, 3, 3, 3)]),
    "conv_transpose1d": (lambda: nn.ConvTranspose1d(2, 3, 3), lambda: [torch.randn(2, 2, 5)]),
    "conv_transpose2d": (
        lambda: nn.ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1, groups=2, bias=False, dilation=2),
        lambda: images(2, 3, 4),
    ),
    "conv_transpose2d_size": (
        lambda: nn.ConvTranspose2d(2, 3, 2, stride=2),
        lambda: images(2, 3, 4),
        lambda m, x: [m(x, output_size=(7, 9))],
    ),
    "conv_transpose3d": (lambda: nn.ConvTranspose3d(1, 2, 2, stride=2), lambda: [torch.randn(1, 1, 2, 2, 2)]),
    "max_pool1d": (lambda: nn.MaxPool1d(3), lambda: [torch.randn(2, 2, 7)]),
    "max_pool2d_indices": (
        lambda: nn.MaxPool2d(2, return_indices=True),
        lambda: images(2, 5, 4),
        both,
    ),
    "max_pool3d": (lambda: nn.MaxPool3d((2, 1, 2)), lambda: [torch.randn(1, 2, 3, 3, 4)]),
    "avg_pool1d": (lambda: nn.AvgPool1d(3, padding=1), lambda: [torch.randn(2, 2, 7)]),
    "avg_pool3d": (lambda: nn.AvgPool3d(2), lambda: [torch.randn(1, 2, 2, 3, 4)]),
    "adaptive_avg_pool1d": (lambda: nn.AdaptiveAvgPool1d(3), lambda: [torch.randn(2, 2, 7)]),
    "adaptive_avg_pool3d": (lambda: nn.AdaptiveAvgPool3d((2, None, 1)), lambda: [torch.randn(1, 2, 3, 3, 4)]),
    "adaptive_max_pool1d": (lambda: nn.AdaptiveMaxPool1d(3), lambda: [torch.randn(2, 2, 7)]),
    "adaptive_max_pool2d": (
        lambda: nn.AdaptiveMaxPool2d((None, 3), return_indices=True),
        lambda: images(2, 3, 4),
        both,
    ),
    "adaptive_max_pool3d": (lambda: nn.AdaptiveMaxPool3d(2), lambda: [torch.randn(1, 2, 3, 3, 4)]),
    "lp_pool1d": (lambda: nn.LPPool1d(1.5, 3, stride=2), lambda: [torch.rand(2, 2, 7) + 0.1]),
    "lp_pool2d": (lambda: nn.LPPool2d(2, 2), lambda: images(2, 5, 4)),
    "lp_pool3d": (lambda: nn.LPPool3d(2, 2), lambda: [torch.randn(1, 2, 3, 3, 4)]),
    "fractional_max_pool2d": (
        lambda: nn.FractionalMaxPool2d(2, output_size=3, _random_samples=torch.full((2, 2, 2), 0.3)),
        lambda: images(2, 6, 5),
    ),
    "max_unpool1d": (
        lambda: nn.MaxUnpool1d(2),
        lambda: [torch.randn(1, 2, 2), torch.tensor([[[0, 3], [1, 2]]])],
        both,
    ),
    "max_unpool2d": (
        lambda: nn.MaxUnpool2d((1, 2)),
        lambda: [torch.randn(1, 1, 2, 2), torch.tensor([[[[0, 3], [4, 7]]]])],
        both,
    ),
    "max_unpool3d": (
        lambda: nn.MaxUnpool3d(2),
        lambda: [torch.randn(1, 1, 1, 1, 2), torch.tensor([[[[[5, 2]]]]])],
        both,
    ),
    "upsample": (lambda: nn.Upsample(scale_factor=(2, 1.5)), lambda: images(2, 3, 4)),
    "upsample_size": (lambda: nn.Upsample(size=(5, 2), mode="bilinear", align_corners=True), lambda: images(2, 3, 4)),
    "unfold": (lambda: nn.Unfold((2, 3), padding=1), lambda: images(2, 3, 4)),
    "fold": (lambda: nn.Fold((3, 4), 2), lambda: [torch.randn(2, 4, 6)]),
    "max_pool2d": (lambda: nn.MaxPool2d(2), lambda: images(2, 5, 4)),
    "max_pool2d_window": (
        lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, ceil_mode=True),
        lambda: images(2, 5, 4),
    ),
    "avg_pool2d": (lambda: nn.AvgPool2d(3, stride=2, padding=1), lambda: images(1, 5, 4)),
    "avg_pool2d_window": (
        lambda: nn.AvgPool2d((2, 2), padding=1, count_include_pad=False),
        lambda: images(1, 4, 4),
    ),
    "adaptive_avg_pool2d": (lambda: nn.AdaptiveAvgPool2d(1), lambda: images(2, 3, 4)),
    "adaptive_avg_pool2d_window": (lambda: nn.AdaptiveAvgPool2d((2, 3)), lambda: images(1, 5, 4)),
    "batch_norm1d": (lambda: nn.BatchNorm1d(3), lambda: [torch.randn(4, 3)]),
    "batch_norm1d_eval": (lambda: nn.BatchNorm1d(3).eval(), lambda: [torch.randn(2, 3, 4)]),
    "batch_norm2d": (lambda: nn.BatchNorm2d(2), lambda: images(2, 3, 3)),
    "batch_norm2d_eval": (lambda: nn.BatchNorm2d(2, eps=1e-3).eval(), lambda: images(2, 2, 2)),
    "batch_norm2d_cumulative": (lambda: nn.BatchNorm2d(2, momentum=None), lambda: images(2, 3, 3)),
    "batch_norm2d_plain": (
        lambda: nn.BatchNorm2d(2, affine=False, track_running_stats=False).eval(),
        lambda: images(2, 2, 2),
    ),
    "batch_norm3d": (lambda: nn.BatchNorm3d(2), lambda: [torch.randn(2, 2, 2, 1, 3)]),
    "instance_norm1d": (lambda: nn.InstanceNorm1d(2), lambda: [torch.randn(2, 5)]),
    "instance_norm2d": (
        lambda: nn.InstanceNorm2d(2, affine=True, track_running_stats=True),
        lambda: images(2, 3, 4),
    ),
    "instance_norm2d_eval": (
        lambda: nn.InstanceNorm2d(2, affine=True, track_running_stats=True).eval(),
        lambda: images(2, 3, 4),
    ),
    "instance_norm3d": (lambda: nn.InstanceNorm3d(2), lambda: [torch.randn(2, 2, 2, 1, 3)]),
    "local_response_norm": (lambda: nn.LocalResponseNorm(2, alpha=0.5), lambda: images(3, 2, 2)),
    "rms_norm": (lambda: nn.RMSNorm(4), lambda: [torch.randn(2, 3, 4)]),
    "rms_norm_plain": (
        lambda: nn.RMSNorm((3, 4), eps=1e-3, elementwise_affine=False),
        lambda: [torch.randn(2, 3, 4)],
    ),
    "layer_norm": (lambda: nn.LayerNorm(4), lambda: [torch.randn(2, 3, 4)]),
    "layer_norm_shape": (
        lambda: nn.LayerNorm((3, 4), eps=1e-6, bias=False),
        lambda: [torch.randn(2, 3, 4)],
    ),
    "layer_norm_plain": (
        lambda: nn.LayerNorm(4, elementwise_affine=False),
        lambda: [torch.randn(2, 4)],
    ),
    "group_norm": (lambda: nn.GroupNorm(2, 4), lambda: images(4, 2, 2)),
    "dropout_eval": (lambda: nn.Dropout(0.25).eval(), lambda: [torch.randn(2, 3)]),
    "dropout_inplace": (lambda: nn.Dropout(inplace=True).eval(), lambda: [torch.randn(2, 3)]),
    "embedding": (lambda: nn.Embedding(5, 3), lambda: [torch.tensor([[0, 4], [4, 1]])]),
    "embedding_padding": (
        lambda: nn.Embedding(5, 3, padding_idx=-1),
        lambda: [torch.tensor([0, 4, 4, 1])],
    ),
    "rnn": (lambda: nn.RNN(3, 4), lambda: [torch.randn(5, 2, 3)], both),
    "rnn_relu": (lambda: nn.RNN(3, 4, nonlinearity="relu"), lambda: [torch.randn(5, 3)], both),
    "lstm": (lambda: nn.LSTM(3, 4), lambda: [torch.randn(5, 2, 3)], both),
    "lstm_deep": (
        lambda: nn.LSTM(3, 2, num_layers=2, bias=False, batch_first=True, bidirectional=True),
        lambda: [torch.randn(2, 4, 3), torch.randn(4, 2, 2), torch.randn(4, 2, 2)],
        lambda m, x, h, c: flat(m(x, (h, c))),
    ),
    "gru": (
        lambda: nn.GRU(3, 4, num_layers=2),
        lambda: [torch.randn(5, 2, 3), torch.randn(2, 2, 4)],
        both,
    ),
    "multihead_attention": (
        lambda: nn.MultiheadAttention(4, 2),
        lambda: [torch.randn(3, 2, 4), torch.randn(5, 2, 4), torch.randn(5, 2, 4)],
        attention,
    ),
    "multihead_attention_sizes": (
        lambda: nn.MultiheadAttention(4, 2, kdim=3, vdim=5, bias=False, batch_first=True),
        lambda: [torch.randn(2, 3, 4), torch.randn(2, 2, 3), torch.randn(2, 2, 5)],
        attention,
    ),
    "multihead_attention_masks": (
        lambda: nn.MultiheadAttention(4, 2, batch_first=True),
        lambda: [
            torch.randn(2, 3, 4),
            padding(),
            torch.triu(torch.ones(3, 3, dtype=torch.bool), 1),
        ],
        self_attention,
    ),
    "transformer_encoder_layer": (
        lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0),
        lambda: [torch.randn(3, 2, 4)],
    ),
    "transformer_encoder_layer_norm_first": (
        lambda: nn.TransformerEncoderLayer(
            4, 2, 8, dropout=0.0, activation="gelu", batch_first=True, norm_first=True, bias=False
        ),
        lambda: [torch.randn(2, 3, 4), mask()],
        lambda m, x, a: m(x, a),
    ),
    "transformer_encoder": (
        lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0),
            2,
            nn.LayerNorm(4),
            enable_nested_tensor=False,
        ),
        lambda: [torch.randn(3, 2, 4), padding()],
        lambda m, x, p: m(x, src_key_padding_mask=p),
    ),
    "relu": (nn.ReLU, lambda: [torch.randn(2, 4)]),
    "relu_inplace": (
        lambda: nn.ReLU(inplace=True),
        lambda: [torch.randn(2, 4)],
        lambda m, x: m(x * 1),
    ),
    "relu6": (nn.ReLU6, lambda: [torch.randn(2, 4) * 6]),
    "silu": (nn.SiLU, lambda: [torch.randn(2, 4)]),
    "gelu": (nn.GELU, lambda: [torch.randn(2, 4)]),
    "gelu_tanh": (lambda: nn.GELU("tanh"), lambda: [torch.randn(2, 4)]),
    "sigmoid": (nn.Sigmoid, lambda: [torch.randn(2, 4)]),
    "tanh": (nn.Tanh, lambda: [torch.randn(2, 4)]),
    "leaky_relu": (lambda: nn.LeakyReLU(0.2), lambda: [torch.randn(2, 4)]),
    "softplus": (nn.Softplus, lambda: [torch.randn(2, 4)]),
    "elu": (lambda: nn.ELU(1.3), lambda: [torch.randn(2, 4)]),
    "celu": (lambda: nn.CELU(1.3), lambda: [torch.randn(2, 4)]),
    "selu": (nn.SELU, lambda: [torch.randn(2, 4)]),
    "hardsigmoid": (nn.Hardsigmoid, lambda: [torch.randn(2, 4) * 3]),
    "hardswish": (nn.Hardswish, lambda: [torch.randn(2, 4) * 3]),
    "mish": (nn.Mish, lambda: [torch.randn(2, 4)]),
    "hardtanh": (lambda: nn.Hardtanh(-0.5, 0.7), lambda: [torch.randn(2, 4)]),
    "hardshrink": (lambda: nn.Hardshrink(0.3), lambda: [torch.randn(2, 4)]),
    "softshrink": (lambda: nn.Softshrink(0.3), lambda: [torch.randn(2, 4)]),
    "threshold": (lambda: nn.Threshold(0.1, 20.0), lambda: [torch.randn(2, 4)]),
    "prelu": (lambda: nn.PReLU(4), lambda: [torch.randn(2, 4)]),
    "glu": (nn.GLU, lambda: [torch.randn(2, 4)]),
    "log_sigmoid": (nn.LogSigmoid, lambda: [torch.randn(2, 4)]),
    "softsign": (nn.Softsign, lambda: [torch.randn(2, 4)]),
    "tanhshrink": (nn.Tanhshrink, lambda: [torch.randn(2, 4)]),
    "softmax2d": (nn.Softmax2d, lambda: images(3, 2, 2)),
    "softmin": (lambda: nn.Softmin(-1), lambda: [torch.randn(2, 4)]),
    "softmax": (lambda: nn.Softmax(-1), lambda: [torch.randn(2, 4)]),
    "log_softmax": (lambda: nn.LogSoftmax(1), lambda: [torch.randn(2, 4)]),
    "mse_loss": (nn.MSELoss, lambda: [torch.randn(2, 3), torch.randn(2, 3)], both),
    "l1_loss": (
        lambda: nn.L1Loss(reduction="sum"),
        lambda: [torch.randn(2, 3), torch.randn(2, 3)],
        both,
    ),
    "nll_loss": (lambda: nn.NLLLoss(weight=torch.ones(3), ignore_index=1), loss_inputs, both),
    "cross_entropy_loss": (nn.CrossEntropyLoss, loss_inputs, both),
    "cross_entropy_loss_smooth": (
        lambda: nn.CrossEntropyLoss(weight=torch.ones(3), label_smoothing=0.1),
        loss_inputs,
        both,
    ),
    "bce_with_logits_loss": (
        lambda: nn.BCEWithLogitsLoss(pos_weight=torch.ones(3)),
        lambda: [torch.randn(2, 3), torch.rand(2, 3)],
        both,
    ),
    "sequential": (
        lambda: nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Tanh(), nn.Linear(4, 2)), nn.ReLU()),
        lambda: [torch.randn(2, 3)],
    ),
    "module_list": (
        lambda: nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU()]),
        lambda: [torch.randn(1, 2)],
        lambda m, x: m[2](m[1](m[0](x))),
    ),
    "module_dict": (
        lambda: nn.ModuleDict({"up": nn.Linear(2, 3), "down": nn.Linear(3, 2)}),
        lambda: [torch.randn(1, 2)],
        lambda m, x: m["down"](m["up"](x)),
    ),
    "conv1d_circular": (
        lambda: nn.Conv1d(2, 3, 4, padding="same", padding_mode="circular"),
        lambda: [torch.randn(2, 2, 7)],
    ),
    "conv2d_reflect": (
        lambda: nn.Conv2d(2, 4, 3, stride=2, padding=(2, 1), groups=2, bias=False, padding_mode="reflect"),
        lambda: images(2, 5, 4),
    ),
    "conv3d_replicate": (
        lambda: nn.Conv3d(1, 2, 2, padding=1, dilation=2, padding_mode="replicate"),
        lambda: [torch.randn(1, 1, 3, 2, 3)],
    ),
}


def reference(make, make_inputs, call=first):
    module = randomised(make())
    state = {name: pack(x) for name, x in module.state_dict().items()}
    inputs = [x.requires_grad_() if x.is_floating_point() else x for x in make_inputs()]
    result = {"repr": repr(module), "state": state, "inputs": [pack(x) for x in inputs]}
    outputs = flat(call(module, *inputs))
    total = sum(
        (y * torch.cos(torch.arange(y.numel(), dtype=y.dtype).reshape(y.shape) + k)).sum()
        for k, y in enumerate(outputs)
    )
    if total.requires_grad:
        total.backward()
    result["outputs"] = [pack(y) for y in outputs]
    result["state_after"] = {name: pack(b) for name, b in module.named_buffers()}
    result["input_grads"] = {str(i): pack(x.grad) for i, x in enumerate(inputs) if x.grad is not None}
    result["grads"] = {name: pack(p.grad) for name, p in module.named_parameters() if p.grad is not None}
    return result


def main():
    torch.manual_seed(0)
    table = {name: reference(*case) for name, case in CASES.items()}
    path = pathlib.Path(__file__).parent.parent / "data" / "nn_layers.json"
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
    path.write_text("{\n" + rows + "\n}\n")


main()
