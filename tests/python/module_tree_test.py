"""Trees of modules that hold themselves, are very deep, have empty places, or change while they are walked."""

import copy
import pickle
import subprocess
import sys

import pytest

import ember
from ember import nn


class Child(nn.Module):
    def __init__(self, parent=None):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        if parent is not None:
            self.parent = parent


class Parent(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = Child(self)


def deep(levels):
    module = nn.Linear(1, 1)
    for _ in range(levels):
        module = nn.Sequential(module)
    return module


WALKS = {
    "train": lambda m: m.train(),
    "eval": lambda m: m.eval(),
    "repr": repr,
    "str": str,
    "apply": lambda m: m.apply(lambda x: None),
    "state_dict": lambda m: m.state_dict(),
    "state_dict keep_vars": lambda m: m.state_dict(keep_vars=True),
    "load_state_dict": lambda m: m.load_state_dict({}, strict=False),
}
ONCE = {
    "parameters": lambda m: len(list(m.parameters())) == 2,
    "named_parameters": lambda m: len(list(m.named_parameters())) == 2,
    "buffers": lambda m: len(list(m.buffers())) == 0,
    "modules": lambda m: len(list(m.modules())) == 3,
    "named_modules": lambda m: [n for n, _ in m.named_modules()] == ["", "child", "child.layer"],
    "children": lambda m: len(list(m.children())) == 1,
    "zero_grad": lambda m: m.zero_grad() is None,
    "requires_grad_": lambda m: m.requires_grad_(False) is m,
    "to": lambda m: m.to(ember.float64) is m,
    "float": lambda m: m.float() is m,
    "half": lambda m: m.half() is m,
}


@pytest.mark.parametrize("name", WALKS)
def test_a_tree_that_holds_itself_has_no_end(name):
    with pytest.raises(RecursionError):
        WALKS[name](Parent())
    own = nn.Sequential()
    own.append(own)
    with pytest.raises(RecursionError):
        WALKS[name](own)


@pytest.mark.parametrize("name", ONCE)
def test_what_visits_each_module_once_works_in_a_cycle(name):
    assert ONCE[name](Parent())


def test_copies_of_a_cycle_are_cycles():
    for copier in (copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))):
        model = Parent()
        model.training = False
        twin = copier(model)
        assert twin.child.parent is twin and twin.child is not model.child and not twin.training


def test_calls_of_a_cycle_end():
    own = nn.Sequential()
    own.append(own)
    with pytest.raises(RecursionError):
        own(ember.ones(2))

    class Own(nn.Module):
        def forward(self, x):
            return self(x)

    with pytest.raises(RecursionError):
        Own()(ember.ones(2))
    with pytest.raises(RecursionError):
        nn.Sequential(Own())(ember.ones(2))


def test_deep_trees_are_walked_or_refused_and_let_go():
    code = f"""
import sys; sys.path.insert(0, {sys.path[0]!r})
import copy, pickle, gc, ember
from module_tree_test import WALKS, deep
walks = dict(WALKS, parameters=lambda m: list(m.parameters()), named=lambda m: list(m.named_modules()),
             to=lambda m: m.to(ember.float64), zero=lambda m: m.zero_grad(), copy=copy.deepcopy, pickle=pickle.dumps,
             call=lambda m: m(ember.ones(1, 1)))
module = deep(50_000)
refused = 0
for walk in walks.values():
    try:
        walk(module)
    except RecursionError:
        refused += 1
del module
gc.collect()
for walk in walks.values():
    walk(deep(100))
print(refused == len(walks))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0 and result.stdout.strip() == "True", result.stderr[-2000:]


def test_nested_lists_print_in_linear_time():
    module = nn.Linear(1, 1)
    for _ in range(60):
        module = nn.ModuleList([module])
    assert repr(module).count("ModuleList") == 60


# None stands for a child that is missing.


def test_empty_places_stay():
    one = nn.Identity()
    assert list(nn.ModuleList([one, None])) == [one, None]
    assert len(nn.ModuleList([one, None])) == 2 and nn.ModuleList([None, one])[0] is None
    assert list(nn.ModuleList([one, one])) == [one, one]
    assert list(nn.Sequential(one, None)) == [one, None]
    assert list(nn.ModuleDict({"a": one, "b": None}).items()) == [("a", one), ("b", None)]
    assert list(nn.ModuleDict({"a": one, "b": None}).values()) == [one, None]
    both = nn.ModuleList([one, None])
    assert list(both.children()) == [one] and [n for n, _ in both.named_children()] == ["0"]
    assert list(both.modules()) == [both, one] and "(1): None" in repr(both)
    for copier in (copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))):
        assert [c is None for c in copier(both)] == [False, True]


def test_a_missing_child_cannot_be_called():
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    model[0] = None
    with pytest.raises(TypeError, match="NoneType"):
        model(ember.ones(2))
    layer = nn.TransformerEncoderLayer(4, 2, 8)
    for name, _ in list(layer.named_children()):
        broken = copy.deepcopy(layer)
        setattr(broken, name, None)
        try:
            broken(ember.ones(3, 1, 4))
        except TypeError as error:
            assert name in str(error) or "None" in str(error)
    attention = nn.MultiheadAttention(4, 2)
    attention.out_proj = None
    with pytest.raises(TypeError):
        attention(*[ember.ones(3, 1, 4)] * 3)


def test_registered_nones_hold_their_names():
    m = nn.Module()
    m.register_parameter("p", None)
    m.register_buffer("b", None)
    m.add_module("c", None)
    assert m.p is None and m.b is None and m.c is None and not list(m.state_dict()) and "(c): None" in repr(m)
    m.p, m.b, m.c = nn.Parameter(ember.ones(1)), ember.ones(1), nn.Linear(1, 1, bias=False)
    assert list(m.state_dict()) == ["p", "b", "c.weight"]


# What changes while it is walked.


def test_a_sequential_whose_children_come_or_go_while_it_runs_says_so():
    def delete(model):
        del model[1]

    changes = [delete, lambda m: m.insert(1, nn.ReLU()), lambda m: m.append(nn.ReLU())]
    for change in changes:
        for before in (True, False):
            model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2))
            register = model[0].register_forward_pre_hook if before else model[0].register_forward_hook
            handle = register(lambda *_, m=model, c=change: None if c(m) else None)
            with pytest.raises(RuntimeError, match="changed"):
                model(ember.ones(2))
            handle.remove()
            assert model(ember.ones(2)).shape == (2,)


def test_a_child_replaced_while_its_sequential_runs_is_called():
    model = nn.Sequential(nn.Identity(), nn.Identity())

    def replace(*_):
        model[1] = nn.Threshold(100.0, 7.0)

    model[0].register_forward_hook(replace)
    assert model(ember.ones(2)).tolist() == [7, 7]

    def replace_itself(*_):
        model[1] = nn.Identity()

    model[1].register_forward_hook(replace_itself)
    assert model(ember.ones(2)).tolist() == [7, 7]


def test_a_forward_may_change_its_own_children():
    class Growing(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(2, 2)

        def forward(self, x):
            layer, self.first = self.first, nn.Linear(2, 2)
            del self.first
            self.first = layer
            self.other = nn.ReLU()
            return self.other(layer(x))

    model = nn.Sequential(Growing(), nn.ReLU())
    assert model(ember.ones(2)).shape == (2,) and len(list(model.modules())) == 5


def test_a_layer_whose_child_goes_while_it_runs():
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0)

    def swap(module, *_):
        layer.linear1 = nn.Linear(4, 8)

    layer.linear1.register_forward_pre_hook(swap)
    assert layer(ember.ones(3, 1, 4)).shape == (3, 1, 4)


def test_walks_say_when_the_tree_changes():
    for walk in (lambda m, f: m.apply(f), lambda m, f: (setattr(Hooked, "change", staticmethod(f)), m.train())):

        class Hooked(nn.Module):
            change = None

            def train(self, mode=True):
                if Hooked.change:
                    Hooked.change(self)
                return super().train(mode)

        model = nn.Sequential(Hooked(), nn.ReLU())
        with pytest.raises(RuntimeError, match="changed"):
            walk(model, lambda m, s=model: s.append(nn.ReLU()) if m is s[0] else None)


def test_hooks_may_come_and_go_while_hooks_run():
    layer, log = nn.Linear(1, 1), []

    def first(*_):
        log.append("first")
        one.remove()
        two.remove()
        layer.register_forward_hook(lambda *_: log.append("new"))

    one = layer.register_forward_hook(first)
    two = layer.register_forward_hook(lambda *_: log.append("second"))
    layer(ember.ones(1))
    layer(ember.ones(1))
    assert log[0] == "first" and log[-1] == "new" and log.count("first") == 1


# Anything may pass through a Sequential.


def test_tuples_pass_through_a_sequential():
    class First(nn.Module):
        def forward(self, both):
            return both[0]

    rnn = nn.LSTM(2, 3)
    x = ember.randn(4, 1, 2)
    model = nn.Sequential(rnn, First(), nn.Linear(3, 1))
    assert ember.equal(model(x), model[2](rnn(x)[0]))
    output, (h, c) = nn.Sequential(nn.Identity(), rnn)(x)
    assert ember.equal(output, rnn(x)[0]) and h.shape == c.shape == (1, 1, 3)
    assert nn.Sequential(nn.Sequential(rnn, First()), nn.Sequential())(x).shape == (4, 1, 3)
    inside = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.Sequential(rnn)), First())
    assert inside(x).shape == (4, 1, 3)


def test_any_object_passes_through_a_sequential():
    class Wrap(nn.Module):
        def forward(self, x):
            return {"x": x}

    class Unwrap(nn.Module):
        def forward(self, d):
            return d["x"]

    text = nn.Sequential(Wrap(), Unwrap(), Wrap())("text")
    assert text == {"x": "text"}
    thing = object()
    assert nn.Sequential()(thing) is thing
    x = ember.ones(2)
    assert nn.Sequential()(x) is x and nn.Sequential().forward(x) is x
    with pytest.raises(TypeError, match="Tensor|dict"):
        nn.Sequential(Wrap(), nn.Linear(2, 2))(x)
    with pytest.raises(TypeError):
        nn.Sequential(nn.Linear(2, 2))(x, x)


def test_a_subclass_of_sequential_keeps_its_forward_and_hooks():
    class Twice(nn.Sequential):
        def forward(self, x):
            return super().forward(super().forward(x))

    log = []
    double = Twice(nn.Linear(2, 2))
    double[0].register_forward_hook(lambda *_: log.append(1))
    model = nn.Sequential(double, nn.ReLU())
    model.register_forward_hook(lambda m, args, out: (out, out))
    first, second = model(ember.ones(2))
    assert first is second and log == [1, 1]


# State dicts.


def test_state_dict_variants():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    names = ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"]
    assert list(model.state_dict()) == names
    assert list(model.state_dict(prefix="a.", keep_vars=True)) == ["a." + n for n in names]
    assert list(model.state_dict(prefix="a")) == ["a" + n for n in names]
    into = {"other": 1}
    assert model.state_dict(destination=into) is into and list(into) == ["other", *names]
    assert list(model.state_dict({}, "x.", True)) == ["x." + n for n in names]
    kept = model.state_dict(keep_vars=True)
    assert kept["0.weight"] is model[0].weight and kept["1.running_mean"] is model[1].running_mean
    assert not any(v.requires_grad for v in model.state_dict().values())
    with pytest.raises(TypeError):
        model.state_dict(3)

    class Own(nn.Module):
        def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
            destination[prefix + "mine"] = ember.ones(1)
            return destination

    assert list(nn.Sequential(nn.ReLU(), Own()).state_dict(prefix="p.")) == ["p.1.mine"]


def test_load_state_dict_variants():
    model = nn.Sequential(nn.Linear(2, 2))
    assert repr(model.load_state_dict(model.state_dict())) == "<All keys matched successfully>"
    state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(state, assign=True)
    assert model[0].weight.data_ptr() == state["0.weight"].data_ptr()
    assert isinstance(model[0].weight, nn.Parameter) and model[0].weight.requires_grad
    with pytest.raises(RuntimeError, match="int64"):
        model.load_state_dict({**state, "0.bias": ember.ones(2).long()}, assign=True)
    with pytest.raises(TypeError):
        model.load_state_dict([1])
    with pytest.raises(RuntimeError, match="0.weight"):
        model.load_state_dict({"0.weight": 1}, strict=False)
    keys = model.load_state_dict({"other": 3}, strict=False)
    assert keys.unexpected_keys == ["other"] and keys.missing_keys == ["0.weight", "0.bias"]


def test_a_bad_state_changes_nothing():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    before = [p.tolist() for p in model.parameters()]
    state = {name: value + 1 for name, value in model.state_dict().items()}
    state["1.bias"] = ember.ones(3)
    with pytest.raises(RuntimeError, match="size mismatch for 1.bias"):
        model.load_state_dict(state)
    assert [p.tolist() for p in model.parameters()] == before


def test_training_is_of_one_module():
    model = nn.Sequential(nn.Dropout())
    model.training = False
    assert model[0].training and not model.training
