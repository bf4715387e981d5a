"""Optimizers and learning-rate schedules."""

from ember._C.optim import *  # noqa: F403
from ember.optim import lr_scheduler
