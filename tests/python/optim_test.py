"""Optimizers and schedules."""

import math

import pytest

import ember
from ember import nn, optim
from ember.optim import lr_scheduler


def parameter(*values):
    return nn.Parameter(ember.tensor(list(values)))


def one_step(make, grad=1.0):
    p = parameter(1.0)
    o = make([p])
    p.grad = ember.tensor([grad])
    o.step()
    return p.item()


def test_steps_follow_the_formulas():
    assert one_step(lambda p: optim.SGD(p, lr=0.1)) == pytest.approx(0.9)
    assert one_step(lambda p: optim.SGD(p, lr=0.1, weight_decay=0.5)) == pytest.approx(0.85)
    assert one_step(lambda p: optim.SGD(p, lr=0.1, maximize=True)) == pytest.approx(1.1)
    assert one_step(lambda p: optim.Adam(p, lr=0.1)) == pytest.approx(0.9, abs=1e-6)
    assert one_step(lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.5)) == pytest.approx(0.85, abs=1e-6)


def test_momentum():
    p = parameter(0.0)
    o = optim.SGD([p], lr=1.0, momentum=0.5)
    for want in (-1.0, -2.5, -4.25):
        p.grad = ember.ones(1)
        o.step()
        assert p.item() == pytest.approx(want)


def test_param_groups_write_through():
    a, b = parameter(1.0), parameter(1.0)
    o = optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)
    assert [g["lr"] for g in o.param_groups] == [0.1, 0.5]
    assert o.param_groups[0]["params"][0] is a
    for g in o.param_groups:
        g["lr"] *= 2
    a.grad = b.grad = ember.ones(1)
    o.step()
    assert a.item() == pytest.approx(0.8) and b.item() == pytest.approx(0.0)
    group = o.param_groups[0]
    assert "momentum" in group and set(group.keys()) >= {"params", "lr", "nesterov"} and group.get("none", 7) == 7
    o.add_param_group({"params": [parameter(1.0)]})
    assert len(o.param_groups) == 3


def test_zero_grad_and_closure():
    p = parameter(2.0)
    o = optim.SGD([p], lr=0.1)

    def closure():
        o.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    assert o.step(closure).item() == 4
    assert p.item() == pytest.approx(1.6) and p.grad is not None
    o.zero_grad(set_to_none=False)
    assert p.grad.item() == 0
    o.zero_grad()
    assert p.grad is None


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, lr=0.1, momentum=0.9), optim.Adam, optim.AdamW])
def test_state_dict_resumes(make):
    def run(steps, p, o):
        for _ in range(steps):
            o.zero_grad()
            ((p - 3) ** 2).sum().backward()
            o.step()

    p = parameter(0.0, 1.0)
    o = make([p])
    run(3, p, o)
    q = nn.Parameter(p.detach().clone())
    r = make([q])
    r.load_state_dict(o.state_dict())
    run(3, p, o)
    run(3, q, r)
    assert p.tolist() == q.tolist()
    state = o.state_dict()
    assert set(state) == {"state", "param_groups"} and state["param_groups"][0]["params"] == [0]
    assert p in o.state


def test_bad_arguments():
    p = parameter(1.0)
    with pytest.raises(ValueError):
        optim.SGD([p], lr=-1)
    with pytest.raises(ValueError):
        optim.SGD([])
    with pytest.raises(TypeError):
        optim.SGD(p)
    with pytest.raises(TypeError):
        optim.SGD([3])
    with pytest.raises(ValueError):
        optim.Adam([p * 2])
    with pytest.raises(ValueError):
        optim.Adam([p], betas=(1.5, 0.9))
    with pytest.raises(ValueError):
        optim.SGD([{"lr": 1}])
    o = optim.SGD([p], lr=1.0)
    with pytest.raises(KeyError):
        o.param_groups[0]["nonsense"]
    with pytest.raises(ValueError):
        o.load_state_dict(optim.SGD([{"params": [parameter(1.0)]}, {"params": [parameter(1.0)]}]).state_dict())


def rates(make, epochs):
    o = optim.SGD([parameter(1.0)], lr=1.0)
    s = make(o)
    seen = []
    for _ in range(epochs):
        seen.append(o.param_groups[0]["lr"])
        assert s.get_last_lr() == [seen[-1]]
        o.step()
        s.step()
    return seen


def test_schedules():
    assert rates(lambda o: lr_scheduler.StepLR(o, 2, 0.1), 5) == pytest.approx([1, 1, 0.1, 0.1, 0.01])
    assert rates(lambda o: lr_scheduler.MultiStepLR(o, [1, 3], gamma=0.5), 4) == pytest.approx([1, 0.5, 0.5, 0.25])
    assert rates(lambda o: lr_scheduler.ExponentialLR(o, 0.5), 3) == pytest.approx([1, 0.5, 0.25])
    assert rates(lambda o: lr_scheduler.LambdaLR(o, lambda e: 1 / (e + 1)), 3) == pytest.approx([1, 1 / 2, 1 / 3])
    assert rates(lambda o: lr_scheduler.LinearLR(o, 0.5, total_iters=2), 4) == pytest.approx([0.5, 0.75, 1, 1])
    assert rates(lambda o: lr_scheduler.ConstantLR(o, 0.25, 2), 3) == pytest.approx([0.25, 0.25, 1])
    assert rates(lambda o: lr_scheduler.ConstantLR(o, 0, 2), 3) == pytest.approx([0, 0, 1])
    assert rates(lambda o: lr_scheduler.PolynomialLR(o, 4, 2), 6) == pytest.approx([1, 9 / 16, 1 / 4, 1 / 16, 0, 0])
    assert rates(lambda o: lr_scheduler.MultiplicativeLR(o, lambda e: 1 / e), 4) == pytest.approx([1, 1, 1 / 2, 1 / 6])
    cosine = rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 4, eta_min=0.1), 5)
    assert cosine == pytest.approx([0.1 + 0.45 * (1 + math.cos(math.pi * t / 4)) for t in range(5)])


def test_schedule_state():
    o = optim.SGD([parameter(1.0)], lr=1.0)
    s = lr_scheduler.StepLR(o, 2)
    s.step()
    state = s.state_dict()
    assert state["last_epoch"] == 1 and state["step_size"] == 2
    t = lr_scheduler.StepLR(optim.SGD([parameter(1.0)], lr=1.0), 5)
    t.load_state_dict(state)
    t.step()
    assert t.get_last_lr() == pytest.approx([0.1])


def test_a_schedule_keeps_its_optimizer():
    s = lr_scheduler.StepLR(optim.SGD([parameter(1.0)], lr=1.0), 1)
    s.step()
    assert s.optimizer.param_groups[0]["lr"] == pytest.approx(0.1)
