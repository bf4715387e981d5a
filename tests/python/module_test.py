"""Modules: registration, calls, and Python and C++ modules in one another."""

import gc

import pytest
from nets import Net, Scale

import ember
from ember import nn
from ember.nn import functional as F


def test_attributes_register():
    net = Net()
    assert [n for n, _ in net.named_parameters()] == [
        "fc1.weight",
        "fc1.bias",
        "fc2.weight",
        "fc2.bias",
    ]
    assert [n for n, _ in net.named_buffers()] == ["steps"]
    assert [n for n, _ in net.named_children()] == ["fc1", "fc2"]
    assert [n for n, _ in net.named_modules()] == ["", "fc1", "fc2"]
    assert net.fc1 is net.fc1 and list(net.children())[0] is net.fc1 and list(net.modules())[0] is net
    assert net.fc1.weight is next(net.parameters()) and isinstance(net.fc1.weight, nn.Parameter)
    assert "fc1" in dir(net) and net.hidden == 4


def test_attributes_can_change_kind():
    net = Net()
    net.fc1 = nn.Identity()
    assert isinstance(net.fc1, nn.Identity)
    net.extra = 3
    net.extra = nn.Parameter(ember.ones(1))
    assert "extra" in dict(net.named_parameters())
    del net.extra
    assert not hasattr(net, "extra") and "extra" not in dict(net.named_parameters())
    net.fc2 = None
    assert net.fc2 is None and [n for n, _ in net.named_children()] == ["fc1"]


def test_wrong_assignments():
    net = Net()
    with pytest.raises(TypeError, match="fc1"):
        net.fc1 = 3
    with pytest.raises(TypeError, match="weight"):
        net.fc1.weight = ember.ones(4, 3)
    with pytest.raises(TypeError, match="steps"):
        net.steps = "x"
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'nothing'"):
        net.nothing  # noqa: B018

    class Early(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match="__init__"):
        Early()


def test_a_layer_without_its_weight_is_an_error_not_a_crash():
    lin = nn.Linear(2, 2)
    del lin.weight
    with pytest.raises(TypeError, match="weight is an undefined tensor"):
        lin(ember.ones(1, 2))
    with pytest.raises(TypeError):
        lin.bias = nn.Linear(1, 1)


def test_parameters_can_be_replaced_and_tied():
    a, b = nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)
    b.weight = a.weight
    pair = nn.Sequential(a, b)
    assert len(list(pair.parameters())) == 1 and b.weight is a.weight
    with ember.no_grad():
        a.weight.zero_()
    assert b(ember.ones(1, 3)).tolist() == [[0, 0, 0]]


def test_call():
    net = Net()
    x = ember.ones(5, 3)
    assert net(x).shape == net.forward(x).shape == net(x=x).shape == (5, 2)

    class Many(nn.Module):
        def forward(self, a, b=1, *rest, scale=1):
            return (a + b + sum(rest)) * scale, {"a": a}

    out, info = Many()(1, 2, 3, scale=10)
    assert out == 60 and info == {"a": 1}
    with pytest.raises(NotImplementedError, match="Bare"):

        class Bare(nn.Module):
            pass

        Bare()(x)


def test_call_of_an_unbound_module_is_an_error():
    class Early(nn.Module):
        def __init__(self):
            pass

    with pytest.raises((RuntimeError, TypeError)):
        Early()(1)


def test_layer_calls_check_their_arguments():
    lin = nn.Linear(3, 4)
    with pytest.raises(RuntimeError, match="linear"):
        lin(ember.ones(2, 5))
    with pytest.raises(TypeError):
        lin("x")
    with pytest.raises(TypeError):
        lin()
    with pytest.raises(TypeError):
        nn.Linear(3)


def test_instance_forward_replaces_the_class_one():
    lin = nn.Linear(2, 2)
    seq = nn.Sequential(lin)
    lin.forward = lambda x: x * 100
    assert lin(ember.ones(1)).item() == 100 and seq(ember.ones(1)).item() == 100


def test_python_modules_in_cpp_containers():
    seq = nn.Sequential(nn.Linear(3, 3), Scale(2), nn.ReLU())
    gc.collect()
    scale = seq[1]
    assert type(scale) is Scale and scale is seq[1]
    x = ember.ones(2, 3)
    assert ember.allclose(seq(x), F.relu(seq[0](x) * 2))
    assert scale.calls == 1
    assert [n for n, _ in seq.named_parameters()] == ["0.weight", "0.bias", "1.factor"]
    seq(x).sum().backward()
    assert scale.factor.grad is not None


def test_cpp_modules_in_python_modules_in_cpp_modules():
    inner = nn.Sequential(Scale(3), nn.Tanh())

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x)

    seq = nn.Sequential(Outer(), Scale(2))
    x = ember.ones(2)
    assert ember.allclose(seq(x), (x * 3).tanh() * 2)
    assert list(seq.state_dict()) == ["0.inner.0.factor", "1.factor"]


def test_python_subclass_of_a_cpp_layer():
    class Doubled(nn.Linear):
        def __init__(self, n):
            super().__init__(n, n)
            self.note = "mine"

        def forward(self, x):
            return super().forward(x) * 2

        def extra_repr(self):
            return super().extra_repr() + ", doubled"

    layer = Doubled(3)
    seq = nn.Sequential(layer)
    x = ember.ones(1, 3)
    want = F.linear(x, layer.weight, layer.bias) * 2
    assert ember.allclose(layer(x), want) and ember.allclose(seq(x), want)
    assert repr(layer) == "Doubled(in_features=3, out_features=3, bias=True, doubled)"
    del layer
    gc.collect()
    assert type(seq[0]) is Doubled and seq[0].note == "mine"


def test_exceptions_pass_through_cpp_containers():
    class Bad(nn.Module):
        def forward(self, x):
            raise LookupError("in forward")

    with pytest.raises(LookupError, match="in forward"):
        nn.Sequential(nn.ReLU(), Bad())(ember.ones(1))

    class NotATensor(nn.Module):
        def forward(self, x):
            return 3

    with pytest.raises(TypeError, match="ReLU.*Tensor, not int"):
        nn.Sequential(NotATensor(), nn.ReLU())(ember.ones(1))


def test_attributes_of_contained_layers_stay():
    seq = nn.Sequential(nn.Linear(1, 1))
    seq[0].note = "kept"
    gc.collect()
    assert seq[0].note == "kept" and seq[0] is seq[0]


def test_train_and_eval():
    class Watching(nn.Module):
        def train(self, mode=True):
            self.seen = mode
            return super().train(mode)

        def forward(self, x):
            return x

    net = nn.Sequential(nn.Dropout(0.5), Watching())
    assert net.training and net.eval() is net
    assert not net[0].training and not net.training and net[1].seen is False
    x = ember.ones(100)
    assert ember.equal(net(x), x)
    net.train()
    assert net[1].seen is True and not ember.equal(net(x), x)


def test_forward_hooks():
    net = Net()
    seen = []
    handle = net.register_forward_hook(lambda m, args, out: seen.append((m is net, len(args), out.shape)))
    pre = net.register_forward_pre_hook(lambda m, args: (args[0] * 0,))
    change = net.fc2.register_forward_hook(lambda m, args, out: out + 1)
    x = ember.ones(1, 3)
    y = net(x)
    assert seen == [(True, 1, (1, 2))]
    pre.remove()
    change.remove()
    assert ember.allclose(net(x * 0) + 1, y)
    handle.remove()
    net(x)
    assert len(seen) == 2


def test_hooks_run_inside_cpp_containers():
    seq = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    seen = []
    seq[0].register_forward_hook(lambda m, args, out: seen.append(type(m).__name__))
    seq(ember.ones(1, 2))
    assert seen == ["Linear"]


def test_hooks_with_kwargs():
    class Add(nn.Module):
        def forward(self, a, b=0):
            return a + b

    m = Add()
    m.register_forward_pre_hook(lambda m, args, kwargs: (args, {"b": kwargs["b"] + 1}), with_kwargs=True)
    assert m(1, b=2) == 4


def test_containers():
    seq = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert len(seq) == 3 and isinstance(seq[-1], nn.Linear) and [type(m).__name__ for m in seq][1] == "ReLU"
    head = seq[:2]
    assert type(head) is nn.Sequential and len(head) == 2 and head[0] is seq[0]
    seq[1] = nn.Tanh()
    assert isinstance(seq[1], nn.Tanh)
    seq.append(nn.Sigmoid())
    assert len(seq) == 4
    del seq[0]
    assert len(seq) == 3 and isinstance(seq[0], nn.Tanh)
    with pytest.raises(IndexError):
        seq[5]
    with pytest.raises(TypeError):
        nn.Sequential(3)
    named = nn.Sequential({"first": nn.Linear(1, 1), "second": nn.ReLU()})
    assert [n for n, _ in named.named_children()] == ["first", "second"] and named.first is named[0]

    class Lists(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(3)])
            self.heads = nn.ModuleDict({"a": nn.Linear(1, 1)})

    m = Lists()
    assert len(m.layers) == 3 and len(list(m.parameters())) == 8 and m.heads["a"].in_features == 1
    assert "a" in m.heads and list(m.heads.keys()) == ["a"] and [i.out_features for i in m.layers] == [1, 1, 1]
    with pytest.raises(KeyError):
        m.heads["b"]


def test_repr():
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.Dropout(0.2)))
    assert repr(net) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): ReLU()\n"
        "  (2): Sequential(\n"
        "    (0): Dropout(p=0.2, inplace=False)\n"
        "  )\n"
        ")"
    )
    assert repr(Net()).startswith("Net(\n  (fc1): Linear(in_features=3")


def test_layers_have_their_options():
    conv = nn.Conv2d(3, 8, (3, 5), stride=2)
    assert conv.in_channels == 3 and conv.kernel_size == (3, 5) and conv.out_channels == 8
    assert nn.Dropout(0.3).p == 0.3 and nn.Linear(2, 3, bias=False).bias is None
    assert nn.BatchNorm2d(4, momentum=None).momentum is None
    with pytest.raises(ValueError):
        nn.Dropout(1.5)


def test_layers_with_several_inputs_or_outputs():
    lstm = nn.LSTM(3, 4, num_layers=2)
    out, (h, c) = lstm(ember.randn(5, 2, 3))
    assert out.shape == (5, 2, 4) and h.shape == c.shape == (2, 2, 4)
    out2, _ = lstm(ember.randn(5, 2, 3), (h, c))
    assert out2.shape == (5, 2, 4)
    out, h = nn.GRU(3, 4, batch_first=True)(ember.randn(2, 5, 3))
    assert out.shape == (2, 5, 4) and h.shape == (1, 2, 4)
    attention = nn.MultiheadAttention(4, 2)
    x = ember.randn(5, 2, 4)
    out, weights = attention(x, x, x)
    assert out.shape == (5, 2, 4) and weights.shape == (2, 5, 5)
    assert attention(x, x, x, need_weights=False)[1] is None
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    assert loss(ember.randn(4, 3), ember.tensor([0, 1, 2, 0])).shape == ()


def test_init_and_utils():
    lin = nn.Linear(3, 4)
    assert nn.init.constant_(lin.weight, 2.0) is lin.weight and lin.weight.sum().item() == 24
    nn.init.zeros_(lin.bias)
    nn.init.kaiming_uniform_(lin.weight, mode="fan_out", nonlinearity="relu")
    with pytest.raises(ValueError):
        nn.init.kaiming_normal_(lin.weight, mode="fan")
    lin(ember.ones(2, 3)).sum().backward()
    before = nn.utils.clip_grad_norm_(lin.parameters(), 1.0)
    assert before.item() > 1
    assert abs(nn.utils.get_total_norm([p.grad for p in lin.parameters()]).item() - 1) < 1e-4
    vector = nn.utils.parameters_to_vector(lin.parameters())
    assert vector.shape == (16,)
    nn.utils.vector_to_parameters(vector * 0, lin.parameters())
    assert lin.weight.abs().sum().item() == 0


def test_identity_gives_back_anything():
    pair = (ember.ones(2), "text")
    assert nn.Identity(7, unused=True)(pair) is pair
    assert nn.Sequential(nn.LSTM(2, 3), nn.Identity())(ember.ones(1, 1, 2))[0].shape == (1, 1, 3)
