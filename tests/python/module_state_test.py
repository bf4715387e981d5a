"""States, conversions and copies of modules."""

import copy
import pickle

import pytest
from nets import Net, Scale

import ember
from ember import nn
from ember.nn import functional as F


def test_state_dict_round_trip():
    a, b = Net(), Net()
    state = a.state_dict()
    assert list(state) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "steps"] or set(state) == {
        "fc1.weight",
        "fc1.bias",
        "fc2.weight",
        "fc2.bias",
        "steps",
    }
    assert all(not v.requires_grad for v in state.values())
    keys = b.load_state_dict(state)
    assert keys.missing_keys == [] and keys.unexpected_keys == []
    x = ember.ones(1, 3)
    assert ember.equal(a(x), b(x))
    assert state["fc1.bias"].data_ptr() == a.fc1.bias.data_ptr()


def test_load_state_dict_complains():
    net = Net()
    state = net.state_dict()
    del state["fc1.bias"]
    state["other"] = ember.ones(1)
    with pytest.raises(RuntimeError, match="(?s)fc1.bias.*other"):
        net.load_state_dict(state)
    keys = net.load_state_dict(state, strict=False)
    assert keys.missing_keys == ["fc1.bias"] and keys.unexpected_keys == ["other"]
    state["fc1.bias"] = ember.ones(7)
    with pytest.raises(RuntimeError, match="fc1.bias"):
        net.load_state_dict(state, strict=False)
    with pytest.raises(RuntimeError, match="fc1.bias"):
        net.load_state_dict({"fc1.bias": 3}, strict=False)


def test_conversion_keeps_parameters():
    net = Net()
    weight = net.fc1.weight
    assert net.to(ember.float64) is net and net.fc1.weight is weight and weight.dtype == ember.float64
    assert net.float().fc1.weight.dtype == ember.float32 and net.half().fc2.bias.dtype == ember.float16
    assert net.to("cpu", ember.float32).steps.dtype == ember.float32
    with pytest.raises(TypeError):
        net.to(ember.int64)


def test_apply_zero_grad_requires_grad():
    net = Net()
    names = []
    assert net.apply(lambda m: names.append(type(m).__name__)) is net
    assert names == ["Linear", "Linear", "Net"]
    net(ember.ones(1, 3)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    assert not any(p.requires_grad for p in net.requires_grad_(False).parameters())


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize(
    "make, shape",
    [
        (Net, (2, 3)),
        (lambda: Scale(3), (2,)),
        (lambda: nn.Sequential(nn.Linear(3, 4), Scale(2), nn.Linear(4, 2, bias=False)), (1, 3)),
        (lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1, bias=False), (1, 2, 5, 5)),
        (lambda: nn.Conv2d(2, 3, 3, padding="same"), (1, 2, 5, 5)),
        (lambda: nn.BatchNorm2d(2), (3, 2, 4, 4)),
        (lambda: nn.LayerNorm([3, 4]), (2, 3, 4)),
        (lambda: nn.GroupNorm(2, 4), (2, 4, 3)),
        (lambda: nn.MaxPool2d(2), (1, 1, 4, 4)),
        (lambda: nn.LeakyReLU(0.2), (3,)),
        (lambda: nn.Softmax(dim=-1), (2, 3)),
        (lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), (3, 1, 4)),
        (lambda: nn.TransformerEncoderLayer(4, 2, 8, activation="gelu"), (3, 1, 4)),
        (lambda: nn.TransformerEncoderLayer(4, 2, 8, activation=F.gelu), (3, 1, 4)),
    ],
)
def test_copies(copier, make, shape):
    module = make()
    module.note = ["kept"]
    other = copier(module)
    assert type(other) is type(module) and other is not module and other.note == ["kept"]
    x = ember.randn(*shape)
    assert ember.allclose(module.eval()(x), other.eval()(x))
    mine, its = dict(module.named_parameters()), dict(other.named_parameters())
    assert list(mine) == list(its)
    for name in mine:
        assert its[name].data_ptr() != mine[name].data_ptr() and isinstance(its[name], nn.Parameter)
    with ember.no_grad():
        for p in other.parameters():
            p.zero_()
    if mine:
        assert any(p.abs().sum().item() > 0 for p in mine.values())


def test_copies_keep_sharing_and_mode():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(2, 2)
            self.b = nn.Linear(2, 2)
            self.b.weight = self.a.weight
            self.order = [self.b, self.a]

        def forward(self, x):
            return self.b(self.a(x))

    other = copy.deepcopy(Tied().eval())
    assert other.b.weight is other.a.weight and other.order[1] is other.a and not other.training
