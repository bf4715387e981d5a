"""Python's garbage collector behind C++: what nobody can reach goes, what C++ still holds stays as it is."""

import functools
import gc
import resource
import subprocess
import sys
import weakref

import pytest
from cycles import CYCLES, Anything, leaf

import ember
from ember import nn, optim
from ember.autograd import Function


@pytest.fixture(autouse=True)
def nothing_left_over():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def names(function):
    return function.__name__


@pytest.mark.parametrize("build", CYCLES, ids=names)
def test_cycle_is_collected(build):
    refs = [weakref.ref(x) for x in build()]
    assert all(ref() is not None for ref in refs), "dies without the collector, so it shows nothing"
    gc.collect()
    assert [i for i, ref in enumerate(refs) if ref() is not None] == []


@pytest.mark.parametrize("build", CYCLES, ids=names)
def test_cycle_that_is_still_reachable_stays(build):
    kept = build()
    before = [sorted(vars(x)) if hasattr(x, "__dict__") else None for x in kept]
    for generation in (0, 1, 2, 2):
        gc.collect(generation)
    assert before == [sorted(vars(x)) if hasattr(x, "__dict__") else None for x in kept]


@pytest.mark.parametrize("build", CYCLES, ids=names)
def test_one_object_of_a_cycle_keeps_the_others(build):
    kept = build()
    refs, last = [weakref.ref(x) for x in kept], kept[-1]
    del kept
    gc.collect()
    assert refs[-1]() is last
    del last
    gc.collect()
    assert all(ref() is None for ref in refs)


def test_cycles_are_found_in_young_generations():
    for build in CYCLES:
        refs = [weakref.ref(x) for x in build()]
        gc.collect(0)
        assert all(ref() is None for ref in refs), build.__name__


# What lives


def collect():
    for generation in (0, 1, 2, 2):
        gc.collect(generation)


def garbage(x):
    """Leaves `x` to a cycle that nobody can reach."""
    a = Anything()
    a.me, a.x = a, x


def test_child_held_by_its_parent_alone():
    parent = nn.Sequential(nn.Linear(2, 2))
    parent[0].note, parent[0].up = ["kept"], [parent]
    parent[0].register_forward_hook(lambda module, args, y: y + len(module.note))
    collect()
    assert parent[0].note == ["kept"]
    assert parent[0].up == [parent]
    x = ember.zeros(1, 2)
    assert parent(x).tolist() == (x @ parent[0].weight.T + parent[0].bias + 1).tolist()


def test_parameter_held_by_its_module_alone():
    m = nn.Linear(2, 2)
    m.weight.note, m.weight.owner = "kept", [m]
    calls = []
    m.weight.register_hook(lambda g: calls.append(m.weight.note))
    ref = weakref.ref(m.weight)
    collect()
    garbage(m.weight)
    collect()
    assert ref() is m.weight
    assert m.weight.owner == [m]
    m(ember.ones(1, 2)).sum().backward()
    assert calls == ["kept"]


def test_parameter_held_by_an_optimizer_alone():
    o = optim.SGD([leaf()], lr=0.5)
    p = o.param_groups[0]["params"][0]
    p.note = [p]
    p.grad = ember.ones(3)
    p.grad.note = "gradient"
    ref = weakref.ref(p)
    del p
    collect()
    p = o.param_groups[0]["params"][0]
    assert ref() is p
    assert p.note == [p]
    assert p.grad.note == "gradient"
    o.step()
    assert p.tolist() == [0.5] * 3


def test_tensor_held_by_the_tape_alone():
    x = leaf()
    x.note = [x]
    y = (x * 2).exp()
    ref = weakref.ref(x)
    del x
    collect()
    x = y.grad_fn.next_functions[0][0].next_functions[0][0].variable
    assert ref() is x
    assert x.note == [x]
    y.sum().backward()
    assert x.grad is not None


def test_tensor_saved_for_backward_alone():
    class Saves(Function):
        @staticmethod
        def forward(ctx, x):
            kept = ember.ones(3)
            kept.note = [kept]
            ctx.save_for_backward(kept)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            (kept,) = ctx.saved_tensors
            return g * kept * len(kept.note)

    x = leaf()
    y = Saves.apply(x)
    collect()
    y.sum().backward()
    assert x.grad.tolist() == [1, 1, 1]


def test_hooks_of_a_tensor_that_only_the_tape_holds():
    calls = []
    x = leaf()
    y = x * 2
    y.register_hook(lambda g: calls.append("y"))
    z = y.exp().sum()
    x.register_hook(lambda g: calls.append("x"))
    x.register_post_accumulate_grad_hook(lambda p: calls.append("after"))
    del x, y
    collect()
    z.backward()
    assert calls == ["y", "x", "after"]


def test_context_that_only_the_tape_holds():
    class Keeps(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.me, ctx.factor = ctx, 3
            return x * 3

        @staticmethod
        def backward(ctx, g):
            return g * ctx.me.factor

    x = leaf()
    y = Keeps.apply(x).sum()
    garbage(y.grad_fn)
    collect()
    y.backward()
    assert x.grad.tolist() == [3, 3, 3]


def test_handle_keeps_the_tensor():
    x = leaf()
    x.note = [x]
    ref = weakref.ref(x)
    handle = x.register_hook(lambda g: g)
    garbage(x)
    del x
    collect()
    assert ref().note == [ref()]
    handle.remove()
    collect()
    assert ref() is None


def test_schedule_keeps_its_optimizer():
    o = optim.SGD([leaf()], lr=0.5)
    o.me = o
    s = optim.lr_scheduler.LambdaLR(o, lambda epoch: 0.5**epoch)
    ref = weakref.ref(o)
    del o
    collect()
    s.step()
    assert ref().me.param_groups[0]["lr"] == 0.25


def test_shared_by_a_living_and_a_dead_owner():
    alive, dead = nn.Linear(2, 2), nn.Linear(2, 2)
    alive.weight.note, alive.weight.users = "kept", [alive]
    dead.weight, dead.me = alive.weight, [dead]
    ref = weakref.ref(dead)
    del dead
    collect()
    assert ref() is None
    assert alive.weight.note == "kept"
    assert alive.weight.users == [alive]


def test_living_owner_of_an_older_generation():
    alive = nn.Linear(2, 2)
    gc.collect()  # it is old now, its parameters' objects are not
    alive.weight.note = alive.weight
    dead = nn.Linear(2, 2)
    dead.weight, dead.me = alive.weight, dead
    del dead
    gc.collect(0)
    assert alive.weight.note is alive.weight


def test_object_brought_back_by_its_finalizer():
    saved = []

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.me = nn.Linear(2, 2), self
            self.fc.weight.owner = [self]
            self.fc.register_forward_hook(lambda module, args, y: y * 0 + self.scale)
            self.scale = 7

        def forward(self, x):
            return self.fc(x)

        def __del__(self):
            saved.append(self)

    Net()
    gc.collect()
    collect()
    (net,) = saved
    assert net(ember.ones(1, 2)).tolist() == [[7, 7]]
    assert net.fc.weight.owner == [net]


def test_generations_of_references_are_told_apart():
    """What one collection has counted means nothing to the next."""
    alive = nn.Linear(2, 2)
    alive.weight.note = [alive.weight]
    o = optim.SGD(alive.parameters(), lr=0.1)
    for _ in range(5):
        dead = optim.SGD(alive.parameters(), lr=0.1)
        dead.me = dead
        del dead
        gc.collect(0)
        gc.collect()
    assert alive.weight.note == [alive.weight]
    assert o.param_groups[0]["params"][0] is alive.weight


def test_without_the_callback_nothing_shared_is_cleared(monkeypatch):
    monkeypatch.setattr(gc, "callbacks", gc.callbacks)
    callbacks = list(gc.callbacks)
    gc.callbacks.clear()
    try:
        m = nn.Linear(2, 2)
        m.weight.owner = [m]
        x = leaf()
        x.me = x
        ref = weakref.ref(x)
        del x
        collect()
        assert ref() is None
        assert m.weight.owner == [m]
    finally:
        gc.callbacks[:] = callbacks


def test_collection_in_a_hook_and_in_backward():
    calls = []

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
            self.inner[0].weight.owner = [self]

        def forward(self, x):
            gc.collect()
            return self.inner(x)

    m = nn.Sequential(Net(), nn.Linear(2, 1))
    m[0].inner[0].register_forward_hook(lambda *args: calls.append(gc.collect()))
    y = m(ember.ones(1, 2))
    y.register_hook(lambda g: calls.append(gc.collect()))
    m[0].inner[0].weight.register_hook(lambda g: calls.append(gc.collect()))
    ref = weakref.ref(m[0])
    y.sum().backward()
    assert len(calls) == 3
    assert m[0].inner[0].weight.owner == [m[0]]
    del m, y
    gc.collect()
    assert ref() is None


def test_finalizers_may_use_what_dies_with_them():
    seen = []

    class Last:
        def __init__(self, *things):
            self.things = things

        def __del__(self):
            m, o, s, y, node = self.things
            m(ember.ones(1, 2)).sum().backward()
            o.step()
            s.step()
            seen.append((m.training, repr(y), node.name(), len(list(m.parameters())), s.get_last_lr()))
            o.last = m.last = None

    def build():
        m = nn.Sequential(nn.Linear(2, 2))
        o = optim.SGD(m.parameters(), lr=0.1)
        s = optim.lr_scheduler.LambdaLR(o, lambda epoch: 1.0 if m else 0.0)
        y = m(ember.ones(1, 2))
        y.register_hook(lambda g: m)
        m.last = o.last = Last(m, o, s, y, y.grad_fn)
        return [weakref.ref(x) for x in (m, o, s, y)]

    refs = build()
    gc.collect()
    gc.collect()
    assert len(seen) == 1
    assert all(ref() is None for ref in refs)


# Subclasses


class Slotted(nn.Parameter):
    __slots__ = ("extra",)
    finalized = []

    def __del__(self):
        Slotted.finalized.append(self.extra)


def test_subclass_with_slots_lives_as_long_as_its_tensor():
    Slotted.finalized.clear()
    m = nn.Module()
    m.p = Slotted(ember.ones(2))
    m.p.extra, m.p.note = "slot", "attribute"
    collect()
    assert type(m.p) is Slotted
    assert (m.p.extra, m.p.note) == ("slot", "attribute")
    assert Slotted.finalized == []
    del m
    collect()
    assert Slotted.finalized == ["slot"]


def test_finalizer_of_a_subclass_in_a_cycle_runs_once():
    Slotted.finalized.clear()
    p = Slotted(ember.ones(2))
    p.extra = [1]
    p.me = p
    del p
    collect()
    assert Slotted.finalized == [[1]]


def test_tensor_can_take_another_class():
    class Tagged(ember.Tensor):
        pass

    x = ember.ones(2)
    x.note = 1
    x.__class__ = Tagged
    garbage(x)
    collect()
    assert type(x) is Tagged
    assert x.note == 1


def test_attributes_by_object_setattr_and_dict():
    x = ember.ones(2)
    object.__setattr__(x, "a", 1)
    x.__dict__["b"] = x
    assert (x.a, x.b) == (1, x)
    ref = weakref.ref(x)
    del x
    gc.collect()
    assert ref() is None


def test_long_chains_of_attributes_are_freed_without_recursion():
    x = ember.ones(1)
    for _ in range(100_000):
        y = ember.ones(1)
        y.next = x
        x = y
    x.last = x
    ref = weakref.ref(x)
    del x, y
    gc.collect()
    assert ref() is None


def test_long_tapes_are_walked_without_recursion():
    x = leaf()
    y = x
    for _ in range(200_000):
        y = y + 1
    y.me = y
    ref = weakref.ref(y)
    gc.collect()
    assert y.me is y
    del y
    gc.collect()
    assert ref() is None


def test_wide_tapes_are_walked_once():
    x = leaf()
    y = x
    for _ in range(60):
        y = y + y.sin()  # 2^60 paths
    y.me = y
    ref = weakref.ref(y)
    gc.collect()
    del y
    gc.collect()
    assert ref() is None


def test_exception_survives_deallocation():
    class Loud:
        def __del__(self):
            try:
                raise ValueError("inner")
            except ValueError:
                pass

    def fail():
        x = leaf()
        x.loud = Loud()
        x.register_hook(functools.partial(lambda loud, g: g, Loud()))
        raise KeyError("outer")

    with pytest.raises(KeyError, match="outer"):
        fail()


def test_referents_are_shown():
    m = nn.Linear(2, 2)
    m.child = nn.Linear(2, 2)
    m.weight.note = note = ["here"]
    assert any(x is m.child for x in gc.get_referents(m))
    assert note in gc.get_referents(m.weight.__dict__)
    assert m in gc.get_objects()


# Threads


def test_collection_beside_another_thread_in_cpp():
    import threading

    m = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64))
    m[0].weight.owner = [m]
    stop = threading.Event()

    def work():
        x = ember.ones(256, 64)
        while not stop.is_set():
            x.add_(1e-9)
            y = m(x) * 1
            y.mul_(2)
            y.sum().backward()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for t in threads:
        t.start()
    for _ in range(100):
        garbage(leaf() * 2)
        gc.collect()
    stop.set()
    for t in threads:
        t.join()
    assert m[0].weight.owner == [m]


# Memory

TRAINING = """
import gc, resource, sys
sys.path.insert(0, {folder!r})
from collector_test import train, resident

MODELS, STEPS = {models}, {steps}
train(3, STEPS)
gc.collect()
before, objects = resident(), len(gc.get_objects())
train(MODELS, STEPS)
gc.collect()
print(resident() - before, len(gc.get_objects()) - objects)
"""


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class Trainer:
    """Hooks, callbacks and a custom function, all of which know the trainer."""

    class Double(Function):
        @staticmethod
        def forward(ctx, x, trainer):
            ctx.trainer, ctx.y = trainer, x * 2
            return ctx.y

        @staticmethod
        def backward(ctx, g):
            ctx.trainer.seen += 1
            return g * 2, None

    def __init__(self):
        self.model = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 8))
        self.optimizer = optim.Adam(self.model.parameters(), lr=1e-3)
        self.schedule = optim.lr_scheduler.LambdaLR(self.optimizer, self.rate)
        self.callbacks, self.seen, self.outputs = [self.count], 0, []
        self.model.trainer = self.optimizer.trainer = self
        self.model[0].register_forward_hook(self.keep)
        self.model[2].weight.register_hook(lambda g: g * self.optimizer.param_groups[0]["lr"])
        for p in self.model.parameters():
            p.register_post_accumulate_grad_hook(lambda p: self.callbacks[0](p))

    def rate(self, epoch):
        return 0.99**epoch

    def keep(self, module, args, output):
        self.outputs = [*self.outputs[-3:], output]
        output.register_hook(lambda g: g * output.detach().sign().abs())

    def count(self, p):
        self.seen += p.numel() > 0

    def step(self):
        loss = self.Double.apply(self.model(ember.randn(16, 32)), self).square().mean()
        loss.backward()
        loss.history = [loss, self]
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.schedule.step()
        return loss


def train(models, steps):
    for _ in range(models):
        trainer = Trainer()
        for _ in range(steps):
            trainer.step()
        assert trainer.seen == 5 * steps


@pytest.mark.parametrize(("models", "steps"), [(40, 25), (1, 1500)])
def test_memory_stays_flat(models, steps):
    """Rebuilt models, and one long training: as many bytes and objects after as before."""
    from pathlib import Path

    script = TRAINING.format(folder=str(Path(__file__).parent), models=models, steps=steps)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    growth, objects = map(int, done.stdout.split())
    assert growth < 4 * 2**20
    assert objects < 50
