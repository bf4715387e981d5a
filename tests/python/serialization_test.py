"""save and load."""

import os

import pytest

import ember
from ember import io, nn, optim


@pytest.mark.parametrize(
    "make",
    [
        lambda: ember.arange(6.0).reshape(2, 3),
        lambda: ember.ones(2, 2).T,
        lambda: ember.zeros(0, 3),
        lambda: ember.tensor(3),
        lambda: ember.ones(3, dtype=ember.bfloat16),
        lambda: ember.tensor([True, False]),
    ],
)
def test_tensors(tmp_path, make):
    x = make()
    ember.save(x, tmp_path / "x")
    y = ember.load(tmp_path / "x")
    assert y.dtype is x.dtype and y.shape == x.shape and ember.equal(x, y)


def test_state_dicts_are_plain_safetensors(tmp_path):
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    path = str(tmp_path / "net.safetensors")
    ember.save(net.state_dict(), path)
    assert list(io.load_tensors(path)) and set(io.load_tensors(path)) == set(net.state_dict())
    other = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    other.load_state_dict(ember.load(path))
    x = ember.ones(2, 2)
    assert ember.equal(net.eval()(x), other.eval()(x))
    ember.save(net, path)
    assert set(ember.load(path)) == set(net.state_dict())


def test_nested_checkpoints(tmp_path):
    p = nn.Parameter(ember.ones(3))
    o = optim.Adam([p], lr=0.25)
    p.grad = ember.ones(3)
    o.step()
    checkpoint = {
        "model": {"p": p.detach()},
        "optimizer": o.state_dict(),
        "epoch": 3,
        "curve": [1.5, None, ("a", True)],
        7: {},
    }
    ember.save(checkpoint, tmp_path / "c")
    loaded = ember.load(tmp_path / "c")
    assert loaded["epoch"] == 3 and loaded["curve"] == [1.5, None, ("a", True)] and loaded[7] == {}
    assert ember.equal(loaded["model"]["p"], p.detach())
    fresh = optim.Adam([nn.Parameter(ember.ones(3))])
    fresh.load_state_dict(loaded["optimizer"])
    assert fresh.param_groups[0]["lr"] == 0.25 and len(fresh.state_dict()["state"]) == 1


def test_metadata(tmp_path):
    io.save_tensors({"a": ember.ones(1)}, tmp_path / "a", {"format": "pt"})
    tensors, metadata = io.load_tensors_and_metadata(tmp_path / "a")
    assert metadata["format"] == "pt" and tensors["a"].item() == 1


def test_npy(tmp_path):
    import numpy as np

    x = ember.arange(6).reshape(2, 3).T
    io.save_npy(x, tmp_path / "x.npy")
    assert np.array_equal(np.load(tmp_path / "x.npy"), x.numpy())
    np.save(tmp_path / "y.npy", np.ones((2, 2), order="F"))
    assert io.load_npy(tmp_path / "y.npy").tolist() == [[1, 1], [1, 1]]


def test_errors(tmp_path):
    with pytest.raises(OSError):
        ember.load(tmp_path / "absent")
    (tmp_path / "short").write_bytes(b"\x10")
    with pytest.raises(OSError, match="short"):
        ember.load(tmp_path / "short")
    with pytest.raises(OSError):
        ember.save(ember.ones(1), tmp_path / "no" / "such" / "folder")
    with pytest.raises(TypeError, match="thing"):
        ember.save({"thing": object()}, tmp_path / "x")
    assert not os.path.exists(tmp_path / "x")


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "x"
    ember.save(ember.ones(2), path)
    with pytest.raises(TypeError):
        ember.save([ember.ones(1), object()], path)
    assert ember.load(path).tolist() == [1, 1]
    assert os.listdir(tmp_path) == ["x"]
