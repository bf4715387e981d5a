"""Hooks of modules beside their values, which nn_utils_test.py compares with PyTorch's: errors, copies, and where hooks cannot be."""

import copy
import pickle

import pytest

import ember
from ember import nn
from ember.nn.modules.module import register_module_forward_hook


def shift(m, args, output):
    return output + 1


def test_hooks_are_dicts_that_may_be_written_to():
    m = nn.Linear(1, 1)
    handle = m.register_forward_hook(shift)
    assert m._forward_hooks == {handle.id: shift} and not m._forward_pre_hooks
    y = m(ember.ones(1, 1))
    m._forward_hooks.clear()
    assert m(ember.ones(1, 1)).allclose(y - 1)
    handle.remove()


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_hooks_come_along_and_part(copier):
    m = nn.Sequential(nn.Linear(1, 1))
    m[0].handle = m[0].register_forward_hook(shift)
    twin = copier(m)
    x = ember.ones(1, 1)
    assert twin(x).equal(m(x))
    twin[0].handle.remove()
    assert twin(x).allclose(m(x) - 1)


def test_an_always_called_hook_that_raises_becomes_a_warning():
    m = nn.Linear(1, 1)
    m.register_forward_hook(lambda *_: 1 / 0, always_call=True)
    with pytest.raises(ZeroDivisionError):
        m(ember.ones(1, 1))
    with pytest.warns(UserWarning, match="was silenced"), pytest.raises(RuntimeError, match="linear"):
        m(ember.ones(1, 2))


def test_wrong_results_of_hooks_are_told():
    m = nn.Linear(1, 1)
    with m.register_forward_pre_hook(lambda m, args, kwargs: args, with_kwargs=True):
        with pytest.raises(RuntimeError, match="tuple of \\(new_args, new_kwargs\\)"):
            m(ember.ones(1, 1))
    x = ember.ones(1, 1, requires_grad=True)
    with m.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0])):
        with pytest.raises(RuntimeError, match="invalid number of grad_input, got 2, but expected 1"):
            m(x).sum().backward()
    with m.register_full_backward_pre_hook(lambda m, go: ()):
        with pytest.raises(RuntimeError, match="invalid number of grad_output, got 0, but expected 1"):
            m(x).sum().backward()
    with m.register_full_backward_hook(lambda m, gi, go: (go[0],)):
        with pytest.raises(RuntimeError, match="no input requires gradient"):
            m(ember.ones(1, 1)).sum().backward()


def test_hooks_on_all_modules_reach_into_sequences_and_leave():
    net, seen = nn.Sequential(nn.Linear(1, 2), nn.ReLU()), []
    x = ember.ones(1, 1)
    y = net(x)
    with register_module_forward_hook(lambda m, args, out: seen.append(type(m).__name__)):
        assert net(x).equal(y)
    net(x)
    assert seen == ["Linear", "ReLU", "Sequential"]


def test_modules_that_cpp_made_take_plain_hooks():
    layer = nn.TransformerEncoderLayer(4, 2).eval()
    inner = layer.linear1
    with pytest.raises(TypeError, match="without options"):
        inner.register_full_backward_hook(lambda *_: None)
    seen = []
    with inner.register_forward_hook(lambda m, args, out: seen.append(out.shape) or out):
        layer(ember.zeros(3, 1, 4))
    assert len(seen) == 1


def test_state_hooks_refuse_results():
    m = nn.Linear(1, 1)
    with m.register_state_dict_post_hook(lambda *_: {}):
        with pytest.raises(RuntimeError, match="must return None"):
            m.state_dict()
    with m.register_load_state_dict_post_hook(lambda *_: {}):
        with pytest.raises(RuntimeError, match="not expected to return new values"):
            m.load_state_dict(m.state_dict())
    for method in (lambda: m.get_extra_state(), lambda: m.set_extra_state(1)):
        with pytest.raises(RuntimeError, match="must define it"):
            method()


def test_a_load_with_hooks_that_does_not_fit_changes_nothing():
    m = nn.Linear(1, 1)
    before = m.weight.item()
    m.register_load_state_dict_pre_hook(
        lambda m, state, prefix, *_: state.update({prefix + "weight": ember.zeros(1, 1)})
    )
    with pytest.raises(RuntimeError, match='Missing key\\(s\\) in state_dict: "bias"'):
        m.load_state_dict({})
    assert m.weight.item() == before
    m.load_state_dict({"bias": ember.zeros(1)})
    assert m.weight.item() == 0


def test_methods_of_module():
    m = nn.Sequential(nn.Linear(1, 1))
    with pytest.raises(AttributeError, match="no attribute `1`"):
        m.set_submodule("1", nn.Tanh(), strict=True)
    with pytest.raises(ValueError, match="without a target name"):
        m.set_submodule("", nn.Tanh())
    with pytest.raises(ValueError, match="not an nn.Module"):
        m.set_submodule("0", 3)
    with pytest.raises(AttributeError, match="`weight` is not an nn.Module"):
        m.set_submodule("0.weight", nn.Tanh())
    p = m[0].weight
    m._apply(lambda x: x + 1)
    assert m[0].weight is p


def test_a_class_adds_to_its_own_part_of_the_state():
    class Counting(nn.Linear):
        def _save_to_state_dict(self, destination, prefix, keep_vars):
            super()._save_to_state_dict(destination, prefix, keep_vars)
            destination[prefix + "more"] = ember.ones(1)

    assert list(nn.Sequential(Counting(1, 1)).state_dict()) == ["0.weight", "0.bias", "0.more"]


def test_weights_of_convolutions_change_their_layout():
    m = nn.Sequential(nn.Conv2d(2, 3, 2), nn.Linear(2, 2))
    weight = m[0].weight.detach().clone()
    nn.utils.convert_conv2d_weight_memory_format(m, ember.channels_last)
    assert m[0].weight.equal(weight) and m[0].weight.is_contiguous(memory_format=ember.channels_last)


def test_skip_init_draws_nothing():
    ember.manual_seed(0)
    expected = ember.rand(1)
    ember.manual_seed(0)
    m = nn.utils.skip_init(nn.Linear, 3, 4, device="cpu")
    assert m.weight.shape == (4, 3) and ember.rand(1).equal(expected)
    with pytest.raises(RuntimeError, match="Expected a Module"):
        nn.utils.skip_init(3)
