"""save and load."""

import collections
import math
import os
import pathlib

import numpy as np
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


def round_trip(obj, folder):
    ember.save(obj, folder / "x")
    return ember.load(folder / "x")


def same(a, b):
    """Equal, of one type all the way down, and in one order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, ember.Tensor):
        return (a.dtype, a.shape, a.requires_grad) == (b.dtype, b.shape, b.requires_grad) and ember.equal(a, b)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, dict):
        return len(a) == len(b) and all(same(x, y) for pair in zip(a.items(), b.items()) for x, y in zip(*pair))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b if type(a) is int else repr(a) == repr(b)


def one():
    return ember.ones(1)


def two():
    return ember.zeros(2, dtype=ember.int8)


@pytest.mark.parametrize(
    "obj",
    [
        # Names that meet when they are joined with dots.
        {"a.b": one(), "a": {"b": two()}, "z": 1},
        {1: one(), "1": two()},
        {"x": [one()], "x.0": two()},
        {"0": one(), 0: two(), "0~2": one()},
        {"a": {"": one()}, "a.": two()},
        [one(), {"0": two()}, [two()]],
        # Names that mean something to the format.
        {"__metadata__": one(), "a": two()},
        {"": one()},
        {"$items": one(), "$tensor": two(), "$tuple": [1]},
        {"$tensor": "a"},
        {"a": {"$tuple": [1]}},
        {"\ud800": one(), "ü": two(), "a\0b": one(), "a": two()},
        # Keys of every kind.
        {True: 1, 0: 2, 2.5: 3, None: 4, (1, (2, "a")): one(), b"x": 5, math.inf: 6, 10**5000: 7},
        {ember.float32: 1, frozenset([1]): 2},
        # Numbers.
        [math.nan, math.inf, -math.inf, -0.0, 1e-300],
        [True, 1, 1.0, 0, False, 2**63, -(2**63), 10**5000],
        [1 + 2j, complex(math.inf, math.nan), complex(-0.0, 0.0)],
        # Containers.
        [[], {}, (), [()], {"a": {}}, set(), frozenset()],
        [{1, "a", None}, frozenset([(1, 2)])],
        collections.OrderedDict(b=one(), a=two()),
        collections.defaultdict(list, a=[one()]),
        collections.defaultdict(None, a=1),
        collections.Counter("aab"),
        # Other values.
        [b"\x00\xff", bytearray(b"a"), "", "\ud800", None],
        [ember.float32, ember.bool, ember.device("cpu"), ember.ones(2, 3).shape],
        [np.array([2**64 - 1], np.uint64), np.uint16(65535), np.array([1 + 2j], np.complex64)],
        [np.arange(6, dtype=np.int16).reshape(2, 3).T, np.ones(()), np.float64(2.5), np.int8(3), np.bool_(True)],
        # Tensors.
        [ember.ones(1, requires_grad=True), nn.Parameter(one()), nn.Parameter(one(), requires_grad=False)],
        [ember.ones(1).expand(5), ember.zeros(0, 3), ember.tensor(3), ember.ones(2, 3).T, ember.arange(9)[::2]],
        [ember.tensor([1 + 2j], dtype=ember.complex64), ember.tensor([True]), ember.ones(1, dtype=ember.bfloat16)],
    ],
    ids=lambda obj: type(obj).__name__,
)
def test_what_is_saved_comes_back(tmp_path, obj):
    loaded = round_trip(obj, tmp_path)
    # Sets have an order of their own.
    assert loaded == obj if any(isinstance(item, set) for item in obj) else same(loaded, obj)


def test_shared_memory_stays_shared(tmp_path):
    w = ember.arange(6.0).reshape(2, 3)
    for obj in (
        {"w": w, "other": w.detach()},
        {"w": w, "other": w.view(-1)},
        {"other": w[1], "w": w},
        {"w": w.T, "other": w},
        {"w": w[:, :2], "other": w[:, 1:]},
        {"w": w, "other": {"deep": [w]}},
        {"deep": [w], "w": {"deeper": w.T}},
    ):
        loaded = round_trip(obj, tmp_path)
        assert repr(loaded) == repr(obj)

        def tensors(tree):
            return (
                [tree]
                if isinstance(tree, ember.Tensor)
                else sum(map(tensors, getattr(tree, "values", lambda: tree)()), [])
            )

        first, second = tensors(loaded)
        assert first is not second or tensors(obj)[0] is tensors(obj)[1]
        first.fill_(7)
        assert (second == 7).any()


def test_one_tensor_in_two_places_stays_one(tmp_path):
    p, x = nn.Parameter(ember.ones(2)), ember.ones(2)
    a, b, c = round_trip([p, x, p], tmp_path)
    assert a is c and type(a) is nn.Parameter and b is not a
    x, alias, again = round_trip([x, x.detach(), x], tmp_path)
    assert x is again and x is not alias
    alias.add_(1)
    assert x.tolist() == [2, 2]
    loaded = round_trip([ember.zeros(0), ember.zeros(0), *ember.arange(4).split(2)], tmp_path)
    loaded[2].zero_()
    assert loaded[3].tolist() == [2, 3]


def test_other_readers_find_every_tensor_of_a_flat_dict(tmp_path):
    w = ember.ones(2)
    ember.save({"embed.weight": w, "head.weight": w, "bias": w[:1]}, tmp_path / "x")
    assert {name: x.tolist() for name, x in io.load_tensors(tmp_path / "x").items()} == {
        "embed.weight": [1, 1],
        "head.weight": [1, 1],
        "bias": [1],
    }
    ember.save({"deep": {"a": [w], "b": [w]}}, tmp_path / "x")
    assert list(io.load_tensors(tmp_path / "x")) == ["deep.a.0"]


def test_what_no_file_can_hold_is_an_error_when_saved(tmp_path):
    class Dict(dict):
        pass

    own = []
    own.append(own)
    deep = []
    for _ in range(2000):
        deep = [deep]
    pair = collections.namedtuple("pair", "a b")
    for obj, error, message in [
        ({"a": Dict()}, TypeError, "cannot save a Dict .at 'a'"),
        ([pair(1, 2)], TypeError, "cannot save a pair .at '0'"),
        ({"net": nn.Linear(1, 1)}, TypeError, "cannot save a Linear .at 'net'.; save its state_dict"),
        ([nn.ModuleDict({"a": nn.Linear(1, 1)})], TypeError, "ModuleDict"),
        ({ember.ones(1): 1}, TypeError, "tensor as a dict's key"),
        (np.array(["a"]), TypeError, "dtype <U1"),
        (np.str_("a"), TypeError, "str_|dtype <U1"),
        (collections.defaultdict(lambda: 1), TypeError, "defaultdict"),
        ({"f": len}, TypeError, "at 'f'"),
        (own, ValueError, "contains itself"),
        ({"a": own}, ValueError, "contains itself .at 'a.0'"),
        (deep, ValueError, "nested more than 100 deep"),
        ([ember.ones(2), ember.zeros(2, dtype=ember.complex128)], TypeError, "complex128"),
    ]:
        with pytest.raises(error, match=message):
            ember.save(obj, tmp_path / "x")
    x = ember.ones(2)
    with pytest.raises(ValueError, match="'a', 'b.c' share memory as different dtypes"):
        ember.save({"a": x, "b": {"c": x.view(ember.int32)}}, tmp_path / "x")
    assert os.listdir(tmp_path) == []


def test_files_of_the_first_version_load():
    folder = pathlib.Path(__file__).parents[1] / "data" / "io"
    nested = ember.load(folder / "nested_v1.safetensors")
    assert nested["model"]["layer.weight"].tolist() == [[0, 1], [2, 3]]
    assert nested["epoch"] == 3 and nested["curve"] == [1.5, None, ("a", True), math.inf] and nested[7] == {}
    fresh = optim.Adam([nn.Parameter(ember.ones(2))])
    fresh.load_state_dict(nested["optimizer"])
    assert fresh.param_groups[0]["lr"] == 0.25
    flat = ember.load(folder / "flat_v1.safetensors")
    assert list(flat) == ["layer.weight", "layer.bias"] and flat["layer.bias"].dtype is ember.bfloat16


@pytest.mark.parametrize(
    "structure",
    [
        "[",
        "{}",
        '{"$tensor": "absent"}',
        '{"$tensor": "0", "view": [[100], [1], 0]}',
        '{"$tensor": "0", "same": 5}',
        '{"$items": [[1]]}',
        '{"$items": [[{"$items": []}, 1]]}',
        '{"$what": 1}',
        '{"$tuple": 5}',
        '{"$float": "abc"}',
        '{"$dtype": "x"}',
        '{"$tuple": "abc"}',
        '{"$tuple": {"a": 1}}',
        '{"$tuple": [1], "x": 1}',
        '{"$items": {"ab": 1}}',
        '{"$items": ["ab"]}',
        '{"$items": [["a", 1], ["a", 2]]}',
        '{"$items": [["a", 1, 2]]}',
        '{"$items": [[{"$tensor": "0"}, 1]]}',
        '{"$complex": [1]}',
        '{"$bytes": "%"}',
        '{"$bytes": "YQ==\u00e9"}',
        '{"$int": "zz"}',
        '{"$float": 3}',
        '{"$numpy": {"$tensor": "0"}, "dtype": "O"}',
        '{"$numpy": {"$tensor": "0"}}',
        '{"$tensor": "0", "view": [[2], [-1], 1]}',
        '{"$defaultdict": ["eval", []]}',
        "[1]x",
        "\0",
        "[" * 100000,
    ],
)
def test_damaged_structure_names_the_file(tmp_path, structure):
    io.save_tensors({"0": ember.ones(2)}, tmp_path / "broken", {"ember.structure": structure})
    with pytest.raises(OSError, match="broken: its structure is damaged"):
        ember.load(tmp_path / "broken")


@pytest.mark.parametrize("rate", [math.nan, math.inf, 0.1])
@pytest.mark.parametrize("epoch", [-1, 2**62])
def test_checkpoints_of_any_numbers_load(tmp_path, rate, epoch):
    def run():
        net = nn.Linear(1, 1)
        optimizer = optim.Adam(net.parameters(), lr=0.5)
        return net, optimizer, optim.lr_scheduler.StepLR(optimizer, 3)

    net, optimizer, scheduler = run()
    state = optimizer.state_dict()
    state["param_groups"][0]["lr"] = rate
    optimizer.load_state_dict(state)
    io.save_checkpoint(tmp_path / "x", net, optimizer, scheduler, epoch)
    other = run()
    assert io.load_checkpoint(tmp_path / "x", *other)[0] == epoch
    assert repr(other[1].param_groups[0]["lr"]) == repr(rate)


def test_a_checkpoint_that_does_not_fit_changes_nothing(tmp_path):
    def run(width, groups):
        net = nn.Linear(width, 1)
        parameters = list(net.parameters())
        optimizer = optim.SGD(
            [{"params": parameters}] if groups == 1 else [{"params": [p]} for p in parameters], lr=0.5
        )
        return net, optimizer

    net, optimizer = run(2, 1)
    optimizer.param_groups[0]["lr"] = 0.25
    io.save_checkpoint(tmp_path / "x", net, optimizer)
    for width, groups in ((2, 2), (3, 1)):
        other = run(width, groups)
        before = {name: x.clone() for name, x in other[0].state_dict().items()}
        random = ember.get_rng_state()
        with pytest.raises((ValueError, RuntimeError)):
            io.load_checkpoint(tmp_path / "x", *other)
        assert same(dict(other[0].state_dict()), before)
        assert other[1].param_groups[0]["lr"] == 0.5
        assert ember.equal(ember.get_rng_state(), random)


def test_names_of_any_bytes(tmp_path):
    net = nn.Linear(1, 1)
    for name in ("\udcff\udcfe", "ü", *("n" * length for length in range(244, 256))):
        ember.save({"a": one()}, tmp_path / name)
        assert ember.load(tmp_path / name)["a"].item() == 1
        assert ember.load(os.fsencode(tmp_path / name))["a"].item() == 1
        io.save_npy(one(), tmp_path / name)
        assert io.load_npy(tmp_path / name).item() == 1
        io.save_checkpoint(tmp_path / name, net, epoch=2)
        assert io.load_checkpoint(tmp_path / name, net)[0] == 2
        for path in (tmp_path / name, os.fsencode(tmp_path / name)):
            ember.Checkpoint(path, model=net, resume=False).save()
            assert ember.Checkpoint(path, model=net).step == 0
    for save in (
        lambda path: ember.save(one(), path),
        lambda path: io.save_npy(one(), path),
        lambda path: ember.Checkpoint(path, model=net, resume=False).save(),
    ):
        with pytest.raises(OSError, match="n: cannot be written: File name too long"):
            save(tmp_path / ("n" * 256))
        with pytest.raises(ValueError, match="NUL byte"):
            save(f"{tmp_path}/a\0b")
        os.symlink("there", tmp_path / "link")
        save(tmp_path / "link")
        assert (tmp_path / "link").is_symlink() and (tmp_path / "there").is_file()
        os.chmod(tmp_path / "there", 0o640)
        save(tmp_path / "link")
        assert os.stat(tmp_path / "there").st_mode & 0o777 == 0o640
        os.remove(tmp_path / "link"), os.remove(tmp_path / "there")
    with pytest.raises(OSError, match="absent.xff.xfe: cannot be opened: No such file"):
        ember.load(tmp_path / "absent\udcff\udcfe")
    with pytest.raises(ValueError, match="NUL byte"):
        ember.save(one(), str(tmp_path / "a\0b"))
    (tmp_path / "x").write_bytes(b"\x20" + 7 * b"\0" + b'{"\xff": 3}'.ljust(32))
    with pytest.raises(OSError, match="x: its header is no JSON"):
        ember.load(tmp_path / "x")
