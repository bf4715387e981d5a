"""Python numbers that a dtype, an index or a seed cannot hold, and what is said about shapes and masks that are seldom meant."""

import math
import warnings

import numpy as np
import pytest

import ember
import ember.nn.functional as F

TENSORS = [
    lambda value, dtype: ember.tensor(value, dtype=dtype),
    lambda value, dtype: ember.tensor([[value], [1]], dtype=dtype),
    lambda value, dtype: ember.ones(2, dtype=dtype).new_tensor([value]),
    lambda value, dtype: ember.full((1,), value, dtype=dtype),
    lambda value, dtype: ember.ones(2, dtype=dtype).fill_(value),
]


@pytest.mark.parametrize("make", TENSORS)
@pytest.mark.parametrize(
    "value, dtype",
    [
        (300, ember.uint8),
        (-256, ember.uint8),
        (-0.5, ember.uint8),
        (math.nan, ember.int32),
        (1e10, ember.int32),
        (2**31, ember.int32),
        (9.3e18, ember.int64),
        (-math.inf, ember.int64),
    ],
)
def test_numbers_that_do_not_fit_are_errors(make, value, dtype):
    with pytest.raises(RuntimeError, match="without overflow"):
        make(value, dtype)


@pytest.mark.parametrize("make", TENSORS)
def test_numbers_that_fit_are_taken(make):
    assert make(-1, ember.uint8).flatten()[0].item() == 255
    assert make(1.9, ember.int32).flatten()[0].item() == 1
    assert make(300, ember.bool).flatten()[0].item() is True
    assert math.isinf(make(-math.inf, ember.float16).flatten()[0].item())


def test_tensor_rounds_real_numbers():
    assert ember.tensor([1e10, 65519.0], dtype=ember.float16).tolist() == [math.inf, 65504.0]
    assert ember.tensor(2**64, dtype=ember.float32).item() == 2.0**64
    assert ember.tensor([2**200, 1], dtype=ember.bool).tolist() == [True, True]
    with pytest.raises(ValueError, match="64 bits"):
        ember.tensor(2**64)
    with pytest.raises(TypeError, match="complex"):
        ember.tensor(1j, dtype=ember.float32)


@pytest.mark.parametrize("key", [0, slice(0, 2), ..., [0, 1], ember.tensor([True, False, True])])
def test_assigned_numbers_must_fit(key):
    x = ember.ones(3, dtype=ember.uint8)
    for value in [300, math.nan, -1.5]:
        with pytest.raises(RuntimeError, match="without overflow"):
            x[key] = value
    assert x.tolist() == [1, 1, 1]
    x[key] = 255
    assert 255 in x.tolist()


def test_scalars_out_of_range_wrap_as_operands():
    x = ember.ones(1, dtype=ember.uint8)
    assert (x + 300).item() == 45 and (300 - x).item() == 43
    with pytest.raises(RuntimeError, match="out of bounds|without overflow"):
        ember.randint(0, 300, (2,), dtype=ember.uint8)


def test_slices_are_clipped_like_pythons():
    x = ember.arange(4)
    assert x[-(2**70) : 2**70].tolist() == [0, 1, 2, 3]
    assert x[2**70 :].tolist() == [] and x[:: 2**63 - 1].tolist() == [0]


@pytest.mark.parametrize("seed", [2**63, 2**64 - 1, -1, -(2**63), 0])
def test_a_seed_is_any_integer_of_64_bits(seed):
    before = ember.get_rng_state()
    ember.manual_seed(seed)
    assert ember.initial_seed() == seed % 2**64
    assert ember.Generator().manual_seed(seed).initial_seed() == seed % 2**64
    ember.set_rng_state(before)
    ember.manual_seed(np.int64(7))
    assert ember.initial_seed() == 7
    ember.set_rng_state(before)
    with pytest.raises(TypeError):
        ember.Generator().manual_seed(1.5)
    for too_large in [2**64, -(2**63) - 1]:
        with pytest.raises(ValueError, match="64 bits"):
            ember.manual_seed(too_large)


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss])
def test_losses_warn_of_broadcasting(loss):
    with pytest.warns(UserWarning, match=r"target size \(\[3\]\) that is different to the input size \(\[3, 1\]\)"):
        assert loss(ember.ones(3, 1), ember.ones(3), reduction="none").shape == (3, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss(ember.ones(3), ember.ones(3))
        with pytest.raises(UserWarning):
            loss(ember.ones(3, 1), ember.ones(3))


def test_a_uint8_mask_selects_and_warns():
    x = ember.arange(3.0)
    mask = ember.tensor([1, 0, 2], dtype=ember.uint8)
    with pytest.warns(UserWarning, match="deprecated"):
        assert x[mask].tolist() == [0, 2]
    with pytest.warns(UserWarning, match="deprecated"):
        x[mask] = 7
    assert x.tolist() == [7, 1, 7]
    with pytest.warns(UserWarning, match="deprecated"):
        assert x[ember.tensor(2, dtype=ember.uint8)].shape == (1, 3)
    with pytest.warns(UserWarning, match="deprecated"):
        assert ember.arange(3)[np.array([0, 1, 1], dtype=np.uint8)].tolist() == [1, 2]


def test_complex_random_numbers_have_unit_variance():
    ember.manual_seed(0)
    for x in [ember.randn(40000, dtype=ember.complex64), ember.empty(40000, dtype=ember.complex64).normal_()]:
        parts = ember.view_as_real(x)
        assert parts.mean(0).abs().max().item() < 0.02
        assert all(abs(v - 0.5) < 0.02 for v in parts.var(0).tolist())
    parts = ember.view_as_real(ember.rand(40000, dtype=ember.complex128))
    assert parts.min().item() >= 0 and parts.max().item() < 1
    assert all(abs(v - 0.5) < 0.01 for v in parts.mean(0).tolist())
    assert ember.randn_like(x).dtype == ember.complex64 and ember.rand_like(x).dtype == ember.complex64
    assert ember.randn(3, dtype=ember.complex64, requires_grad=True).requires_grad


def test_limits_of_int64_are_exact():
    x, limit = ember.tensor([0, 2**62]), 2**53 + 1
    assert x.clamp(min=limit).tolist() == [limit, 2**62]
    assert x.clamp(max=limit).tolist() == [0, limit]
    assert x.clamp(-limit, limit).tolist() == [0, limit]
    assert x.clamp(min=-(2**63), max=2**63 - 1).tolist() == x.tolist()
