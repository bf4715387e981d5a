"""Tools for parameters and their gradients."""

from ember._C.nn.utils import *  # noqa: F403
