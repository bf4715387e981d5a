"""x[...] and x[...] = y against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ember

A = np.arange(120.0).reshape(4, 5, 6)

INDICES = [
    0,
    -1,
    np.int64(2),
    slice(1, 3),
    slice(None, None, 2),
    slice(10, 20),
    slice(-2, None),
    None,
    ...,
    True,
    False,
    (0, 1),
    (0, 1, 2),
    (slice(None), 1),
    (..., 0),
    (..., slice(1, 4), 0),
    (None, 0, None),
    (0, ..., None),
    [0, 2],
    np.array([[0, 1], [2, 3]]),
    ([0, 2], [1, 3]),
    (slice(None), [0, 2]),
    ([0, 2], slice(None), [1, 3]),
    (0, [1, 2]),
    ([1, 2], ..., 0),
    (slice(None), [0, 1], 2),
    np.array([3, 0, 1]),
    (np.array([[0], [1]]), np.array([2, 3])),
    A > 60,
    (A[:, 0, 0] > 20,),
    (slice(None), A[0, :, 0] > 5),
    [True, False, True, False],
    [],
    (None, [0, 1]),
]


@pytest.mark.parametrize(
    "index", INDICES, ids=lambda i: "mask" if isinstance(i, np.ndarray) and i.ndim > 1 else repr(i)
)
def test_get_agrees_with_numpy(index):
    x = ember.tensor(A)
    want = A[index] if not (isinstance(index, list) and index == []) else A[np.array([], int)]
    got = x[index]
    assert tuple(got.shape) == want.shape
    assert np.array_equal(got.numpy(), want)


@pytest.mark.parametrize(
    "index", INDICES, ids=lambda i: "mask" if isinstance(i, np.ndarray) and i.ndim > 1 else repr(i)
)
def test_set_agrees_with_numpy(index):
    x, a = ember.tensor(A), A.copy()
    x[index] = -1.0
    a[index if not (isinstance(index, list) and index == []) else np.array([], int)] = -1.0
    assert np.array_equal(x.numpy(), a)


def test_tensor_indices():
    x = ember.tensor(A)
    i, j = ember.tensor([0, 2]), ember.tensor([1, -1])
    assert np.array_equal(x[i, j].numpy(), A[[0, 2], [1, -1]])
    assert np.array_equal(x[x > 60].numpy(), A[A > 60])
    assert np.array_equal(x[ember.tensor(1)].numpy(), A[1])


def dims(size):
    integers = st.integers(-size, size - 1)
    slices = st.builds(slice, st.none() | integers, st.none() | integers, st.none() | st.integers(1, 3))
    return integers | slices | st.just(slice(None))


@settings(max_examples=200, deadline=None)
@given(st.tuples(dims(4), dims(5), dims(6)), st.integers(0, 3), st.booleans())
def test_basic_indexing_agrees_with_numpy(index, keep, ellipsis):
    index = index[:keep] + ((...,) if ellipsis else ())
    x = ember.tensor(A)
    assert np.array_equal(x[index].numpy(), A[index])
    a = A.copy()
    a[index] = 7
    x[index] = 7
    assert np.array_equal(x.numpy(), a)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-4, 3), max_size=5), dims(5))
def test_advanced_indexing_agrees_with_numpy(rows, column):
    rows = np.array(rows, dtype=int)
    x = ember.tensor(A)
    assert np.array_equal(x[ember.tensor(rows), column].numpy(), A[rows, column])


def test_assignment_broadcasts_and_converts():
    x = ember.zeros(2, 3)
    x[0] = ember.tensor([1, 2, 3])
    x[:, 1] = np.array([7.0, 8.0])
    assert x.tolist() == [[1, 7, 3], [0, 8, 0]]
    x[x == 7] = ember.tensor(0.5)
    assert x[0, 1].item() == 0.5


def test_basic_indexing_gives_views():
    x = ember.zeros(3, 3)
    x[1][2] = 5
    x[:, 0].add_(1)
    assert x.tolist() == [[1, 0, 0], [1, 0, 5], [1, 0, 0]]


@pytest.mark.parametrize(
    "index, error",
    [
        (4, IndexError),
        (-5, IndexError),
        ((0, 0, 0, 0), IndexError),
        ((..., ...), IndexError),
        ("a", IndexError),
        (1.5, IndexError),
        ([0, 9], IndexError),
        (slice(None, None, -1), ValueError),
        (slice("a", None), TypeError),
    ],
)
def test_bad_indices(index, error):
    with pytest.raises(error):
        ember.tensor(A)[index]


def test_bad_assignments():
    x = ember.zeros(2, 3)
    with pytest.raises(RuntimeError):
        x[0] = ember.zeros(4)
    with pytest.raises(TypeError):
        x[0] = "a"
    with pytest.raises(TypeError):
        del x[0]
    with pytest.raises(IndexError):
        x[5] = 1
    with pytest.raises(IndexError):
        ember.tensor(1.0)[0]


def test_a_list_that_holds_more_than_numbers_is_a_tuple_as_in_pytorch():
    x = ember.tensor(A)
    assert np.array_equal(x[[[0, 1], [2, 3]]].numpy(), A[[0, 1], [2, 3]])
    assert np.array_equal(x[[slice(1, 3), 0]].numpy(), A[1:3, 0])
    assert np.array_equal(x[[ember.tensor([0, 1]), ember.tensor([2, 3])]].numpy(), A[[0, 1], [2, 3]])
    assert np.array_equal(x[range(2)].numpy(), A[:2])
