"""The loops over a DataLoader: read by C++, by the caller's thread, or by worker threads."""

import atexit
import os
import queue
import threading
import time
import weakref

from ember._C.data import _NativeEpoch
from ember.data.worker import Epoch, SetupFailed, StreamEnd, exit_of

# Handed out at once; an endless sampler with a huge prefetch_factor must not be read without end.
_MOST_TASKS_AT_ONCE = 256
_SECONDS_FOR_WORKERS_TO_END = 0.3


class Iterator:
    """One pass over a loader. Threads that share it get batches in turn."""

    def __init__(self, loader, loop):
        self._length, self._loop = (lambda: len(loader)), loop
        self._taken, self._has_ended = loop.taken, False
        self._lock, self._is_busy = threading.RLock(), False
        self._process = os.getpid()

    def __iter__(self):
        return self

    def __len__(self):
        return self._length()

    def close(self):
        """Ends the loop's workers, if it has any."""

    def taken(self):
        """How many batches were taken; None when the loop is over."""
        return None if self._has_ended else self._taken

    def state(self):
        """The loop's part of the loader's state_dict."""
        with self._lock:
            return {**self._loop.state(), "taken": self._taken}

    def catch_up(self):
        """A stream has no places: it is read again up to where it was."""
        count, self._taken = self._taken, 0
        with self._loop.reading_again():
            while self._taken < count:
                try:
                    self.advance()
                except StopIteration:
                    raise RuntimeError(
                        f"DataLoader: the stream ends after {self._taken} batches, but {count} were taken of it"
                    ) from None
                except Exception:  # it was raised the first time too
                    continue

    def __next__(self):
        if os.getpid() != self._process:
            raise RuntimeError("DataLoader: this loop was begun in another process, whose workers are not in this one")
        with self._lock:
            if self._is_busy:
                raise ValueError("DataLoader: this iterator is already executing; a sample asks it for the next batch")
            self._is_busy = True
            try:
                if self._loop.is_behind:
                    self.catch_up()
                return self.advance()
            except StopIteration:
                self._has_ended = True
                raise
            finally:
                self._is_busy = False


_native_iterators = weakref.WeakSet()


@atexit.register
def _close_native_iterators():
    for iterator in list(_native_iterators):
        iterator.close()


class NativeIterator(Iterator):
    """C++ reads and collates."""

    def __init__(self, loader, loop, dataset):
        super().__init__(loader, loop)
        self._batches = _NativeEpoch(
            dataset,
            loader.batch_size,
            loader._shuffles,
            bool(loader.drop_last),
            loader.num_workers,
            min(loader.prefetch_factor or 1, 2**62),
            loop.seed,
            loop.stream,
            loop.taken,
        )
        _native_iterators.add(self)

    def __next__(self):
        return next(self._batches)

    def taken(self):
        return self._batches.taken

    def state(self):
        return {**self._loop.state(), "taken": self.taken()}

    def close(self):
        if os.getpid() == self._process:
            self._batches.close()


class DirectIterator(Iterator):
    """The caller's thread fetches each batch when it is asked for."""

    def __init__(self, loader, loop, plan):
        super().__init__(loader, loop)
        self._order, self._number = loop.order(), loop.first
        self._fetcher, self._plan = None, plan

    def advance(self):
        if self._fetcher is None:
            self._fetcher = self._plan.fetcher(self._plan.dataset, 0)
        indices = next(self._order)
        number, self._number = self._number, self._number + 1
        self._taken += 1
        try:
            return self._fetcher.fetch(number, indices)
        except StreamEnd:
            self._order, self._taken = iter(()), self._taken - 1
        except StopIteration as error:
            raise RuntimeError("DataLoader: a sample raised StopIteration") from error
        raise StopIteration


class WorkerIterator(Iterator):
    """Worker threads fetch; batch k is worker k's, then k + 1's, and so on around. Waiting can be interrupted."""

    def __init__(self, loader, loop, plan):
        super().__init__(loader, loop)
        self._order = loop.order()
        self._order_error = None
        self._pool, self._epoch = loader._workers(plan), Epoch(plan, loop.first)
        self._loader = weakref.ref(loader)
        self._ends_pool = not loader.persistent_workers
        self._timeout, self._in_order = loader.timeout, loader.in_order
        self._room = loader.num_workers * loader.prefetch_factor
        self._workers = list(range(loader.num_workers))  # those whose stream has not ended
        self._turn = loop.first
        self._sent = {}  # by number: the worker, for batches that are on their way
        self._next_number = loop.first
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
            self._taken += 1
            if self._epoch.draws_from_shared:
                self._epoch.draws_from_shared = False
                if (loader := self._loader()) is not None:
                    loader._found_shared_draws()
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
        end = time.monotonic() + self._timeout if self._timeout else None
        self._epoch.is_awaited.set()
        try:
            return self.wait_until(end)
        finally:
            self._epoch.is_awaited.clear()

    def wait_until(self, end):
        done, arrivals = self._epoch.done, self._epoch.arrivals
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
        self._epoch.is_closed = self._has_ended = True
        self._order, self._sent = None, {}
        if self._ends_pool and os.getpid() == self._process:
            self._pool.close()
            self._pool.join(_SECONDS_FOR_WORKERS_TO_END)

    def __del__(self):
        if hasattr(self, "_epoch"):
            self.close()
