"""Tensors as Python objects: construction, attributes, operators, conversion, identity."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import ember


@pytest.mark.parametrize(
    "data, dtype",
    [
        (1, ember.int64),
        (1.5, ember.float32),
        (True, ember.bool),
        ([1, 2, 3], ember.int64),
        ([1, 2.5], ember.float32),
        ([True, 2], ember.int64),
        ([[1.0, 2.0], [3.0, 4.0]], ember.float32),
        ([], ember.float32),
        ([[], []], ember.float32),
        (np.float64(2), ember.float64),
        (np.int32(2), ember.int32),
        (np.zeros((2, 3), np.int16), ember.int16),
    ],
)
def test_tensor_infers_dtype_and_shape(data, dtype):
    x = ember.tensor(data)
    assert x.dtype is dtype
    assert tuple(x.shape) == np.shape(data)
    assert np.array_equal(np.array(x.tolist()), np.array(data))


def test_tensor_copies_its_data():
    a = np.ones(3, np.float32)
    x = ember.tensor(a)
    a[0] = 5
    assert x.tolist() == [1, 1, 1]
    y = ember.tensor(x)
    y[0] = 7
    assert x[0].item() == 1


def test_tensor_takes_dtype_and_requires_grad():
    x = ember.tensor([1, 2], dtype=ember.float64, requires_grad=True)
    assert x.dtype == ember.float64 and x.requires_grad and x.is_leaf


@pytest.mark.parametrize("bad", [[[1, 2], [3]], [1, [2]], [[1], 2]])
def test_ragged_data_is_a_value_error(bad):
    with pytest.raises(ValueError):
        ember.tensor(bad)


@pytest.mark.parametrize("bad", ["text", object(), None, {"a": 1}, ["x"]])
def test_data_that_is_no_number_is_a_type_error(bad):
    with pytest.raises(TypeError):
        ember.tensor(bad)


def test_data_that_holds_itself_is_refused():
    data = [1]
    data[0] = data
    with pytest.raises(ValueError):
        ember.tensor(data)


def test_dtype_objects():
    assert repr(ember.float32) == "ember.float32"
    assert ember.float is ember.float32 and ember.long is ember.int64
    assert ember.bfloat16.is_floating_point and not ember.int8.is_floating_point
    assert ember.float64.itemsize == 8
    assert pickle.loads(pickle.dumps(ember.int16)) is ember.int16
    assert len({ember.float32, ember.float, ember.int8}) == 2


def test_size_is_a_tuple():
    size = ember.zeros(2, 3).shape
    assert size == (2, 3) and isinstance(size, tuple)
    assert repr(size) == "ember.Size([2, 3])"
    assert size.numel() == 6
    assert isinstance(size[:1], ember.Size) and isinstance(size + (4,), tuple)
    b, c = size
    assert (b, c) == (2, 3)


def test_device():
    x = ember.zeros(1)
    assert x.device == ember.device("cpu") and str(x.device) == "cpu"
    assert repr(x.device) == "device(type='cpu')"
    assert x.device.type == "cpu" and x.device.index is None
    with pytest.raises(RuntimeError):
        ember.device("toaster")


def test_geometry():
    x = ember.zeros(2, 3, 4)
    assert x.size() == (2, 3, 4) and x.size(-1) == 4 and x.size(dim=0) == 2
    assert x.stride() == (12, 4, 1) and x.stride(1) == 4
    assert x.dim() == x.ndim == x.ndimension() == 3
    assert x.numel() == x.nelement() == 24
    assert x.T.shape == (4, 3, 2) and x.mT.shape == (2, 4, 3)
    assert not x.T.is_contiguous() and x.T.contiguous().is_contiguous()
    assert x[1].storage_offset() == 12
    assert x.element_size() == x.itemsize == 4 and x.nbytes == 96
    assert len(x) == 2


@pytest.mark.parametrize(
    "op",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a // b,
        lambda a, b: a % b,
        lambda a, b: abs(a) ** b,
        lambda a, b: -a,
        lambda a, b: +a,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
        lambda a, b: a == b,
        lambda a, b: a != b,
    ],
)
def test_operators_agree_with_numpy(op):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 4)), rng.normal(size=4)
    want = op(a, b)
    for x, y in [
        (ember.tensor(a), ember.tensor(b)),
        (ember.tensor(a), b),
        (ember.tensor(a), ember.tensor(b)),
    ]:
        assert np.allclose(op(x, y).numpy(), want)
    assert np.allclose(op(ember.tensor(a), 2.0).numpy(), op(a, 2.0))
    assert np.allclose(op(2.0, ember.tensor(b)).numpy(), op(2.0, b)) if not isinstance(op(2.0, b), float) else True


def test_operators_on_integers_and_bools():
    a, b = np.array([5, -3, 12]), np.array([3, 6, 10])
    x, y = ember.tensor(a), ember.tensor(b)
    for op in (np.bitwise_and, np.bitwise_or, np.bitwise_xor):
        assert op(a, b).tolist() == {np.bitwise_and: x & y, np.bitwise_or: x | y, np.bitwise_xor: x ^ y}[op].tolist()
    assert (~x).tolist() == (~a).tolist()
    assert (~ember.tensor([True, False])).tolist() == [False, True]
    assert (x // y).tolist() == (a // b).tolist() and (x % y).tolist() == (a % b).tolist()


def test_reflected_operators_with_numbers_and_arrays():
    x = ember.tensor([1.0, 2.0])
    assert (3 - x).tolist() == [2, 1] and (2 / x).tolist() == [2, 1] and (2**x).tolist() == [2, 4]
    y = np.array([1.0, 2.0]) * x
    assert isinstance(y, ember.Tensor) and y.tolist() == [1, 4]
    assert isinstance(np.float32(2) * x, ember.Tensor)


def test_a_number_does_not_raise_the_dtype():
    x = ember.tensor([1, 2], dtype=ember.float32)
    assert (x + 1.0).dtype == ember.float32 and (x * 2).dtype == ember.float32
    assert (ember.tensor([1, 2]) + 1.5).dtype == ember.float32
    assert (ember.tensor([1, 2], dtype=ember.int8) + 1).dtype == ember.int8


def test_comparison_with_foreign_objects():
    x = ember.zeros(2)
    assert (x == None) is False and (x != None) is True  # noqa: E711
    assert (x == "a") is False
    with pytest.raises(TypeError):
        x < "a"  # noqa: B015
    with pytest.raises(TypeError):
        x + "a"
    with pytest.raises(TypeError):
        x + [1, 2]


def test_in_place_operators_keep_the_object():
    x = y = ember.tensor([1.0, 2.0])
    x += 1
    x *= ember.tensor([2.0, 3.0])
    x -= 1
    x /= 2
    assert x is y and y.tolist() == [1.5, 4.0]
    assert x.add_(1) is x and x.zero_() is x and x.fill_(3).tolist() == [3, 3]


def test_matmul_operator():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    assert np.allclose((ember.tensor(a) @ ember.tensor(b)).numpy(), a @ b)


def test_python_numbers():
    assert float(ember.tensor(1.5)) == 1.5 and int(ember.tensor([2.7])) == 2 and ember.tensor(3).item() == 3
    assert isinstance(ember.tensor(3).item(), int) and isinstance(ember.tensor(True).item(), bool)
    assert bool(ember.tensor([1])) and not ember.tensor(0.0)
    assert [10, 20, 30][ember.tensor(1)] == 20 and list(range(ember.tensor(3))) == [0, 1, 2]
    with pytest.raises(RuntimeError):
        bool(ember.zeros(2))
    with pytest.raises(RuntimeError):
        ember.zeros(2).item()
    with pytest.raises(TypeError):
        [1, 2][ember.tensor(1.0)]


def test_iteration_and_membership():
    x = ember.arange(6).reshape(2, 3)
    assert [row.tolist() for row in x] == [[0, 1, 2], [3, 4, 5]]
    assert 4 in x and 9 not in x
    with pytest.raises(TypeError):
        iter(ember.tensor(1))
    with pytest.raises(TypeError):
        len(ember.tensor(1))


def test_conversion():
    x = ember.tensor([1.7, -2.2])
    assert x.to(ember.int64).tolist() == x.long().tolist() == [1, -2]
    assert x.to(ember.float32) is x and x.float() is x
    assert x.to("cpu", ember.float64).dtype == x.double().dtype == ember.float64
    assert x.to(ember.zeros(1, dtype=ember.float16)).dtype == x.half().dtype == ember.float16
    assert x.to(dtype=ember.bfloat16).dtype == x.bfloat16().dtype == ember.bfloat16
    assert x.bool().tolist() == [True, True] and x.int().dtype == ember.int32
    assert x.type_as(ember.zeros(1, dtype=ember.float64)).dtype == ember.float64


def test_functions_take_pytorch_keywords():
    x = ember.arange(6.0).reshape(2, 3)
    assert ember.sum(input=x, dim=1, keepdim=True).shape == (2, 1)
    assert x.sum(axis=0, keepdims=True).shape == (1, 3)
    assert ember.add(x, other=x, alpha=2)[1, 2].item() == 15
    assert x.view(3, 2).shape == x.view((3, 2)).shape == x.view(ember.Size([3, 2])).shape == (3, 2)
    assert x.permute(1, 0).shape == x.permute((1, 0)).shape == (3, 2)
    assert ember.zeros(2, 3).shape == ember.zeros((2, 3)).shape == ember.zeros(size=[2, 3]).shape
    assert [t.shape[0] for t in ember.arange(7).split(3)] == [3, 3, 1]
    assert [t.shape[0] for t in ember.arange(7).split([2, 5])] == [2, 5]
    values, indices = x.max(dim=1)
    result = ember.max(x, 1)
    assert values.tolist() == result.values.tolist() == [
        2,
        5,
    ] and indices.tolist() == result.indices.tolist() == [2, 2]
    assert ember.cat([x, x], dim=1).shape == (2, 6) and ember.stack((x, x)).shape == (2, 2, 3)


def test_tensors_hash_and_live_by_identity():
    x, y = ember.zeros(2), ember.zeros(2)
    assert hash(x) == hash(x) and len({x, y, x}) == 2
    assert {x: 1}[x] == 1
    ref = weakref.ref(x)
    del x
    gc.collect()
    assert ref() is None


def test_one_tensor_is_one_object():
    w = ember.tensor([1.0], requires_grad=True)
    (w * 2).sum().backward()
    assert w.grad is w.grad
    w.grad.note = "kept"
    gc.collect()
    assert w.grad.note == "kept"


def test_attributes_and_subclasses_survive_in_cpp():
    lin = ember.nn.Linear(2, 2)
    lin.weight.note = "kept"
    gc.collect()
    assert lin.weight.note == "kept" and isinstance(lin.weight, ember.nn.Parameter)

    class Marked(ember.nn.Parameter):
        pass

    lin.weight = Marked(ember.zeros(2, 2))
    gc.collect()
    assert type(lin.weight) is Marked and lin.weight is lin.weight


def test_an_object_kept_by_its_tensor_dies_with_it():
    class Marked(ember.nn.Parameter):
        pass

    lin = ember.nn.Linear(2, 2)
    lin.weight = Marked(ember.zeros(2, 2))
    ref = weakref.ref(lin.weight)
    assert ref() is lin.weight
    del lin
    gc.collect()
    assert ref() is None


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("dtype", [ember.float32, ember.bfloat16, ember.int8, ember.bool])
def test_copies_and_pickles(copier, dtype):
    x = ember.tensor([[0, 1], [2, 3]]).to(dtype).T
    y = copier(x)
    assert y is not x and y.dtype is dtype and y.tolist() == x.tolist()
    y.zero_()
    assert x.tolist() != y.tolist()


def test_pickle_keeps_type_and_gradient_flag():
    p = ember.nn.Parameter(ember.ones(2))
    p.note = [1, 2]
    q = pickle.loads(pickle.dumps(p))
    assert type(q) is ember.nn.Parameter and q.requires_grad and q.note == [1, 2]


def test_deepcopy_keeps_sharing():
    x = ember.ones(2, requires_grad=True)
    a, b = copy.deepcopy([x, x])
    assert a is b and a.requires_grad
    with pytest.raises(RuntimeError):
        copy.deepcopy(x * 2)


def test_parameter():
    x = ember.ones(2)
    p = ember.nn.Parameter(x)
    assert p.requires_grad and p.is_leaf and isinstance(p, ember.Tensor) and not x.requires_grad
    p.data[0] = 5
    assert x[0].item() == 5
    assert not ember.nn.Parameter(x, requires_grad=False).requires_grad
    assert type(p * 2) is ember.Tensor and type(p.detach()) is ember.Tensor
    with pytest.raises(TypeError):
        ember.nn.Parameter([1, 2])


def test_data_can_be_replaced():
    x = ember.ones(2, requires_grad=True)
    x.data = ember.zeros(3)
    assert x.shape == (3,) and x.requires_grad


def test_random_numbers_follow_the_seed():
    ember.manual_seed(3)
    a, b = ember.randn(5), ember.rand(5)
    ember.manual_seed(3)
    assert ember.equal(a, ember.randn(5)) and ember.equal(b, ember.rand(5))
    state = ember.get_rng_state()
    c = ember.randint(0, 100, (8,))
    ember.set_rng_state(state)
    assert ember.equal(c, ember.randint(0, 100, (8,)))
    g = ember.Generator()
    g.manual_seed(1)
    h = ember.Generator()
    h.manual_seed(1)
    assert ember.equal(ember.randn(4, generator=g), ember.randn(4, generator=h))


def test_settings():
    assert ember.get_num_threads() >= 1
    with pytest.raises(ValueError):
        ember.set_num_threads(0)
    try:
        ember.set_default_dtype(ember.float64)
        assert ember.tensor(1.5).dtype == ember.zeros(2).dtype == ember.float64
    finally:
        ember.set_default_dtype(ember.float32)
    before = ember.memory_stats()["current_bytes"]
    x = ember.zeros(1000)
    assert ember.memory_stats()["current_bytes"] >= before + 4000
    del x
    assert ember.memory_stats()["current_bytes"] == before


def test_ops_describe_themselves():
    assert "alpha" in ember.add.__text_signature__ and ember.exp.__name__ == "exp"
    import inspect

    assert list(inspect.signature(ember.add).parameters) == ["input", "other", "alpha"]
    assert pickle.loads(pickle.dumps(ember.exp)) is ember.exp
    assert copy.deepcopy(ember.nn.functional.relu) is ember.nn.functional.relu
