"""Trains a small network in child processes that are killed, and prints whether those that go on end where one does that was left alone.

Run by resume_test.py in a process of its own, which has no threads when it forks.
"""

import os
import random
import signal
import sys
import tempfile

import numpy as np

import ember
import ember.nn.functional as F
from ember import data, nn, optim


class Augmented:
    """Samples that draw random numbers from Ember, Python and NumPy."""

    def __init__(self):
        generator = ember.Generator().manual_seed(0)
        self.x = ember.randn(60, 8, generator=generator)
        self.y = ember.randint(0, 3, (60,), generator=generator)

    def __len__(self):
        return 60

    def __getitem__(self, i):
        info = data.get_worker_info()
        scale = info.rng.random_generator.random() if info else random.random()
        shift = info.rng.numpy_generator.random() if info else np.random.rand()
        return self.x[i] * scale + shift + ember.randn(8), self.y[i]


def train(path, workers, killed_at=None):
    """The final weights, losses and random numbers as bytes."""
    random.seed(1)
    np.random.seed(2)
    ember.manual_seed(3)
    net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Dropout(0.3), nn.Linear(16, 3))
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 32)
    loader = data.DataLoader(Augmented(), 8, shuffle=True, num_workers=workers)
    run = ember.Checkpoint(path, model=net, optimizer=optimizer, scheduler=scheduler, loader=loader)
    losses = run.notes.setdefault("losses", [])
    ember.rand(1), random.random(), np.random.rand()  # what is drawn before the loop changes nothing
    for _ in run.epochs(4):
        for x, y in loader:
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            run.step += 1
            losses.append(loss.item())
            if random.random() < 0.4:
                run.save()
            if run.step == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)
        run.save()
    weights = b"".join(x.numpy().tobytes() for x in net.state_dict().values())
    return weights + repr((losses, run.step, random.random(), np.random.rand(), ember.rand(1).item())).encode()


def in_child(path, result, *arguments):
    """Whether the child came to the end."""
    child = os.fork()
    if child == 0:
        try:
            with open(result, "wb") as file:
                file.write(train(path, *arguments))
        except BaseException as error:
            print(repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def main(workers, resumed_with):
    ember.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:

        def place(name):
            return os.path.join(folder, name)

        assert in_child(place("whole"), place("expected"), workers)
        expected = open(place("expected"), "rb").read()
        kills = [8, *random.Random(os.urandom(8)).sample([step for step in range(1, 32) if step != 8], 7)]
        for step in kills:
            path = place(f"run{step}")
            assert not in_child(path, place("none"), workers, step), "the child is killed"
            assert in_child(path, place("result"), resumed_with)
            if open(place("result"), "rb").read() != expected:
                print(f"killed at step {step}, the run ends elsewhere")
                return
        print(f"{len(kills)} runs end where one does that was left alone")


main(int(sys.argv[1]), int(sys.argv[2]))
