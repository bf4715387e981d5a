"""PyTorch's .pt files. Those in tests/data/pt are PyTorch's own."""

import collections
import copy
import io
import pathlib
import pickle
import struct
import zipfile

import numpy as np
import pytest
from pt_contents import contents

import ember
from ember import nn, optim

FOLDER = pathlib.Path(__file__).parents[1] / "data" / "pt"
EXPECTED = contents(ember)


def same(a, b):
    """Equal, of one type all the way down, tensors of one geometry, and in one order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, ember.Tensor):
        is_alike = (a.dtype, a.shape, a.stride(), a.storage_offset()) == (
            b.dtype,
            b.shape,
            b.stride(),
            b.storage_offset(),
        )
        return is_alike and a.requires_grad == b.requires_grad and ember.equal(a, b)
    if isinstance(a, dict):
        return len(a) == len(b) and all(same(x, y) for pair in zip(a.items(), b.items()) for x, y in zip(*pair))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b if isinstance(a, (set, int)) else repr(a) == repr(b)


@pytest.mark.parametrize("suffix", ["pt", "old.pt"])
@pytest.mark.parametrize("name", EXPECTED)
def test_what_pytorch_wrote_is_read(name, suffix):
    loaded, expected = ember.load(FOLDER / f"{name}.{suffix}"), EXPECTED[name]
    if name == "state_dict":  # which is an OrderedDict in PyTorch
        expected = collections.OrderedDict(expected)
    if name == "optimizer":  # whose options in PyTorch are more than Ember's
        expected = copy.deepcopy(expected)
        (group,), (own,) = (obj["optimizer"].pop("param_groups") for obj in (loaded, expected))
        assert all(group[option] == value for option, value in own.items())
    assert same(loaded, expected)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_ember_writes_comes_back(name, tmp_path):
    ember.save(EXPECTED[name], tmp_path / "x.pt")
    assert zipfile.ZipFile(tmp_path / "x.pt").testzip() is None
    assert same(ember.load(tmp_path / "x.pt"), EXPECTED[name])


@pytest.mark.parametrize("suffix", ["pt", "old.pt"])
def test_memory_and_objects_that_were_shared_still_are(suffix):
    views = ember.load(FOLDER / f"views.{suffix}")
    views["base"][5] = 100.0
    assert views["rows"][0, 1] == 100 and views["transposed"][1, 1] == 100 and (views["expanded"] == 100).all()
    first, second = ember.load(FOLDER / f"containers.{suffix}")["twice"]
    assert first is second
    assert ember.load(FOLDER / f"containers.{suffix}")["ordered"].mark == "kept"


def test_other_pickles_and_marks_of_pytorch():
    assert ember.load(FOLDER / "protocol4.pt")["a"].tolist() == [1, 1]
    assert ember.load(FOLDER / "conjugate.pt")["a"].tolist() == [1 - 2j]


def test_a_pytorch_state_dict_fits_a_module_and_an_optimizer(tmp_path):
    net = nn.Linear(3, 2)
    net.load_state_dict(ember.load(FOLDER / "state_dict.pt"))
    assert (net.weight == 0.25).all()
    optimizer = optim.Adam([nn.Parameter(ember.ones(2))])
    optimizer.load_state_dict(ember.load(FOLDER / "optimizer.pt")["optimizer"])
    assert optimizer.param_groups[0]["lr"] == 0.125
    ember.save(net, tmp_path / "net.pth")
    assert list(ember.load(tmp_path / "net.pth")) == ["weight", "bias"]


def test_mapped_tensors_are_the_files_until_they_are_written_to(tmp_path):
    path = tmp_path / "x.pt"
    ember.save({"x": ember.arange(1000.0)}, path)
    x, again = (ember.load(path, mmap=True)["x"] for _ in range(2))
    x[0] = 5.0
    assert again[0] == 0 and ember.equal(x[1:], ember.arange(1000.0)[1:])
    ember.save({"x": ember.zeros(1000)}, path)  # while it is mapped
    assert x[999] == 999 and ember.load(path)["x"][999] == 0
    with pytest.raises(RuntimeError, match="cannot be mapped"):
        ember.load(FOLDER / "tensor.old.pt", mmap=True)


def test_tensors_lie_at_multiples_of_64_bytes(tmp_path):
    ember.save([ember.ones(n, dtype=ember.uint8) for n in (1, 3, 64)], tmp_path / "x.pt")
    with zipfile.ZipFile(tmp_path / "x.pt") as file:
        data = (tmp_path / "x.pt").read_bytes()
        for record in file.infolist():
            name, extra = struct.unpack_from("<HH", data, record.header_offset + 26)
            assert (record.header_offset + 30 + name + extra) % 64 == 0


def test_file_objects():
    buffer = io.BytesIO()
    ember.save({"a": ember.ones(2), "b": 3}, buffer)
    buffer.seek(0)
    loaded = ember.load(buffer)
    assert loaded["a"].tolist() == [1, 1] and loaded["b"] == 3


def test_the_format_goes_by_the_name_when_writing_and_by_the_bytes_when_reading(tmp_path):
    x = {"x": ember.ones(2)}
    for name, is_zip in {
        "x.pt": True,
        "x.pth": True,
        "x.ckpt": True,
        "x.bin": True,
        "x.safetensors": False,
        "x": False,
    }.items():
        ember.save(x, tmp_path / name)
        assert zipfile.is_zipfile(tmp_path / name) == is_zip
        (tmp_path / name).rename(tmp_path / "other.name")
        assert ember.load(tmp_path / "other.name")["x"].tolist() == [1, 1]


class Point:
    """A class that no file may make unasked."""

    def __init__(self, x):
        self.x = x


def test_other_classes_are_refused_by_name_and_let_in_by_add_safe_globals(tmp_path):
    path = tmp_path / "x.pt"
    with pytest.raises(TypeError, match=r"cannot save a Point \(at 'a.0'\)"):
        ember.save({"a": [Point(1)]}, path)
    with ember.serialization.safe_globals([Point]):
        ember.save({"a": [Point(ember.ones(2))]}, path)
        assert ember.load(path)["a"][0].x.tolist() == [1, 1]
    with pytest.raises(pickle.UnpicklingError, match=r"x\.pt: holds .*Point, which"):
        ember.load(path)
    ember.serialization.add_safe_globals([collections.defaultdict, list])
    try:
        ember.save(collections.defaultdict(list, a=[1]), path)
        assert ember.load(path)["b"] == []
        assert ember.serialization.get_safe_globals() == [collections.defaultdict, list]
    finally:
        ember.serialization.clear_safe_globals()
    with pytest.raises(pickle.UnpicklingError, match="collections.defaultdict"):
        ember.load(path)


def test_whole_modules_and_programs_are_refused():
    with pytest.raises(pickle.UnpicklingError, match=r"torch\.nn\.modules\.linear\.Linear"):
        ember.load(FOLDER / "module.pt")
    with pytest.raises(OSError, match="TorchScript"):
        ember.load(FOLDER / "script.pt")
    with pytest.raises(ValueError, match="weights_only"):
        ember.load(FOLDER / "tensor.pt", weights_only=False)


def test_what_a_pt_file_cannot_hold(tmp_path):
    path = tmp_path / "x.pt"
    circle = []
    circle.append(circle)
    deep = []
    for _ in range(600):
        deep = [deep]
    bytes_of_x = (x := ember.ones(2)).view(ember.int32)
    for obj, kind, message in [
        (circle, ValueError, "contains itself"),
        (deep, ValueError, "deep"),
        ({"a": np.ones(2)}, TypeError, r"ndarray \(at 'a'\)"),
        ([x, bytes_of_x], ValueError, "share memory as float32 and int32"),
        ({x: 1}, TypeError, "key"),
        (nn.ReLU, TypeError, "cannot save"),
    ]:
        with pytest.raises(kind, match=message):
            ember.save(obj, path)
    assert not path.exists()


def archive(path, data, records=()):
    """A zip file whose pickle is this."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", data)
        for name, content in dict(records).items():
            file.writestr(f"archive/{name}", content)
    return path


STORAGE = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"


def rebuilt(offset=b"K\x00", shape=b"K\x04\x85", strides=b"K\x01\x85", storage=STORAGE):
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + shape + strides + b"\x89NtR."


@pytest.mark.parametrize(
    "storage",
    [
        STORAGE,
        STORAGE.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"),  # which comes to the CPU
        STORAGE.replace(b"torch\n", b"torch.cuda\n"),
        b"(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x04tQ",  # Python 2's strings
    ],
)
def test_storages_of_other_devices_and_pythons(tmp_path, storage):
    numbers = np.arange(4, dtype=np.float32)
    path = archive(tmp_path / "x.pt", rebuilt(storage=storage), {"data/0": numbers.tobytes()})
    assert ember.load(path).tolist() == numbers.tolist() and ember.load(path, "cpu").device.type == "cpu"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rebuilt(offset=b"K\x01"), "reaches beyond its storage of 4"),
        (rebuilt(offset=b"J\xff\xff\xff\xff"), "offset is the int -1"),
        (rebuilt(shape=b"J\xff\xff\xff\xff\x85"), "shape holds the int -1"),
        (rebuilt(strides=b"J\xff\xff\xff\xff\x85"), "strides holds the int -1"),
        (rebuilt(strides=b"K\x02\x85"), "reaches beyond"),
        (rebuilt(strides=b")"), "not as many strides"),
        (rebuilt(shape=b"\x8a\x08" + b"\xff" * 7 + b"\x7f\x85", strides=b"K\x00\x85"), "larger than any memory"),
        (rebuilt(storage=STORAGE.replace(b"K\x04", b"K\x05")), "has 16 bytes but should hold 5"),
        (rebuilt(storage=STORAGE.replace(b"K\x04", b"\x8a\x08" + b"\xff" * 7 + b"\x7f")), "elements"),
        (rebuilt(storage=STORAGE.replace(b"\x000X", b"\x009X")), "no record 'archive/data/9'"),
        (rebuilt(storage=STORAGE.replace(b"\x07\x00\x00\x00storage", b"\x06\x00\x00\x00module")), "names a 'module'"),
        (rebuilt(storage=b"N"), "made of None"),
        (b"\x80\x02" + STORAGE + b".", "storage outside of a tensor"),
        (b"\x80\x02]q\x00h\x00a.", "contains itself"),
        (b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".", "deep"),
        (b"\x80\x02N" + b"\x85" * 100_000 + b".", "deep"),
        (b"\x80\x02X\xff\xff\xff\xffa.", "cut short"),
        (b"\x80\x02h\x07.", "no value of number 7"),
        (b"\x80\x02.", "0 values"),
        (b"\x80\x02a.", "takes a value where none is"),
        (b"\x80\x02t.", "lacks a mark"),
        (b"\x80\x09N.", "protocol 9"),
        (b"\x80\x02(I1\n.", "instruction 73"),
        (b"\x80\x02}]Ns.", "cannot be a key"),
        (b"\x80\x02}]\x85Ns.", "cannot be a key"),
        (b"\x80\x02X\x01\x00\x00\x00\xff.", "no UTF-8"),
        (b"\x80\x02c" + b"a" * 2000 + b"\nb\n.", "name is longer than 1000"),
        (b"\x80\x02ccollections\nOrderedDict\n.", "holds the class collections.OrderedDict itself"),
        # Each set copies a list of 4,000 once more.
        (b"\x80\x02(" + b"N" * 4000 + b"lq\x000(" + b"cbuiltins\nset\nh\x00\x85R" * 10_000 + b"l.", "instruction 48"),
        (
            b"\x80\x02](" + b"N" * 4000 + b"lq\x00a(" + b"ctorch\nSize\nh\x00\x85R" * 4000 + b"t.",
            "Size holds|many times",
        ),
        (b"\x80\x02](" + b"N" * 4000 + b"lq\x00a(" + b"c__builtin__\nset\nh\x00\x85R" * 4000 + b"t.", "many times"),
    ],
)
def test_hostile_pickles(tmp_path, data, message):
    path = archive(tmp_path / "hostile.pt", data, {"data/0": b"\0" * 16})
    with pytest.raises(OSError, match=f"hostile.pt: (?s:.*)({message})"):
        ember.load(path)


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "torch.load", "numpy.core.multiarray._reconstruct"])
def test_other_functions_are_refused(tmp_path, name):
    module, function = name.rsplit(".", 1)
    path = archive(tmp_path / "x.pt", f"\x80\x02c{module}\n{function}\nX\x02\0\0\0ls\x85R.".encode("latin1"))
    with pytest.raises(pickle.UnpicklingError, match=name):
        ember.load(path)


def test_doubled_tuples_neither_grow_nor_hang(tmp_path):
    """A tuple of two of one of two of one ... has 2 ** 60 leaves but a hundred bytes."""
    pickled = b"\x80\x02N" + b"".join(bytes([0x71, i]) + bytes([0x68, i]) + b"\x86" for i in range(60)) + b"."
    loaded = ember.load(archive(tmp_path / "x.pt", pickled))
    for _ in range(60):
        assert loaded[0] is loaded[1]
        loaded = loaded[0]
    with pytest.raises(OSError, match="cannot be a key"):
        ember.load(archive(tmp_path / "y.pt", b"\x80\x02}" + pickled[2:-1] + b"Ns."))


def test_damaged_archives(tmp_path):
    path = tmp_path / "x.pt"
    ember.save({"a": ember.arange(1000.0)}, path)
    whole = path.read_bytes()
    for data, message in [
        (whole[:-1], "cut short"),
        (whole[: len(whole) // 2], "cut short"),
        (whole.replace(struct.pack("<f", 500), b"\1\1\1\1"), "'archive/data/0' is damaged"),
        (whole.replace(b"little", b"bigbig"), "byteorder' is damaged"),
        (whole.replace(b"PK\1\2", b"PK\1\3"), "directory is damaged"),
        (b"", "no safetensors file"),
        (b"PK\3\4", "cut short"),
    ]:
        path.write_bytes(data)
        with pytest.raises(OSError, match=f"x.pt: .*{message}"):
            ember.load(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", b"\x80\x02N.")
    with pytest.raises(OSError, match="compressed"):
        ember.load(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("notes.txt", "")
    with pytest.raises(OSError, match=r"holds no data.pkl"):
        ember.load(path)


def test_damage_anywhere_is_an_error_or_does_no_harm(tmp_path):
    """Every reader's errors name the file; none of 2,000 damaged files does more than raise one."""
    rng = np.random.default_rng(0)
    path = tmp_path / "x.pt"
    sources = [np.frombuffer(file.read_bytes(), np.uint8) for file in sorted(FOLDER.glob("*.pt"))]
    for trial in range(2000):
        data = sources[trial % len(sources)].copy()
        for _ in range(rng.integers(1, 6)):
            data[rng.integers(len(data))] = rng.integers(256)
        path.write_bytes(data[: rng.integers(len(data) // 2, len(data) + 1)].tobytes())
        try:
            ember.load(path)
        except (OSError, pickle.UnpicklingError) as error:
            assert "x.pt" in str(error)
