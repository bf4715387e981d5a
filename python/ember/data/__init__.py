"""Datasets, samplers, transforms and the loader."""

from ember._C.data import *  # noqa: F403
from ember.data.collate import default_collate, default_convert
from ember.data.dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    random_split,
)
from ember.data.loader import DataLoader
from ember.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from ember.data.worker import get_worker_info
