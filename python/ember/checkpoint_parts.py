"""The parts of a Checkpoint: how each kind of object goes into the file and comes out of it."""

import copy
import json

from ember._C import Generator, Tensor
from ember._C import io as _io
from ember._C.nn import Module
from ember._C.optim import Optimizer
from ember._C.optim.lr_scheduler import LRScheduler
from ember.data.loader import DataLoader
from ember.data.resume import check_state
from ember.serialization import put_together, take_apart

STRUCTURE = "structure."  # what only Python reads
_LOADER_OF_CPP = ("epoch", "taken", "seed", "samples", "batch_size", "shuffle", "drop_last", "fixed_seed", "order")


def put(name, obj, tensors, metadata):
    """Any object that ember.save takes."""
    structure, own = take_apart(obj, STRUCTURE + name)
    tensors |= own
    metadata[STRUCTURE + name] = structure


def get(name, file):
    try:
        return put_together(file.text(STRUCTURE + name), file.tensors)
    except Exception as error:
        raise OSError(f"{file.path}: its {name} cannot be read: {type(error).__name__}: {error}") from error


class _Part:
    """An object with state_dict and load_state_dict, of any class."""

    def __init__(self, name, obj):
        self.name, self.obj, self.kind = name, obj, self.kind_of(obj)

    @staticmethod
    def kind_of(obj):
        return type(obj).__name__

    def save(self, tensors, metadata):
        put(self.name, self.obj.state_dict(), tensors, metadata)

    def read(self, file):
        """Reads all that the part needs; calling what comes back sets it."""
        if STRUCTURE + self.name not in file:
            raise OSError(f"{file.path}: its {self.name} was not saved by Python")
        state = get(self.name, file)
        return lambda: self.obj.load_state_dict(state)

    def undo(self):
        before = copy.deepcopy(self.obj.state_dict())
        return lambda: self.obj.load_state_dict(before)


class _Model(_Part):
    @staticmethod
    def kind_of(obj):
        return "model"

    def save(self, tensors, metadata):
        state = self.obj.state_dict()
        if not all(type(key) is str and isinstance(x, Tensor) for key, x in state.items()):
            return super().save(tensors, metadata)
        tensors |= {f"{self.name}.{key}": x for key, x in state.items()}
        return None

    def read(self, file):
        if STRUCTURE + self.name in file:
            return super().read(file)
        state = file.tensors_of(self.name)
        return lambda: self.obj.load_state_dict(state)


class _Optimizer(_Part):
    @staticmethod
    def kind_of(obj):
        return f"optimizer {_own_class(obj)}"

    def save(self, tensors, metadata):
        if not _is_own(self.obj) or self.obj._state_extras_dict() or any(self.obj._group_extras_list()):
            return super().save(tensors, metadata)
        _, metadata[self.name], own = _io._optimizer_to_file(self.obj)
        tensors |= {f"{self.name}.{key}": x for key, x in own.items()}
        return None

    def read(self, file):
        if STRUCTURE + self.name in file:
            return super().read(file)
        return _io._optimizer_from_file(self.obj, file.text(self.name), file.tensors_of(self.name), file.path)


class _Scheduler(_Part):
    @staticmethod
    def kind_of(obj):
        return f"scheduler {_own_class(obj)}"

    def save(self, tensors, metadata):
        if not _is_own(self.obj):
            return super().save(tensors, metadata)
        _, metadata[self.name] = _io._scheduler_to_file(self.obj)
        return None

    def read(self, file):
        if STRUCTURE + self.name in file:
            return super().read(file)
        return _io._scheduler_from_file(self.obj, file.text(self.name), file.path)


class _Loader(_Part):
    @staticmethod
    def kind_of(obj):
        return "loader"

    def save(self, tensors, metadata):
        state = self.obj.state_dict()
        metadata[self.name] = json.dumps({key: state.pop(key) for key in _LOADER_OF_CPP})
        if state:
            put(self.name, state, tensors, metadata)

    def read(self, file):
        if self.name not in file.kinds:  # a first file
            return lambda: setattr(self.obj, "epoch", file.number("epoch"))
        try:
            state = json.loads(file.text(self.name))
        except (ValueError, RecursionError) as error:
            raise OSError(f"{file.path}: its {self.name} cannot be read: {error}") from error
        if not isinstance(state, dict):
            raise OSError(f"{file.path}: its {self.name} cannot be read")
        if STRUCTURE + self.name in file:
            state |= get(self.name, file)
        check_state(self.obj, state)
        return lambda: self.obj.load_state_dict(state)


class _Generator(_Part):
    @staticmethod
    def kind_of(obj):
        return "generator"

    def save(self, tensors, metadata):
        metadata |= {f"{self.name}.{key}": str(value) for key, value in self.obj.state_dict().items()}

    def read(self, file):
        state = {key: file.number(f"{self.name}.{key}") for key in ("seed", "position")}
        return lambda: self.obj.load_state_dict(state)


_KINDS = {Module: _Model, Optimizer: _Optimizer, LRScheduler: _Scheduler, DataLoader: _Loader, Generator: _Generator}


def part_of(name, obj):
    if not (hasattr(obj, "state_dict") and hasattr(obj, "load_state_dict")):
        raise TypeError(f"Checkpoint: '{name}' is a {type(obj).__name__}, which has no state_dict and load_state_dict")
    if isinstance(obj, DataLoader):
        obj._is_checkpointed = True
    return next((kind for base, kind in _KINDS.items() if isinstance(obj, base)), _Part)(name, obj)


def is_loader(part):
    return isinstance(part, _Loader)


def is_model(part):
    return isinstance(part, _Model)


def _is_own(obj):
    return type(obj).__module__.startswith("ember.")


def _own_class(obj):
    """The name of the class of C++'s that it is, whatever Python's class of it is called."""
    return next(kind.__name__ for kind in type(obj).__mro__ if kind.__module__.startswith("ember."))
