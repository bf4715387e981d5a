"""Runs that stop and go on: the state of loaders, and training that is killed."""

import pathlib
import random
import subprocess
import sys

import numpy as np
import pytest
from samplers import Shuffled

import ember
from ember import data
from ember.data import DataLoader


class Noisy:
    """Numbers plus random ones of Ember's."""

    def __len__(self):
        return 23

    def __getitem__(self, i):
        return ember.tensor([float(i)]) + ember.rand(1)


class Seeing(Shuffled):
    """A sampler that remembers in which epoch it is."""

    def __init__(self):
        self.epoch = 0

    def __iter__(self):
        self.epoch += 1
        return iter([(i * self.epoch) % 23 for i in range(23)])


class Remembering(Seeing):
    def state_dict(self):
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]


class Stream(data.IterableDataset):
    def __iter__(self):
        return (ember.tensor([float(i)]) + ember.rand(1) for i in range(23))


class RandomStream(data.IterableDataset):
    def __iter__(self):
        return (ember.tensor([random.random()]) for _ in range(23))


def own_generator():
    return ember.Generator().manual_seed(9)


def loader_of(dataset, **options):
    return lambda workers: DataLoader(dataset() if callable(dataset) else dataset, num_workers=workers, **options)


NUMBERS = data.TensorDataset(ember.arange(23.0))
LOADERS = {
    "in C++": loader_of(NUMBERS, batch_size=4, shuffle=True),
    "in C++ with a seed": loader_of(NUMBERS, batch_size=4, shuffle=True, seed=3),
    "shuffled": loader_of(Noisy, batch_size=4, shuffle=True),
    "with a seed": loader_of(Noisy, batch_size=4, shuffle=True, seed=3, drop_last=True),
    "with a generator": lambda workers: DataLoader(
        Noisy(), 4, shuffle=True, num_workers=workers, generator=own_generator()
    ),
    "sampler": lambda workers: DataLoader(Noisy(), 4, sampler=data.RandomSampler(range(23)), num_workers=workers),
    "sampler with a generator": lambda workers: DataLoader(
        Noisy(), 4, sampler=data.RandomSampler(range(23), generator=own_generator()), num_workers=workers
    ),
    "weighted": lambda workers: DataLoader(
        Noisy(), 4, sampler=data.WeightedRandomSampler([1.0] * 23, 23), seed=5, num_workers=workers
    ),
    "user's sampler": lambda workers: DataLoader(Noisy(), 4, sampler=Shuffled(), num_workers=workers),
    "sampler with a state": lambda workers: DataLoader(Noisy(), 4, sampler=Remembering(), num_workers=workers),
    "batch sampler": lambda workers: DataLoader(
        Noisy(), batch_sampler=data.BatchSampler(Shuffled(), 5), num_workers=workers
    ),
    "no batches": lambda workers: DataLoader(Noisy(), None, sampler=Shuffled(), num_workers=workers),
    "workers that stay": lambda workers: DataLoader(Noisy(), 4, num_workers=workers, persistent_workers=workers > 0),
}


def values(batch):
    return (batch[0] if isinstance(batch, list) else batch).flatten().tolist()


def random_states():
    return random.getstate(), np.random.get_state(), ember.get_rng_state()


def set_random_states(states):
    random.setstate(states[0])
    np.random.set_state(states[1])
    ember.set_rng_state(states[2])


def loop(loader, epochs, start=0, stop=None, draws=True):
    """What a run sees, and where it was behind `stop` batches."""
    seen, snapshot = [], None
    for epoch in range(start, epochs):
        for batch in loader:
            seen.append((values(batch), random.random() if draws else 0))
            if len(seen) == stop:
                snapshot = loader.state_dict(), random_states(), epoch
    return seen, snapshot


def check_resumes(make, stop, workers, other_workers, folder, draws=True):
    random.seed(1), np.random.seed(1), ember.manual_seed(1)
    whole, (state, states, epoch) = loop(make(workers), 3, stop=stop, draws=draws)
    random.seed(2), ember.manual_seed(2)
    ember.save(state, folder / "state")
    loader = make(other_workers)
    loader.load_state_dict(ember.load(folder / "state"))
    set_random_states(states)
    assert loop(loader, 3, start=epoch, draws=draws)[0] == whole[stop:]


@pytest.mark.parametrize("make", LOADERS.values(), ids=LOADERS)
@pytest.mark.parametrize("workers, other_workers", [(0, 0), (2, 2), (0, 3), (3, 0)])
def test_a_loader_goes_on_where_it_was(make, workers, other_workers, tmp_path):
    for stop in (1, 5, 6, 8):
        check_resumes(make, stop, workers, other_workers, tmp_path)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stream_is_read_again(workers, tmp_path):
    for stop in (1, 5, 6, 8):
        check_resumes(loader_of(Stream, batch_size=4), stop, workers, workers, tmp_path)
    if workers == 0:
        check_resumes(loader_of(RandomStream, batch_size=4), 8, 0, 0, tmp_path, draws=False)


def test_between_loops_a_loader_tells_of_the_next_one(tmp_path):
    for make in LOADERS.values():
        random.seed(1), ember.manual_seed(1)
        loader = make(0)
        list(loader)
        state, states = loader.state_dict(), random_states()
        assert state["epoch"] == 1 and state["taken"] is None
        expected = [values(batch) for batch in loader]
        other = make(0)
        other.load_state_dict(state)
        assert other.state_dict() == state
        set_random_states(states)
        assert [values(batch) for batch in other] == expected


def test_an_abandoned_loop_is_over():
    loader = DataLoader(Noisy(), 4)
    for _ in loader:
        break
    assert loader.state_dict()["taken"] is None
    batches = iter(loader)
    next(batches), next(batches)
    assert loader.state_dict()["taken"] == 2
    for _ in batches:
        pass
    assert loader.state_dict()["taken"] is None


class Failing(Noisy):
    def __getitem__(self, i):
        if i == 5:
            raise KeyError(i)
        return super().__getitem__(i)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_batch_that_failed_is_behind(workers):
    loader = DataLoader(Failing(), 4, num_workers=workers)
    batches = iter(loader)
    next(batches)
    with pytest.raises(KeyError):
        next(batches)
    other = DataLoader(Failing(), 4, num_workers=workers)
    state = loader.state_dict()
    assert state["taken"] == 2
    expected = values(next(batches))
    other.load_state_dict(state)
    assert values(next(iter(other))) == expected


@pytest.mark.parametrize(
    "make, other, message",
    [
        (lambda: DataLoader(NUMBERS, 4), lambda: DataLoader(NUMBERS, 5), "batch_size 4 but this one has 5"),
        (lambda: DataLoader(NUMBERS, 4), lambda: DataLoader(Noisy(), 4, shuffle=True), "shuffle False but"),
        (lambda: DataLoader(NUMBERS, 4, seed=1), lambda: DataLoader(NUMBERS, 4), "fixed_seed 1 but this one has None"),
        (lambda: DataLoader(NUMBERS, 4), lambda: DataLoader(data.Subset(NUMBERS, [1, 2]), 4), "samples 23 but"),
        (lambda: DataLoader(Stream(), 4), lambda: DataLoader(Stream(), 4, num_workers=2), "workers must stay 0"),
        (lambda: DataLoader(NUMBERS, 4), lambda: DataLoader(NUMBERS, 4, sampler=Shuffled()), "another kind of sampler"),
        (
            lambda: DataLoader(NUMBERS, 4),
            lambda: DataLoader(NUMBERS, 4, generator=own_generator()),
            "generator of its own",
        ),
    ],
)
def test_the_state_of_another_loader_is_an_error(make, other, message):
    loader, other = make(), other()
    batches = iter(loader)
    next(batches)
    before = other.state_dict()
    with pytest.raises(ValueError, match=message):
        other.load_state_dict(loader.state_dict())
    assert other.state_dict() == before
    with pytest.raises(ValueError, match="has no 'epoch'"):
        other.load_state_dict({})


def test_what_cannot_be_repeated_is_an_error():
    two = DataLoader(NUMBERS, 4)
    loops = iter(two), iter(two)
    next(loops[0])
    with pytest.raises(RuntimeError, match="several loops"):
        two.state_dict()

    as_ready = DataLoader(Noisy(), 4, num_workers=2, in_order=False)
    batches = iter(as_ready)
    next(batches)
    with pytest.raises(RuntimeError, match="in_order=False"):
        as_ready.state_dict()

    class Drawing(Noisy):
        def __getitem__(self, i):
            return ember.tensor([np.random.rand()])

    drawing = DataLoader(Drawing(), 4, num_workers=2)
    next(iter(drawing))
    with pytest.raises(RuntimeError, match=r"get_worker_info\(\).rng"):
        drawing.state_dict()
    for _ in DataLoader(Noisy(), 4, num_workers=2):
        random.random()  # the loop's own draws are no reason


def test_a_sampler_that_gives_another_order_is_an_error():
    for stop, message in ((1, None), (8, "had epoch=1 and has 0")):
        loader = DataLoader(Noisy(), 4, sampler=Seeing())
        state = loop(loader, 2, stop=stop)[1][0]
        other = DataLoader(Noisy(), 4, sampler=Seeing())
        other.load_state_dict(state)
        if message is None:
            next(iter(other))
            continue
        with pytest.raises(RuntimeError, match=message):
            iter(other)

    class Unsteady(Shuffled):
        def __iter__(self):
            return (random.randrange(23) for _ in range(23))

    state = loop(DataLoader(Noisy(), 4, sampler=Unsteady()), 1, stop=3)[1][0]
    other = DataLoader(Noisy(), 4, sampler=Unsteady())
    other.load_state_dict(state)
    with pytest.raises(RuntimeError, match="another order"):
        iter(other)


def test_a_stream_and_a_loop_of_the_same_random_numbers_are_an_error():
    state = loop(DataLoader(RandomStream(), 4), 1, stop=3)[1][0]
    other = DataLoader(RandomStream(), 4)
    other.load_state_dict(state)
    with pytest.raises(RuntimeError, match="both draw from python's random numbers"):
        next(iter(other))


def test_generators_have_states():
    g = ember.Generator().manual_seed(2**64 - 1)
    ember.rand(5, generator=g)
    state = g.state_dict()
    expected = ember.rand(3, generator=g).tolist()
    other = ember.Generator()
    other.load_state_dict(state)
    assert ember.rand(3, generator=other).tolist() == expected
    with pytest.raises(ValueError, match="no 'position'"):
        other.load_state_dict({"seed": 1})


@pytest.mark.parametrize("workers, resumed_with", [(0, 0), (2, 3)])
def test_a_killed_run_ends_where_one_does_that_was_left_alone(workers, resumed_with):
    script = pathlib.Path(__file__).with_name("killed_training.py")
    command = [sys.executable, str(script), str(workers), str(resumed_with)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=250)
    assert result.stdout == "8 runs end where one does that was left alone\n", result.stdout + result.stderr
