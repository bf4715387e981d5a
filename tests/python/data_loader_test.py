"""DataLoader: orders, streams, workers and arguments."""

import gc
import itertools
import random
import threading
import time

import numpy as np
import pytest
from squares import Slow, Squares

import ember
from ember import data


def firsts(loader):
    return [batch[0].tolist() for batch in loader]


# Orders


class Endless:
    """A sampler without end or length, which counts how far it was read."""

    def __init__(self):
        self.read = 0

    def __iter__(self):
        for i in itertools.count():
            self.read += 1
            yield i % 10


@pytest.mark.parametrize("workers", [0, 2])
def test_samplers_are_read_as_they_are_needed(workers):
    for make in (
        lambda order: {"sampler": order, "batch_size": 3},
        lambda order: {"sampler": iter(order), "batch_size": 3},
        lambda order: {"batch_sampler": data.BatchSampler(order, 3)},
        lambda order: {"batch_sampler": ([i, i, i] for i in order)},
        lambda order: {"sampler": order, "batch_size": None},
    ):
        order = Endless()
        batches = iter(data.DataLoader(Squares(10), num_workers=workers, **make(order)))
        next(batches)
        assert order.read <= 3 * (2 * workers + 1)
        for _ in range(5):
            next(batches)
        assert order.read <= 3 * (2 * workers + 6)


def test_a_huge_prefetch_factor_reads_an_endless_sampler_in_portions():
    order = Endless()
    assert next(iter(data.DataLoader(Squares(10), 1, sampler=order, num_workers=1, prefetch_factor=2**62)))[
        0
    ].tolist() == [0]
    assert order.read < 1000
    for dataset in (Squares(10), data.TensorDataset(ember.arange(10))):
        assert len(list(data.DataLoader(dataset, 2, num_workers=2, prefetch_factor=2**62))) == 5


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_of_the_sampler_comes_after_the_batches_before_it(workers):
    def order():
        yield from range(4)
        raise LookupError("no more")

    batches = iter(data.DataLoader(Squares(10), 2, sampler=order(), num_workers=workers))
    assert next(batches)[0].tolist() == [0, 1] and next(batches)[0].tolist() == [2, 3]
    with pytest.raises(LookupError, match="no more"):
        next(batches)


def test_any_keys_will_do():
    class Table:
        def __getitem__(self, key):
            return f"<{key}>"

    assert list(data.DataLoader(Table(), 2, sampler=["a", "b", "c"], num_workers=1)) == [["<a>", "<b>"], ["<c>"]]
    assert list(data.DataLoader(Table(), None, sampler=["a", ("b", 1)])) == ["<a>", "<('b', 1)>"]


def test_datasets_may_read_many_samples_at_once():
    class Bulk(Squares):
        def __getitems__(self, indices):
            return [10 * i for i in indices]

    for workers in (0, 2):
        assert [b.tolist() for b in data.DataLoader(Bulk(5), 2, num_workers=workers)] == [[0, 10], [20, 30], [40]]
    assert [b.tolist() for b in data.DataLoader(data.Subset(Bulk(5), [4, 1]), 2)] == [[40, 10]]


# Streams


class Stream(data.IterableDataset):
    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        return iter(range(self.start, self.end)) if self.end else itertools.count(self.start)


def share(worker):
    """PyTorch's example of worker_init_fn: each worker's dataset gets a range of its own."""
    info = data.get_worker_info()
    dataset, each = info.dataset, -(-(info.dataset.end - info.dataset.start) // info.num_workers)
    dataset.start = dataset.start + worker * each
    dataset.end = min(dataset.start + each, dataset.end)


def test_streams():
    for workers in (0, 1):
        assert [b.tolist() for b in data.DataLoader(Stream(0, 5), 2, num_workers=workers)] == [[0, 1], [2, 3], [4]]
        assert [b.tolist() for b in data.DataLoader(Stream(0, 5), 2, drop_last=True, num_workers=workers)] == [
            [0, 1],
            [2, 3],
        ]
        assert list(data.DataLoader(Stream(0, 3), None, num_workers=workers)) == [0, 1, 2]
    shared = Stream(3, 10)
    assert firsts(
        data.DataLoader(shared, None, num_workers=2, worker_init_fn=share, collate_fn=lambda x: [ember.tensor(x)])
    ) == [
        3,
        7,
        4,
        8,
        5,
        9,
        6,
    ]
    assert (shared.start, shared.end) == (3, 10)
    batches = iter(data.DataLoader(Stream(0, None), 2, num_workers=2))
    assert [next(batches).tolist() for _ in range(4)] == [[0, 1], [0, 1], [2, 3], [2, 3]]
    with pytest.raises(ValueError, match="IterableDataset: expected unspecified shuffle"):
        data.DataLoader(Stream(0, 5), shuffle=True)
    with pytest.raises(ValueError, match="unspecified sampler"):
        data.DataLoader(Stream(0, 5), sampler=[1])
    with pytest.raises(TypeError):
        len(data.DataLoader(Stream(0, 5)))


# Workers


@pytest.mark.parametrize("workers", [1, 2])
def test_a_collate_function_runs_in_the_workers(workers):
    names = set()

    def collate(samples):
        names.add(threading.current_thread().name)
        return [i for i, _ in samples]

    loader = data.DataLoader(Squares(8), 2, num_workers=workers, collate_fn=collate)
    assert list(loader) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert names == {f"DataLoader worker {i}" for i in range(workers)}


def test_workers_run_beside_one_another():
    everyone = threading.Barrier(8)

    class Meeting(Squares):
        def __getitem__(self, i):
            return everyone.wait(timeout=20)

    assert sorted(data.DataLoader(Meeting(16), None, num_workers=8)) == sorted(2 * list(range(8)))


def test_worker_info():
    infos = {}

    def setup(worker):
        infos[worker] = data.get_worker_info()
        assert ember.initial_seed() == infos[worker].seed

    dataset = Squares(4)
    list(data.DataLoader(dataset, 1, num_workers=3, worker_init_fn=setup, seed=10))
    assert sorted(infos) == [0, 1, 2]
    for worker, info in infos.items():
        assert (info.id, info.num_workers, info.seed) == (worker, 3, 10 + worker)
        assert info.dataset is not dataset and info.dataset.n == 4
        assert info.rng.random_generator.random() == random.Random(10 + worker).random()
        assert info.rng.numpy_generator.random() == np.random.default_rng(10 + worker).random()
    assert data.get_worker_info() is None


def test_persistent_workers_are_set_up_once():
    setups = []
    loader = data.DataLoader(Squares(6), 2, num_workers=2, persistent_workers=True, worker_init_fn=setups.append)
    for _ in range(3):
        assert firsts(loader) == [[0, 1], [2, 3], [4, 5]]
    batches = iter(loader)
    next(batches)
    del batches
    assert firsts(loader) == [[0, 1], [2, 3], [4, 5]] and sorted(setups) == [0, 1]
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("DataLoader worker")]
    del loader
    gc.collect()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_workers_end_with_their_loop():
    before = threading.active_count()
    for leave in (lambda loader: list(loader), lambda loader: next(iter(loader)), lambda loader: iter(loader)):
        leave(data.DataLoader(Squares(1000), 2, num_workers=3))
    end = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_errors_in_workers():
    class Broken(Squares):
        def __getitem__(self, i):
            if i == 3:
                raise {"stop": StopIteration, "exit": SystemExit}.get(self.n, LookupError)("bad")
            return i

        def __len__(self):
            return 6

    batches = iter(data.DataLoader(Broken("lookup"), 1, num_workers=2))
    assert [next(batches).item() for _ in range(3)] == [0, 1, 2]
    with pytest.raises(LookupError) as info:
        next(batches)
    assert info.value.__notes__ == ["DataLoader worker 1: sample 3"]
    assert [batch.item() for batch in batches] == [4, 5]
    for workers in (0, 2):
        with pytest.raises(RuntimeError, match="raised StopIteration"):
            list(data.DataLoader(Broken("stop"), 1, num_workers=workers))
    with pytest.raises(RuntimeError, match="worker 1 exited unexpectedly: SystemExit"):
        list(data.DataLoader(Broken("exit"), 1, num_workers=2))

    def setup(worker):
        raise KeyError(worker)

    with pytest.raises(KeyError) as info:
        list(data.DataLoader(Squares(3), 1, num_workers=1, worker_init_fn=setup))
    assert info.value.__notes__ == ["DataLoader worker 0: worker_init_fn"]

    class BrokenStream(data.IterableDataset):
        def __iter__(self):
            yield 1
            raise LookupError

    for workers in (0, 1):
        with pytest.raises(LookupError) as info:
            list(data.DataLoader(BrokenStream(), 2, num_workers=workers))
        assert "sample 1 of the stream" in info.value.__notes__[0]


def test_errors_of_bulk_reads_name_the_samples():
    class Bulk(Squares):
        def __getitems__(self, indices):
            raise LookupError("bad")

    for dataset in (Bulk(4), data.Subset(Bulk(4), [3, 2, 1, 0])):
        with pytest.raises(LookupError) as info:
            list(data.DataLoader(dataset, 2, num_workers=1))
        assert info.value.__notes__ == ["DataLoader worker 0: one of the samples [0, 1]"]


def test_timeout():
    with pytest.raises(RuntimeError, match="timed out after 0.1 seconds"):
        next(iter(data.DataLoader(Slow(6), 2, num_workers=2, timeout=0.1)))


def test_nested_loaders():
    class Nested(Squares):
        def __getitem__(self, i):
            return sum(batch.sum() for _, batch in data.DataLoader(Squares(4), 2, num_workers=1))

    for workers in (0, 2):
        assert [b.tolist() for b in data.DataLoader(Nested(4), 2, num_workers=workers)] == [[14, 14], [14, 14]]


# Arguments


@pytest.mark.parametrize(
    "options",
    [
        {"num_workers": -1},
        {"timeout": -1},
        {"batch_size": 0},
        {"batch_size": -(2**62)},
        {"prefetch_factor": 2},
        {"prefetch_factor": 0, "num_workers": 1},
        {"prefetch_factor": -1, "num_workers": 1},
        {"persistent_workers": True},
        {"sampler": [1], "shuffle": True},
        {"batch_sampler": [[1]], "batch_size": 2},
        {"batch_sampler": [[1]], "shuffle": True},
        {"batch_sampler": [[1]], "drop_last": True},
        {"batch_size": None, "drop_last": True},
    ],
    ids=str,
)
def test_options_that_make_no_sense(options):
    with pytest.raises(ValueError):
        data.DataLoader(Squares(3), **options)


def test_more_workers_than_there_is_to_do():
    for dataset in (Squares(20), data.TensorDataset(ember.arange(20))):
        loader = data.DataLoader(dataset, 2, num_workers=10**6)
        assert [batch[0][0].item() for batch in loader] == list(range(0, 20, 2))
    assert firsts(data.DataLoader(Squares(3), 2, seed=-1, shuffle=True, num_workers=2)) == firsts(
        data.DataLoader(Squares(3), 2, seed=2**64 - 1, shuffle=True)
    )


def test_more_options():
    loader = data.DataLoader(Squares(3), 2, pin_memory=True, multiprocessing_context=None, in_order=True)
    assert len(loader) == 2 and firsts(loader) == [[0, 1], [2]]
    with pytest.raises(ValueError, match="batch_size attribute should not be set"):
        loader.batch_size = 3
    with pytest.raises(TypeError):
        data.DataLoader(Squares(3), num_workers=1.5)
    with pytest.raises(TypeError):
        data.DataLoader(Squares(3), collate_fn=3)
    assert firsts(data.DataLoader(Squares(3), batch_size=2**62)) == [[0, 1, 2]]
    assert sorted(firsts(data.DataLoader(Squares(6), 2, num_workers=2, in_order=False))) == [[0, 1], [2, 3], [4, 5]]
    assert firsts(data.DataLoader(data.TensorDataset(ember.arange(5)), 2**62, num_workers=2)) == [[0, 1, 2, 3, 4]]
    assert list(data.DataLoader([], 2)) == list(data.DataLoader([], 2, shuffle=True, num_workers=2)) == []
