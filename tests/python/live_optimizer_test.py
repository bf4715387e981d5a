"""param_groups and state of an optimizer: dictionaries that may be written to, and that the next step and state_dict see."""

import math
import subprocess
import sys

import numpy as np
import pytest

import ember
from ember import nn, optim


def made(make=optim.SGD, **options):
    p, q = nn.Parameter(ember.ones(2)), nn.Parameter(ember.ones(1))
    return p, q, make([{"params": [p], "name": "first"}, {"params": [q]}], **{"lr": 0.1, **options})


def step(optimizer):
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = ember.ones_like(p)
    optimizer.step()


def test_a_group_is_a_dict():
    p, q, o = made()
    first, second = o.param_groups
    assert isinstance(first, dict) and o.param_groups[0] is first and o.param_groups is o.param_groups
    assert first["name"] == "first" and "name" not in second and first["params"][0] is p
    second["name"] = "second"
    second.update(lr=0.5, other=[1])
    assert second.setdefault("lr", 3) == 0.5 and second.setdefault("new", 3) == 3
    second["other"].append(2)
    assert second["other"] == [1, 2] and second.pop("new") == 3 and "new" not in second
    assert dict(second) == {**second} == second.copy() and type(second.copy()) is dict
    assert list(second) == list(second.keys()) and len(second) == len(list(second.items()))
    assert {"lr": 1} | second == {**second} and (second | {"lr": 1})["lr"] == 1
    del second["other"]
    with pytest.raises(KeyError):
        second["other"]
    with pytest.raises(KeyError):
        del second["lr"]
    assert repr(second).startswith("{'params': [")
    saved = o.state_dict()["param_groups"]
    assert saved[0]["name"] == "first" and saved[1]["name"] == "second" and saved[1]["lr"] == 0.5
    p2, q2, o2 = made()
    o2.load_state_dict(o.state_dict())
    assert o2.param_groups[1]["name"] == "second" and o2.param_groups[1]["lr"] == 0.5
    o.add_param_group({"params": [nn.Parameter(ember.ones(1))], "name": "third"})
    assert len(o.param_groups) == 3 and o.param_groups[2]["name"] == "third" and o.param_groups[0] is first
    again = optim.SGD(o.param_groups, lr=9.0)
    assert [g["lr"] for g in again.param_groups] == [0.1, 0.5, 0.1] and again.param_groups[2]["name"] == "third"


@pytest.mark.parametrize(
    "value, want",
    [(np.float32(0.01), 0.01), (np.float64(0.25), 0.25), (np.int64(2), 2), (np.array(0.5), 0.5), (ember.tensor(0.5), 0.5),
     (ember.tensor([2]), 2), (3, 3), (10**30, 1e30), (0.125, 0.125)],
)  # fmt: skip
def test_rates_of_any_real_kind(value, want):
    p, _, o = made()
    o.param_groups[0]["lr"] = value
    assert o.param_groups[0]["lr"] == pytest.approx(want)
    if want < 100:
        step(o)
        assert p.tolist() == pytest.approx([1 - want] * 2)


@pytest.mark.parametrize(
    "value", [1j, np.complex64(1), np.complex128(1), ember.tensor(1j), "0.1", None, [0.1], {}, ember.ones(2)]
)
def test_rates_that_are_no_numbers(value):
    p, _, o = made()
    with pytest.raises((TypeError, ValueError)):
        o.param_groups[0]["lr"] = value
    assert o.param_groups[0]["lr"] == 0.1


@pytest.mark.parametrize("value", [math.nan, -1, -1e-9, np.float32("nan"), ember.tensor(-1.0)])
def test_rates_that_make_no_sense(value):
    for make in (optim.SGD, optim.Adam, optim.AdamW):
        _, _, o = made(make)
        with pytest.raises(ValueError):
            o.param_groups[0]["lr"] = value
        with pytest.raises(ValueError):
            o.param_groups[0].update(lr=value)
        with pytest.raises(ValueError):
            o.add_param_group({"params": [nn.Parameter(ember.ones(1))], "lr": value})
        assert o.param_groups[0]["lr"] == 0.1 and len(o.param_groups) == 2


def test_other_options_are_checked_too():
    _, _, o = made(optim.Adam)
    group = o.param_groups[0]
    group["betas"] = (np.float32(0.5), 0.25)
    assert group["betas"] == (0.5, 0.25)
    for bad in ((0.5,), (0.5, 1.5), (0.5, "x"), 0.5, (0.5, 1j)):
        with pytest.raises((TypeError, ValueError)):
            group["betas"] = bad
    group["amsgrad"] = True
    assert group["amsgrad"] is True


def test_parameters_of_a_group_may_change():
    p, q, o = made(momentum=0.5)
    step(o)
    new = nn.Parameter(ember.ones(1))
    o.param_groups[0]["params"].append(new)
    assert o.param_groups[0]["params"][1] is new
    step(o)
    assert p.tolist() == pytest.approx([0.75] * 2) and new.item() == pytest.approx(0.9)
    o.param_groups[0]["params"] = [new]
    step(o)
    assert p.tolist() == pytest.approx([0.75] * 2) and new.item() == pytest.approx(0.75)
    assert len(o.state_dict()["state"]) == 2
    for bad, error in (([3], TypeError), (None, TypeError), ([p * 2], ValueError)):
        with pytest.raises(error):
            o.param_groups[0]["params"] = bad
    assert o.param_groups[0]["params"] == [new]
    o.param_groups[0][3] = "three"
    o.load_state_dict(o.state_dict())
    assert o.param_groups[0][3] == "three"


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, lr=0.1, momentum=0.9), lambda p: optim.Adam(p, lr=0.1)])
def test_state_is_a_dict_by_parameter(make):
    p, q = nn.Parameter(ember.ones(2)), nn.Parameter(ember.ones(1))
    o = make([p, q])
    assert len(o.state) == 0 and p not in o.state and list(o.state) == []
    o.state[p]["x"] = 1
    assert o.state[p]["x"] == 1 and p in o.state and list(o.state)[0] is p and q not in o.state
    assert o.state_dict()["state"] == {0: {"x": 1}}
    step(o)
    assert list(o.state) == [p, q] and "x" in o.state[p] and len(o.state[p]) == len(o.state[q]) + 1
    saved = o.state_dict()
    assert saved["state"][0]["x"] == 1 and set(saved["state"]) == {0, 1}
    other = make([nn.Parameter(ember.ones(2)), nn.Parameter(ember.ones(1))])
    other.load_state_dict(saved)
    assert other.state[other.param_groups[0]["params"][0]]["x"] == 1
    for state in o.state.values():
        for name, value in state.items():
            assert name in state and (not ember.is_tensor(value) or ember.equal(state[name], value))
    del o.state[p]["x"]
    assert "x" not in o.state[p]
    del o.state[q]
    assert q not in o.state and p in o.state
    o.state.clear()
    assert len(o.state) == 0 and o.state_dict()["state"] == {}
    with pytest.raises(KeyError):
        del o.state[q]
    assert o.state[q] == {} and o.state.get(p) is None and isinstance(o.state[q], dict)


def test_written_state_is_what_the_next_step_uses():
    p = nn.Parameter(ember.zeros(1))
    o = optim.SGD([p], lr=1.0, momentum=0.5)
    step(o)
    o.state[p]["momentum_buffer"].fill_(4.0)
    step(o)
    assert p.item() == pytest.approx(-1 - 3)
    o.state[p]["momentum_buffer"] = ember.tensor([10.0])
    step(o)
    assert p.item() == pytest.approx(-4 - 6)
    del o.state[p]["momentum_buffer"]
    step(o)
    assert p.item() == pytest.approx(-11)
    with pytest.raises(ValueError):
        o.state[p]["momentum_buffer"] = ember.ones(3)
    a = optim.Adam([p], lr=1.0)
    step(a)
    assert a.state[p]["step"].item() == 1
    a.state[p]["step"] = ember.tensor(7.0)
    step(a)
    assert a.state[p]["step"].item() == 8 and a.state_dict()["state"][0]["step"].item() == 8
    assert set(a.state[p]) == {"step", "exp_avg", "exp_avg_sq"}


def test_state_can_be_replaced_as_a_whole():
    p = nn.Parameter(ember.zeros(1))
    o = optim.SGD([p], lr=1.0, momentum=0.5)
    step(o)
    o.state = {p: {"momentum_buffer": ember.tensor([2.0]), "n": 3}}
    assert o.state[p]["n"] == 3 and o.state[p]["momentum_buffer"].item() == 2


def test_a_plain_import_of_the_package_is_enough():
    code = """
import ember
for m in "autograd data fft io linalg nn nn.functional nn.init nn.utils optim optim.lr_scheduler signal special utils".split():
    module = ember
    for part in m.split("."):
        module = getattr(module, part)
    assert module.__file__.endswith(".py"), m
p = ember.nn.Parameter(ember.ones(1))
o = ember.optim.SGD([p], lr=0.1)
assert o.param_groups[0]["lr"] == 0.1 and len(o.state) == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True)
