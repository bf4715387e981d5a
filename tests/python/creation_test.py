"""The keyword arguments of factories, and the orders of elements in memory that they name."""

import pytest

import ember


@pytest.mark.parametrize("name", ["empty", "zeros", "ones"])
def test_factories_take_pytorch_keyword_arguments(name):
    x = getattr(ember, name)(
        2, 3, dtype=ember.float64, layout=ember.strided, device="cpu", pin_memory=False, requires_grad=True
    )
    assert x.shape == (2, 3) and x.dtype == ember.float64 and x.requires_grad
    assert getattr(ember, name)(size=(2,)).shape == (2,)
    y = getattr(ember, f"{name}_like")(x, dtype=ember.int64, memory_format=ember.preserve_format)
    assert y.shape == x.shape and y.dtype == ember.int64
    assert getattr(x, f"new_{name}")((4,), device="cpu").dtype == ember.float64


def test_memory_formats_order_the_strides():
    x = ember.randn(2, 3, 4, 5)
    y = x.to(memory_format=ember.channels_last)
    assert y.stride() == (60, 1, 15, 3) and ember.equal(x, y)
    assert y.is_contiguous(memory_format=ember.channels_last) and not y.is_contiguous()
    assert x.contiguous(memory_format=ember.channels_last).stride() == y.stride()
    assert y.clone().stride() == y.stride()
    assert y.clone(memory_format=ember.contiguous_format).stride() == x.stride()
    assert ember.empty(2, 3, 4, 5, memory_format=ember.channels_last).stride() == y.stride()
    assert ember.empty_permuted((2, 3, 4), (2, 0, 1)).stride() == (3, 1, 6)
    with pytest.raises(RuntimeError, match="must have 4 dimensions for channels_last"):
        ember.zeros(3).contiguous(memory_format=ember.channels_last)
    assert repr(ember.channels_last) == "ember.channels_last" and repr(ember.strided) == "ember.strided"


def test_tensors_in_lists_join_their_dims():
    x = ember.ones(2, 3)
    assert ember.tensor([x, x]).shape == (2, 2, 3)
