"""Optimizers and learning-rate schedules."""

from ember._C.optim import *  # noqa: F403
from ember._C.optim import _rebuild_optimizer, _rebuild_scheduler  # noqa: F401
from ember.optim import live, lr_scheduler  # noqa: F401
