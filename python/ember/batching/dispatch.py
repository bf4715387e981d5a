"""The tensors that vmap maps over, and the one function through which ops on them go.

Inside of `vmap(f)`, f sees Batched tensors: a tensor with the mapped dim in front, which looks like one sample. An op that finds a
Batched among its arguments comes to `apply`, which looks up the op's rule and runs it on the whole batch. A rule gets a Call; it
gives tensors with the batch in front, or NotImplemented to be run sample by sample.
"""

import functools
import threading

import ember
from ember.batching.nests import leaves_of, map_leaves
from ember.batching.signatures import bind
from ember.batching.tensor import Batched

_running = threading.local()
RULES = {}
"""Rules by the op's name, or by "linalg.name" for one of a module's own."""
WHOLE = {}
"""Functions of (op, args, kwargs) that answer a call at all levels at once, by the op's name."""


class Level:
    """One running vmap: how many run around it, the size of its mapped dim, how random numbers are drawn in it."""

    __slots__ = ("depth", "size", "randomness")

    def __init__(self, depth, size, randomness):
        self.depth, self.size, self.randomness = depth, size, randomness


def running_levels():
    """The vmaps that this thread is in, the outermost first."""
    if not hasattr(_running, "levels"):
        _running.levels = []
    return _running.levels


class Call:
    """A call of an op in which arguments are batched at `level`. Rules read arguments as they were given, or by name."""

    def __init__(self, op, level, args, kwargs):
        self.op, self.level, self.args, self.kwargs = op, level, args, kwargs
        self.size = level.size
        self._bound = None

    @property
    def name(self):
        return self.op.__name__

    @property
    def signature(self):
        """Of the overload that fits."""
        if self._bound is None:
            self._bound = bind(self.op, self.args, self.kwargs)
        return self._bound[0]

    @property
    def given(self):
        """The arguments that were given, by name."""
        return self._bound[1] if self._bound else (self.signature, self._bound[1])[1]

    def __getitem__(self, name):
        """An argument or its default."""
        given = self.given
        return given[name] if name in given else self.signature.defaults.get(name)

    def is_batched(self, value):
        return type(value) is Batched and value.level is self.level

    def holds_batched(self, *values):
        return any(self.is_batched(x) for x in leaves_of(values))

    def line_up(self, value, rank):
        """A tensor with the batch in front and size-1 dims behind it, until `rank` dims follow; one without batch as it is."""
        if not self.is_batched(value):
            return value
        missing = rank - value.dim()
        if missing <= 0:
            return value.value
        return value.value.reshape((self.size,) + (1,) * missing + tuple(value.shape))

    def full(self, value, rank=0):
        """The same, but expanded over the batch when it has none."""
        if self.is_batched(value):
            return self.line_up(value, rank)
        missing = max(rank - value.dim(), 0)
        value = value.reshape((1,) * missing + tuple(value.shape)) if missing else value
        return value.expand((self.size,) + tuple(value.shape))

    def values(self, nest):
        """A nest whose Batched of this level are replaced by what they hold."""
        return map_leaves(lambda x: x.value if self.is_batched(x) else x, nest)

    def wrapped(self, value):
        """A tensor with the batch in front as a sample."""
        return Batched(value, self.level)

    def tensors(self):
        return [x for x in leaves_of((self.args, self.kwargs)) if isinstance(x, ember.Tensor)]

    def run(self, given):
        """The op on named arguments; positional as far as they go, since an overload may have another name for one."""
        names = self.signature.names
        count = next(
            (n for n, name in enumerate(names[: self.signature.positional]) if name not in given),
            self.signature.positional,
        )
        named = {name: given[name] for name in names[count:] if name in given}
        return self.op(*[given[name] for name in names[:count]], **named)


def rule(*names):
    """Makes a function the rule of ops."""

    def register(function):
        RULES.update(dict.fromkeys(" ".join(names).split(), function))
        return function

    return register


def whole(*names):
    """Makes a function of (op, args, kwargs) the answer to calls of ops at all levels."""

    def register(function):
        WHOLE.update(dict.fromkeys(" ".join(names).split(), function))
        return function

    return register


@functools.cache
def find_rule(op):
    """The rule of an op; None when there is none."""
    module = op.__module__.rpartition(".")[2]
    return RULES.get(f"{module}.{op.__name__}") or RULES.get(op.__name__)


def innermost_level(*nests):
    """The level of the innermost vmap that a Batched in the nests belongs to; None without one."""
    found = None
    for x in leaves_of(nests):
        if type(x) is Batched and (found is None or x.level.depth > found.depth):
            found = x.level
    return found


def apply(op, args, kwargs):
    """Calls an op of which an argument is a Batched."""
    whole = WHOLE.get(op.__name__)
    if whole:
        return whole(op, args, kwargs)
    level = innermost_level(args, kwargs)
    if level is None:
        return op(*args, **kwargs)
    call = Call(op, level, args, kwargs)
    function = find_rule(op)
    if function is None and op.__name__.endswith("_") and not op.__name__.startswith("__"):
        return write(call)
    result = function(call) if function else NotImplemented
    return loop(call) if result is NotImplemented else wrap(result, level)


def wrap(result, level):
    """Tensors with the batch in front made Batched; what is Batched at this level stays."""

    def one(x):
        if not isinstance(x, ember.Tensor) or (type(x) is Batched and x.level is level):
            return x
        return Batched(x, level)

    return map_leaves(one, result)


def write(call):
    """An in-place op without a rule of its own: the op's result is copied into the first argument."""
    target, *rest = call.args
    require_target(call, target)
    name = call.name[:-1]
    op = getattr(_module(call.op), name, None) or getattr(ember.Tensor, name)
    target.value.copy_(apply(op, (target.clone(), *rest), call.kwargs).value)
    return target


def require_target(call, target):
    """RuntimeError unless an in-place op writes to a tensor that has the batch itself."""
    if not call.is_batched(target):
        raise RuntimeError(
            f"vmap: {call.name} cannot write into a tensor of shape {tuple(target.shape)} that all samples share; "
            "use the op that gives a new tensor, or make the target by new_zeros, zeros_like or clone of a mapped one"
        )


def _module(op):
    module = ember
    for part in op.__module__.split(".")[1:]:
        module = getattr(module, part)
    return module


def at_sample(nest, level, index):
    """A nest whose Batched of this level are replaced by one sample, a view."""
    return map_leaves(lambda x: x.value.select(0, index) if type(x) is Batched and x.level is level else x, nest)


def loop(call):
    """Calls the op, or any function, for one sample after another and stacks the results."""
    if call.size == 0:
        raise ValueError(f"vmap: {call.name} has no batching rule, and the mapped dim is empty")
    return stack_samples(
        [
            call.op(*at_sample(call.args, call.level, i), **at_sample(call.kwargs, call.level, i))
            for i in range(call.size)
        ],
        call.level,
        call.name,
    )


def stack_samples(results, level, name):
    """The samples' results as one of Batched. RuntimeError when shapes or numbers differ between samples."""
    first = results[0]
    if isinstance(first, ember.Tensor):
        if any(x.shape != first.shape for x in results):
            raise RuntimeError(f"vmap: {name} gives tensors of different shapes for the samples")
        return Batched(ember.stack(results), level)
    if isinstance(first, dict):
        return type(first)({key: stack_samples([r[key] for r in results], level, name) for key in first})
    if isinstance(first, (tuple, list)):
        if any(len(r) != len(first) for r in results):
            raise RuntimeError(f"vmap: {name} gives different numbers of tensors for the samples")
        items = [stack_samples([r[i] for r in results], level, name) for i in range(len(first))]
        return type(first)(*items) if hasattr(first, "_fields") else type(first)(items)
    if any(r != first for r in results):
        raise RuntimeError(f"vmap: {name} gives no tensor, and not the same value for all samples")
    return first
