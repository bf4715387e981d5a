"""Ember: a deep-learning framework with PyTorch's API. The classes and functions are C++; see the folders of the same names."""

import importlib
from math import e, inf, nan, pi  # noqa: F401

from ember import _C
from ember._C import *  # noqa: F403
from ember._C import _native_batch_norm_legit, _rebuild_tensor  # noqa: F401

# isort: split
from ember.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from ember.serialization import load, save

# These packages take the places of _C's submodules of the same names, which `from ember import nn` would find instead.
for _name in "autograd data fft func io linalg nn ops optim random serialization signal special utils".split():
    importlib.import_module(f"ember.{_name}")

from ember.checkpoint import Checkpoint  # noqa: E402

newaxis = None
__version__ = "0.1.0"
