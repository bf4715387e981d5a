"""safetensors files against an independent reader and writer of the format, in NumPy."""

import json
import struct

import numpy as np
import pytest

import ember

DTYPES = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "I16": np.int16,
    "I32": np.int32,
    "I64": np.int64,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
}


def read(path):
    """The arrays and the metadata of a file, by the format's definition."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    arrays, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        assert begin == end, "the data has neither holes nor overlaps"
        end = stop
        dtype = np.dtype(np.uint16 if entry["dtype"] == "BF16" else DTYPES[entry["dtype"]])
        assert (8 + length + begin) % dtype.itemsize == 0, "every tensor is aligned"
        arrays[name] = np.frombuffer(data[begin:stop], dtype).reshape(entry["shape"])
    assert end == len(data)
    return arrays, metadata


def write(path, arrays, metadata=None):
    header, chunks, end = {}, [], 0
    names = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
    for name, array in arrays.items():
        chunks.append(np.ascontiguousarray(array).tobytes())
        header[name] = {
            "dtype": names[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [end, end + len(chunks[-1])],
        }
        end += len(chunks[-1])
    if metadata:
        header["__metadata__"] = metadata
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def samples():
    rng = np.random.default_rng(0)
    arrays = {name: rng.integers(0, 2, (2, 3)).astype(dtype) for name, dtype in DTYPES.items()}
    return {**arrays, "scalar": np.float32(2.5).reshape(()), "empty": np.zeros((0, 4), np.int64)}


def test_what_ember_writes_numpy_reads(tmp_path):
    arrays = samples()
    path = tmp_path / "x.safetensors"
    ember.io.save_tensors({name: ember.from_numpy(array) for name, array in arrays.items()}, path, {"a": "b"})
    found, metadata = read(path)
    assert metadata == {"a": "b"}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_bfloat16_is_the_upper_half_of_float32(tmp_path):
    path = tmp_path / "x.safetensors"
    ember.io.save_tensors({"x": ember.tensor([1.0, -2.0]).to(ember.bfloat16)}, path)
    np.testing.assert_array_equal(read(path)[0]["x"], [0x3F80, 0xC000])


def test_what_numpy_writes_ember_reads(tmp_path):
    arrays = samples()
    path = tmp_path / "x.safetensors"
    write(path, arrays, {"note": "näme"})
    tensors, metadata = ember.io.load_tensors_and_metadata(path)
    assert metadata == {"note": "näme"}
    assert list(tensors) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(tensors[name].numpy(), array)


def test_unaligned_files_are_read_too(tmp_path):
    path = tmp_path / "x.safetensors"
    arrays = {"a": np.ones(3, np.uint8), "b": np.arange(4.0)}
    write(path, arrays)
    np.testing.assert_array_equal(ember.io.load_tensors(path)["b"].numpy(), arrays["b"])


def test_names_are_strings(tmp_path):
    for name in (1, b"a", None, ("a",)):
        with pytest.raises(TypeError, match="the name .* not a str"):
            ember.io.save_tensors({name: ember.ones(1)}, tmp_path / "x")
    with pytest.raises(ValueError, match="__metadata__"):
        ember.io.save_tensors({"__metadata__": ember.ones(1)}, tmp_path / "x")


def test_damage_is_an_os_error(tmp_path):
    path = tmp_path / "x.safetensors"
    write(path, samples())
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(OSError, match="is cut short"):
        ember.io.load_tensors(path)
    with pytest.raises(OSError, match="No such file"):
        ember.io.load_tensors(tmp_path / "nowhere")


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2)])
@pytest.mark.parametrize("dtype", DTYPES.values())
def test_npy_both_ways(tmp_path, dtype, shape):
    path = tmp_path / "x.npy"
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    ember.io.save_npy(ember.from_numpy(array), path)
    found = np.load(path)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
    for variant in (array, np.asfortranarray(array), array.astype(array.dtype.newbyteorder(">"))):
        np.save(path, variant)
        np.testing.assert_array_equal(ember.io.load_npy(path).numpy(), array)
