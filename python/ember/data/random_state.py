"""The random numbers of Python and NumPy that belong to the whole process."""

import contextlib
import random
import sys

from ember._C import get_rng_state, set_rng_state


def _numpy_random():
    # Who has not imported NumPy has drawn nothing from it.
    return sys.modules.get("numpy.random")


def python_state():
    """The states of Python's and of NumPy's generator; None for a NumPy that is not loaded."""
    numpy = _numpy_random()
    return {"python": random.getstate(), "numpy": numpy.get_state(legacy=False) if numpy else None}


def set_python_state(state):
    random.setstate(state["python"])
    if state["numpy"] is not None:
        import numpy.random

        numpy.random.set_state(state["numpy"])


def all_states():
    return {**python_state(), "ember": get_rng_state()}


def set_all_states(state):
    set_python_state(state)
    set_rng_state(state["ember"])


@contextlib.contextmanager
def drawing_as_then(state):
    """Draws inside go on from `state`; those behind know nothing of them."""
    now = all_states()
    set_all_states({**now, **state})
    try:
        yield
    finally:
        set_all_states(now)


def shared_random():
    """A value that changes with each draw of Python's and NumPy's."""
    state = python_state()
    return state["python"], repr_of_numpy(state["numpy"])


def repr_of_numpy(state):
    """Of a state that numpy.random gives: a nested dict of numbers and arrays."""
    if isinstance(state, dict):
        return tuple((key, repr_of_numpy(value)) for key, value in state.items())
    return state.tobytes() if hasattr(state, "tobytes") else state
