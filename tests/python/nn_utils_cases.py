"""What nn.utils and the hooks of modules do, as programs for either library: each gives nests of lists of numbers and names."""

import importlib
import math


def numbers(x):
    return x.detach().flatten().tolist()


def filled(t, *shape, dtype=None):
    count = math.prod(shape)
    values = [math.sin(1.7 * i + 0.3) for i in range(count)]
    return t.tensor(values, dtype=dtype or t.float64).reshape(shape)


def fill(t, module):
    """Values that are no draws."""
    with t.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(filled(t, *p.shape, dtype=p.dtype) * (0.5 + 0.1 * i))
    return module


def utils(t, name):
    return importlib.import_module(f"{t.__name__}.nn.utils.{name}")


def state(module):
    return {name: numbers(x) for name, x in module.state_dict().items()}


def shapes(module):
    return {name: list(x.shape) for name, x in module.state_dict().items()}


def gradients(t, module, *outputs):
    module.zero_grad()
    sum((filled(t, *y.shape) * y).sum() for y in outputs).backward()
    return {name: numbers(p.grad) for name, p in module.named_parameters() if p.grad is not None}


def _packed(p):
    orders = [None if x is None else x.tolist() for x in (p.sorted_indices, p.unsorted_indices)]
    return [numbers(p.data), list(p.data.shape), p.batch_sizes.tolist(), *orders]


def packing(t):
    rnn = utils(t, "rnn")
    x = filled(t, 4, 3, 2)
    padded = [
        rnn.pack_padded_sequence(x, [4, 2, 1]),
        rnn.pack_padded_sequence(x, t.tensor([2, 4, 1]), enforce_sorted=False),
        rnn.pack_padded_sequence(x.transpose(0, 1), [1, 2, 4], batch_first=True, enforce_sorted=False),
    ]
    result = {"packed": [_packed(p) for p in padded]}
    result["padded"] = []
    for p in padded:
        for options in ({}, {"batch_first": True, "padding_value": 7.0}, {"total_length": 6}):
            y, lengths = rnn.pad_packed_sequence(p, **options)
            result["padded"].append([numbers(y), list(y.shape), lengths.tolist()])
    return result


def sequences(t):
    rnn = utils(t, "rnn")
    given = [filled(t, n, 2) + n for n in (2, 3, 1)]
    result = {"pad": [], "unpad": []}
    for options in ({}, {"batch_first": True}, {"padding_side": "left", "padding_value": -1.0}):
        y = rnn.pad_sequence(given, **options)
        result["pad"].append([numbers(y), list(y.shape)])
    y = rnn.pad_sequence(given)
    result["unpad"] = [numbers(x) for x in rnn.unpad_sequence(y, t.tensor([2, 3, 1]))]
    packed = rnn.pack_sequence(given, enforce_sorted=False)
    result["pack"] = _packed(packed)
    result["unpack"] = [[numbers(x), list(x.shape)] for x in rnn.unpack_sequence(packed)]
    result["inverse"] = rnn.invert_permutation(t.tensor([2, 0, 1])).tolist()
    return result


def gradient_of_packing(t):
    rnn = utils(t, "rnn")
    x = filled(t, 4, 3, 2).requires_grad_()
    y, _ = rnn.pad_packed_sequence(rnn.pack_padded_sequence(x, [2, 4, 1], enforce_sorted=False))
    (y * y * filled(t, *y.shape)).sum().backward()
    return numbers(x.grad)


def recurrent(t):
    rnn, nn = utils(t, "rnn"), t.nn
    layers = {
        "RNN": nn.RNN(2, 3, nonlinearity="relu", dtype=t.float64),
        "GRU": nn.GRU(2, 3, 2, bias=False, dtype=t.float64),
        "LSTM": nn.LSTM(2, 3, 2, bidirectional=True, batch_first=True, dtype=t.float64),
    }
    result = {}
    for name, layer in layers.items():
        fill(t, layer)
        x = filled(t, 4, 5, 2)
        packed = rnn.pack_padded_sequence(x, [2, 5, 1, 5], batch_first=True, enforce_sorted=False)
        directions = 2 if layer.bidirectional else 1
        h0 = filled(t, layer.num_layers * directions, 4, 3)
        for hx in (None, (h0, h0 * 0.5) if name == "LSTM" else h0):
            output, last = layer(packed, hx)
            last = list(last) if isinstance(last, tuple) else [last]
            assert type(output) is rnn.PackedSequence
            key = f"{name} {'from zeros' if hx is None else 'from a state'}"
            grads = gradients(t, layer, output.data, *last)
            result[key] = [_packed(output), [numbers(h) for h in last], grads]
    return result


def weight_norm(t):
    result = {}
    for key, name, dim in (
        ("new", "weight", 0),
        ("of all", "weight", None),
        ("dim 1", "weight", 1),
        ("bias", "bias", 0),
    ):
        m = fill(t, t.nn.Conv1d(2, 3, 2, dtype=t.float64))
        utils(t, "parametrizations").weight_norm(m, name, dim)
        y = m(filled(t, 1, 2, 4))
        result[key] = [shapes(m), state(m), numbers(y), gradients(t, m, y)]
    m = fill(t, t.nn.Linear(2, 3, dtype=t.float64))
    t.nn.utils.weight_norm(m)
    y = m(filled(t, 4, 2))
    result["old"] = [shapes(m), state(m), numbers(y), gradients(t, m, y), numbers(m.weight)]
    t.nn.utils.remove_weight_norm(m)
    result["removed"] = [state(m), numbers(m(filled(t, 4, 2)))]
    return result


def _start(m, t, u, v):
    with t.no_grad():
        u.copy_(filled(t, *u.shape) / filled(t, *u.shape).norm())
        v.copy_(filled(t, *v.shape) / filled(t, *v.shape).norm())


def spectral_norm(t):
    result = {}
    for key, make, shape in (
        ("linear", lambda: t.nn.Linear(3, 4, dtype=t.float64), (2, 3)),
        ("transposed", lambda: t.nn.ConvTranspose1d(2, 3, 2, dtype=t.float64), (1, 2, 4)),
    ):
        m = fill(t, make())
        utils(t, "parametrizations").spectral_norm(m, n_power_iterations=2)
        norm = m.parametrizations.weight[0]
        _start(m, t, norm._u, norm._v)
        y = m(filled(t, *shape))
        trained = [list(m.state_dict()), numbers(y), gradients(t, m, y), numbers(norm._u), numbers(norm._v)]
        m.eval()
        result[key] = [trained, numbers(m.weight), numbers(m.weight)]
        m = t.nn.utils.spectral_norm(fill(t, make()))
        _start(m, t, m.weight_u, m.weight_v)
        y = m(filled(t, *shape))
        trained = [list(m.state_dict()), numbers(y), gradients(t, m, y), numbers(m.weight_u)]
        m.eval()
        result["old " + key] = [trained, numbers(m(filled(t, *shape)))]
        t.nn.utils.remove_spectral_norm(m)
        result["removed " + key] = [state(m)]
    return result


def orthogonal(t):
    result = {}
    for n, k in ((3, 3), (4, 2), (2, 4)):
        for how in ("matrix_exp", "cayley", "householder"):
            m = fill(t, t.nn.Linear(k, n, bias=False, dtype=t.float64))
            utils(t, "parametrizations").orthogonal(
                m, orthogonal_map=how, use_trivialization=False
            ) if how == "householder" else utils(t, "parametrizations").orthogonal(m, orthogonal_map=how)
            if how != "householder":
                # The base has random columns: it becomes a known one.
                q = t.eye(max(n, k), dtype=t.float64)
                m.parametrizations.weight[0].base.copy_(q if n == k else q.flip(0))
                with t.no_grad():
                    m.parametrizations.weight.original.copy_(filled(t, n, k) * 0.4)
            result[f"{how} {n} {k}"] = [shapes(m), numbers(m.weight), gradients(t, m, m(filled(t, 2, k)))]
    return result


def _symmetric(t):
    class Symmetric(t.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).transpose(-1, -2)

        def right_inverse(self, a):
            return a.triu()

    return Symmetric()


def _product(t):
    class Product(t.nn.Module):
        def forward(self, a, b):
            return a * b

        def right_inverse(self, x):
            return x.abs().sqrt(), x.sign() * x.abs().sqrt()

    return Product()


def _scaled(t, by):
    class Scaled(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.by = t.nn.Parameter(t.tensor([by], dtype=t.float64))

        def forward(self, x):
            return x * self.by

    return Scaled()


def parametrized(t):
    parametrize = utils(t, "parametrize")
    m = fill(t, t.nn.Linear(3, 3, dtype=t.float64))
    x = filled(t, 2, 3)
    steps = [repr(m)]
    parametrize.register_parametrization(m, "weight", _symmetric(t))
    steps.append([type(m).__name__, repr(m), state(m), numbers(m(x))])
    parametrize.register_parametrization(m, "weight", _scaled(t, 2.0))
    parametrize.register_parametrization(m, "bias", _product(t))
    y = m(x)
    steps.append([repr(m), state(m), numbers(y), gradients(t, m, y), [n for n, _ in m.named_parameters()]])
    m.bias = filled(t, 3)
    steps.append([numbers(m.bias), state(m)])
    with parametrize.cached():
        steps.append(m.weight is m.weight)
    parametrize.remove_parametrizations(m, "weight", leave_parametrized=False)
    steps.append([state(m), parametrize.is_parametrized(m), parametrize.is_parametrized(m, "weight"), type(m).__name__])
    parametrize.remove_parametrizations(m, "bias")
    steps.append([state(m), [n for n, _ in m.named_parameters()], type(m) is t.nn.Linear, repr(m), numbers(m(x))])
    return steps


def transferred(t):
    parametrize = utils(t, "parametrize")
    a, b = (fill(t, t.nn.Linear(3, 3, dtype=t.float64)) for _ in range(2))
    parametrize.register_parametrization(a, "weight", _symmetric(t))
    with t.no_grad():
        a.parametrizations.weight.original.mul_(2.0)
    parametrize.transfer_parametrizations_and_params(a, b)
    return [type(b).__name__, state(b), numbers(b(filled(t, 1, 3)))]


def pruned(t):
    prune = utils(t, "prune")
    make = lambda: fill(t, t.nn.Conv2d(3, 4, 2, dtype=t.float64))  # noqa: E731
    x = filled(t, 1, 3, 3, 3)
    result = {}
    for key, apply in {
        "identity": lambda m: prune.identity(m, "weight"),
        "l1": lambda m: prune.l1_unstructured(m, "weight", 0.3),
        "l1 count": lambda m: prune.l1_unstructured(m, "weight", 5, importance_scores=filled(t, 4, 3, 2, 2).cos()),
        "ln": lambda m: prune.ln_structured(m, "weight", 0.5, n=2, dim=0),
        "ln of one": lambda m: prune.ln_structured(m, "weight", 1, n=1, dim=1),
        "mask": lambda m: prune.custom_from_mask(m, "bias", t.tensor([1, 0, 1, 0])),
        "twice": lambda m: prune.l1_unstructured(prune.ln_structured(m, "weight", 1, n=2, dim=0), "weight", 0.5),
        "thrice": lambda m: prune.ln_structured(
            prune.l1_unstructured(prune.l1_unstructured(m, "weight", 7), "weight", 0.5), "weight", 2, n=2, dim=0
        ),
    }.items():
        m = make()
        assert apply(m) is m
        y = m(x)
        result[key] = [
            state(m),
            numbers(y),
            gradients(t, m, y),
            [n for n, _ in m.named_parameters()],
            prune.is_pruned(m),
        ]
        name = "bias" if key == "mask" else "weight"
        prune.remove(m, name)
        result["removed " + key] = [state(m), numbers(m(x)), prune.is_pruned(m)]
    net = t.nn.Sequential(t.nn.Linear(3, 4, dtype=t.float64), t.nn.ReLU(), t.nn.Linear(4, 2, dtype=t.float64))
    fill(t, net)
    prune.global_unstructured([(net[0], "weight"), (net[2], "weight")], prune.L1Unstructured, amount=0.4)
    result["global"] = [state(net), numbers(net(filled(t, 2, 3)))]
    m = prune.random_unstructured(make(), "weight", 0.25)
    n = prune.random_structured(make(), "weight", 2, dim=1)
    result["random"] = [int(m.weight_mask.sum()), [int(c) for c in sorted(n.weight_mask.sum((0, 2, 3)).tolist())]]
    result["tensor"] = numbers(prune.L1Unstructured(3).prune(filled(t, 6)))
    return result


def fused(t):
    fusion = utils(t, "fusion")
    result = {}
    for key, layer, norm, x, transpose in (
        (
            "conv",
            t.nn.Conv2d(2, 3, 2, dtype=t.float64),
            t.nn.BatchNorm2d(3, dtype=t.float64),
            filled(t, 1, 2, 3, 3),
            False,
        ),
        (
            "no bias",
            t.nn.Conv1d(2, 3, 2, bias=False, dtype=t.float64),
            t.nn.BatchNorm1d(3, affine=False, dtype=t.float64),
            filled(t, 1, 2, 3),
            False,
        ),
        (
            "transposed",
            t.nn.ConvTranspose1d(2, 3, 2, dtype=t.float64),
            t.nn.BatchNorm1d(3, dtype=t.float64),
            filled(t, 1, 2, 3),
            True,
        ),
        ("linear", t.nn.Linear(2, 3, dtype=t.float64), t.nn.BatchNorm1d(3, dtype=t.float64), filled(t, 4, 2), False),
    ):
        fill(t, layer)
        fill(t, norm)
        norm.running_mean.copy_(filled(t, 3))
        norm.running_var.copy_(filled(t, 3).exp())
        layer.eval()
        norm.eval()
        m = (
            fusion.fuse_linear_bn_eval(layer, norm)
            if key == "linear"
            else fusion.fuse_conv_bn_eval(layer, norm, transpose)
        )
        result[key] = [type(m).__name__, state(m), numbers(m(x)), [p.requires_grad for p in m.parameters()]]
    w, b = fusion.fuse_linear_bn_weights(
        filled(t, 3, 2),
        t.zeros(3, dtype=t.float64),
        filled(t, 3),
        filled(t, 3).exp(),
        1e-3,
        filled(t, 3),
        filled(t, 3),
    )
    result["weights"] = [numbers(w), numbers(b)]
    return result


def clipped(t):
    u = t.nn.utils
    result = []
    for norm_type in (1.0, 2.0, math.inf):
        m = fill(t, t.nn.Linear(2, 3, dtype=t.float64))
        gradients(t, m, m(filled(t, 2, 2)))
        grads = [p.grad for p in m.parameters()]
        total = u.get_total_norm(grads, norm_type)
        u.clip_grads_with_norm_(m.parameters(), 0.7, total)
        result.append([float(total), [numbers(g) for g in grads]])
        result.append(
            [float(u.clip_grad_norm_(m.parameters(), 0.3, norm_type, foreach=False)), [numbers(g) for g in grads]]
        )
        u.clip_grad_value_(m.parameters(), 0.05, foreach=None)
        result.append([numbers(g) for g in grads])
    vector = u.parameters_to_vector(m.parameters())
    u.vector_to_parameters(vector * 2, m.parameters())
    return [*result, numbers(vector), state(m)]


CASES = {
    case.__name__: case
    for case in (
        packing, sequences, gradient_of_packing, recurrent, weight_norm, spectral_norm, orthogonal, parametrized, transferred, pruned,
        fused, clipped,
    )
}  # fmt: skip
