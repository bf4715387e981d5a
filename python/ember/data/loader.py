"""DataLoader: batches of a dataset, fetched ahead by worker threads."""

import itertools
import operator
import os
import weakref

from ember.data.collate import default_collate, default_convert
from ember.data.dataset import IterableDataset, native
from ember.data.iterators import DirectIterator, NativeIterator, WorkerIterator
from ember.data.resume import Loop, check_state, position, restore_sources
from ember.data.sampler import BatchSampler, RandomSampler, SequentialSampler
from ember.data.worker import Plan, Pool


class DataLoader:
    """Batches of a dataset, in a seeded order, fetched ahead by worker threads.

    Each loop over it is one epoch. With `seed`, orders and what samples draw with Ember's random ops depend on it and the number of
    the epoch (`loader.epoch`); without one each epoch draws a seed from `generator` or the
    default generator, and nothing else does. The values are the same whatever the number of workers and their speed.

    The workers are threads: they read one dataset object and may share its memory with the caller. Each has its random stream for
    Ember's ops; the global ones of `random` and NumPy belong to all threads, so samples should draw from those in
    get_worker_info().rng. Datasets of C++ with C++'s transforms are read without Python's lock. `pin_memory` and
    `multiprocessing_context` change nothing.
    """

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
        seed=None,
    ):
        num_workers = operator.index(num_workers)
        if num_workers < 0:
            raise ValueError(f"DataLoader: num_workers option should be non-negative, but got {num_workers}")
        if timeout < 0:
            raise ValueError(f"DataLoader: timeout option should be non-negative, but got {timeout}")
        if prefetch_factor is not None:
            if num_workers == 0:
                raise ValueError("DataLoader: prefetch_factor option needs num_workers > 0")
            if operator.index(prefetch_factor) < 1:
                raise ValueError(f"DataLoader: prefetch_factor option should be positive, but got {prefetch_factor}")
        if persistent_workers and num_workers == 0:
            raise ValueError("DataLoader: persistent_workers option needs num_workers > 0")
        for name, function in (("collate_fn", collate_fn), ("worker_init_fn", worker_init_fn)):
            if function is not None and not callable(function):
                raise TypeError(f"DataLoader: {name} must be callable, which {type(function).__name__} is not")
        _check_order(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last)

        self._is_stream = isinstance(dataset, IterableDataset)
        self._is_default_order = sampler is None and batch_sampler is None
        self._shuffles = bool(shuffle)
        if self._is_stream:
            sampler = None
        elif sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        self._is_batched = batch_sampler is not None or batch_size is not None
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, bool(drop_last))
        self._collates_itself = collate_fn is None or collate_fn is default_collate
        if collate_fn is None:
            collate_fn = default_collate if self._is_batched else default_convert

        self.dataset, self.batch_size, self.sampler, self.batch_sampler = dataset, batch_size, sampler, batch_sampler
        self.drop_last, self.collate_fn, self.generator = drop_last, collate_fn, generator
        self.seed = None if seed is None else operator.index(seed) % 2**64
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor or (2 if num_workers else None)
        self.timeout, self.worker_init_fn, self.persistent_workers = timeout, worker_init_fn, persistent_workers
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.multiprocessing_context, self.in_order = multiprocessing_context, in_order
        self.epoch = 0
        self._pool = self._pool_process = self._pool_seed = None
        self._loops = self._resumed = None  # the loops under way, and the state that the next one goes on from
        self._is_checkpointed = self._draws_from_shared = False
        self._is_made = True

    def __setattr__(self, name, value):
        fixed = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")
        if name in fixed and getattr(self, "_is_made", False):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    def __class_getitem__(cls, item):
        return cls

    def __len__(self):
        if not self._is_stream:
            return len(self.batch_sampler if self._is_batched else self.sampler)
        size = len(self.dataset)
        if not self._is_batched:
            return size
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)

    def __iter__(self):
        direct = self._native_dataset()
        loop, self._resumed = Loop(self, self._resumed), None
        self.epoch = loop.epoch + 1
        if direct is not None:
            iterator = NativeIterator(self, loop, direct)
        else:
            plan = Plan(
                self.dataset,
                self._is_stream,
                self._is_batched,
                self.batch_size,
                self.drop_last,
                self.collate_fn,
                loop.seed,
                loop.stream,
            )
            iterator = (WorkerIterator if self.num_workers else DirectIterator)(self, loop, plan)
        if self._loops is None:
            self._loops = weakref.WeakSet()
        self._loops.add(iterator)
        return iterator

    def __getstate__(self):
        return {**self.__dict__, "_loops": None}

    def state_dict(self):
        """Where the loader is, in the middle of a loop too: a loader like it, with any number of workers, goes on from there.

        RuntimeError when that would give other batches: the workers draw from the random numbers of the whole process, batches come
        as they are ready, or several loops are under way.
        """
        return position(self)

    def load_state_dict(self, state_dict):
        """The next loop goes on from there. ValueError, and nothing is changed, for the state of a loader with other batches."""
        check_state(self, state_dict)
        restore_sources(self, state_dict)
        self.epoch, self._pool_seed = state_dict["epoch"], state_dict.get("worker_seed")
        self._resumed = dict(state_dict)

    def _found_shared_draws(self):
        self._draws_from_shared = True
        if self._is_checkpointed:
            self.state_dict()

    def _native_dataset(self):
        """The dataset, if C++ can do all that this loader does."""
        is_plain = self._is_default_order and self._is_batched and self._collates_itself and self.in_order
        return native(self.dataset) if is_plain and not self.worker_init_fn and not self.timeout else None

    def _is_seeded(self):
        """Whether the order is a function of seed and epoch alone."""
        return self._is_stream or self._is_default_order

    def _order(self, seed, epoch):
        """An iterator over what each batch is made of, read as it is needed."""
        if self._is_stream:
            return itertools.repeat(None)
        if self._is_default_order and self._shuffles:
            sampler = RandomSampler(self.dataset, seed=seed).indices(epoch)
        elif self.seed is not None and hasattr(self.sampler, "indices"):
            sampler = self.sampler.indices(epoch)
        else:
            sampler = self.sampler
        if not self._is_batched:
            return iter(sampler)
        if type(self.batch_sampler) is BatchSampler and self.batch_sampler.sampler is self.sampler:
            return iter(BatchSampler(sampler, self.batch_sampler.batch_size, self.batch_sampler.drop_last))
        return iter(self.batch_sampler)

    def _workers(self, plan):
        if self._pool is not None and self._pool_process == os.getpid():
            return self._pool
        pool = Pool(plan, self.num_workers, self.worker_init_fn, self._pool_seed)
        if self.persistent_workers:
            self._pool, self._pool_process, self._pool_seed = pool, os.getpid(), pool.seed
        return pool


def _check_order(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last):
    if isinstance(dataset, IterableDataset):
        for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
            if value is not None:
                raise ValueError(
                    f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
                )
    elif not hasattr(dataset, "__getitem__") and not hasattr(dataset, "__getitems__"):
        raise TypeError(f"a dataset needs __len__ and __getitem__, which {type(dataset).__name__} lacks")
    elif sampler is None and batch_sampler is None and not hasattr(dataset, "__len__"):
        raise TypeError(
            f"a dataset needs __len__ and __getitem__, or a sampler; {type(dataset).__name__} has no __len__"
        )
    if sampler is not None and shuffle:
        raise ValueError("DataLoader: sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError(
                "DataLoader: batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
            )
    elif batch_size is None and drop_last:
        raise ValueError(
            "DataLoader: batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
        )
