"""Layers, and the Module that networks derive from."""

from ember._C.nn import *  # noqa: F403
from ember._C.nn import _rebuild_module  # noqa: F401
from ember.nn import functional, init, utils
