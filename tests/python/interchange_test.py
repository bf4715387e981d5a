"""Memory shared with NumPy and with DLPack."""

import gc

import numpy as np
import pytest

import ember

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]


@pytest.mark.parametrize("name", DTYPES)
def test_from_numpy_shares_memory(name):
    a = np.arange(6).reshape(2, 3).astype(name)
    x = ember.from_numpy(a)
    assert x.dtype is getattr(ember, name) and x.data_ptr() == a.ctypes.data
    a[0, 0] = 1
    assert x[0, 0].item() == 1
    assert np.array_equal(x.numpy(), a)


@pytest.mark.parametrize("name", DTYPES)
def test_numpy_shares_memory(name):
    x = ember.arange(6).reshape(2, 3).to(getattr(ember, name))
    a = x.numpy()
    assert a.dtype == name and a.ctypes.data == x.data_ptr()
    a[1, 2] = 0
    assert x[1, 2].item() == 0


def test_strides_survive():
    a = np.arange(24.0).reshape(2, 3, 4)[:, ::2, 1:].transpose(2, 0, 1)
    x = ember.from_numpy(a)
    assert x.stride() == tuple(s // 8 for s in a.strides) and np.array_equal(x.numpy(), a)
    assert np.array_equal(x.T.numpy(), a.T)


def test_each_side_keeps_the_memory_alive():
    x = ember.from_numpy(np.arange(1000.0))
    gc.collect()
    assert x.sum().item() == 499500
    a = ember.arange(1000.0).numpy()
    gc.collect()
    assert a.sum() == 499500


def test_zero_size_and_zero_dim():
    assert ember.from_numpy(np.zeros((0, 3))).shape == (0, 3)
    assert ember.zeros(3, 0).numpy().shape == (3, 0)
    assert ember.tensor(2.5).numpy().shape == () and ember.from_numpy(np.array(2.5)).item() == 2.5


def test_as_tensor_shares_where_it_can():
    a = np.ones(3)
    x = ember.as_tensor(a)
    a[0] = 2
    assert x[0].item() == 2 and ember.as_tensor(x) is x
    assert ember.as_tensor([1, 2]).tolist() == [1, 2]


def test_numpy_functions_take_tensors():
    x = ember.arange(4.0)
    assert np.asarray(x).ctypes.data == x.data_ptr()
    assert np.asarray(x, dtype=np.int32).dtype == np.int32
    assert np.allclose(np.sin(x), np.sin(np.arange(4.0)))


def test_refusals():
    with pytest.raises(ValueError):
        ember.from_numpy(np.arange(3)[::-1])
    with pytest.raises(TypeError):
        ember.from_numpy(np.array(["a"]))
    with pytest.raises(TypeError):
        ember.from_numpy(np.zeros(2, np.clongdouble))
    with pytest.raises(TypeError):
        ember.from_numpy([1, 2])
    with pytest.raises(RuntimeError):
        ember.ones(2, requires_grad=True).numpy()
    with pytest.raises(TypeError):
        ember.ones(2, dtype=ember.bfloat16).numpy()
    assert ember.ones(2, requires_grad=True).numpy(force=True).tolist() == [1, 1]


@pytest.mark.parametrize("take", [ember.from_numpy, ember.as_tensor, ember.asarray, ember.tensor])
def test_memory_that_may_not_be_written_to_is_copied(take, tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6.0).reshape(2, 3))
    locked = np.arange(6.0)
    locked.flags.writeable = False
    arrays = [
        np.frombuffer(bytes(range(6)), np.uint8),
        np.load(tmp_path / "x.npy", mmap_mode="r"),
        np.broadcast_to(np.arange(3.0), (4, 3)),
        np.broadcast_to(np.arange(4.0)[:, None], (4, 3)),
        np.broadcast_to(np.arange(3.0), (1 << 40, 3))[:4],
        np.lib.stride_tricks.sliding_window_view(np.arange(6.0), 3),
        locked,
        locked[::2],
        locked.reshape(2, 3).T,
        locked[:0],
        np.float64(3),
    ]
    for array in arrays:
        before = np.array(array)
        x = take(array)
        assert np.array_equal(x.numpy(), before) and x.dtype is take(before).dtype
        y = x.clone() if 0 in x.stride() else x  # several elements of a broadcast array share one place
        y.add_(1)
        ember.abs(y, out=y)
        assert np.array_equal(array, before), "what could be written to is Ember's own"


def test_a_broadcast_array_stays_small():
    x = ember.from_numpy(np.broadcast_to(np.arange(3.0), (1 << 40, 3)))
    assert x.shape == (1 << 40, 3) and x[12345].tolist() == [0, 1, 2]
    with pytest.raises(RuntimeError, match="share one memory location"):
        x.add_(1)


def test_bools_are_zero_or_one():
    array = np.array([0, 1, 2], np.uint8).view(bool)
    for take in (ember.from_numpy, ember.as_tensor, ember.tensor, ember.from_dlpack):
        with pytest.raises(ValueError, match="a bool is the byte 2"):
            take(array)
    assert ember.from_numpy(array[:2]).tolist() == [False, True]
    assert ember.from_numpy(np.zeros((0, 3), bool)).shape == (0, 3)
    assert ember.from_numpy(np.array([1, 5, 0, 7], np.uint8).view(bool)[::2]).tolist() == [True, False]


def test_dlpack_from_numpy():
    a = np.arange(6.0).reshape(2, 3)
    x = ember.from_dlpack(a)
    a[0, 0] = 9
    assert x[0, 0].item() == 9 and x.data_ptr() == a.ctypes.data
    del a
    gc.collect()
    assert x.sum().item() == 24


def test_dlpack_to_numpy():
    x = ember.arange(6).reshape(2, 3).T
    a = np.from_dlpack(x)
    assert a.ctypes.data == x.data_ptr() and np.array_equal(a, x.numpy())
    assert x.__dlpack_device__() == (1, 0)
    del x
    gc.collect()
    assert a.sum() == 15


def test_dlpack_capsules():
    x = ember.arange(3.0)
    capsule = x.__dlpack__()
    y = ember.from_dlpack(capsule)
    y[0] = 5
    assert x[0].item() == 5
    with pytest.raises(ValueError):
        ember.from_dlpack(capsule)
    unused = x.__dlpack__()
    del unused
    with pytest.raises(AttributeError):
        ember.from_dlpack(3)
    with pytest.raises(RuntimeError):
        ember.ones(1, requires_grad=True).__dlpack__()


def test_dlpack_bfloat16():
    x = ember.tensor([1.5, 2.5], dtype=ember.bfloat16)
    assert ember.from_dlpack(x).tolist() == [1.5, 2.5]
