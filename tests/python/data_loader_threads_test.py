"""DataLoader: threads that share a loop, signals, forked processes and the end of the interpreter."""

import gc
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from squares import Slow, Squares

import ember
from ember import data


def run_python(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments], timeout=60, capture_output=True, **options
    )


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
    is_waiting = False

    def interrupt(*_):
        if is_waiting:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    taken = []
    try:
        for _ in range(8):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            try:
                is_waiting = True
                taken.append(next(batches).item())
            except KeyboardInterrupt:
                pass
            is_waiting = False
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
