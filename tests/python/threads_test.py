"""Threads that change what others compute with meet an error or wait their turn: none brings the process down."""

import subprocess
import sys

import pytest

SETUP = """
import faulthandler, gc, sys, threading, time
import ember, ember.nn.functional as F
from ember import nn, optim
faulthandler.enable()
sys.setswitchinterval(1e-5)

def run(*actions):
    end, done = time.monotonic() + 0.2, []
    def repeat(action):
        while time.monotonic() < end:
            try:
                action()
            except (RuntimeError, ValueError, TypeError, AttributeError, IndexError, KeyError):
                pass
        done.append(action)
    threads = [threading.Thread(target=repeat, args=(action,)) for action in actions]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(len(done) == len(actions))
"""

OPTIMIZER = """
ps = [nn.Parameter(ember.ones(64, 64)) for _ in range(4)]
o = optim.Adam(ps)
def give_gradients():
    for p in ps: p.grad = ember.ones(64, 64)
def add():
    if len(o.param_groups) < 200: o.add_param_group({"params": [nn.Parameter(ember.ones(2, 2))], "lr": 0.1})
give_gradients()
"""
GRAPH = """
x = ember.ones(80, 80, requires_grad=True)
y = x * 2
z = y
for _ in range(10): z = z.tanh() * 1.01
loss = z.sum()
def backward(): loss.backward(retain_graph=True)
"""
MODULE = """
m = nn.Sequential(*[nn.Linear(64, 64) for _ in range(5)])
x = ember.ones(80, 64)
def forward(): m(x)
def train(): m(x).sum().backward()
def grow():
    if len(m) < 9: m.append(nn.Linear(64, 64))
def shrink():
    if len(m) > 2: del m[-1]
def replace(): m[1] = nn.Linear(64, 64); m[0].weight = nn.Parameter(ember.ones(64, 64)); m[0].bias = None
"""

CASES = {
    "steps": OPTIMIZER + "run(*[o.step] * 4)",
    "steps and groups": OPTIMIZER
    + """
def parameters():
    group = o.param_groups[0]
    group["params"] = ps[:2]
    group["params"].append(ps[3])
    o.state.clear()
run(o.step, o.step, add, parameters, give_gradients, o.zero_grad, lambda: o.load_state_dict(o.state_dict()))
""",
    "steps and schedulers": OPTIMIZER
    + """
schedulers = [optim.lr_scheduler.StepLR(o, 2), optim.lr_scheduler.LambdaLR(o, lambda e: 1 / (e + 1)),
              optim.lr_scheduler.CosineAnnealingLR(o, 10)]
def schedule():
    for s in schedulers: s.step(); s.load_state_dict(s.state_dict())
run(o.step, schedule, schedule, add, lambda: optim.lr_scheduler.ExponentialLR(o, 0.9))
""",
    "steps and shapes": OPTIMIZER
    + """
def reshape():
    for i, p in enumerate(ps): p.data = ember.ones(i + 1, 3) if p.dim() == 2 and p.shape[0] == 64 else ember.ones(64, 64)
run(o.step, o.step, reshape, give_gradients)
""",
    "hooks of tensors": GRAPH
    + """
def leaf(): x.register_hook(lambda g: g).remove()
def node(): y.register_hook(lambda g: g).remove()
def after(): x.register_post_accumulate_grad_hook(lambda p: None).remove()
run(backward, backward, leaf, node, after)
""",
    "retained gradients": GRAPH
    + """
def retain():
    y.retain_grad(); y.grad; y.grad = None
def own():
    w = x * 3; w.retain_grad(); (w * w).sum().backward(); w.grad
run(backward, backward, retain, own, own)
""",
    "one graph": """
x, graph = ember.ones(80, 80, requires_grad=True), [None]
def build():
    z = x * 2
    for _ in range(10): z = ember.cat([z.exp().tanh() * z, z])[:80]
    graph[0] = z.sum()
build()
def backward(): graph[0].backward()
def keep(): graph[0].backward(retain_graph=True)
run(build, backward, backward, keep, keep)
""",
    "gradients": GRAPH
    + """
def write(): x.grad = ember.zeros(80, 80)
def forget(): x.grad = None
def change():
    if (g := x.grad) is not None: g.add_(1)
def twice(): ember.autograd.grad(loss, x, create_graph=True)[0].sum().backward(retain_graph=True)
run(backward, backward, twice, write, forget, change)
""",
    "in-place ops": """
w, now = ember.ones(80, 80, requires_grad=True), [None]
def build():
    base = w * 1
    now[0] = base, base.t(), base[0]
build()
def both(): now[0][0].mul_(w); now[0][1].exp_()
def views(): now[0][1].grad_fn, now[0][2].requires_grad, now[0][1].sum().backward()
run(build, both, both, views, lambda: now[0][0].sum().backward(), lambda: now[0][0].detach_())
""",
    "shapes": """
x = ember.ones(9000)
def other(): x.data = ember.ones(time.time_ns() % 200000 + 1)
def resize(): x.detach().resize_(5); x.resize_(time.time_ns() % 200000 + 1)
run(other, resize, lambda: x + 1, lambda: x.sum().item(), lambda: x.unsqueeze_(0).squeeze_(), x.tolist)
""",
    "children": MODULE + "run(forward, train, grow, shrink, replace)",
    "walks": MODULE
    + """
def walk():
    list(m.parameters()), list(m.named_modules()), repr(m), m.state_dict(), m.train(), m.zero_grad()
def load(): m.load_state_dict(m.state_dict(), strict=False)
def assign(): m.load_state_dict(m.state_dict(), strict=False, assign=True)
run(walk, walk, load, assign, grow, shrink, replace, gc.collect)
""",
    "hooks of modules": MODULE
    + """
def after(): m[0].register_forward_hook(lambda *args: None).remove()
def before(): m.register_forward_pre_hook(lambda *args: None).remove()
run(forward, train, after, before, before)
""",
    "conversions": MODULE + "run(forward, train, m.double, m.float, m.half, m.eval)",
    "layers": """
t, r, n = nn.TransformerEncoderLayer(32, 2, 64), nn.LSTM(32, 32), nn.BatchNorm1d(32)
x = ember.ones(40, 4, 32)
def forward(): t(x), r(x), n(x[0])
def change():
    t.linear1 = nn.Linear(32, 64)
    r.weight_hh_l0 = nn.Parameter(ember.ones(128, 32))
    n.running_mean = None
    n.running_mean = ember.zeros(32)
    t.norm1.eps = 1e-3
run(forward, forward, change, t.eval, t.train)
""",
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_nothing_brings_the_process_down(case):
    done = subprocess.run([sys.executable, "-c", SETUP + case], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr[-3000:]


def test_steps_of_several_threads_are_all_taken():
    script = """
p = nn.Parameter(ember.zeros(200, 200))
o = optim.SGD([p], lr=1)
p.grad = ember.ones(200, 200)
def step():
    for _ in range(200): o.step()
threads = [threading.Thread(target=step) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(p.min().item(), p.max().item())
"""
    done = subprocess.run([sys.executable, "-c", SETUP + script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "-800.0 -800.0\n", done.stderr


def test_a_graph_is_freed_once():
    script = """
x = ember.ones(300, 300, requires_grad=True)
freed = []
for _ in range(50):
    loss = x.exp().tanh().sum()
    def backward():
        try:
            loss.backward()
            freed.append(1)
        except RuntimeError as error:
            assert "freed by an earlier backward" in str(error)
    threads = [threading.Thread(target=backward) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print(len(freed))
"""
    done = subprocess.run([sys.executable, "-c", SETUP + script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "50\n", done.stderr


def test_a_child_of_a_fork_changes_what_the_parents_threads_were_using():
    script = """
import os
m = nn.Linear(300, 300)
x = ember.ones(600, 300)
def work():
    while True: m(x)
threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
for thread in threads: thread.start()
for _ in range(20):
    child = os.fork()
    if child == 0:
        m.weight = nn.Parameter(ember.ones(300, 300))
        m.double()
        os._exit(0)
    os.waitpid(child, 0)
print("done", flush=True)
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", SETUP + script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "done\n", done.stderr
