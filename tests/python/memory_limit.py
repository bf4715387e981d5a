"""Does one piece of work near a limit of memory, and once more without:

    python tests/python/memory_limit.py WORK MEBIBYTES first|again

The limit is that many MiB above what is in use before the work is done, for the first time in this process or again. Prints what the work
said of memory, one line for each time; any exception but MemoryError, and a MemoryError that does not say what was asked, end the script.
"""

import pathlib
import resource
import sys
import tempfile
import time

import ember
import ember.nn.functional as F
from ember import data, linalg, nn


def perceptron():
    train(nn.Sequential(nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 10)), ember.randn(512, 256))


def convolutions():
    net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 8, 3), nn.Flatten())
    train(net, ember.randn(16, 3, 24, 24))


def train(net, x):
    optimizer = ember.optim.Adam(net.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(net(x), ember.zeros(len(x), dtype=ember.int64)).backward()
        optimizer.step()


def recurrent():
    nn.LSTM(64, 128)(ember.randn(20, 16, 64))[0].sum().backward()


def attention():
    x = ember.randn(40, 16, 64)
    nn.MultiheadAttention(64, 4)(x, x, x)[0].sum().backward()


def products():
    a = ember.randn(1500, 1500)
    float((a @ a.T).sum())


def bfloat16_products():
    a = ember.randn(700, 700).bfloat16()
    float((a @ a).float().sum())


def singular_values():
    linalg.svd(ember.randn(300, 300))


def eigenvalues():
    a = ember.randn(200, 200)
    linalg.eigh(a + a.T), linalg.eig(a)


def solutions():
    linalg.solve(ember.randn(500, 500), ember.randn(500, 500))


def batches_of_inverses():
    linalg.inv(ember.randn(64, 60, 60))


def transforms_and_sorts():
    ember.fft.fft(ember.randn(64, 10000)), ember.sort(ember.randn(500000)), ember.randn(1000, 1000).cumsum(0)


class Images(data.Dataset):
    def __len__(self):
        return 100

    def __getitem__(self, index):
        return ember.full((100, 100), float(index))


def loaders():
    for dataset in (data.TensorDataset(ember.randn(2000, 100)), Images()):
        for _ in data.DataLoader(dataset, batch_size=16, shuffle=True, num_workers=2):
            pass


def files():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("x.pt", "x.safetensors"):
            ember.save({"a": ember.randn(300, 300), "b": [ember.randn(300, 300)]}, f"{folder}/{name}")
            ember.load(f"{folder}/{name}")


WORKS = [perceptron, convolutions, recurrent, attention, products, bfloat16_products, singular_values, eigenvalues, solutions,
         batches_of_inverses, transforms_and_sorts, loaders, files]  # fmt: skip


def main():
    name, mebibytes, when = sys.argv[1:]
    work = globals()[name]
    if when == "again":
        work()
    used = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + int(float(mebibytes) * 2**20), resource.RLIM_INFINITY))
    time.sleep(0.01)  # Ember looks for limits a thousand times a second
    for _ in range(4):
        try:
            work()
            said = "done"
        except MemoryError as error:
            said = str(error)
        # Its own words: Python itself says nothing when it is refused memory, of which Ember leaves it little here.
        print(said or "refused by Python", flush=True)
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    work()


if __name__ == "__main__":
    main()
