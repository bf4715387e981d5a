"""Layers and parameters that learn their shapes from the first input."""

import copy
import pickle

import pytest

import ember
from ember import nn
from ember.nn.lazy import LazyModuleMixin
from ember.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy


def pickled(x):
    return pickle.loads(pickle.dumps(x))


def test_a_lazy_layer_waits_until_its_first_call_and_is_an_ordinary_one_then():
    layer = nn.LazyLinear(3)
    assert isinstance(layer, nn.Linear) and layer.in_features == 0 and layer.has_uninitialized_params()
    assert repr(layer) == "LazyLinear(in_features=0, out_features=3, bias=True)"
    assert (
        isinstance(layer.weight, UninitializedParameter)
        and isinstance(layer.weight, nn.Parameter)
        and is_lazy(layer.bias)
    )
    weight = layer.weight
    assert layer(ember.ones(2, 5)).shape == (2, 3)
    assert type(layer) is nn.Linear and layer.in_features == 5 and layer.weight is weight
    assert type(weight) is nn.Parameter and weight.shape == (3, 5) and not is_lazy(weight)
    assert repr(pickled(layer)) == repr(layer) == "Linear(in_features=5, out_features=3, bias=True)"
    with pytest.raises(RuntimeError, match=r"\[2, 4\]"):
        layer(ember.ones(2, 4))


def test_an_optimizer_made_before_trains_what_the_layer_learns():
    net = nn.Sequential(nn.LazyLinear(4), nn.Tanh(), nn.Sequential(nn.LazyLinear(1)))
    optimizer = ember.optim.SGD(net.parameters(), lr=0.1)
    net(ember.ones(2, 3)).sum().backward()
    before = net[0].weight.tolist()
    optimizer.step()
    assert net[0].weight.tolist() != before and net[2][0].weight.shape == (1, 4)
    assert [type(module) for module in net.modules()] == [nn.Sequential, nn.Linear, nn.Tanh, nn.Sequential, nn.Linear]


def test_dtype_device_and_training_set_before_hold_afterwards():
    layer = nn.LazyBatchNorm1d().double().eval()
    layer.weight.requires_grad_(False)
    assert is_lazy(layer.weight) and is_lazy(layer.running_mean) and layer.running_var.dtype == ember.float64
    assert isinstance(layer.running_mean, UninitializedBuffer) and layer.num_batches_tracked.item() == 0
    layer(ember.ones(2, 3, dtype=ember.float64))
    assert layer.weight.dtype == layer.running_mean.dtype == ember.float64 and not layer.training
    assert not layer.weight.requires_grad and layer.bias.requires_grad and layer.running_var.tolist() == [1, 1, 1]
    assert nn.LazyLinear(2, dtype=ember.float64).weight.dtype == ember.float64


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, pickled])
def test_copies_and_pickles_wait_as_well(copier):
    net = nn.Sequential(nn.LazyConv2d(4, 3, padding=1, groups=2), nn.LazyBatchNorm2d(), nn.ReLU())
    copied = copier(net)
    assert repr(copied) == repr(net) and isinstance(copied[0].weight, UninitializedParameter)
    assert copied(ember.ones(1, 2, 5, 5)).shape == (1, 4, 5, 5)
    assert type(copied[0]) is nn.Conv2d and copied[0].groups == 2 and copied[1].num_features == 4


def test_a_state_dict_gives_shapes_before_the_first_call():
    trained, net = nn.Linear(3, 2), nn.Sequential(nn.LazyLinear(2))
    net.load_state_dict({f"0.{name}": x for name, x in trained.state_dict().items()})
    assert type(net[0].weight) is nn.Parameter and net[0].weight.tolist() == trained.weight.tolist()
    assert type(net[0]) is nn.LazyLinear and not net[0].has_uninitialized_params()
    x = ember.ones(1, 3)
    assert net(x).tolist() == trained(x).tolist() and type(net[0]) is nn.Linear and net[0].in_features == 3


def test_a_state_that_waits_is_loaded_by_layers_that_wait_and_refused_by_others():
    waiting = pickled(nn.LazyLinear(2).state_dict())
    layer = nn.LazyLinear(2)
    assert layer.load_state_dict(waiting).missing_keys == [] and layer.has_uninitialized_params()
    with pytest.raises(RuntimeError, match="size mismatch for weight"):
        nn.Linear(3, 2).load_state_dict(waiting)
    with pytest.raises(RuntimeError, match='Missing key.*"bias"'):
        layer.load_state_dict({"weight": ember.ones(2, 3)})


def test_what_waits_has_no_shape_to_tell():
    for p in (UninitializedParameter(), UninitializedBuffer(dtype=ember.float64)):
        for ask in (lambda p: p.shape, lambda p: p.size(), lambda p: p.numel()):
            with pytest.raises(RuntimeError, match="not initialized has no shape yet"):
                ask(p)
        assert repr(p) == f"<{type(p).__name__}>" and pickled(p).dtype == p.dtype and is_lazy(pickled(p))
        p.materialize((2, 3), dtype=ember.float16)
        assert type(p) in (nn.Parameter, ember.Tensor) and p.shape == (2, 3) and p.dtype == ember.float16
    assert not is_lazy(ember.empty(0)) and not is_lazy(nn.Parameter())
    assert not UninitializedParameter(requires_grad=False).requires_grad


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 3, 8, 8)])
def test_convolutions_find_channels_with_and_without_a_batch(shape):
    assert nn.LazyConv2d(4, 3)(ember.ones(shape)).shape == (*shape[:-3], 4, 6, 6)
    layer = nn.LazyConvTranspose2d(4, 3)
    assert layer(ember.ones(shape), output_size=(10, 10)).shape == (*shape[:-3], 4, 10, 10) and layer.in_channels == 3


def test_an_input_that_tells_nothing_is_refused_and_the_layer_goes_on_waiting():
    layer = nn.LazyConv1d(2, 1)
    with pytest.raises(RuntimeError, match=r"Expected 2D \(unbatched\) or 3D \(batched\) input to LazyConv1d.*\(4,\)"):
        layer(ember.ones(4))
    with pytest.raises(ValueError, match="LazyInstanceNorm1d: expected at least 2D input"):
        nn.LazyInstanceNorm1d()(ember.ones(4))
    assert layer(ember.ones(3, 4)).shape == (2, 4)
    layer = nn.LazyLinear(2)
    layer.reset_parameters()
    assert layer.has_uninitialized_params()


class Scale(LazyModuleMixin, nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = UninitializedParameter()
        self.seen = 0

    def initialize_parameters(self, x, times=1):
        self.seen += 1
        if self.has_uninitialized_params():
            self.scale.materialize(x.shape[-1:])
            nn.init.constant_(self.scale, times)

    def forward(self, x, times=1):
        return self.scale * x


class Forgetful(LazyModuleMixin, nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("table", UninitializedBuffer())

    def initialize_parameters(self, x):
        pass


def test_modules_of_ones_own_may_be_lazy():
    net = Scale()
    assert net(ember.ones(2, 3), times=2).tolist() == [[2, 2, 2]] * 2
    assert net(ember.ones(3)).tolist() == [2, 2, 2] and net.seen == 1 and type(net) is Scale
    assert nn.Sequential(nn.LazyLinear(3), Scale())(ember.ones(1, 2)).shape == (1, 3)
    with pytest.raises(RuntimeError, match="module Forgetful has not been fully initialized"):
        Forgetful()(ember.ones(2))
    with pytest.raises(NotImplementedError, match="initialize_parameters is not implemented for Plain"):
        type("Plain", (LazyModuleMixin, nn.Module), {})()(ember.ones(2))


def test_hooks_of_a_lazy_layer_are_called_from_the_first_call_on():
    layer, seen = nn.LazyLinear(2), []
    layer.register_forward_hook(lambda module, args, output: seen.append(type(module)))
    layer(ember.ones(1, 3))
    layer(ember.ones(1, 3))
    assert seen == [nn.Linear] * 2
