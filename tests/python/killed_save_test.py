"""A process that is killed while it saves leaves the old file or the new one, whole, and nothing else that stays."""

import os
import random
import signal
import time

import pytest
from stress import rounds

import ember
from ember import nn

ROUNDS = rounds(25, 1000)


def state(version):
    return {f"{i}": ember.full((100 + i, 100), float(version)) for i in range(5)}


def version_of(tensors):
    values = {float(x) for tensor in tensors for x in (tensor.min(), tensor.max())}
    assert len(values) == 1, f"parts of several versions: {values}"
    return int(values.pop())


def save_state(version, path):
    ember.save(state(version), path)


def load_state(path):
    return version_of(ember.load(path).values())


def network(version):
    net = nn.Sequential(nn.Linear(100, 100), nn.Linear(100, 10))
    for p in net.parameters():
        nn.init.constant_(p, float(version))
    return net


def save_checkpoint(version, path):
    net = network(version)
    ember.io.save_checkpoint(path, net, ember.optim.Adam(net.parameters()), epoch=version)


def load_checkpoint(path):
    net = network(0)
    epoch, _ = ember.io.load_checkpoint(path, net, ember.optim.Adam(net.parameters()))
    assert version_of(net.parameters()) == epoch
    return epoch


@pytest.mark.parametrize(
    "save, load, name",
    [
        (save_state, load_state, "x.pt"),
        (save_state, load_state, "x.safetensors"),
        (save_checkpoint, load_checkpoint, "checkpoint"),
    ],
    ids=["pt", "safetensors", "checkpoint"],
)
def test_a_kill_leaves_the_old_file_or_the_new_one(save, load, name, tmp_path, record_property):
    path = tmp_path / name
    save(1, path)
    random_generator, version, during = random.Random(name), 1, 0
    for _ in range(ROUNDS):
        child = os.fork()
        if child == 0:
            try:
                for later in range(version + 1, version + 1000):
                    save(later, path)
            finally:
                os._exit(1)
        time.sleep(random_generator.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        found = load(path)
        assert version <= found < version + 1000
        version = found
        others = {file.name for file in tmp_path.iterdir()} - {name}
        assert len(others) <= 1, "what killed writers left piles up"
        during += len(others)
    assert during > 0, "no kill came while a file was being written"
    save(version + 1, path)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    record_property("kills while saving", ROUNDS)
