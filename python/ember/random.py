"""The default generator of random numbers: `ember.random.fork_rng()` and the functions that ember has as well."""

import contextlib

from ember._C import get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__all__ = ["fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True, device_type="cpu"):
    """What random numbers are drawn inside changes nothing for those drawn afterwards."""
    state = get_rng_state() if enabled else None
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
