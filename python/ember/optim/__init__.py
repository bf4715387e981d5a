"""Optimizers and learning-rate schedules."""

import importlib

from ember._C.optim import *  # noqa: F403
from ember._C.optim import _rebuild_optimizer, _rebuild_scheduler  # noqa: F401
from ember.optim import live  # noqa: F401

# In the place of _C's submodule of the same name.
importlib.import_module("ember.optim.lr_scheduler")
