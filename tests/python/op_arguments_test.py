"""What every op does with its arguments: `out`, numbers in place of tensors, and messages that say what was expected."""

import pickle

import pytest

import ember
from ember import special
from ember.nn import functional as F


def test_out_takes_the_result_and_is_returned():
    x, out = ember.tensor([1.0, 4.0]), ember.zeros(2)
    assert ember.sqrt(x, out=out) is out
    assert out.tolist() == [1, 2]
    assert ember.sqrt(x, out=None).tolist() == [1, 2]


def test_out_keeps_its_dtype_strides_and_views():
    base = ember.zeros(2, 3, dtype=ember.float64)
    ember.add(ember.ones(3, 2), 1, out=base.T)
    assert base.tolist() == [[2, 2, 2], [2, 2, 2]]


def test_out_may_be_an_argument():
    x = ember.arange(4.0)
    ember.flip(x, [0], out=x)
    assert x.tolist() == [3, 2, 1, 0]


def test_out_of_several_results_is_a_tuple_of_as_many():
    values, indices = ember.empty(0), ember.empty(0, dtype=ember.int64)
    result = ember.sort(ember.tensor([3.0, 1.0]), out=(values, indices))
    assert result.values is values and result.indices is indices
    assert values.tolist() == [1, 3] and indices.tolist() == [1, 0]
    with pytest.raises(TypeError, match="argument 'out' must be a tuple of 2 Tensors, not ember.Tensor"):
        ember.sort(ember.ones(2), out=values)


def test_out_of_another_shape_is_resized_with_a_warning():
    with pytest.warns(UserWarning, match=r"out has shape \[2\] but the result \[3\]"):
        assert ember.exp(ember.zeros(3), out=ember.zeros(2)).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "out, error, message",
    [
        (lambda: ember.zeros(3, dtype=ember.int64), RuntimeError, "result type float32 can't be cast .* int64"),
        (lambda: ember.zeros(1).expand(3), RuntimeError, "more than one element of the written-to tensor"),
        (lambda: ember.zeros(3, requires_grad=True), RuntimeError, "don't support automatic differentiation"),
        (lambda: [1.0, 2.0, 3.0], TypeError, "argument 'out' must be Tensor, not list"),
    ],
)
def test_out_that_cannot_hold_the_result_is_an_error(out, error, message):
    with pytest.raises(error, match=message):
        ember.exp(ember.zeros(3), out=out())


def test_a_number_is_a_tensor_only_where_pytorch_takes_one():
    x = ember.ones(2)
    assert ember.mul(2, x).tolist() == ember.fmod(x * 5, 3).tolist() == [2, 2]
    for call in (
        lambda: ember.atan2(x, 2),
        lambda: ember.exp(2),
        lambda: ember.maximum(2, x),
        lambda: ember.fmod(2, x),
    ):
        with pytest.raises(TypeError, match="must be Tensor, not int"):
            call()


def test_a_message_names_the_argument_its_position_and_what_it_must_be():
    with pytest.raises(TypeError, match=r"cat\(\): argument 'dim' \(position 2\) must be int, not str"):
        ember.cat([ember.ones(1)], "x")


@pytest.mark.parametrize(
    "op, other",
    [
        (ember.erf, special.erf),
        (ember.softmax, special.softmax),
        (ember.sigmoid, F.sigmoid),
        (ember.conv2d, F.conv2d),
        (ember.det, ember.linalg.det),
        (ember.adaptive_avg_pool1d, F.adaptive_avg_pool1d),
    ],
)
def test_an_op_of_one_signature_is_one_object_wherever_it_appears(op, other):
    assert other is op and op.__doc__ and pickle.loads(pickle.dumps(other)) is op


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_softmax_without_a_dim_takes_the_first_of_up_to_one_and_of_three_dims_else_the_second(name):
    op = getattr(F, name)
    for rank, dim in enumerate([0, 0, 1, 0, 1, 1]):
        x = ember.randn(*[2, 3, 2, 3, 2][:rank])
        assert op(x).tolist() == op(x, dim=dim).tolist() == op(x, None, 3).tolist()
    assert op(ember.arange(3), dtype=ember.float64).dtype == ember.float64
    with pytest.raises(RuntimeError, match=f"{name}: needs a floating-point tensor"):
        op(ember.arange(3))
