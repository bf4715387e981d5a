"""Layers, and the Module that networks derive from."""

import importlib

from ember._C.nn import *  # noqa: F403
from ember._C.nn import _rebuild_module  # noqa: F401

# In the places of _C's submodules of the same names.
for _name in ("functional", "init", "utils"):
    importlib.import_module(f"ember.nn.{_name}")

from ember.nn import grad, hooks, module_methods, modules, state_hooks  # noqa: E402, F401
from ember.nn.bases import Container, NLLLoss2d, RNNBase, RNNCellBase  # noqa: E402, F401
from ember.nn.lazy import (  # noqa: E402, F401
    LazyBatchNorm1d,
    LazyBatchNorm2d,
    LazyBatchNorm3d,
    LazyConv1d,
    LazyConv2d,
    LazyConv3d,
    LazyConvTranspose1d,
    LazyConvTranspose2d,
    LazyConvTranspose3d,
    LazyInstanceNorm1d,
    LazyInstanceNorm2d,
    LazyInstanceNorm3d,
    LazyLinear,
)
from ember.nn.parameter import Buffer, UninitializedBuffer, UninitializedParameter  # noqa: E402, F401
