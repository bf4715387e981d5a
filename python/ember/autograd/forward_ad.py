"""Forward mode by hand: dual numbers carry tangents through ops. torch.autograd.forward_ad's names; see also ember.func.jvp.

    with forward_ad.dual_level():
        y = f(forward_ad.make_dual(x, tangent))
        value, derivative = forward_ad.unpack_dual(y)

Levels nest. Ops under no_grad give no tangents.
"""

import contextlib
import threading
from typing import NamedTuple

import ember
from ember._C.autograd import _ForwardLevel, _make_dual, _unpack_dual

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]


class UnpackedDualTensor(NamedTuple):
    """A value and its tangent, None where it has none."""

    primal: "ember.Tensor"
    tangent: "ember.Tensor | None"


class _Thread(threading.local):
    def __init__(self):
        self.levels = []


_thread = _Thread()


def enter_dual_level():
    """Opens a level and returns its number."""
    _thread.levels.append(_ForwardLevel())
    return len(_thread.levels) - 1


def exit_dual_level(*, level=None):
    """Closes the innermost level; its tangents are gone."""
    levels = _thread.levels
    if not levels:
        raise RuntimeError("exit_dual_level: no level is open")
    if level not in (None, len(levels) - 1):
        raise RuntimeError(f"exit_dual_level: level {level} is not the innermost one, {len(levels) - 1}")
    levels.pop().close()


class dual_level(contextlib.AbstractContextManager):
    """A level for the length of a with-statement."""

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *error):
        exit_dual_level()


def _open_level(op, level):
    levels = _thread.levels
    if not levels:
        raise RuntimeError(f"{op}: no level is open; use it within `with dual_level():`")
    if level is not None and not -1 <= level < len(levels):
        raise RuntimeError(f"{op}: level {level} is not open; there are {len(levels)}")
    return levels[-1 if level is None else level]


def make_dual(tensor, tangent, *, level=None):
    """tensor, whose memory is shared, with a tangent of its shape and dtype."""
    return _make_dual(tensor, tangent, _open_level("make_dual", level))


def unpack_dual(tensor, *, level=None):
    """The value and the tangent of a dual number; outside of any level there is no tangent."""
    if not _thread.levels and level is None:
        return UnpackedDualTensor(tensor, None)
    return UnpackedDualTensor(*_unpack_dual(tensor, _open_level("unpack_dual", level)))
