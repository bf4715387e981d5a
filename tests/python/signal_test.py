"""Signals that a program handles, a thousand a second, leave what is computed as it is, on each instruction set."""

import os
import subprocess
import sys

import pytest
from stress import rounds

SCRIPT = """
import signal, sys
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
products = training = True
for _ in range(int(sys.argv[1])):
    products &= all(ember.equal(a @ a, product) for _ in range(30))
    training &= ember.equal(train(), trained)
signal.setitimer(signal.ITIMER_REAL, 0)
print(products, training, len(handled))
"""


@pytest.mark.parametrize("ours, onednn", [("avx512", "avx512_core"), ("avx2", "avx2"), ("sse2", "sse41")])
def test_handled_signals_change_nothing(ours, onednn, record_property):
    if ours != "sse2" and ours not in open("/proc/cpuinfo").read().replace("avx512f", "avx512"):
        pytest.skip(f"this machine has no {ours}")
    environment = os.environ | {"EMBER_ISA": ours, "ONEDNN_MAX_CPU_ISA": onednn}
    command = [sys.executable, "-c", SCRIPT, str(rounds(1, 15))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1200)
    products, training, handled = done.stdout.split()
    assert (done.returncode, products, training, done.stderr) == (0, "True", "True", "")
    assert int(handled) > 20
    record_property("signals", handled)
