"""DataLoader: batches of a dataset, fetched ahead by worker threads."""

import atexit
import itertools
import operator
import os
import queue
import threading
import time
import weakref

from ember._C.data import _draw_seed, _NativeEpoch
from ember.data.collate import default_collate, default_convert
from ember.data.dataset import IterableDataset, native
from ember.data.sampler import BatchSampler, RandomSampler, SequentialSampler
from ember.data.worker import Epoch, Plan, Pool, SetupFailed, StreamEnd, exit_of

# Handed out at once; an endless sampler with a huge prefetch_factor must not be read without end.
_MOST_TASKS_AT_ONCE = 256
_SECONDS_FOR_WORKERS_TO_END = 0.3


class DataLoader:
    """Batches of a dataset, in a seeded order, fetched ahead by worker threads.

    Each loop over it is one epoch. With `seed`, orders and what samples draw with Ember's random ops depend on it and the number of
    the epoch (`loader.epoch`, which may be set to resume a run); without one each epoch draws a seed from `generator` or the
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
        self._pool = self._pool_process = None
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
        # A seed that is drawn is this epoch's alone, so what it gives does not depend on how many epochs there were before.
        seed, epoch = (_draw_seed(self.generator) >> 1, 0) if self.seed is None else (self.seed, self.epoch)
        self.epoch += 1
        direct = self._native_dataset()
        if direct is not None:
            return _NativeIterator(self, direct, seed, epoch)
        plan = Plan(
            self.dataset,
            self._is_stream,
            self._is_batched,
            self.batch_size,
            self.drop_last,
            self.collate_fn,
            seed,
            epoch,
        )
        return _WorkerIterator(self, plan) if self.num_workers else _DirectIterator(self, plan)

    def _native_dataset(self):
        """The dataset, if C++ can do all that this loader does."""
        is_plain = self._is_default_order and self._is_batched and self._collates_itself and self.in_order
        return native(self.dataset) if is_plain and not self.worker_init_fn and not self.timeout else None

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
        pool = Pool(plan, self.num_workers, self.worker_init_fn)
        if self.persistent_workers:
            self._pool, self._pool_process = pool, os.getpid()
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


class _Iterator:
    """One pass over a loader. Threads that share it get batches in turn."""

    def __init__(self, loader):
        self._length = lambda: len(loader)
        self._lock, self._is_busy = threading.RLock(), False
        self._process = os.getpid()

    def __iter__(self):
        return self

    def __len__(self):
        return self._length()

    def close(self):
        """Ends the loop's workers, if it has any."""

    def __next__(self):
        if os.getpid() != self._process:
            raise RuntimeError("DataLoader: this loop was begun in another process, whose workers are not in this one")
        with self._lock:
            if self._is_busy:
                raise ValueError("DataLoader: this iterator is already executing; a sample asks it for the next batch")
            self._is_busy = True
            try:
                return self.advance()
            finally:
                self._is_busy = False


_native_iterators = weakref.WeakSet()


@atexit.register
def _close_native_iterators():
    for iterator in list(_native_iterators):
        iterator.close()


class _NativeIterator(_Iterator):
    """C++ reads and collates."""

    def __init__(self, loader, dataset, seed, epoch):
        super().__init__(loader)
        self._batches = _NativeEpoch(
            dataset,
            loader.batch_size,
            loader._shuffles,
            bool(loader.drop_last),
            loader.num_workers,
            min(loader.prefetch_factor or 1, 2**62),
            seed,
            epoch,
        )
        _native_iterators.add(self)

    def __next__(self):
        return next(self._batches)

    def close(self):
        if os.getpid() == self._process:
            self._batches.close()


class _DirectIterator(_Iterator):
    """The caller's thread fetches each batch when it is asked for."""

    def __init__(self, loader, plan):
        super().__init__(loader)
        self._order, self._number = loader._order(plan.seed, plan.epoch), 0
        self._fetcher, self._plan = None, plan

    def advance(self):
        if self._fetcher is None:
            self._fetcher = self._plan.fetcher(self._plan.dataset, 0)
        indices = next(self._order)
        number, self._number = self._number, self._number + 1
        try:
            return self._fetcher.fetch(number, indices)
        except StreamEnd:
            self._order = iter(())
        except StopIteration as error:
            raise RuntimeError("DataLoader: a sample raised StopIteration") from error
        raise StopIteration


class _WorkerIterator(_Iterator):
    """Worker threads fetch; batch k is worker k's, then k + 1's, and so on around. Waiting can be interrupted."""

    def __init__(self, loader, plan):
        super().__init__(loader)
        self._order = loader._order(plan.seed, plan.epoch)
        self._order_error = None
        self._pool, self._epoch = loader._workers(plan), Epoch(plan)
        self._ends_pool = not loader.persistent_workers
        self._timeout, self._in_order = loader.timeout, loader.in_order
        self._room = loader.num_workers * loader.prefetch_factor
        self._workers = list(range(loader.num_workers))  # those whose stream has not ended
        self._turn = 0
        self._sent = {}  # by number: the worker, for batches that are on their way
        self._next_number = 0
        self._read = None  # what was read of the order but not handed out
        self.fill()

    def fill(self, taken=0):
        """Hands out tasks as far as there is room; of those on their way `taken` are there. An interrupt in the middle loses none."""
        for _ in range(min(self._room - len(self._sent) + taken, _MOST_TASKS_AT_ONCE)):
            if not self._workers or not self.read_order():
                return
            worker = self._workers[self._turn % len(self._workers)]
            self._pool.put(worker, (self._epoch, self._next_number, *self._read))
            self._sent[self._next_number] = worker
            self._turn, self._next_number, self._read = self._turn + 1, self._next_number + 1, None

    def read_order(self):
        """Whether there is something to hand out, in `_read`."""
        if self._read is None and self._order is not None:
            try:
                self._read = (next(self._order),)
            except StopIteration:
                self._order = None
            except Exception as error:  # the batches before it come first
                self._order, self._order_error = None, error
        return self._read is not None

    def advance(self):
        while self._sent:
            number = self.wait()
            worker, (batch, error) = self._sent[number], self._epoch.done[number]
            if isinstance(error, SetupFailed):
                self.close()
                raise error.__cause__
            if isinstance(error, StreamEnd) and worker in self._workers:
                self._turn = self._workers.index(worker)
                self._workers.remove(worker)
            self.fill(taken=1)
            del self._sent[number], self._epoch.done[number]
            if isinstance(error, StreamEnd):
                continue
            if isinstance(error, StopIteration):
                raise RuntimeError("DataLoader: a sample raised StopIteration") from error
            if error is not None:
                raise error
            return batch
        self.close()
        if self._order_error is not None:
            error, self._order_error = self._order_error, None
            raise error
        raise StopIteration

    def wait(self):
        """The number of a batch that is there: the next one, or whichever came first when any will do."""
        done, arrivals = self._epoch.done, self._epoch.arrivals
        end = time.monotonic() + self._timeout if self._timeout else None
        number = next(iter(self._sent))
        while True:
            if not self._in_order:
                number = next(iter(done), number)
            if number in done:
                return number
            seconds = 1.0 if end is None else min(1.0, end - time.monotonic())
            try:
                if seconds <= 0:
                    raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds")
                arrivals.get(timeout=seconds)
            except queue.Empty:
                worker = self._sent[number]
                if not self._pool.is_alive(worker) and number not in done:
                    raise exit_of(worker) from None

    def close(self):
        """Lets the workers end after the samples that they are at."""
        self._epoch.is_closed = True
        self._order, self._sent = None, {}
        if self._ends_pool and os.getpid() == self._process:
            self._pool.close()
            self._pool.join(_SECONDS_FOR_WORKERS_TO_END)

    def __del__(self):
        if hasattr(self, "_epoch"):
            self.close()
