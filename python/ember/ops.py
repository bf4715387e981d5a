"""Ops by the names of PyTorch's dispatcher: `ember.ops.aten.max_pool2d_with_indices_backward.default`."""

import sys


class _Overloads:
    """An op whose overloads are itself: it chooses by its arguments."""

    def __init__(self, op):
        self._op = op

    def __call__(self, *args, **kwargs):
        return self._op(*args, **kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._op


class _Namespace:
    """Every op of the module ember."""

    def __getattr__(self, name):
        return _Overloads(getattr(sys.modules["ember"], name))


aten = _Namespace()
