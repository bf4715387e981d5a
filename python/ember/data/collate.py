"""What makes batches of samples: default_collate stacks what can be stacked and keeps the samples' structure around it."""

import copy
import sys
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

from ember._C import Tensor, as_tensor, float64, stack, tensor


def default_collate(batch):
    """A batch of samples as one object of the samples' structure.

    Tensors, NumPy's arrays and numbers become tensors with a first dim more, Python's floats as float64 and ints as int64;
    strings and bytes become lists; dicts, named tuples and lists keep their type, tuples become lists. `collate` extends it.
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def default_convert(data):
    """One sample with its NumPy arrays and numbers as tensors; all else as it is."""
    if _is_of_numpy(data):
        return data if data.dtype.kind in "SUO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _same_mapping(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple):
        items = [default_convert(item) for item in data]
        return type(data)(*items) if hasattr(data, "_fields") else items
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _same_sequence(data, [default_convert(item) for item in data])
    return data


def collate(batch, *, collate_fn_map=None):
    """default_collate with functions of one's own: `collate_fn_map` gives by type what a batch of such items becomes, each as
    function(batch, *, collate_fn_map). A type that is not there is looked up by isinstance, in order."""
    if not batch:
        raise IndexError("default_collate: a batch needs at least one sample")
    first = batch[0]
    function = _function_for(first, collate_fn_map or {})
    if function:
        return function(batch, collate_fn_map=collate_fn_map)

    def each(columns):
        return [collate(column, collate_fn_map=collate_fn_map) for column in columns]

    if isinstance(first, Mapping):
        return _same_mapping(
            first, dict(zip(first, each([sample[key] for sample in batch] for key in first), strict=True))
        )
    if isinstance(first, Sequence) and not isinstance(first, (str, bytes)):
        for i, sample in enumerate(batch):
            if len(sample) != len(first):
                raise RuntimeError(
                    f"each element in list of batch should be of equal size, but sample 0 has {len(first)} items and "
                    f"sample {i} has {len(sample)}"
                )
        columns = each(zip(*batch, strict=True))
        if isinstance(first, tuple):
            return type(first)(*columns) if hasattr(first, "_fields") else columns
        return _same_sequence(first, columns)
    raise TypeError(_refusal(type(first)))


def _function_for(item, functions):
    exact = functions.get(type(item)) or (_collate_numpy if _is_of_numpy(item) else None)
    return exact or next((function for kind, function in functions.items() if isinstance(item, kind)), None)


def _refusal(kind):
    return f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {kind}"


def _same_mapping(like, items):
    """These items in a mapping of the type of `like`, with its other properties, or in a dict when it cannot be made so."""
    try:
        if not isinstance(like, MutableMapping):
            return type(like)(items)
        clone = copy.copy(like)
        clone.update(items)
        return clone
    except TypeError:
        return items


def _same_sequence(like, items):
    try:
        if not isinstance(like, MutableSequence):
            return type(like)(items)
        clone = copy.copy(like)
        for i, item in enumerate(items):
            clone[i] = item
        return clone
    except TypeError:
        return items


def _collate_tensors(batch, *, collate_fn_map=None):
    shapes = [tuple(x.shape) for x in batch]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shapes[0])} at entry 0 and {list(shape)} at "
                f"entry {i}; give the DataLoader a collate_fn that joins them"
            )
    return stack(batch)


def _is_of_numpy(item):
    """Whether this is an array or a number of NumPy, which is not imported for the question."""
    np = sys.modules.get("numpy")
    return np is not None and isinstance(item, (np.ndarray, np.generic)) and not isinstance(item, (str, bytes))


def _collate_numpy(batch, *, collate_fn_map=None):
    import numpy as np

    if isinstance(batch[0], np.generic):
        return as_tensor(np.stack(batch))
    if batch[0].dtype.kind in "SUO":
        raise TypeError(_refusal(batch[0].dtype))
    return collate([as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


default_collate_fn_map = {
    Tensor: _collate_tensors,
    float: lambda batch, *, collate_fn_map=None: tensor(batch, dtype=float64),
    int: lambda batch, *, collate_fn_map=None: tensor(batch),
    str: lambda batch, *, collate_fn_map=None: batch,
    bytes: lambda batch, *, collate_fn_map=None: batch,
}
