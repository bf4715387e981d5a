"""The interpreter ends cleanly whatever its threads do at that moment."""

import random
import subprocess
import sys

import pytest
from stress import rounds

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
def test_daemon_threads_do_not_bring_the_end_down(work, record_property):
    script = SCRIPT.format(work=work.replace("\n", "\n    "))
    for _ in range(rounds(3, 15)):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    record_property("exits", rounds(3, 15))


RANDOM_EXIT = """
import os, sys, threading, time
import ember
from ember import data, nn

class Numbers(data.Dataset):
    def __len__(self): return 10**9
    def __getitem__(self, index): return ember.full((50,), float(index))

def work():
    {work}

end = time.monotonic() + {seconds}
for _ in range({threads}):
    threading.Thread(target=work, daemon=True).start()
tensors = data.TensorDataset(ember.ones(1, 50).expand(10**9, 50))
loaders = [iter(data.DataLoader(d, batch_size=8, num_workers=2)) for d in (Numbers(), tensors)]
net = nn.Sequential(nn.Linear(50, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = ember.optim.Adam(net.parameters())
while time.monotonic() < end:
    for loader in loaders:
        batch = next(loader)
        optimizer.zero_grad()
        net(batch[0] if isinstance(batch, (list, tuple)) else batch).square().sum().backward()
        optimizer.step()
print("done", flush=True)
{way}
"""
WAYS = {"pass": 0, "sys.exit(3)": 3, "os._exit(4)": 4, "del loaders, net": 0, "raise SystemExit": 0}


@pytest.mark.parametrize("way", WAYS, ids=["end", "exit", "_exit", "end_without", "SystemExit"])
def test_a_program_ends_at_any_moment_and_in_any_way(way, record_property):
    random_generator = random.Random(way)
    for _ in range(rounds(2, 30)):
        work, seconds, threads = (random_generator.choice(list(WORK)), random_generator.uniform(0, 0.3),
                                  random_generator.randrange(3))  # fmt: skip
        script = RANDOM_EXIT.format(work=WORK[work].replace("\n", "\n    "), seconds=seconds, threads=threads, way=way)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        where = f"{threads} threads of {work}, {seconds} seconds: {done.stderr}"
        assert (done.returncode, done.stdout, done.stderr) == (WAYS[way], "done\n", ""), where
    record_property("exits", rounds(2, 30))


def test_parameters_that_only_their_module_holds_go_with_it_at_the_end():
    script = (
        "import ember\nfrom ember import nn\nnet = nn.Sequential(nn.Linear(4, 5))\nmodules = {'net': (net, 1)}\n"
        "def run():\n    net, _ = modules['net']\n    ember.func.vmap(net)(ember.randn(3, 2, 4))\nrun()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
