"""Modules that tests call, copy and pickle."""

import ember
from ember import nn
from ember.nn import functional as F


class Net(nn.Module):
    def __init__(self, hidden=4):
        super().__init__()
        self.fc1 = nn.Linear(3, hidden)
        self.fc2 = nn.Linear(hidden, 2)
        self.register_buffer("steps", ember.zeros(1))
        self.hidden = hidden

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class Scale(nn.Module):
    """A child for C++ containers."""

    def __init__(self, factor):
        super().__init__()
        self.factor = nn.Parameter(ember.tensor(float(factor)))
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x * self.factor
