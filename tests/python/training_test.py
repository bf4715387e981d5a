"""Networks that learn."""

import threading
import time

import pytest

import ember
from ember import nn, optim
from ember.data import DataLoader, TensorDataset
from ember.nn import functional as F


def spirals(n):
    ember.manual_seed(0)
    t = ember.rand(2 * n)
    label = ember.cat([ember.zeros(n, dtype=ember.int64), ember.ones(n, dtype=ember.int64)])
    angle = t * 6 + label.float() * 3.14159
    return ember.stack([t * angle.cos(), t * angle.sin()], 1), label


def test_a_classifier_learns():
    x, y = spirals(200)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    loader = DataLoader(TensorDataset(x, y), batch_size=50, shuffle=True, num_workers=2)
    for _ in range(40):
        for inputs, targets in loader:
            optimizer.zero_grad()
            F.cross_entropy(net(inputs), targets).backward()
            optimizer.step()
    with ember.no_grad():
        accuracy = (net(x).argmax(1) == y).float().mean().item()
    assert accuracy > 0.95


def test_a_small_convolutional_network_learns():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)
            self.norm = nn.BatchNorm2d(4)
            self.fc = nn.Linear(4 * 9, 2)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 2)
            return F.log_softmax(self.fc(ember.flatten(x, 1)), dim=1)

    ember.manual_seed(0)
    x = ember.randn(64, 1, 8, 8) * 0.3
    y = ember.arange(64) % 2
    x[y == 1, :, :, 3] += 1.0
    net = Net()
    optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    first = None
    for _ in range(20):
        optimizer.zero_grad()
        loss = F.nll_loss(net(x), y)
        loss.backward()
        optimizer.step()
        first = first or loss.item()
    assert loss.item() < 0.2 * first


def test_a_seed_repeats_a_run():
    def run():
        ember.manual_seed(7)
        net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1))
        optimizer = optim.SGD(net.parameters(), lr=0.1)
        for _ in range(5):
            optimizer.zero_grad()
            loss = net(ember.randn(16, 4)).square().mean()
            loss.backward()
            optimizer.step()
        return loss.item()

    assert run() == run()


@pytest.mark.parametrize("work", ["kernel", "backward"])
def test_the_gil_is_free_during_kernels_and_backward(work):
    a = ember.randn(600, 600, requires_grad=work == "backward")
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(1)
            time.sleep(0.0005)

    thread = threading.Thread(target=tick)
    thread.start()
    seen = 0
    for _ in range(50):
        y = (a @ a).sum()
        before = len(ticks)
        y.backward() if work == "backward" else a @ a
        seen += len(ticks) > before
    stop.set()
    thread.join()
    assert seen > 0
