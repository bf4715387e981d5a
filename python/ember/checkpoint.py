"""Checkpoint: all that a training run needs to go on as if it had never stopped, in one file that C++ reads and writes too.

    run = ember.Checkpoint("runs/net.safetensors", model=net, optimizer=optimizer, scheduler=scheduler, loader=loader)
    for epoch in run.epochs(10):  # goes on where it stopped
        for images, labels in loader:
            ...
        run.save()

Tensors are named "<part>.<key>", so any program that reads safetensors finds the models; the rest is JSON in the metadata.
"""

import os
import warnings

from ember import _C
from ember._C import io as _io
from ember.checkpoint_parts import STRUCTURE, get, is_loader, is_model, part_of, put
from ember.data.random_state import python_state, set_python_state

_TAKEN = {
    "epoch",
    "epochs",
    "format",
    "keep",
    "load",
    "note",
    "notes",
    "parts",
    "path",
    "random",
    "save",
    "step",
    "structure",
}


class Checkpoint:
    """Saves and restores whatever has state_dict and load_state_dict: models, optimizers, schedulers, loaders, generators.

    Each is given as a keyword, whose name it has in the file and here. With them go the random states of Ember, Python and NumPy,
    `epoch`, `step`, which is for the caller to count in, and `notes`, a dict of whatever ember.save takes.

    If there is a file at `path`, the run goes on from it, unless `resume` is False; or from another file that `resume` names. All is
    checked first: an error changes nothing. OSError for a file that is no checkpoint or holds other parts; the errors of
    load_state_dict when it belongs to another model, optimizer or loader.

    save() keeps the `keep` newest files: `path` and, older, "<path>.1" and so on. Where the newest is damaged, the run goes on from the
    newest that is whole, with a warning.
    """

    def __init__(self, path, /, *, resume=True, keep=1, **parts):
        if keep < 1:
            raise ValueError(f"Checkpoint: keep must be at least 1, got {keep}")
        self._keep = keep
        self.path, self.epoch, self.step, self.notes = path, 0, 0, {}
        self._parts, self._random, self._loops_before = {}, None, None
        for name, obj in parts.items():
            if name in _TAKEN or name.startswith("_") or not name.isidentifier():
                raise ValueError(f"Checkpoint: '{name}' cannot be a part's name")
            self._parts[name] = part_of(name, obj)
        if resume is True:
            if _io._is_any_checkpoint(path, keep):
                self._load(path, keep)
        elif resume:
            self.load(resume)

    def __getattr__(self, name):
        parts = self.__dict__.get("_parts", {})
        if name in parts:
            return parts[name].obj
        raise AttributeError(
            f"'Checkpoint' object has no attribute '{name}'; its parts are {', '.join(parts) or 'none'}"
        )

    def save(self, path=None):
        """Writes the file, which appears whole or not at all.

        In the middle of a loader's loop the run will go on there; behind the loop, within epochs(), with the next epoch.
        """
        tensors, metadata = {}, {"epoch": str(self._next_epoch()), "step": str(int(self.step))}
        for part in self._parts.values():
            part.save(tensors, metadata)
        metadata |= {f"random.{key}": str(value) for key, value in _C._default_generator().state_dict().items()}
        put("random", python_state(), tensors, metadata)
        texts = {key: value for key, value in self.notes.items() if type(key) is type(value) is str}
        metadata |= {f"note.{key}": text for key, text in texts.items()}
        if len(texts) < len(self.notes):
            put("notes", {key: value for key, value in self.notes.items() if key not in texts}, tensors, metadata)
        kinds = {name: part.kind for name, part in self._parts.items()}
        if path is None:
            _io._make_checkpoints_older(self.path, self._keep)
        _io._write_checkpoint(self.path if path is None else path, tensors, metadata, kinds)

    def load(self, path=None):
        """Sets everything from the file, or nothing when it does not fit."""
        self._load(self.path if path is None else path, keep=1)

    def _load(self, path, keep):
        file = _io._CheckpointFile(path, keep)
        if file.path != os.fsdecode(path):
            warnings.warn(
                f"Checkpoint: {os.fsdecode(path)} is damaged or missing; the run goes on from {file.path}", stacklevel=4
            )
        for name, part in self._parts.items():
            file.check_part(name, part.kind)
        file.check_no_others(list(self._parts))
        epoch, step = file.number("epoch"), file.number("step") if file.lists_parts else 0
        random = {"ember": {key: file.number(f"random.{key}") for key in ("seed", "position")}}
        if STRUCTURE + "random" in file:
            random["python"] = get("random", file)
        notes = {key[5:]: text for key, text in file.metadata.items() if key.startswith("note.")}
        if STRUCTURE + "notes" in file:
            notes |= get("notes", file)
        _set_all(self._parts.values(), file, random)
        self.epoch, self.step, self.notes, self._random = epoch, step, notes, random

    def epochs(self, end):
        """The numbers of the epochs before `end` that are still to come; `epoch` counts along."""
        while self.epoch < end:
            # Whatever was built since the file was loaded may have drawn random numbers.
            if self._random:
                _set_random(self._random)
                self._random = None
            self._loops_before = {name: part.obj.epoch for name, part in self._parts.items() if is_loader(part)}
            yield self.epoch
            self.epoch += 1
        self._loops_before = None

    def _next_epoch(self):
        before = self._loops_before
        if before is None:
            return self.epoch
        is_in_loop = is_behind_loop = False
        for name, loops in before.items():
            loader = self._parts[name].obj
            if loader.state_dict()["taken"] is not None:
                is_in_loop = True
            elif loader.epoch != loops:
                is_behind_loop = True
        if is_in_loop and is_behind_loop:
            raise RuntimeError(
                "Checkpoint: one loader's loop of this epoch is over and another's is under way, so the epoch cannot be gone on "
                "with; save behind both loops"
            )
        return self.epoch if is_in_loop or (before and not is_behind_loop) else self.epoch + 1


def _set_all(parts, file, random):
    # Models come last, since undoing them takes a copy.
    parts = sorted(parts, key=is_model)
    actions = [_named(file, part, lambda part=part: part.read(file), (ValueError,)) for part in parts]
    undone, now = [], {"ember": _C._default_generator().state_dict(), "python": python_state()}
    try:
        try:
            _set_random(random)
        except Exception as error:
            raise OSError(f"{file.path}: its random state cannot be read: {error}") from error
        for part, action in zip(parts, actions, strict=True):
            # Each takes all or nothing, so the last one need not be undone: a single model is never copied.
            if part is not parts[-1]:
                undone.append(part.undo())
            _named(file, part, action, (ValueError, RuntimeError, TypeError))
    except BaseException:
        for action in reversed(undone):
            action()
        _set_random(now)
        raise


def _named(file, part, action, kinds):
    """Calls it; what is wrong with its state is told with the names of file and part, as one of these kinds or an OSError."""
    try:
        return action()
    except OSError:
        raise
    except Exception as error:
        kind = next((kind for kind in kinds if isinstance(error, kind)), OSError)
        raise kind(f"{file.path}: its {part.name}: {error}") from error


def _set_random(random):
    if "python" in random:
        set_python_state(random["python"])
    _C._default_generator().load_state_dict(random["ember"])
