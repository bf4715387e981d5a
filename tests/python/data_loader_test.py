"""DataLoader: workers, orders, random numbers, interruptions."""

import gc
import itertools
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import ember
from ember import data


class Squares(data.Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return i, i * i


class Slow(Squares):
    def __getitem__(self, i):
        time.sleep(20)


def firsts(loader):
    return [batch[0].tolist() for batch in loader]


def run_python(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments], timeout=60, capture_output=True, **options
    )


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


# Random numbers


class Noise(Squares):
    """Samples that take turns in being slow."""

    def __getitem__(self, i):
        time.sleep(i * 7 % 3 * 0.001)
        return ember.rand(2)


def noise(workers, **options):
    ember.manual_seed(3)
    batches = [batch.tolist() for batch in data.DataLoader(Noise(12), 3, num_workers=workers, **options)]
    return batches, ember.rand(1).item()


def test_random_samples_do_not_depend_on_workers_or_time():
    base = noise(0)
    assert len({x for batch in base[0] for sample in batch for x in sample}) == 24
    for workers in (0, 1, 2, 2, 3):
        assert noise(workers) == base
    assert noise(2, shuffle=True) == noise(3, shuffle=True)


def test_a_loop_draws_one_seed_and_nothing_else():
    after = noise(2)[1]
    for dataset in (Squares(12), Noise(12), data.TensorDataset(ember.ones(12))):
        for options in ({}, {"shuffle": True}, {"num_workers": 2, "batch_size": 5}):
            ember.manual_seed(3)
            list(data.DataLoader(dataset, **options))
            assert ember.rand(1).item() == after


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("dataset", [Noise(12), data.TensorDataset(ember.arange(12))], ids=["python", "native"])
@pytest.mark.parametrize("generator", [None, ember.Generator()], ids=["default", "own"])
def test_each_loop_follows_its_generator(dataset, workers, generator):
    loader = data.DataLoader(dataset, 3, shuffle=True, num_workers=workers, generator=generator)

    def loop(seed=None):
        if seed is not None:
            (generator or ember).manual_seed(seed)
        return [repr(batch) for batch in loader]

    first, second = loop(0), loop()
    assert loop(0) == first and loop() == second and loop(1) != first and first != second


def test_streams_draw_a_stream_for_each_worker():
    class Random(data.IterableDataset):
        def __iter__(self):
            for _ in range(4):
                yield ember.rand(1).item()

    def draw(workers):
        ember.manual_seed(0)
        return [batch.tolist() for batch in data.DataLoader(Random(), 2, num_workers=workers)], ember.rand(1).item()

    assert draw(0) == draw(1) and draw(2) == draw(2)
    assert len({x for batch in draw(2)[0] for x in batch}) == 8


def test_seeded_epochs_can_be_resumed():
    loader = data.DataLoader(Noise(12), 3, shuffle=True, num_workers=2, seed=5)
    epochs = [[repr(batch) for batch in loader] for _ in range(3)]
    again = data.DataLoader(Noise(12), 4, shuffle=True, seed=5)
    again.epoch = 2
    assert len({str(epoch) for epoch in epochs}) == 3 and again.epoch == 2
    again = data.DataLoader(Noise(12), 3, shuffle=True, seed=5)
    again.epoch = 2
    assert [repr(batch) for batch in again] == epochs[2]


# Threads, processes, signals


@pytest.mark.parametrize("dataset", [Squares(300), data.TensorDataset(ember.arange(300))], ids=["python", "native"])
@pytest.mark.parametrize("workers", [0, 2])
def test_threads_share_an_iterator(dataset, workers):
    batches, taken = iter(data.DataLoader(dataset, 1, num_workers=workers)), []

    def take():
        for batch in batches:
            taken.append(batch[0].item())

    threads = [threading.Thread(target=take, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(taken) == list(range(300))


def test_an_iterator_that_asks_itself_is_an_error():
    class Own(Squares):
        def __getitem__(self, i):
            return next(batches)

    batches = iter(data.DataLoader(Own(4), 2))
    with pytest.raises(ValueError, match="already executing"):
        next(batches)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_interrupt_comes_through_while_samples_run(workers):
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    start = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            for _ in data.DataLoader(Slow(10), 2, num_workers=workers):
                pass
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < 5


def test_nothing_is_lost_when_a_wait_was_interrupted():
    class Waiting(Squares):
        def __getitem__(self, i):
            time.sleep(0.1)
            return i

    batches = iter(data.DataLoader(Waiting(8), 1, num_workers=2))
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    taken = []
    try:
        for _ in range(8):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            try:
                taken.append(next(batches).item())
            except KeyboardInterrupt:
                signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert taken + [batch.item() for batch in batches] == list(range(8))


def test_nothing_is_lost_when_the_sampler_was_interrupted():
    class Interrupted:
        def __init__(self):
            self.numbers = iter(range(12))

        def __iter__(self):
            return self

        def __next__(self):
            number = next(self.numbers)
            if number in (9, 11) and not self.was_interrupted:
                self.was_interrupted = True
                self.numbers = itertools.chain([number], self.numbers)
                raise KeyboardInterrupt
            self.was_interrupted = False
            return number

        was_interrupted = False

    batches, taken = iter(data.DataLoader(Squares(12), 2, sampler=Interrupted(), num_workers=2)), []
    interrupts = 0
    while len(taken) < 12:
        try:
            taken += next(batches)[0].tolist()
        except KeyboardInterrupt:
            interrupts += 1
    assert taken == list(range(12)) and interrupts == 2 and next(batches, None) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_says_that_the_workers_are_elsewhere():
    batches = [
        iter(data.DataLoader(dataset, 1, num_workers=2))
        for dataset in (Squares(100), data.TensorDataset(ember.arange(100)))
    ]
    for each in batches:
        next(each)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            for each in batches:
                with pytest.raises(RuntimeError, match="another process|the process that"):
                    next(each)
            del each, batches
            gc.collect()
            for dataset in (Squares(10), data.TensorDataset(ember.arange(10))):
                assert len(list(data.DataLoader(dataset, 1, num_workers=2))) == 10
            status = 0
        finally:
            os._exit(status)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            assert status == 0
            return
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pytest.fail("the forked process hangs")


@pytest.mark.parametrize("steps", [1, 100000])
def test_the_interpreter_ends_while_a_loop_is_open(steps):
    code = """
        import sys, ember
        from ember import data

        class Products(data.Dataset):
            x = ember.rand(40, 40)
            started = 0

            def __len__(self):
                return 1000

            def __getitem__(self, i):
                y = self.x
                for _ in range(1 if i < 2 else int(sys.argv[1])):
                    y = y @ self.x
                return y

        batches = iter(data.DataLoader(Products(), 1, num_workers=2))
        native = iter(data.DataLoader(data.TensorDataset(ember.rand(3000, 100)), 1, num_workers=2))
        next(batches), next(native)
        print("done")
    """
    result = run_python(code, str(steps))
    assert result.returncode == 0 and result.stdout == b"done\n", result.stderr


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
