"""The interpreter ends cleanly whatever its threads do at that moment."""

import subprocess
import sys

import pytest

WORK = {
    "ops": "x = ember.ones(200, 200)\nwhile True: x @ x",
    "backward": "x = ember.ones(100, 100, requires_grad=True)\nwhile True: (x @ x).exp().sum().backward()",
    "modules": "m = nn.Sequential(nn.Linear(64, 64), nn.Tanh())\nwhile True: m(ember.ones(256, 64))",
    "hooks": (
        "m = nn.Sequential(nn.Linear(64, 64), nn.Tanh())\nm[0].register_forward_hook(lambda *args: None)\n"
        "m[0].weight.register_hook(lambda g: g * 2)\nwhile True: m(ember.ones(64, 64)).sum().backward()"
    ),
    "optimizer": (
        "m = nn.Linear(256, 256)\no = ember.optim.Adam(m.parameters())\nm(ember.ones(1, 256)).sum().backward()\n"
        "while True: o.step()"
    ),
    "functions": (
        "class Double(ember.autograd.Function):\n"
        "    @staticmethod\n    def forward(ctx, x): return x * 2\n"
        "    @staticmethod\n    def backward(ctx, g): return g * 2\n"
        "x = ember.ones(5000, requires_grad=True)\nwhile True: Double.apply(x).sum().backward()"
    ),
    "collector": "import gc\nwhile True:\n    x = ember.ones(3)\n    x.me = x\n    gc.collect()",
}

SCRIPT = """
import threading, time
import ember
from ember import nn

def work():
    {work}

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
print("done", flush=True)
"""


@pytest.mark.parametrize("work", WORK.values(), ids=WORK.keys())
def test_daemon_threads_do_not_bring_the_end_down(work):
    script = SCRIPT.format(work=work.replace("\n", "\n    "))
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_parameters_that_only_their_module_holds_go_with_it_at_the_end():
    script = (
        "import ember\nfrom ember import nn\nnet = nn.Sequential(nn.Linear(4, 5))\nmodules = {'net': (net, 1)}\n"
        "def run():\n    net, _ = modules['net']\n    ember.func.vmap(net)(ember.randn(3, 2, 4))\nrun()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
