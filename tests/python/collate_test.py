"""default_collate and default_convert: what batches of samples of each kind become, as in PyTorch."""

import collections
import types

import numpy as np
import pytest

import ember
from ember import data
from ember.data.collate import collate, default_collate_fn_map

Pair = collections.namedtuple("Pair", "a b")


class OwnList(list):
    pass


class OwnDict(dict):
    pass


def shown(x):
    """Tensors as dtype and values; containers as their type and contents."""
    if isinstance(x, ember.Tensor):
        return (x.dtype, x.tolist())
    if isinstance(x, (dict, types.MappingProxyType, collections.UserDict)):
        return (type(x), {key: shown(value) for key, value in x.items()})
    if isinstance(x, (list, tuple, collections.deque)):
        return (type(x), [shown(item) for item in x])
    return x


def ints(*values):
    return ember.tensor(values, dtype=ember.int64)


def doubles(*values):
    return ember.tensor(values, dtype=ember.float64)


@pytest.mark.parametrize(
    "batch, expected",
    [
        ([1, 2], ints(1, 2)),
        ([1.5, 2.5], doubles(1.5, 2.5)),
        ([1.5, 2], doubles(1.5, 2)),
        ([1, 2.5], ember.tensor([1, 2.5])),
        ([True, False], ember.tensor([True, False])),
        (["a", "b"], ["a", "b"]),
        ([b"a", b"b"], [b"a", b"b"]),
        ([ember.ones(2), ember.zeros(2)], ember.tensor([[1.0, 1.0], [0.0, 0.0]])),
        ([ember.ones(0), ember.ones(0)], ember.zeros(2, 0)),
        ([ints(1), ember.tensor([1.5])], ember.tensor([[1.0], [1.5]])),
        ([np.float32(1), np.float32(2)], ember.tensor([1.0, 2.0])),
        ([np.int16(1), np.int16(2)], ember.tensor([1, 2], dtype=ember.int16)),
        ([np.bool_(True), np.bool_(False)], ember.tensor([True, False])),
        ([np.ones(2, np.int8)] * 2, ember.ones(2, 2, dtype=ember.int8)),
        ([np.ones(())] * 2, doubles(1, 1)),
        ([(1, 2.5), (2, 3.5)], [ints(1, 2), doubles(2.5, 3.5)]),
        ([[1, "a"], [2, "b"]], [ints(1, 2), ("a", "b")]),
        ([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], {"a": ints(1, 2), "b": ["x", "y"]}),
        ([{"a": 1}, {"a": 2, "b": 3}], {"a": ints(1, 2)}),
        ([Pair(1, "a"), Pair(2, "b")], Pair(ints(1, 2), ("a", "b"))),
        ([OwnList([1]), OwnList([2])], OwnList([ints(1, 2)])),
        ([OwnDict(a=1), OwnDict(a=2)], OwnDict(a=ints(1, 2))),
        ([collections.OrderedDict(a=1)] * 2, collections.OrderedDict(a=ints(1, 1))),
        ([collections.defaultdict(list, a=1)] * 2, collections.defaultdict(list, a=ints(1, 1))),
        ([types.MappingProxyType({"a": 1})] * 2, types.MappingProxyType({"a": ints(1, 1)})),
        ([collections.UserDict(a=1)] * 2, collections.UserDict(a=ints(1, 1))),
        ([collections.deque([1, 2])] * 2, collections.deque([ints(1, 1), ints(2, 2)])),
        ([range(2)] * 2, [ints(0, 0), ints(1, 1)]),
        ([()] * 2, []),
        ([{}] * 2, {}),
        (
            [(ember.ones(1), {"k": ["s", {"z": np.ones(1)}]})] * 2,
            [ember.ones(2, 1), {"k": [("s", "s"), {"z": doubles(1, 1)[:, None]}]}],
        ),
    ],
    ids=lambda x: str(x)[:30],
)
def test_default_collate(batch, expected):
    assert shown(data.default_collate(batch)) == shown(expected)
    assert shown(next(iter(data.DataLoader(batch, len(batch))))) == shown(expected)


@pytest.mark.parametrize(
    "batch, error, message",
    [
        ([None], TypeError, "must contain tensors, numpy arrays, numbers, dicts or lists; found <class 'NoneType'>"),
        ([{1}], TypeError, "found <class 'set'>"),
        ([1 + 2j], TypeError, "found <class 'complex'>"),
        ([np.array(["a"])], TypeError, "found <U1"),
        ([np.array([1, "a"], object)], TypeError, "found object"),
        ([1, "a"], TypeError, "str"),
        ([(1,), (1, 2)], RuntimeError, "should be of equal size, but sample 0 has 1 items and sample 1 has 2"),
        ([ember.ones(2), ember.ones(3)], RuntimeError, r"equal size, but got \[2\] at entry 0 and \[3\] at entry 1"),
        ([np.ones((2, 1)), np.ones(3)], RuntimeError, r"got \[2, 1\] at entry 0 and \[3\] at entry 1"),
        ([{"a": 1}, {"b": 1}], KeyError, "'a'"),
        ([], IndexError, "at least one sample"),
    ],
    ids=lambda x: str(x)[:30],
)
def test_what_does_not_collate(batch, error, message):
    with pytest.raises(error, match=message):
        data.default_collate(batch)


def test_default_convert():
    sample = {"a": np.ones(2, np.float32), "b": [np.int8(3), "s", None], "c": (1, 2.5), "d": Pair(np.array(1), b"x")}
    assert shown(data.default_convert(sample)) == shown(
        {
            "a": ember.ones(2),
            "b": [ember.tensor(3, dtype=ember.int8), "s", None],
            "c": [1, 2.5],
            "d": Pair(ember.tensor(1), b"x"),
        }
    )
    text = np.array(["a"])
    assert data.default_convert(text) is text
    assert [type(x) for x in data.DataLoader([np.ones(1), 3], None)] == [ember.Tensor, int]


def test_types_of_ones_own():
    class Point:
        def __init__(self, x):
            self.x = x

    class Point3(Point):
        pass

    def points(batch, *, collate_fn_map):
        return Point(collate([point.x for point in batch], collate_fn_map=collate_fn_map))

    functions = {Point: points, **default_collate_fn_map}
    batch = collate([{"p": Point3(1)}, {"p": Point3(2)}], collate_fn_map=functions)
    assert type(batch["p"]) is Point and batch["p"].x.tolist() == [1, 2]
    with pytest.raises(TypeError, match="Point"):
        data.default_collate([Point(1)])
