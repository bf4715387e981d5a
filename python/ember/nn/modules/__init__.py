"""PyTorch's place for the layers, which are ember.nn's, and for the hooks on all modules."""

from ember._C.nn import *  # noqa: F403
from ember.nn.modules import module  # noqa: F401
