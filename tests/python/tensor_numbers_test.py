"""Tensors where Python and NumPy want numbers or arrays, and data beside the version counter."""

import math

import numpy as np
import pytest

import ember
from ember import nn


def test_a_zero_dim_tensor_is_formatted_as_its_number():
    x = ember.tensor(3.14159)
    assert f"{x:.4f}" == "3.1416" and f"{x:>8.2f}" == "    3.14" and f"{x:e}" == "3.141590e+00"
    assert f"{x}" == str(x.item()) and f"{x!r}" == "tensor(3.1416)" == str(x)
    assert (
        f"{ember.tensor(3):5d}" == "    3"
        and f"{ember.tensor(3):.2f}" == "3.00"
        and f"{ember.tensor(12345):,}" == "12,345"
    )
    assert f"{ember.tensor(True)}" == "True" and f"{ember.tensor(True):d}" == "1"
    assert f"{ember.tensor(1 + 2j):.1f}" == "1.0+2.0j" and f"{ember.tensor(0.5):%}" == "50.000000%"
    assert f"{ember.tensor(1.5, dtype=ember.bfloat16):.2f}" == "1.50"
    assert (
        f"{ember.tensor(1.5, requires_grad=True):.2f}" == "1.50"
        and f"{(ember.tensor(1.5, requires_grad=True) * 2).sum():.1f}" == "3.0"
    )
    assert f"{ember.tensor(math.nan):.3f}" == "nan"
    assert format(x, ".1f") == "3.1"
    with pytest.raises(ValueError):
        f"{x:d}"


def test_larger_tensors_and_parameters_are_formatted_as_objects():
    assert f"{ember.ones(2)}" == "tensor([1., 1.])"
    p = nn.Parameter(ember.tensor(1.5))
    assert f"{p}" == repr(p)
    for x in (ember.ones(2), ember.ones(1), p):
        with pytest.raises(TypeError, match="format"):
            f"{x:.2f}"


def test_numbers_out_of_tensors_of_one_element():
    for x in (ember.tensor(3), ember.tensor([3]), ember.tensor([[3]])):
        assert int(x) == 3 and float(x) == 3.0 and complex(x) == 3 and bool(x) and [0, 1, 2, 4][x] == 4
    assert int(ember.tensor(-3.7)) == -3 and int(ember.tensor(1e30)) == int(ember.tensor(1e30).item())
    assert (
        math.sqrt(ember.tensor(4.0)) == 2 and math.gcd(ember.tensor(4), 6) == 2 and math.isnan(ember.tensor(math.nan))
    )
    assert [0] * ember.tensor(3) == [0, 0, 0] and range(ember.tensor(3)) == range(3) and hex(ember.tensor(10)) == "0xa"
    for convert in (int, float, complex, math.sqrt):
        for x in (ember.ones(2), ember.ones(0)):
            with pytest.raises(ValueError, match="one element"):
                convert(x)
    for x in (ember.tensor(1.0), ember.ones(2), ember.tensor([1, 2])):
        with pytest.raises(TypeError):
            [1, 2][x]
    for x in (ember.ones(2), ember.ones(0)):
        with pytest.raises(RuntimeError, match="ambiguous"):
            bool(x)
    with pytest.raises(OverflowError):
        int(ember.tensor(math.inf))
    with pytest.raises(ValueError):
        int(ember.tensor(math.nan))


def test_numpy_takes_no_tensor_that_requires_grad():
    leaf = ember.ones(2, requires_grad=True)
    number = ember.tensor(2.0, requires_grad=True)
    text = "Can't call numpy\\(\\) on Tensor that requires grad. Use tensor.detach\\(\\).numpy\\(\\) instead."
    for x in (leaf, leaf * 2, nn.Parameter(ember.ones(2)), number):
        for take in (np.asarray, np.array, np.atleast_1d, np.sin, lambda x: x.numpy(), lambda x: x.__array__(),
                     lambda x: np.array([x, x]), lambda x: np.stack([x, x]), lambda x: np.asarray(x, dtype="float64"),
                     lambda x: np.full((2,), x), lambda x: np.zeros(2) + np.array(x)):  # fmt: skip
            with pytest.raises(RuntimeError, match=text):
                take(x)
        assert np.asarray(x.detach()).tolist() == x.numpy(force=True).tolist() == x.tolist()
        with ember.no_grad():
            assert np.asarray(x).tolist() == x.tolist()


def test_arrays_are_copies_where_numpy_asks_for_them():
    x = ember.tensor([1.0, 2.0])
    assert np.shares_memory(np.asarray(x), x.numpy()) and not np.shares_memory(np.array(x), x.numpy())
    assert np.shares_memory(x.__array__(copy=False), x.numpy()) and not np.shares_memory(
        x.__array__(copy=True), x.numpy()
    )
    assert x.__array__(np.float64).dtype == np.float64 and x.__array__(dtype="int8").tolist() == [1, 2]
    assert not np.shares_memory(x.__array__("float32", copy=True), x.numpy())
    with pytest.raises(ValueError, match="copy"):
        x.__array__("float64", copy=False)
    assert np.array([x, x], dtype="int32").tolist() == [[1, 2], [1, 2]] and np.array(
        [ember.tensor(1.0)] * 2
    ).tolist() == [1, 1]
    with pytest.raises(TypeError, match="bfloat16"):
        np.asarray(x.bfloat16())


def test_lists_of_too_many_dims_are_refused():
    x = ember.ones(1).view([1] * 5000)
    with pytest.raises(RecursionError):
        x.tolist()
    assert "..." in repr(x) and len(ember.ones(1).view([1] * 60).tolist()) == 1


# data shares memory and has a version counter of its own; detach shares both.


def test_writes_through_data_leave_the_version_alone():
    x = ember.ones(3)
    data = x.data
    data.add_(1)
    assert x._version == 0 and data._version == 1 and x.data._version == 0 and x.tolist() == [2, 2, 2]
    assert data.data_ptr() == x.data_ptr() and not x.data.requires_grad
    x.detach().add_(1)
    assert x._version == 1 and x.data._version == 0
    p = nn.Parameter(ember.ones(2))
    p.data.data.mul_(3)
    assert p._version == 0 and p.tolist() == [3, 3] and type(p.data) is ember.Tensor
    p.grad = ember.zeros(2)
    p.grad.data.add_(1)
    assert p.grad.tolist() == [1, 1] and p.grad._version == 0


def test_backward_does_not_see_writes_through_data():
    x = ember.ones(3, requires_grad=True)
    y = x * x
    x.data.mul_(2)
    y.sum().backward()
    assert x.grad.tolist() == [4, 4, 4]
    y = x * x
    x.detach().mul_(2)
    with pytest.raises(RuntimeError, match="version"):
        y.sum().backward()


def test_assigned_data_keep_both_counters():
    x, y = ember.ones(3), ember.zeros(3)
    y.add_(1)
    x.data = y
    assert x._version == 0 and y._version == 1
    y.add_(1)
    assert x._version == 0 and y._version == 2 and x.tolist() == [2, 2, 2]
    x.add_(1)
    assert x._version == 1 and y._version == 2 and y.tolist() == [3, 3, 3]
    for _ in range(100_000):
        x.data = x.data
    assert x.tolist() == [3, 3, 3]


def test_data_overlap_with_their_tensor():
    x = ember.arange(4.0)
    x.data[1:].copy_(x[:-1])
    assert x.tolist() == [0, 0, 1, 2]
    x = ember.arange(4.0)
    x[1:].add_(x.data[:-1])
    assert x.tolist() == [0, 1, 3, 5]
    x = ember.arange(4.0)
    x.data[1:] = x[:-1]
    assert x.tolist() == [0, 0, 1, 2]
    x = ember.arange(4.0)
    assert x.data.index_add_(0, ember.tensor([1, 2]), x[:2]).tolist() == [0, 1, 3, 3]


def test_gradients_are_not_accumulated_into_data_of_others():
    class Both(ember.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, grad):
            return grad.data, grad.data

    a, b = ember.ones(2, requires_grad=True), ember.ones(2, requires_grad=True)
    Both.apply(a, b).sum().backward()
    (a * 3).sum().backward()
    assert a.grad.tolist() == [4, 4] and b.grad.tolist() == [1, 1]
    seed = ember.ones(2)
    c = ember.ones(2, requires_grad=True)
    (c * 1).backward(seed.data)
    (c * 1).backward(seed.data)
    assert seed.tolist() == [1, 1] and c.grad.tolist() == [2, 2]
