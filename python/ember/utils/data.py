"""ember.data under PyTorch's name."""

from ember.data import *  # noqa: F403
