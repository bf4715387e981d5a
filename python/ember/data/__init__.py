"""Datasets, samplers, transforms and the loader."""

import abc

from ember._C.data import *  # noqa: F403
from ember._C.data import NativeDataset


class Dataset(abc.ABC):  # noqa: B024
    """Samples by index. A subclass defines __len__ and __getitem__; anything else that has both will do as well."""

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__")

    def __add__(self, other):
        return ConcatDataset([self, other])  # noqa: F405


Dataset.register(NativeDataset)
