"""Signals that a program handles, a thousand a second, leave what is computed as it is, on each instruction set."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import signal
import ember
import ember.nn.functional as F
from ember import nn

def train():
    ember.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 196, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = ember.optim.Adam(net.parameters(), 1e-3)
    x, y = ember.randn(64, 1, 16, 16), ember.randint(0, 10, (64,))
    for _ in range(40):
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
    return ember.cat([p.detach().flatten() for p in net.parameters()])

a = ember.randn(800, 800)
product, trained, handled = a @ a, train(), []
signal.signal(signal.SIGALRM, lambda *_: handled.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
products = all(ember.equal(a @ a, product) for _ in range(30))
training = ember.equal(train(), trained)
signal.setitimer(signal.ITIMER_REAL, 0)
print(products, training, len(handled) > 20)
"""


@pytest.mark.parametrize("ours, onednn", [("avx512", "avx512_core"), ("avx2", "avx2"), ("sse2", "sse41")])
def test_handled_signals_change_nothing(ours, onednn):
    if ours != "sse2" and ours not in open("/proc/cpuinfo").read().replace("avx512f", "avx512"):
        pytest.skip(f"this machine has no {ours}")
    environment = os.environ | {"EMBER_ISA": ours, "ONEDNN_MAX_CPU_ISA": onednn}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True True True\n", "")
