"""Tools for modules, parameters and their gradients. Modules and functions that Python has are imported when they are asked for."""

import importlib

from ember._C.nn.utils import *  # noqa: F403

_FUNCTIONS = {
    "clip_grad_norm": "deprecated",
    "convert_conv2d_weight_memory_format": "memory_format",
    "convert_conv3d_weight_memory_format": "memory_format",
    "remove_spectral_norm": "spectral_norm",
    "remove_weight_norm": "weight_norm",
    "skip_init": "init",
    "spectral_norm": "spectral_norm",
    "weight_norm": "weight_norm",
}
_MODULES = ("fusion", "parametrizations", "parametrize", "prune", "rnn", "stateless")


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"ember.nn.utils.{name}")
    if name not in _FUNCTIONS:
        raise AttributeError(f"module 'ember.nn.utils' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"ember.nn.utils._{_FUNCTIONS[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *_FUNCTIONS, *_MODULES])
