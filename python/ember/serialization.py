"""save and load: tensors, modules, optimizers and nested dicts of them, each as one safetensors file.

A dict of tensors is written as it is, so any program that reads safetensors reads it. Anything nested is taken apart into its
tensors, and its structure goes into the file's metadata as JSON. Loading runs no code.
"""

import json

from ember._C import Tensor
from ember._C import io as _io
from ember._C.nn import Module
from ember._C.optim import Optimizer

_STRUCTURE = "ember.structure"
_TENSOR = "$tensor"
_TUPLE = "$tuple"
_ITEMS = "$items"


def save(obj, path):
    """Writes `obj` to `path`, whole or not at all."""
    if isinstance(obj, Module):
        obj = obj.state_dict()
    elif isinstance(obj, Optimizer):
        obj = obj.state_dict()
    if isinstance(obj, dict) and obj and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in obj.items()):
        _io.save_tensors(obj, path)
        return
    tensors = {}
    structure = _take_apart(obj, "", tensors)
    _io.save_tensors(tensors, path, {_STRUCTURE: json.dumps(structure)})


def load(path):
    """What was saved; the tensors as a dict for a file that something else wrote."""
    tensors, metadata = _io.load_tensors_and_metadata(path)
    if _STRUCTURE not in metadata:
        return tensors
    return _put_together(json.loads(metadata[_STRUCTURE]), tensors)


def _take_apart(obj, path, tensors):
    if isinstance(obj, Tensor):
        name = path or "0"
        tensors[name] = obj.detach()
        return {_TENSOR: name}
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    prefix = f"{path}." if path else ""
    if isinstance(obj, tuple):
        return {_TUPLE: [_take_apart(item, f"{prefix}{i}", tensors) for i, item in enumerate(obj)]}
    if isinstance(obj, list):
        return [_take_apart(item, f"{prefix}{i}", tensors) for i, item in enumerate(obj)]
    if hasattr(obj, "items"):
        # JSON's keys are strings only, so the keys are values here.
        return {_ITEMS: [[key, _take_apart(item, f"{prefix}{key}", tensors)] for key, item in obj.items()]}
    raise TypeError(f"save: cannot save a {type(obj).__name__} (at '{path}')")


def _put_together(node, tensors):
    if isinstance(node, list):
        return [_put_together(item, tensors) for item in node]
    if not isinstance(node, dict):
        return node
    if _TENSOR in node:
        return tensors[node[_TENSOR]]
    if _TUPLE in node:
        return tuple(_put_together(item, tensors) for item in node[_TUPLE])
    return {key: _put_together(item, tensors) for key, item in node[_ITEMS]}
