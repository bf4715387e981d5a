"""Window functions."""

from ember._C.signal.windows import *  # noqa: F403
