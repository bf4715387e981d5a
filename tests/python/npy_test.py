"""Files of NumPy's, with NumPy as the reference: what it writes loads, and what it refuses is refused in words."""

import struct

import numpy as np
import pytest

import ember

DTYPES = [
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]


def write(path, header, data=b"", version=(1, 0), text_of=str.encode):
    text = text_of(header)
    length = struct.pack("<H" if version[0] == 1 else "<I", len(text))
    path.write_bytes(b"\x93NUMPY" + bytes(version) + length + text + data)


def header(descr="'<f4'", order="False", shape="(2,)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def numpy_loads(path):
    try:
        np.load(path)
        return True
    except Exception:
        return False


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("name", DTYPES)
def test_what_numpy_writes_loads(tmp_path, name, version):
    a = (np.arange(24).reshape(2, 3, 4) % 5).astype(name)
    for array in (a, a.T, a[0, 0, 0], a[:0], a[None], a.astype(a.dtype.newbyteorder(">"))):
        with open(tmp_path / "x.npy", "wb") as file:
            np.lib.format.write_array(file, np.asarray(array), version)
        x = ember.io.load_npy(tmp_path / "x.npy")
        assert x.dtype is getattr(ember, name) and np.array_equal(x.numpy(), array)
        ember.io.save_npy(x, tmp_path / "y.npy")
        again = np.load(tmp_path / "y.npy")
        assert again.dtype == name and np.array_equal(again, array)


@pytest.mark.parametrize(
    "text",
    [
        header(shape="(1 2)"),
        header(shape="(2,,)"),
        header(shape="(,)"),
        header(shape="(,2)"),
        header(shape="(2"),
        header(shape="(2]"),
        header(shape="(2)"),
        header(shape="2"),
        header(shape="[2]"),
        header(shape="(2.0,)"),
        header(shape="(02,)"),
        header(shape="('2',)"),
        header(shape="(2,) (1,)"),
        header(shape="(2,))"),
        header(shape="(99999999999999999999,)"),
        header(shape="(4294967296, 4294967296)"),
        header(shape="(0, 4294967296, 4294967296)"),
        header(shape=f"({'1, ' * 65})"),
        header(order="Falsehood"),
        header(order="True2"),
        header(order="False False"),
        header(order="0"),
        header(order="'False'"),
        header(order="None"),
        header(order="false"),
        header(descr="'<f4"),
        header(descr="<f4"),
        header(descr="'<f5'"),
        header(descr="'f4 '"),
        header(descr="'<<f4'"),
        header(descr="''"),
        header(descr="'"),
        header(descr="'|O'"),
        header(descr="b'<f4'"),
        header()[1:],
        header()[:-1],
        header() + "}",
        header() + " x",
        header() + header(),
        "x" + header(),
        header().replace("'shape'", "'shapes'"),
        header().replace("'shape': (2,), ", ""),
        header().replace("'descr': '<f4', ", ""),
        header().replace("}", "'more': 1}"),
        header().replace("}", "3: 1}"),
        header().replace(", 'shape'", " 'shape'"),
        header().replace(", 'shape'", ",, 'shape'"),
        header().replace("'shape':", "'shape'"),
        header().replace("'descr':", "'descr'::"),
        "",
        "{}",
        "{",
        "[]",
        "(2,)",
        "\0",
        header() + "\0",
        header() + " " * 20000,
    ],
)
def test_what_numpy_refuses_is_refused_in_words(tmp_path, text):
    for version in ((1, 0), (2, 0), (3, 0)):
        write(tmp_path / "x.npy", text, bytes(8), version)
        assert not numpy_loads(tmp_path / "x.npy")
        with pytest.raises(OSError) as caught:
            ember.io.load_npy(tmp_path / "x.npy")
        assert str(caught.value).startswith(f"{tmp_path}/x.npy: ") and len(str(caught.value)) < 11000


@pytest.mark.parametrize(
    "text",
    [
        header().replace(", }", "}"),
        header().replace(" ", ""),
        header() + "\n",
        " " + header() + " \n\n",
        '{"descr": "<f4", "fortran_order": False, "shape": (2,)}',
        "{'shape': (2,), 'fortran_order': False, 'descr': '=f4'}",
        header(shape="(1, 2,)"),
        header(shape="(2 , 1 )"),
        header(descr="'f4'"),
    ],
)
def test_the_dict_may_be_laid_out_as_python_allows(tmp_path, text):
    write(tmp_path / "x.npy", text, struct.pack("<2f", 1, 2))
    assert np.array_equal(ember.io.load_npy(tmp_path / "x.npy").numpy(), np.load(tmp_path / "x.npy"))


def test_integers_of_python_2(tmp_path):
    write(tmp_path / "x.npy", header(shape="(2L,)"), struct.pack("<2f", 1, 2))
    assert ember.io.load_npy(tmp_path / "x.npy").tolist() == [1, 2]
    write(tmp_path / "x.npy", header(shape="(2L,)"), struct.pack("<2f", 1, 2), (3, 0))
    with pytest.raises(OSError, match="no tuple of sizes|neither a comma"):
        ember.io.load_npy(tmp_path / "x.npy")


def test_a_key_that_stands_twice_is_refused(tmp_path):
    write(tmp_path / "x.npy", header().replace("{", "{'shape': (1,), "), bytes(8))
    with pytest.raises(OSError, match="x.npy: its header names shape twice"):
        ember.io.load_npy(tmp_path / "x.npy")


def test_other_damage(tmp_path):
    for version in ((0, 0), (1, 1), (4, 0), (255, 0)):
        write(tmp_path / "x.npy", header(), bytes(8), version)
        assert not numpy_loads(tmp_path / "x.npy")
        with pytest.raises(OSError, match="x.npy: has .npy version"):
            ember.io.load_npy(tmp_path / "x.npy")
    # NumPy takes a negative size, and has records.
    for text, message in ((header(shape="(-2,)"), "no tuple of sizes"), (header("[('a', '<f4')]"), "no simple dtype")):
        write(tmp_path / "x.npy", text, bytes(8))
        with pytest.raises(OSError, match=f"x.npy: its header has a .* that is {message}"):
            ember.io.load_npy(tmp_path / "x.npy")
    write(tmp_path / "x.npy", header(descr="'|b1'"), b"\x01\x02")
    with pytest.raises(OSError, match="x.npy: is bool but its byte 1 is 2"):
        ember.io.load_npy(tmp_path / "x.npy")
    for name in ("uint32", "U3", "M8[s]", "clongdouble"):
        np.save(tmp_path / "x.npy", np.zeros(2, name))
        with pytest.raises(OSError, match="x.npy: has the dtype '.*', which Ember does not know"):
            ember.io.load_npy(tmp_path / "x.npy")
    with pytest.raises(TypeError, match="NumPy has no bfloat16"):
        ember.io.save_npy(ember.ones(1, dtype=ember.bfloat16), tmp_path / "x.npy")


def test_npz_files_are_numpys(tmp_path):
    arrays = {
        "a": np.arange(6.0).reshape(2, 3),
        "b c": np.array([True, False]),
        "t": np.asfortranarray(np.ones((2, 2))),
    }
    np.savez(tmp_path / "x.npz", **arrays)
    loaded = ember.io.load_npz(tmp_path / "x.npz")
    assert loaded.keys() == arrays.keys() and all(np.array_equal(loaded[name].numpy(), arrays[name]) for name in arrays)
    ember.io.save_npz(loaded, tmp_path / "y.npz")
    with np.load(tmp_path / "y.npz") as again:
        assert set(again) == set(arrays) and all(np.array_equal(again[name], arrays[name]) for name in arrays)
        assert all(again[name].dtype == arrays[name].dtype for name in arrays)


def test_npz_files_that_cannot_be_read_or_written(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, a=np.ones(2))
    with pytest.raises(OSError, match=r"x.npz: its record 'a.npy' is compressed"):
        ember.io.load_npz(path)
    np.savez(path, a=np.array(["text"]))
    with pytest.raises(OSError, match=r"x.npz: its array 'a'"):
        ember.io.load_npz(path)
    np.savez(path, a=np.ones(2))
    path.write_bytes(path.read_bytes().replace(b"a.npy", b"\xff.npy"))
    with pytest.raises(OSError, match="no UTF-8"):
        ember.io.load_npz(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(OSError, match="x.npz: is cut short"):
        ember.io.load_npz(path)
    with pytest.raises(TypeError, match="save_npz: NumPy has no bfloat16"):
        ember.io.save_npz({"a": ember.ones(1, dtype=ember.bfloat16)}, path)
