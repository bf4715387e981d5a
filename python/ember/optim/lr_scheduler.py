"""Learning-rate schedules."""

from ember._C.optim.lr_scheduler import *  # noqa: F403
