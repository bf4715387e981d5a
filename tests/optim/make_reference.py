"""Writes tests/data/optim.json: trajectories of PyTorch's optimizers and rates of its schedulers.

Run with an interpreter that has PyTorch: python tests/optim/make_reference.py
"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler

STEPS = 8
OPTIMIZERS = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.1, "weight_decay": 0.05},
        {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "momentum": 0.5, "nesterov": True, "weight_decay": 0.01, "maximize": True},
    ],
    "Adam": [
        {"lr": 0.01},
        {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-4},
        {"lr": 0.1, "weight_decay": 0.05},
        {"lr": 0.1, "betas": (0.5, 0.6), "amsgrad": True},
        {"lr": 0.1, "amsgrad": True, "maximize": True, "weight_decay": 0.05},
    ],
    "AdamW": [
        {"lr": 0.01},
        {"lr": 0.1, "weight_decay": 0.2, "betas": (0.8, 0.9)},
        {"lr": 0.1, "betas": (0.5, 0.6), "amsgrad": True, "maximize": True},
    ],
}
SCHEDULERS = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 3),
    "StepLR_gamma": lambda o: lr_scheduler.StepLR(o, 1, gamma=0.7),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [2, 5, 5, 9], gamma=0.3),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
    "LinearLR": lambda o: lr_scheduler.LinearLR(o),
    "LinearLR_down": lambda o: lr_scheduler.LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=7),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 5),
    "CosineAnnealingLR_min": lambda o: lr_scheduler.CosineAnnealingLR(o, 9, eta_min=0.01),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "MultiplicativeLR": lambda o: lr_scheduler.MultiplicativeLR(o, lambda e: 0.9 if e % 2 == 0 else 1 / e),
    "ConstantLR": lambda o: lr_scheduler.ConstantLR(o),
    "ConstantLR_half": lambda o: lr_scheduler.ConstantLR(o, factor=0.5, total_iters=8),
    "PolynomialLR": lambda o: lr_scheduler.PolynomialLR(o),
    "PolynomialLR_square": lambda o: lr_scheduler.PolynomialLR(o, total_iters=10, power=2.0),
}


def parameters():
    return [
        torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64, requires_grad=True),
        torch.tensor([[1.0, 0.25], [-0.75, 3.0]], dtype=torch.float64, requires_grad=True),
    ]


def set_gradients(params, step):
    for k, p in enumerate(params):
        wave = torch.cos(1.3 * torch.arange(p.numel(), dtype=p.dtype) + 0.7 * step + k)
        p.grad = wave.reshape(p.shape) + 0.2 * p.detach()


def trajectory(name, options):
    params = parameters()
    optimizer = getattr(torch.optim, name)(params, **options)
    path = []
    for step in range(STEPS):
        set_gradients(params, step)
        optimizer.step()
        path.append([p.detach().reshape(-1).tolist() for p in params])
    state = {
        str(k): {n: x.reshape(-1).tolist() for n, x in s.items()} for k, s in optimizer.state_dict()["state"].items()
    }
    return {"optimizer": name, "options": options, "path": path, "state": state}


def rates(make):
    a, b = parameters()
    optimizer = torch.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)
    scheduler = make(optimizer)
    result = []
    for _ in range(14):
        result.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
    return result


def main():
    table = {
        "trajectories": [trajectory(name, options) for name, rows in OPTIMIZERS.items() for options in rows],
        "rates": {name: rates(make) for name, make in SCHEDULERS.items()},
    }
    path = pathlib.Path(__file__).parent.parent / "data" / "optim.json"
    path.write_text(json.dumps(table) + "\n")


main()
