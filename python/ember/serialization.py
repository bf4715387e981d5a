"""save and load: tensors, modules, optimizers and nested containers of them, each as one file.

A file named .pt, .pth, .ckpt or .bin is PyTorch's, which torch.load(weights_only=True) reads; any other is a safetensors file. Loading goes by
the file's bytes, whatever its name. In safetensors a dict of tensors is written as it is, so any program that reads safetensors reads it. Anything nested is taken apart into its
tensors, and its structure goes into the file's metadata as JSON. What comes back is what was saved, types, keys and shared
memory included; what a file cannot hold is an error when it is saved. Loading runs no code.
"""

import base64
import collections
import json
import math
import os
import sys
import tempfile

from ember import _C
from ember._C import Tensor
from ember._C import io as _io
from ember._C.nn import Module, Parameter
from ember._C.optim import Optimizer
from ember.nests import map_leaves
from ember.safe_globals import add_safe_globals, by_name, clear_safe_globals, describe, get_safe_globals, safe_globals

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "load", "safe_globals", "save"]

_STRUCTURE = "ember.structure"
_TENSOR = "$tensor"
_DEEPEST = 100

_SEQUENCES = {"$tuple": tuple, "$set": set, "$frozenset": frozenset, "$size": _C.Size}
_MAPPINGS = {"$items": dict, "$ordered": collections.OrderedDict, "$counter": collections.Counter}
_FACTORIES = {kind.__name__: kind for kind in (bool, bytes, dict, float, int, list, set, str, tuple)}
_ARRAYS = "?bBhilqefdF"  # NumPy's dtypes that tensors have too
_UNSIGNED = "HILQ"  # ... and those that are written as signed ones of their size
_DTYPES = {str(value): value for value in vars(_C).values() if isinstance(value, _C.dtype)}


def _marker_of(kinds, obj):
    return next((marker for marker, kind in kinds.items() if type(obj) is kind), None)


def save(obj, f):
    """Writes `obj` to the path `f`, whole or not at all, or in PyTorch's format to a binary file object.

    Tensors, None, numbers, strings, bytes, dtypes, devices, NumPy's arrays, and lists, tuples, sets, dicts, OrderedDicts,
    defaultdicts and Counters of them, with keys of any of these that is hashable; of a module or an optimizer its state_dict.
    TypeError for any other type, ValueError for what contains itself or is nested too deeply. PyTorch's format holds no arrays
    and defaultdicts, but objects of any class that add_safe_globals was given.
    """
    if isinstance(obj, (Module, Optimizer)):
        obj = obj.state_dict()
    if hasattr(f, "write"):
        with tempfile.NamedTemporaryFile() as file:
            _io._save_pt(obj, file.name, describe)
            with open(file.name, "rb") as written:  # a new file, which has taken the name
                f.write(written.read())
        return
    if _io._is_pt_name(f):
        _io._save_pt(obj, f, describe)
        return
    structure, tensors = _take_apart(obj, ())
    is_plain = (
        type(obj) is dict and obj and all(entry == [entry[0], {_TENSOR: entry[0]}] for entry in structure["$items"])
    )
    _io.save_tensors(tensors, f, {} if is_plain else {_STRUCTURE: json.dumps(structure, allow_nan=False)})


def load(f, map_location=None, *, weights_only=True, mmap=None):
    """What was saved, by Ember or by PyTorch, in a file of a path or in a binary file object; of other safetensors files, and of all that a "*.index.json" lists, the tensors as a dict.

    Tensors come to `map_location`, the CPU unless it is given. Nothing but data is built: pickle.UnpicklingError names any class or
    function that a .pt file holds and that add_safe_globals was not given, so `weights_only` can only be True. With `mmap` the
    tensors' memory is the file's, read when it is touched. OSError for a damaged file.
    """
    if not weights_only:
        raise ValueError(
            "load: weights_only=False would run code out of the file; add_safe_globals lets single classes in"
        )
    if hasattr(f, "read"):
        with tempfile.NamedTemporaryFile() as file:
            file.write(f.read())
            file.flush()
            return load(file.name, map_location)
    if _io._is_shard_index(f):
        obj = _io.load_shards(f)
    elif _io._is_pt_file(f):
        return _io._load_pt(f, by_name(), map_location, bool(mmap))
    else:
        obj = _load_safetensors(f)
    return (
        obj if map_location is None else map_leaves(lambda x: x.to(map_location) if isinstance(x, Tensor) else x, obj)
    )


def _load_safetensors(path):
    tensors, metadata = _io.load_tensors_and_metadata(path)
    if _STRUCTURE not in metadata:
        return tensors
    try:
        return put_together(metadata[_STRUCTURE], tensors)
    except Exception as error:
        message = f"{os.fspath(path)}: its structure is damaged: {type(error).__name__}: {error}"
        raise OSError(message) from error


def _take_apart(obj, path):
    writer = _Writer()
    return writer.take_apart(obj, path), writer.resolve()


def take_apart(obj, name):
    """The structure of `obj` as a text, and its tensors, whose names begin with `name`."""
    structure, tensors = _take_apart(obj, (name,))
    return json.dumps(structure, allow_nan=False), tensors


def put_together(text, tensors):
    """The object that was taken apart into these."""
    return _Reader(tensors).put_together(json.loads(text))


class _Leaf:
    """A tensor at its place: the structure's node for it and its name in the file."""

    def __init__(self, x, node, path, name):
        self.x, self.node, self.name = x, node, name
        # What is no deeper than a list or dict of tensors is written under its own name in any case, for other readers.
        self.is_outer = len(path) <= 1
        self.geometry = (x.dtype, x.storage_offset(), tuple(x.shape), tuple(x.stride()))
        # The storage's elements that it lies in.
        self.first = x.storage_offset()
        self.last = self.first + sum((n - 1) * s for n, s in zip(x.shape, x.stride(), strict=True))
        # Empty tensors share nothing, wherever they are said to lie.
        start = x.data_ptr() - self.first * x.element_size()
        self.storage = f"{x.device} {start}" if x.numel() else f"empty {name}"

    def fills(self, first, last):
        return (self.first, self.last) == (first, last) and self.x.is_contiguous()


def _clusters(leaves):
    """Groups of leaves that share elements."""
    groups, storage, last = [], None, -1
    for leaf in sorted(leaves, key=lambda leaf: (leaf.storage, leaf.first)):
        if leaf.storage != storage or leaf.first > last:
            groups.append([])
            storage, last = leaf.storage, -1
        groups[-1].append(leaf)
        last = max(last, leaf.last)
    return groups


class _Writer:
    """Takes objects apart into JSON and named tensors."""

    def __init__(self):
        self.leaves = []
        self.seen = {}  # by id: the first leaf of an object, and the object, which keeps the id its own
        self.names = {"__metadata__"}  # which the format keeps for itself
        self.open = set()  # ids of the containers around the present object

    def take_apart(self, obj, path):
        if isinstance(obj, Tensor):
            return self.leaf(obj, path)
        if obj is None or type(obj) in (bool, str):
            return obj
        if type(obj) is int:
            return obj if abs(obj) < 2**63 else {"$int": hex(obj)}
        if type(obj) is float:
            return obj if math.isfinite(obj) else {"$float": str(obj)}
        if type(obj) is complex:
            return {"$complex": [self.take_apart(obj.real, path), self.take_apart(obj.imag, path)]}
        if type(obj) in (bytes, bytearray):
            return {f"${type(obj).__name__}": base64.b64encode(obj).decode()}
        if isinstance(obj, _C.dtype):
            return {"$dtype": str(obj)}
        if isinstance(obj, _C.device):
            return {"$device": str(obj)}
        np = sys.modules.get("numpy")  # which has made all arrays that there are
        if np and isinstance(obj, (np.ndarray, np.generic)) and type(obj) in (np.ndarray, obj.dtype.type):
            return self.array(obj, path)
        return self.container(obj, path)

    def container(self, obj, path):
        where = f"(at '{_name(path)}')"
        if id(obj) in self.open:
            raise ValueError(f"save: a {type(obj).__name__} contains itself {where}")
        if len(path) > _DEEPEST:
            raise ValueError(f"save: nested more than {_DEEPEST} deep")
        self.open.add(id(obj))
        try:
            if type(obj) is list:
                return self.items(obj, path)
            if marker := _marker_of(_SEQUENCES, obj):
                return {marker: self.items(obj, path)}
            if marker := _marker_of(_MAPPINGS, obj):
                return {marker: self.entries(obj, path)}
            if type(obj) is collections.defaultdict and obj.default_factory in (None, *_FACTORIES.values()):
                factory = obj.default_factory and obj.default_factory.__name__
                return {"$defaultdict": [factory, self.entries(obj, path)]}
        finally:
            self.open.remove(id(obj))
        advice = "; save its state_dict()" if hasattr(obj, "state_dict") else ""
        raise TypeError(f"save: cannot save a {type(obj).__name__} {where}{advice}")

    def items(self, sequence, path):
        return [self.take_apart(item, (*path, str(i))) for i, item in enumerate(sequence)]

    def entries(self, mapping, path):
        return [[self.key(key, path), self.take_apart(value, (*path, _part(key)))] for key, value in mapping.items()]

    def key(self, key, path):
        if isinstance(key, Tensor):
            raise TypeError(
                f"save: cannot save a tensor as a dict's key (at '{_name(path)}'): it stands for itself only"
            )
        return self.take_apart(key, (*path, "key"))

    def array(self, obj, path):
        if obj.dtype.char not in _ARRAYS + _UNSIGNED or not obj.dtype.isnative:
            raise TypeError(f"save: cannot save a NumPy array of dtype {obj.dtype} (at '{_name(path)}')")
        kind = "$numpy_scalar" if obj.dtype.type is type(obj) else "$numpy"
        values = obj[...]
        if obj.dtype.char in _UNSIGNED:
            values = values.astype(f"i{obj.dtype.itemsize}")
        return {kind: self.leaf(_C.tensor(values), path), "dtype": obj.dtype.str}

    def leaf(self, x, path):
        if type(x) not in (Tensor, Parameter):
            raise TypeError(f"save: cannot save a {type(x).__name__} (at '{_name(path)}')")
        node = {_TENSOR: None}
        if x.requires_grad:
            node["requires_grad"] = True
        if type(x) is Parameter:
            node["parameter"] = True
        first, _ = self.seen.setdefault(id(x), (len(self.leaves), x))
        if first < len(self.leaves):
            node["same"] = first
        self.leaves.append(_Leaf(x.detach(), node, path, self.new_name(path)))
        return node

    def new_name(self, path):
        """The path with dots, and a number where another tensor has that name."""
        wanted = name = _name(path)
        number = 1
        while name in self.names:
            number += 1
            name = f"{wanted}~{number}"
        self.names.add(name)
        return name

    def resolve(self):
        """Completes the leaves' nodes, and returns the tensors to write."""
        written = {leaf.name for leaf in self.leaves if leaf.is_outer}
        bases = {}
        for cluster in _clusters(self.leaves):
            host = cluster[0]
            if any(leaf.geometry != host.geometry for leaf in cluster):
                host = self.host(cluster, bases)
            written.add(host.name)
            for leaf in cluster:
                leaf.node[_TENSOR] = host.name
                if leaf.geometry != host.geometry:
                    leaf.node["view"] = [list(leaf.x.shape), list(leaf.x.stride()), leaf.first - host.first]
        return {leaf.name: leaf.x for leaf in self.leaves if leaf.name in written} | bases

    def host(self, cluster, bases):
        """The leaf that all others are views of, or else a new tensor of all their elements."""
        if len({leaf.x.dtype for leaf in cluster}) > 1:
            names = ", ".join(f"'{leaf.name}'" for leaf in cluster)
            raise ValueError(f"save: {names} share memory as different dtypes, which no file can hold; clone them")
        first, last = cluster[0].first, max(leaf.last for leaf in cluster)
        for leaf in cluster:
            if leaf.fills(first, last):
                return leaf
        name = self.new_name((cluster[0].name, "storage"))
        base = _Leaf(cluster[0].x.as_strided((last - first + 1,), (1,), first), {}, (), name)
        bases[name] = base.x
        return base


def _part(key):
    """A key's part of the name that a person reads in the file."""
    is_short = type(key) in (bool, str, float, type(None)) or type(key) is int and abs(key) < 2**63
    return str(key) if is_short else type(key).__name__


def _name(path):
    # A key may hold half a surrogate pair, which UTF-8 has no bytes for.
    return ".".join(path).encode("utf-8", "backslashreplace").decode() if path else "0"


class _Reader:
    """Puts objects together out of JSON and named tensors."""

    def __init__(self, tensors):
        self.tensors = tensors
        self.leaves = []

    def put_together(self, node):
        if isinstance(node, list):
            return [self.put_together(item) for item in node]
        if not isinstance(node, dict):
            return node
        if _TENSOR in node:
            return self.tensor(node)
        marker = next(iter(node))
        value = node[marker]
        if marker in ("$numpy", "$numpy_scalar"):
            return self.array(node, marker)
        if len(node) > 1:
            raise ValueError(f"{marker} stands beside {list(node)[1]}")
        if marker in _SEQUENCES:
            return _SEQUENCES[marker](self.put_together(item) for item in _list(value))
        if marker in _MAPPINGS:
            return _MAPPINGS[marker](self.entries(value))
        if marker == "$defaultdict":
            return collections.defaultdict(value[0] and _FACTORIES[value[0]], self.entries(value[1]))
        if marker == "$complex":
            real, imaginary = (self.put_together(part) for part in value)
            return complex(real, imaginary)
        return _SCALARS[marker](value)

    def entries(self, entries):
        mapping = {}
        for entry in _list(entries):
            node, value = _list(entry)
            # Keys that were tuples are lists in the first files.
            key = tuple(node) if isinstance(node, list) else self.put_together(node)
            if key in mapping or isinstance(key, Tensor):
                raise ValueError(f"the key {key!r} cannot be")
            mapping[key] = self.put_together(value)
        return mapping

    def array(self, node, marker):
        import numpy as np

        dtype = np.dtype(node["dtype"])
        if dtype.char not in _ARRAYS + _UNSIGNED:
            raise ValueError(f"no array has the dtype {dtype}")
        array = self.tensor(node[marker]).numpy().astype(dtype)
        return array if marker == "$numpy" else array[()]

    def tensor(self, node):
        """An object for each that was saved; those that shared memory do so again."""
        x = self.tensors[node[_TENSOR]].detach()
        if "view" in node:
            x = x.as_strided(*node["view"])
        if "parameter" in node:
            x = Parameter(x, requires_grad="requires_grad" in node)
        elif "requires_grad" in node:
            x.requires_grad_()
        self.leaves.append(self.leaves[node["same"]] if "same" in node else x)
        return self.leaves[-1]


def _list(node):
    if not isinstance(node, list):
        raise TypeError(f"{node!r} is no list")
    return node


_SCALARS = {
    "$int": lambda text: int(text, 16),
    "$float": lambda text: float(text.strip()),
    "$bytes": lambda text: base64.b64decode(text, validate=True),
    "$bytearray": lambda text: bytearray(base64.b64decode(text, validate=True)),
    "$dtype": _DTYPES.__getitem__,
    "$device": _C.device,
}
