"""The worker threads of a DataLoader, and what fetches a batch in them or in the caller's thread."""

import atexit
import contextlib
import copy
import ctypes
import dataclasses
import functools
import queue
import random
import threading
import time
import weakref

from ember._C import Generator, _exchange_thread_generator
from ember._C.data import _compute_alone, _require_thread, _sample_seed
from ember.data.dataset import bulk_reader
from ember.data.random_state import shared_random

_SECONDS_FOR_CALLER = 0.05
_MASK = 2**63 - 1  # what manual_seed takes


@dataclasses.dataclass(frozen=True)
class WorkerInfo:
    """The worker that asks: its number, how many there are, the seed of its random numbers, and the dataset that it reads."""

    id: int
    num_workers: int
    seed: int
    dataset: object
    worker_method: str = "thread"

    @functools.cached_property
    def rng(self):
        """Generators for what is not Ember's: those of the modules belong to all threads. Each batch of samples by index begins them
        anew, from a seed of its own."""
        from numpy.random import default_rng

        seed = self.__dict__.get("_batch_seed", self.seed)
        return WorkerRandom(random.Random(seed), default_rng(seed))

    @contextlib.contextmanager
    def drawing_from(self, seed):
        """Draws inside depend on this seed alone, if there is one."""
        if seed is None:
            yield
            return
        self.__dict__["_batch_seed"] = seed
        if "rng" in self.__dict__:
            self.rng.random_generator.seed(seed)
            bits = self.rng.numpy_generator.bit_generator
            bits.state = type(bits)(seed).state
        try:
            yield
        finally:
            del self.__dict__["_batch_seed"]


@dataclasses.dataclass(frozen=True)
class WorkerRandom:
    """Random numbers of one worker's own, from Python and from NumPy."""

    random_generator: random.Random
    numpy_generator: object


_this_thread = threading.local()


def get_worker_info():
    """In a worker of a DataLoader its WorkerInfo, elsewhere None."""
    return getattr(_this_thread, "info", None)


@contextlib.contextmanager
def drawing_from(generator):
    """Random ops of this thread draw from `generator` inside."""
    before = _exchange_thread_generator(generator)
    try:
        yield
    finally:
        _exchange_thread_generator(before)


class StreamEnd(Exception):
    """The stream of an IterableDataset has no more batches."""


class MapFetcher:
    """Batches of a dataset with samples by index. What a batch draws at random depends on seed, epoch and its number alone."""

    def __init__(self, dataset, plan, generator):
        self.dataset, self.plan, self.generator = dataset, plan, generator
        self.read_many = bulk_reader(dataset)

    def seed_of(self, number):
        return _sample_seed(self.plan.seed, self.plan.epoch, number) & _MASK

    def fetch(self, number, indices):
        self.generator.manual_seed(self.seed_of(number))
        with drawing_from(self.generator):
            if not self.plan.is_batched:
                return self.plan.collate(self.read([indices])[0])
            return self.plan.collate(self.read_at_once(indices) if self.read_many else self.read(indices))

    def read_at_once(self, indices):
        try:
            return self.read_many(indices)
        except Exception as error:
            error.add_note(f"{_whose()}: one of the samples {indices}")
            raise

    def read(self, indices):
        samples = []
        try:
            for index in indices:
                samples.append(self.dataset[index])
        except Exception as error:
            error.add_note(f"{_whose()}: sample {indices[len(samples)]}")
            raise
        return samples


class StreamFetcher:
    """Batches of an IterableDataset, one behind another. They draw from a stream of random numbers for each worker."""

    def __init__(self, dataset, plan, generator):
        self.plan, self.generator = plan, generator
        self.count, self.has_ended = 0, False
        with drawing_from(generator):
            self.samples = iter(dataset)

    def seed_of(self, number):
        return None

    def fetch(self, number, _):
        with drawing_from(self.generator):
            samples = self.read(self.plan.batch_size if self.plan.is_batched else 1)
            if len(samples) < (self.plan.batch_size if self.plan.drop_last else 1):
                raise StreamEnd
            return self.plan.collate(samples if self.plan.is_batched else samples[0])

    def read(self, count):
        samples = []
        while len(samples) < count and not self.has_ended:
            try:
                samples.append(next(self.samples))
            except StopIteration:
                self.has_ended = True
            except Exception as error:
                error.add_note(f"{_whose()}: sample {self.count + len(samples)} of the stream")
                raise
        self.count += len(samples)
        return samples


def _whose():
    info = get_worker_info()
    return f"DataLoader worker {info.id}" if info else "DataLoader"


@dataclasses.dataclass(frozen=True)
class Plan:
    """What one epoch's batches are made with."""

    dataset: object
    is_stream: bool
    is_batched: bool
    batch_size: int | None
    drop_last: bool
    collate: object
    seed: int
    epoch: int

    def fetcher(self, dataset, worker):
        make = StreamFetcher if self.is_stream else MapFetcher
        return make(dataset, self, Generator().manual_seed((self.seed + worker) & _MASK))


class SetupFailed(Exception):
    """worker_init_fn raised its cause."""


class Epoch:
    """What the workers have fetched in one pass over a loader, by number, until it is taken."""

    def __init__(self, plan, first=0):
        self.plan = plan
        self.first = first  # number of the first batch
        self.is_awaited = threading.Event()  # the caller waits for a batch
        self.draws_from_shared = False  # a worker has drawn random numbers that the loop draws too
        self.done = {}
        self.arrivals = queue.SimpleQueue()  # one entry for each that is put into `done`
        self.is_closed = False

    def put(self, number, batch=None, error=None):
        self.done[number] = (batch, error)
        self.arrivals.put(None)


_pools, _threads = weakref.WeakSet(), weakref.WeakSet()


def _join(threads, seconds):
    """Waits for the threads' ends, but no longer than this: a sample may take any time."""
    end = time.monotonic() + seconds
    for thread in threads:
        if thread is not threading.current_thread():
            thread.join(max(0, end - time.monotonic()))


@atexit.register
def _end_all():
    """A thread that comes back from an op of Ember after the interpreter's end would take the process down, so those that go on
    after a while get a SystemExit, which ends them as soon as they are in Python's code."""
    for pool in list(_pools):
        pool.close()
    _join(list(_threads), 0.3)
    for thread in list(_threads):
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
    _join(list(_threads), 0.3)


class Pool:
    """Worker threads, each with tasks of its own; a task is (epoch, number of the batch, indices). A thread starts with its first
    task, or at once when it has something to set up. The threads hold no reference to the pool, so when it goes they end after the
    sample that they are at."""

    def __init__(self, plan, count, init, seed=None):
        self.seed = plan.seed if seed is None else seed
        self.dataset, self.count, self.init = plan.dataset, count, init
        # Each of them may set up the dataset for itself, as processes could.
        self.shares_dataset = not plan.is_stream and init is None
        self.workers = {}  # by number: (tasks, thread)
        _pools.add(self)
        for i in range(count if init else 0):
            self.start(i)

    def put(self, worker, task):
        if worker not in self.workers:
            self.start(worker)
        self.workers[worker][0].put(task)

    def start(self, i):
        dataset = self.dataset if self.shares_dataset else copy_of(self.dataset)
        info = WorkerInfo(i, self.count, (self.seed + i) & _MASK, dataset)
        tasks = queue.SimpleQueue()
        thread = threading.Thread(
            target=_work, args=(tasks, info, self.init), name=f"DataLoader worker {i}", daemon=True
        )
        # Python waits for ever for a thread that is refused memory at its start.
        _require_thread(f"DataLoader: worker {i} of {self.count}")
        try:
            thread.start()
        except RuntimeError as error:
            raise RuntimeError(f"DataLoader: worker {i} of {self.count} could not be started: {error}") from None
        self.workers[i] = tasks, thread
        _threads.add(thread)

    def is_alive(self, worker):
        return self.workers[worker][1].is_alive()

    def close(self):
        for tasks, _ in list(self.workers.values()):
            tasks.put(None)

    def join(self, seconds):
        _join([thread for _, thread in self.workers.values()], seconds)

    def __del__(self):
        self.close()


def copy_of(dataset):
    try:
        return copy.copy(dataset)
    except Exception:  # what cannot be copied is shared, as the datasets of C++, which no one can set up
        return dataset


def _work(tasks, info, init):
    _this_thread.info = info
    generator = Generator().manual_seed(info.seed)
    with drawing_from(generator):
        failure = _set_up(info, init)
        fetcher = None
        while task := tasks.get():
            epoch, number, indices = task
            if epoch.is_closed:
                continue
            if failure:
                epoch.put(number, error=failure)
                return
            try:
                if fetcher is None or fetcher.plan is not epoch.plan:
                    generator.manual_seed(info.seed)
                    fetcher = epoch.plan.fetcher(info.dataset, info.id)
                epoch.put(number, batch=_fetch(epoch, fetcher, info, number, indices))
            except Exception as error:
                epoch.put(number, error=error)
            except BaseException as error:
                epoch.put(number, error=exit_of(info.id, error))
                return
            del task, epoch, indices  # what is taken is free


def _fetch(epoch, fetcher, info, number, indices):
    with info.drawing_from(fetcher.seed_of(number)):
        if number != epoch.first:
            return fetcher.fetch(number, indices)
        # While the caller waits for the first batch, only workers draw.
        epoch.is_awaited.wait(_SECONDS_FOR_CALLER)
        before = shared_random()
        try:
            return fetcher.fetch(number, indices)
        finally:
            epoch.draws_from_shared = epoch.is_awaited.is_set() and shared_random() != before


def _set_up(info, init):
    """Calls worker_init_fn; what it raised, for who waits for the first batch."""
    try:
        _compute_alone()
        if init:
            init(info.id)
    except BaseException as error:
        error.add_note(f"DataLoader worker {info.id}: " + ("worker_init_fn" if init else "its start"))
        failure = SetupFailed()
        failure.__cause__ = error
        return failure
    return None


def exit_of(worker, cause=None):
    error = RuntimeError(f"DataLoader worker {worker} exited unexpectedly" + (f": {cause!r}" if cause else ""))
    error.__cause__ = cause
    return error
