"""Where a loader is, and how a loader like it comes there: what DataLoader.state_dict gives and load_state_dict takes.

An order that depends on seed and epoch alone is found again by both. One that a sampler of its own kind gives is read again from
the random numbers and the sampler's state that it began with, and must be the same; and so is a stream.
"""

import contextlib
import copy
import hashlib
import itertools
import random
import sys

from ember._C import Generator
from ember._C.data import _draw_seed
from ember.data.random_state import all_states, drawing_as_then, python_state, set_python_state

_PLAIN = (bool, int, float, str, type(None))


class Loop:
    """What one loop begins with: a new epoch, or the middle of one that `resumed` tells of."""

    def __init__(self, loader, resumed):
        if resumed is not None and resumed["epoch"] != loader.epoch:
            resumed = None  # someone has set another epoch since
        self.loader, self.resumed, self.epoch = loader, resumed, loader.epoch
        self.goes_on = resumed is not None and resumed["taken"] is not None
        self.taken = resumed["taken"] if self.goes_on else 0
        # A seed that is drawn is this epoch's alone, so what it gives does not depend on how many epochs there were before.
        if loader.seed is not None:
            self.seed, self.stream = loader.seed, self.epoch
        else:
            self.seed, self.stream = resumed["seed"] if self.goes_on else _draw_seed(loader.generator) >> 1, 0
        self.is_behind = loader._is_stream and self.taken > 0
        self.first = 0 if loader._is_stream else self.taken  # number of the first batch
        self.begin = self.sources = self.reader = None

    def order(self):
        """An iterator over what each batch is made of, read as it is needed."""
        loader = self.loader
        if loader._is_seeded():
            if loader._is_stream:
                self.begin = self.resumed["begin"] if self.goes_on else python_state()
                self.sources = [_state_of(source) for source in _sources(loader)]
            order = loader._order(self.seed, self.stream)
            for _ in range(self.first):
                next(order, None)
            return order
        if self.resumed is not None:
            _check_plain(loader, self.resumed, self.goes_on)
        self.sources = [_state_of(source) for source in _sources(loader)]
        self.begin = self.resumed["begin"] if self.goes_on else all_states()
        if not self.goes_on:
            self.reader = _Reader(loader._order(self.seed, self.stream))
            return self.reader
        with drawing_as_then(self.begin):
            self.reader = _Reader(loader._order(self.seed, self.stream))
            first = self.reader.read_again(self.resumed["read"], self.resumed["digest"])
        return itertools.chain(first[self.taken :], self.reader)

    def state(self):
        loader = self.loader
        state = {"epoch": self.epoch, "seed": self.seed}
        if self.begin is not None:
            state |= {"begin": self.begin, "sources": self.sources}
        if self.reader is not None:
            state |= {"read": self.reader.count, "digest": self.reader.digest.hexdigest()}
        if loader._is_stream:
            state["workers"] = loader.num_workers
        return state

    @contextlib.contextmanager
    def reading_again(self):
        """Draws inside are those of the first time; who drew then is found out by where they lead."""
        self.is_behind = False
        now = python_state()
        if self.loader.num_workers == 0:
            set_python_state(self.begin)
        try:
            yield
            after = python_state()
        finally:
            set_python_state(now)
        for name in ("python", "numpy") if self.loader.num_workers == 0 else ():
            if self.begin[name] is not None and not any(_same(after[name], x[name]) for x in (self.begin, now)):
                raise RuntimeError(
                    f"DataLoader: the stream and the loop both draw from {name}'s random numbers, so the stream cannot be read "
                    "again; let one of them draw from a generator of its own"
                )


class _Reader:
    """An order that is read but once; it remembers how much and, in a digest, what."""

    def __init__(self, items):
        self.items, self.count, self.digest = items, 0, hashlib.blake2b(digest_size=16)

    def __iter__(self):
        return self

    def __next__(self):
        item = next(self.items)
        self.count += 1
        self.digest.update(repr(item).encode())
        return item

    def read_again(self, count, digest):
        items = list(itertools.islice(self, count))
        if len(items) != count or self.digest.hexdigest() != digest:
            raise RuntimeError(
                "DataLoader: the sampler gives another order than the one that was under way; give it a seed, or state_dict "
                "and load_state_dict"
            )
        return items


def position(loader):
    """The loader's state_dict."""
    if loader._draws_from_shared:
        raise RuntimeError(
            "DataLoader: its workers draw from Python's or NumPy's own random numbers, which all threads share, so no run can "
            "be repeated; draw from ember.data.get_worker_info().rng, or use num_workers=0"
        )
    loops = [loop for loop in loader._loops or () if loop.taken() is not None]
    if len(loops) > 1:
        raise RuntimeError("DataLoader: several loops over it are under way, so it is at no one place")
    if loops and loader.num_workers and not loader.in_order:
        raise RuntimeError("DataLoader: with in_order=False batches come as they are ready, which cannot be resumed")
    if not loops and loader._resumed is not None and loader._resumed["epoch"] == loader.epoch:
        return dict(loader._resumed)
    state = {"epoch": loader.epoch, "taken": None, "seed": 0, **_settings(loader)}
    if loader.generator is not None:
        state["generator"] = loader.generator.state_dict()
    if loader._pool_seed is not None:
        state["worker_seed"] = loader._pool_seed
    if loops:
        state |= loops[0].state()
    elif loader._is_stream or not loader._is_seeded():
        state["sources"] = [_state_of(source) for source in _sources(loader)]
    return state


def _settings(loader):
    try:
        samples = len(loader.dataset)
    except Exception:
        samples = None  # it may be endless
    return {
        "samples": samples,
        "batch_size": loader.batch_size,
        "shuffle": loader._shuffles,
        "drop_last": bool(loader.drop_last),
        "fixed_seed": loader.seed,
        "order": 0,  # which C++ uses
    }


def check_state(loader, state):
    missing = [key for key in ("epoch", "taken", "seed", *_settings(loader)) if key not in state]
    if missing:
        raise ValueError(f"DataLoader: the state has no '{missing[0]}'")
    for key, own in _settings(loader).items():
        if state[key] != own:
            raise ValueError(f"DataLoader: the state is of a loader with {key} {state[key]} but this one has {own}")
    for key in ("epoch", "taken", "seed"):
        if type(state[key]) is not int and not (key == "taken" and state[key] is None):
            raise ValueError(f"DataLoader: the state's {key} is {state[key]!r}, not an int")
    if state["taken"] is not None and state["taken"] < 0:
        raise ValueError(f"DataLoader: the state is at batch {state['taken']}")
    if ("generator" in state) != (loader.generator is not None):
        raise ValueError("DataLoader: of the state's loader and this one only one has a generator of its own")
    if state["taken"] and loader._is_stream and state["workers"] != loader.num_workers:
        raise ValueError(
            f"DataLoader: in the middle of a stream the number of workers must stay {state['workers']}, but is "
            f"{loader.num_workers}"
        )
    is_read_again = loader._is_stream or not loader._is_seeded()
    sources = state.get("sources", ())
    keys = {"begin", "read", "digest"} if state["taken"] is not None and not loader._is_stream else set()
    if is_read_again != ("sources" in state) or (
        is_read_again and (len(sources) != len(_sources(loader)) or keys - state.keys())
    ):
        raise ValueError("DataLoader: the state is of a loader with another kind of sampler")


def restore_sources(loader, state):
    """Sets the generator, the samplers and the generators that these hold."""
    if loader.generator is not None:
        loader.generator.load_state_dict(state["generator"])
    for source, saved in zip(_sources(loader), state.get("sources", ())):
        if "state" in saved:
            source.load_state_dict(copy.deepcopy(saved["state"]))
        for name, generator_state in saved.get("generators", {}).items():
            _set_generator(vars(source).get(name), generator_state)


def _sources(loader):
    """The objects that decide what is read: a stream, or the samplers that hold one another."""
    if loader._is_stream:
        return [loader.dataset]
    found, source = [], loader.batch_sampler if loader._is_batched else loader.sampler
    while source is not None and source not in found:
        found.append(source)
        source = getattr(source, "sampler", None)
    return found


def _state_of(source):
    if hasattr(source, "state_dict") and hasattr(source, "load_state_dict"):
        return {"state": copy.deepcopy(source.state_dict())}
    values = getattr(source, "__dict__", {})
    generators = {name: _generator_state(value) for name, value in values.items()}
    return {
        "plain": {name: value for name, value in values.items() if type(value) in _PLAIN},
        "generators": {name: state for name, state in generators.items() if state is not None},
    }


def _check_plain(loader, state, goes_on):
    """A sampler that changes from epoch to epoch and cannot be set must be as it was, or its order would be another."""
    for source, saved in zip(_sources(loader), state.get("sources", ())):
        if hasattr(source, "set_epoch") and not goes_on:
            continue  # whose caller says what the next epoch is
        own = _state_of(source).get("plain", {})
        for name, value in saved.get("plain", {}).items():
            if own.get(name) != value:
                raise RuntimeError(
                    f"DataLoader: the sampler {type(source).__name__} had {name}={value!r} and has {own.get(name)!r}; give it "
                    "state_dict and load_state_dict"
                )


def _generator_state(value):
    numpy = sys.modules.get("numpy.random")
    if isinstance(value, Generator):
        return value.state_dict()
    if isinstance(value, random.Random):
        return value.getstate()
    if numpy and isinstance(value, numpy.Generator):
        return value.bit_generator.state
    return value.get_state(legacy=False) if numpy and isinstance(value, numpy.RandomState) else None


def _set_generator(value, state):
    numpy = sys.modules.get("numpy.random")
    if isinstance(value, Generator):
        value.load_state_dict(state)
    elif isinstance(value, random.Random):
        value.setstate(state)
    elif numpy and isinstance(value, numpy.Generator):
        value.bit_generator.state = state
    elif numpy and isinstance(value, numpy.RandomState):
        value.set_state(state)


def _same(a, b):
    """Whether two states of a generator are equal; NumPy's hold arrays."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return a.tobytes() == b.tobytes() if hasattr(a, "tobytes") else a == b
