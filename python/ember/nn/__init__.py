"""Layers, and the Module that networks derive from."""

import importlib

from ember._C.nn import *  # noqa: F403
from ember._C.nn import _rebuild_module  # noqa: F401

# In the places of _C's submodules of the same names.
for _name in ("functional", "init", "utils"):
    importlib.import_module(f"ember.nn.{_name}")

from ember.nn import hooks, module_methods, modules, state_hooks  # noqa: E402, F401
