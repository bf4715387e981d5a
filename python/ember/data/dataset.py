"""Datasets: samples by index, or as a stream."""

import abc
import bisect
import itertools
import math
import warnings

from ember._C.data import NativeConcatDataset, NativeDataset, NativeSubset, _draw_seed, _needs_no_python, _permutation


class Dataset(abc.ABC):  # noqa: B024
    """Samples by index. A subclass defines __len__ and __getitem__; anything else that has both will do as well. One that can
    read many samples at once defines __getitems__(indices) too, which returns a list."""

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__")

    def __add__(self, other):
        return ConcatDataset([self, other])

    def __class_getitem__(cls, item):
        return cls


Dataset.register(NativeDataset)
NativeDataset.__add__ = Dataset.__add__


class IterableDataset(Dataset):
    """Samples as a stream, which may be endless. A subclass defines __iter__. Each worker of a DataLoader iterates over a shallow
    copy of its own, which get_worker_info() or worker_init_fn gives its share of the samples."""

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} must define __iter__")

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} is a stream: it has no samples by index")

    def __add__(self, other):
        return ChainDataset([self, other])


class Subset(Dataset):
    """The samples of a dataset at these indices."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices
        size = len(dataset) if hasattr(dataset, "__len__") else math.inf
        if len(indices) and all(type(index) is int for index in (indices[0], indices[-1])):
            for index in (min(indices), max(indices)):
                if not -size <= index < size:
                    raise IndexError(f"Subset: index {index} is out of range for {size} samples")

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices):
        if type(self).__getitem__ is not Subset.__getitem__:
            return [self[i] for i in indices]
        return _samples(self.dataset, [self.indices[i] for i in indices])

    def __len__(self):
        return len(self.indices)


class ConcatDataset(Dataset):
    """Datasets one behind another."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset: needs at least one dataset")
        for dataset in self.datasets:
            if isinstance(dataset, IterableDataset):
                raise TypeError("ConcatDataset: an IterableDataset has no samples by index; use ChainDataset")
        self.cumulative_sizes = list(itertools.accumulate(map(len, self.datasets)))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"ConcatDataset: index {index} is out of range for {len(self)} samples")
        index %= len(self)
        which = bisect.bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]


class StackDataset(Dataset):
    """Datasets side by side: a sample is the tuple of theirs, or with keywords the dict."""

    def __init__(self, *args, **kwargs):
        if bool(args) == bool(kwargs):
            raise ValueError("StackDataset: needs datasets, either all by place or all by name")
        self.datasets = args or kwargs
        sizes = {len(dataset) for dataset in (args or kwargs.values())}
        if len(sizes) > 1:
            raise ValueError(f"StackDataset: the datasets have different sizes: {sorted(sizes)}")
        (self._size,) = sizes

    def __len__(self):
        return self._size

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __getitems__(self, indices):
        if isinstance(self.datasets, dict):
            columns = [_samples(dataset, indices) for dataset in self.datasets.values()]
            return [dict(zip(self.datasets, row, strict=True)) for row in zip(*columns, strict=True)]
        return list(zip(*(_samples(dataset, indices) for dataset in self.datasets), strict=True))


class ChainDataset(IterableDataset):
    """Streams one behind another."""

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise TypeError(f"ChainDataset: expected an IterableDataset, not a {type(dataset).__name__}")
            yield from dataset

    def __len__(self):
        return sum(map(len, self.datasets))


def random_split(dataset, lengths, generator=None):
    """Disjoint random subsets of these sizes, or of fractions that add up to 1; what fractions leave over goes one by one to the
    first subsets."""
    size, sizes = len(dataset), list(lengths)
    if any(isinstance(length, float) for length in sizes) or sum(sizes) == 1:
        for i, fraction in enumerate(sizes):
            if not 0 <= fraction <= 1:
                raise ValueError(f"random_split: fraction {fraction} at index {i} is not between 0 and 1")
        if not math.isclose(sum(sizes), 1):
            raise ValueError(f"random_split: the fractions add up to {sum(sizes)}, not to 1")
        sizes = [math.floor(size * fraction) for fraction in sizes]
        for i in range(size - sum(sizes)):
            sizes[i % len(sizes)] += 1
        for i, length in enumerate(sizes):
            if length == 0:
                warnings.warn(f"random_split: the subset at index {i} is empty", stacklevel=2)
    for i, length in enumerate(sizes):
        if length < 0:
            raise ValueError(f"random_split: length {length} at index {i} is negative")
    if sum(sizes) != size:
        raise ValueError(
            f"random_split: sum of input lengths does not equal the length of the input dataset: {sum(sizes)} and {size}"
        )
    order = _permutation(size, _draw_seed(generator), 0)
    ends = itertools.accumulate(sizes)
    return [Subset(dataset, order[end - length : end]) for end, length in zip(ends, sizes, strict=True)]


def _samples(dataset, indices):
    """The samples at these indices, at once where the dataset can."""
    many = getattr(dataset, "__getitems__", None)
    return many(indices) if callable(many) else [dataset[i] for i in indices]


def bulk_reader(dataset):
    """The dataset's __getitems__, if it gains anything over one sample after another."""
    if type(dataset) is Subset and not bulk_reader(dataset.dataset):
        return None
    many = getattr(dataset, "__getitems__", None)
    return many if callable(many) else None


def native(dataset):
    """This dataset as one that C++ reads without Python, or None."""
    if type(dataset) is Subset:
        inner = native(dataset.dataset)
        try:
            return None if inner is None else NativeSubset(inner, dataset.indices)
        except (IndexError, TypeError):  # such as negative indices, which only Python's __getitem__ takes
            return None
    if type(dataset) is ConcatDataset:
        inner = [native(part) for part in dataset.datasets]
        return NativeConcatDataset(inner) if all(part is not None for part in inner) else None
    return dataset if isinstance(dataset, NativeDataset) and _needs_no_python(dataset) else None
