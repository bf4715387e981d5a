"""Buffers, and the lists and dictionaries of parameters."""

import copy
import pickle

import pytest

import ember
from ember import nn


class Holder(nn.Module):
    def __init__(self):
        super().__init__()
        self.kept = nn.Buffer(ember.ones(2))
        self.passing = nn.Buffer(ember.zeros(3), persistent=False)
        self.weights = nn.ParameterList([ember.ones(2), nn.Parameter(ember.zeros(1))])
        self.named = nn.ParameterDict({"a": ember.ones(1)})


def test_a_buffer_becomes_one_when_it_is_assigned():
    net = Holder()
    assert [name for name, _ in net.named_buffers()] == ["kept", "passing"]
    assert list(net.state_dict()) == ["kept", "weights.0", "weights.1", "named.a"]
    assert (
        isinstance(net.kept, nn.Buffer)
        and isinstance(net.kept, ember.Tensor)
        and not isinstance(ember.ones(1), nn.Buffer)
    )
    net.kept = ember.zeros(2)
    assert net.state_dict()["kept"].tolist() == [0, 0]
    net.kept = nn.Buffer(ember.ones(1), persistent=False)
    assert "kept" not in net.state_dict() and nn.Buffer().shape == (0,)
    x = ember.ones(2)
    assert nn.Buffer(x).data_ptr() == x.data_ptr() and nn.Buffer(x) is not x
    net.plain = ember.ones(1)
    net.plain = nn.Buffer(ember.ones(1))
    assert "plain" in dict(net.named_buffers()) and "plain" not in net.__dict__


def test_a_buffer_takes_no_parameters_place():
    net = nn.Linear(2, 2)
    with pytest.raises(TypeError, match="as parameter 'weight'"):
        net.weight = nn.Buffer(ember.ones(2, 2))


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_keep_all_of_it(copier):
    net = Holder()
    copied = copier(net)
    assert list(copied.state_dict()) == list(net.state_dict()) and repr(copied) == repr(net)
    assert [name for name, _ in copied.named_parameters()] == ["weights.0", "weights.1", "named.a"]
    copied.weights[0].data.zero_()
    assert net.weights[0].tolist() == [1, 1]


def test_a_list_of_parameters_reads_as_a_list():
    first, second, third = (nn.Parameter(ember.full((i,), float(i))) for i in (1, 2, 3))
    plain = ember.ones(2)
    weights = nn.ParameterList([first])
    assert weights.append(second) is weights and weights.extend([third]) is weights
    weights += [plain]
    assert len(weights) == 4 and weights[0] is first and weights[-2] is third and list(weights)[1] is second
    assert (
        isinstance(weights[3], nn.Parameter) and weights[3].data_ptr() == plain.data_ptr() and weights[3].requires_grad
    )
    assert isinstance(weights[1:3], nn.ParameterList) and list(weights[1:3]) == [second, third]
    weights[-1] = first
    assert weights[3] is first and len(list(weights.parameters())) == 3
    assert repr(weights[:1]) == "ParameterList(  (0): Parameter containing: [float32 of size 1])"
    frozen = nn.ParameterList([nn.Parameter(ember.ones(1), requires_grad=False)])
    assert not frozen[0].requires_grad and nn.ParameterList().state_dict() == {}


def test_a_dictionary_of_parameters_reads_as_a_dictionary():
    a, b, c = (nn.Parameter(ember.ones(1)) for _ in range(3))
    weights = nn.ParameterDict({"a": a})
    weights["b"] = b
    weights.update([("c", c)])
    assert list(weights) == ["a", "b", "c"] and list(reversed(weights)) == ["c", "b", "a"] and len(weights) == 3
    assert weights["a"] is a and weights.get("b") is b and weights.get("d") is None and weights.get("d", 3) == 3
    assert weights.items()[1] == ("b", b) and weights.values()[2] is c and "a" in weights and "d" not in weights
    assert weights.pop("a") is a and weights.popitem() == ("c", c) and list(weights.keys()) == ["b"]
    assert weights.setdefault("b", c) is b and weights.setdefault("e", c) is c
    joined = weights | {"f": a}
    assert isinstance(joined, nn.ParameterDict) and list(joined) == ["b", "e", "f"] and list(weights) == ["b", "e"]
    assert list({"f": a} | weights) == ["f", "b", "e"] and weights.copy()["b"] is b
    weights |= nn.ParameterDict({"g": a})
    del weights["b"]
    assert list(weights) == ["e", "g"]
    assert list(weights.fromkeys(["x", "y"], a)) == ["x", "y"]
    weights.clear()
    assert len(weights) == 0 and list(weights.parameters()) == []
    with pytest.raises(KeyError):
        weights.popitem()
    with pytest.raises(KeyError, match="a"):
        del weights["a"]
