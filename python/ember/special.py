"""Special functions."""

from ember._C.special import *  # noqa: F403
