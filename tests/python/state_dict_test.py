"""States of modules, optimizers and schedules that cannot be taken change nothing."""

import collections
import copy
import math

import pytest

import ember
from ember import nn, optim


def test_a_state_dict_that_does_not_fit_changes_nothing():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    before = {name: x.clone() for name, x in net.state_dict().items()}
    state = {name: x + 1 for name, x in before.items()}
    state["1.bias"] = ember.ones(3)
    for strict in (True, False):
        with pytest.raises(RuntimeError, match="size mismatch for 1.bias"):
            net.load_state_dict(state, strict)
        assert all(ember.equal(x, before[name]) for name, x in net.state_dict().items())


class Repeating(nn.Module):
    """Its buffer lies in one place, which no values can be copied to."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(ember.zeros(2))
        self.register_buffer("mask", ember.zeros(1).expand(4))


@pytest.mark.parametrize("strict", [True, False])
def test_values_that_cannot_be_copied_change_nothing(strict):
    net = Repeating()
    with pytest.raises(RuntimeError, match="share one memory location"):
        net.load_state_dict({"weight": ember.ones(2), "mask": ember.ones(4)}, strict)
    assert net.weight.tolist() == [0, 0]
    net = nn.Linear(2, 1)
    before = net.weight.tolist()
    state = {"weight": ember.ones(1, 2), "bias": ember.ones(1, dtype=ember.complex64)}
    with pytest.raises(RuntimeError, match="bias is complex64 in the checkpoint but float32 in current model"):
        net.load_state_dict(state, strict)
    assert net.weight.tolist() == before


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda state: state["state"][1].update(exp_avg=ember.ones(5)), "exp_avg has shape"),
        (lambda state: state["state"][1].update(exp_avg=ember.ones(2, dtype=ember.complex64)), "exp_avg is complex64"),
        (lambda state: state["state"][1].update(step=ember.tensor(math.nan)), "step is nan"),
        (lambda state: state["state"][1].update(step=ember.tensor(-3.0)), "step is -3"),
        (lambda state: state["state"][1].update(step=ember.ones(3)), "step is no number"),
        (lambda state: state["state"][1].pop("step"), "parameter 1 has no step"),
        (lambda state: state["state"][1].pop("exp_avg"), "only one of exp_avg and exp_avg_sq"),
        (lambda state: state["param_groups"][0].update(params=[7, 8]), "stands in no group"),
    ],
)
def test_a_damaged_state_of_an_optimizer_changes_nothing(damage, message):
    parameters = [nn.Parameter(ember.ones(3)), nn.Parameter(ember.ones(2))]
    optimizer = optim.Adam(parameters)
    for p in parameters:
        p.grad = ember.ones_like(p)
    optimizer.step()
    state = copy.deepcopy(optimizer.state_dict())
    before = repr(optimizer.state_dict())
    state["param_groups"][0]["lr"] = 5.0
    damage(state)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(state)
    assert repr(optimizer.state_dict()) == before


@pytest.mark.parametrize(
    "state, error, message",
    [
        ({}, ValueError, "has no step_size, so it is not a StepLR's"),
        ({"step_size": 0, "gamma": 0.1}, ValueError, "step_size must be positive"),
        ({"step_size": math.nan, "gamma": 0.1}, ValueError, "step_size is no integer"),
        ({"step_size": 2.5, "gamma": 0.1}, ValueError, "step_size is no integer"),
        ({"step_size": 2, "gamma": 0.1, "eta_min": 0.0}, ValueError, "has a eta_min, so it is not a StepLR's"),
        ({"step_size": 2, "gamma": 0.1, "milestones": [3]}, ValueError, "has milestones"),
        ({"step_size": 2, "gamma": 0.1, "last_epoch": "x"}, TypeError, "'last_epoch' is a str"),
        ({"step_size": 2, "gamma": 0.1, "_last_lr": []}, ValueError, "0 last rates"),
    ],
)
def test_the_state_of_another_schedule_changes_nothing(state, error, message):
    scheduler = optim.lr_scheduler.StepLR(optim.SGD([nn.Parameter(ember.ones(1))], lr=0.1), 3)
    before = scheduler.state_dict()
    with pytest.raises(error, match=message):
        scheduler.load_state_dict(state)
    assert scheduler.state_dict() == before


def test_schedules_take_pytorchs_states():
    optimizer = optim.SGD([nn.Parameter(ember.ones(1))], lr=0.1)
    more = {"verbose": False, "_get_lr_called_within_step": False, "last_epoch": 3}
    scheduler = optim.lr_scheduler.MultiStepLR(optimizer, [1])
    scheduler.load_state_dict({"milestones": collections.Counter([4, 4, 9]), "gamma": 0.5, **more})
    assert scheduler.state_dict()["milestones"] == [4, 4, 9] and scheduler.last_epoch == 3
    optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0).load_state_dict({"lr_lambdas": [None], **more})
