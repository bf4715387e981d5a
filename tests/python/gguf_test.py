"""GGUF files against a writer and a reader of the format in a few lines of their own."""

import struct

import numpy as np
import pytest

import ember
from ember import io


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def file_of(infos=(), data=b"", pairs=(), version=3):
    """`infos` are (name, sizes from the innermost, type, offset), `pairs` (key, packed type and value)."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(infos), len(pairs))
    head += b"".join(text(key) + value for key, value in pairs)
    for name, sizes, kind, offset in infos:
        head += text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)
    return head + b"\0" * (-len(head) % 32) + data


def test_a_file_by_the_formats_definition(tmp_path):
    numbers = np.arange(6, dtype=np.float32)
    pairs = [
        ("name", struct.pack("<I", 8) + text("häßlich")),
        ("layers", struct.pack("<II", 4, 7)),
        ("eps", struct.pack("<If", 6, 0.5)),
        ("huge", struct.pack("<IQ", 10, 2**64 - 1)),
        ("tokens", struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")),
        ("flag", struct.pack("<IB", 7, 1)),
    ]
    data = numbers.tobytes() + b"\0" * 8 + np.array([1, 2], np.int8).tobytes()
    (tmp_path / "x.gguf").write_bytes(file_of([("w", (3, 2), 0, 0), ("b", (2,), 24, 32)], data, pairs))
    tensors, metadata = io.load_gguf(tmp_path / "x.gguf")
    assert tensors["w"].tolist() == numbers.reshape(2, 3).tolist() and tensors["b"].tolist() == [1, 2]
    assert tensors["b"].dtype == ember.int8
    assert metadata == {
        "name": "häßlich",
        "layers": 7,
        "eps": 0.5,
        "huge": 2**64 - 1,
        "tokens": ["a", "b"],
        "flag": True,
    }


def test_what_was_written_comes_back(tmp_path):
    path = tmp_path / "x.gguf"
    dtypes = (
        ember.float32,
        ember.float16,
        ember.bfloat16,
        ember.float64,
        ember.int8,
        ember.int16,
        ember.int32,
        ember.int64,
    )
    tensors = {str(dtype): ember.arange(6).reshape(2, 3).T.to(dtype) for dtype in dtypes} | {
        "scalar": ember.tensor(2.5)
    }
    metadata = {
        "a": 1,
        "b": -1,
        "c": 2**40,
        "d": 0.1,
        "e": "text",
        "f": [1, -2, 2**33],
        "g": [0.5, 0.1],
        "h": [],
        "i": True,
    }
    io.save_gguf(tensors, path, metadata)
    loaded, again = io.load_gguf(path)
    assert again == metadata
    assert all(loaded[name].dtype == x.dtype and ember.equal(loaded[name], x) for name, x in tensors.items())
    data = path.read_bytes()
    assert data[:8] == b"GGUF" + struct.pack("<I", 3) and len(data) % 32 == 0
    assert text("a") + struct.pack("<II", 4, 1) in data, "counts are uint32, as other programs want them"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GGUX" + b"\0" * 30, "no GGUF file"),
        (file_of(version=9), "version 9"),
        (file_of([("w", (3,), 0, 32)], b"\0" * 32), "reaches beyond|cut short: its tensor 'w'"),
        (file_of([("w", (9,), 0, 0)], b"\0" * 32), "reaches beyond"),
        (file_of([("w", (2**62, 2**62), 0, 0)], b"\0" * 32), "larger than any memory"),
        (file_of([("w", (32,), 2, 0)], b"\0" * 32), "quantised type 2"),
        (file_of([("w", (1,) * 5, 0, 0)], b"\0" * 32), "5 dims"),
        (file_of([("w", (1,), 0, 0)] * 2, b"\0" * 32), "two tensors named 'w'"),
        (file_of(pairs=[("a", struct.pack("<I", 99))]), "type 99"),
        (file_of(pairs=[("a", struct.pack("<IIQ", 9, 4, 2**60))]), "cut short"),
        (file_of(pairs=[("a", struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 9)]), "deep"),
        (file_of(pairs=[("general.alignment", struct.pack("<II", 4, 3))]), "alignment"),
        (file_of(pairs=[("a", struct.pack("<IQ", 8, 2**60))]), "cut short"),
        (file_of()[:20], "no GGUF file"),
        (file_of([("wü", (1,), 0, 0)], b"\0" * 32).replace("ü".encode(), b"\xff\xff"), "no UTF-8"),
    ],
)
def test_damaged_files(tmp_path, data, message):
    (tmp_path / "x.gguf").write_bytes(data)
    with pytest.raises(OSError, match=f"x.gguf: .*({message})"):
        io.load_gguf(tmp_path / "x.gguf")


def test_what_gguf_cannot_hold(tmp_path):
    for tensors, metadata, kind, message in [
        ({"a": ember.tensor([True])}, {}, TypeError, "GGUF has no bool, which 'a' is"),
        ({"a": ember.zeros(1, 1, 1, 1, 1)}, {}, ValueError, "5 dims"),
        ({}, {"k": None}, TypeError, "'k' is None"),
        ({}, {"k": [1, "a"]}, TypeError, "several types"),
        ({}, {"k": [[1]]}, TypeError, "list of lists"),
    ]:
        with pytest.raises(kind, match=message):
            io.save_gguf(tensors, tmp_path / "x.gguf", metadata)
    assert not (tmp_path / "x.gguf").exists()
