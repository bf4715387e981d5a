"""Calls every op with random arguments, sensible and senseless, until the time is up: none may crash the process.

    python tests/python/fuzz.py [--seconds 60] [--seed 0] [--log FILE] [--ops PATTERN]

Each call is written to the log before it is made, so that after a crash its last line is the culprit. A call may raise any of Ember's
exceptions; a SystemError, which Python raises for a broken binding, is a failure. Differentiable results are sent backward.
"""

import argparse
import fnmatch
import inspect
import resource
import sys
import time

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed

import ember

ALLOWED = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, MemoryError, OverflowError,
           AttributeError, BufferError)  # fmt: skip
DTYPES = [v for v in vars(ember).values() if isinstance(v, ember.dtype)]
# They write files, wait, or change settings of the whole process.
SKIPPED = {"save", "load", "set_num_threads", "set_default_dtype", "manual_seed", "from_file", "data_ptr", "__dlpack__"}

# Arguments that ask for many threads, or wait for them.
WAITING = {"num_workers", "timeout", "worker_init_fn", "persistent_workers"}

sizes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
small_ints = st.integers(-3, 5)
ints = st.one_of(small_ints, small_ints, st.sampled_from([2**31, -(2**31), 2**62, 2**63 - 1, -(2**63)]))
floats = st.one_of(st.floats(-3, 3), st.sampled_from([0.0, 1.0, -1.0, float("inf"), float("nan"), 1e300]))
booleans = st.booleans()
dtypes = st.sampled_from(sorted(set(DTYPES), key=repr))
texts = st.sampled_from(["mean", "sum", "none", "max", "floor", "trunc", "reflect", "constant", "bilinear", "nearest",
                         "same", "valid", "linear", "tanh", "ortho", "prod", "amax", "fro", "nuc", "U", "reduced", ""])  # fmt: skip


@st.composite
def tensors(draw, shape=None):
    shape = draw(sizes) if shape is None else shape
    dtype = draw(st.one_of(st.just(ember.float32), st.just(ember.float64), st.just(ember.int64), dtypes))
    if draw(st.integers(0, 9)) == 0:
        x = ember.full(shape, draw(floats), dtype=ember.float64).to(dtype)
    elif dtype.is_floating_point:
        x = ember.randn(shape).to(dtype)
    else:
        x = ember.randint(-2, 5, shape).to(dtype)
    layout = draw(st.integers(0, 5))
    if layout == 0 and x.dim() >= 2:
        x = x.transpose(0, -1)
    elif layout == 1 and x.dim() >= 1 and x.shape[0] > 1:
        x = x[::2]
    elif layout == 2 and x.dim() >= 1:
        x = x[:1].expand(shape) if shape[0] else x
    x = x.detach()
    if dtype.is_floating_point and draw(booleans):
        x.requires_grad_()
    return x


lists = st.one_of(st.lists(small_ints, max_size=4), st.lists(ints, max_size=3), st.lists(tensors(), max_size=3), sizes)
anything = st.one_of(tensors(), ints, floats, booleans, st.none(), lists, dtypes, texts)
TENSOR_NAMES = {"input", "other", "self", "x", "y", "a", "b", "tensor1", "tensor2", "mat1", "mat2", "batch1", "batch2", "vec",
                "weight", "bias", "target", "index", "mask", "src", "source", "value", "values", "end", "exponent", "A", "B",
                "query", "key", "grid", "indices", "offsets", "condition", "boundaries", "sorted_sequence"}  # fmt: skip


def plausible(name, default):
    """Arguments of the kind that a parameter of this name and default takes."""
    if name in ("tensors", "operands", "arrays"):
        return st.lists(tensors(), max_size=3)
    if name.startswith("dim") or name in ("axis", "start_dim", "end_dim", "dim0", "dim1"):
        return st.one_of(st.integers(-4, 4), st.lists(st.integers(-4, 4), max_size=3), st.none())
    if name == "dtype":
        return dtypes
    if name in (
        "size",
        "sizes",
        "shape",
        "stride",
        "padding",
        "dilation",
        "kernel_size",
        "output_size",
        "repeats",
        "shifts",
    ):
        return st.one_of(small_ints, st.lists(st.integers(-1, 4), max_size=4))
    if name in TENSOR_NAMES and default != "None":
        return tensors()
    if default in ("True", "False"):
        return booleans
    if default is not None and default.lstrip("-").isdigit():
        return st.one_of(small_ints, floats)
    if default is not None and default[:1] in "'\"":
        return st.one_of(st.just(default[1:-1]), texts)
    if default is not None and default.replace(".", "").replace("-", "").replace("e", "").isdigit():
        return floats
    if default == "None":
        return st.one_of(st.none(), tensors(), small_ints, floats)
    return st.one_of(tensors(), small_ints)


def parameters(signature):
    """(name, default or None, keyword only) of each parameter of "sum(input, *, dtype=None)"."""
    inside, found, keyword_only, depth, part = signature[signature.index("(") + 1 : -1], [], False, 0, ""
    for character in inside + ",":
        depth += (character in "([") - (character in ")]")
        if character != "," or depth:
            part += character
            continue
        part = part.strip()
        if part == "*":
            keyword_only = True
        elif part:
            name, _, default = part.lstrip("*").partition("=")
            found.append((name.strip(), default.strip() or None, keyword_only))
        part = ""
    return found


def all_ops(pattern):
    spaces = {"ember": ember, "Tensor": ember.Tensor, "F": ember.nn.functional}
    for name in ("linalg", "fft", "special"):
        if hasattr(ember, name):
            spaces[name] = getattr(ember, name)
    op_type = type(ember.add)
    found = {}
    for space, owner in spaces.items():
        for name, op in vars(owner).items():
            known = isinstance(op, op_type) and name not in SKIPPED and not name.startswith("__")
            if known and fnmatch.fnmatch(f"{space}.{name}", pattern):
                found.setdefault(id(op), (f"{space}.{name}", op))
    return sorted(found.values(), key=lambda entry: entry[0])


def constructor(cls):
    """(name, default or None, keyword only) of each parameter of a class, as `parameters` gives those of an op."""
    try:
        found = inspect.signature(cls).parameters.values()
    except (
        ValueError
    ):  # bound classes tell theirs in the docstring of __init__: "__init__(self: SGD, params: object, lr: float = 0.1)"
        texts = [line for line in (cls.__init__.__doc__ or "").splitlines() if "__init__(self" in line]
        if not texts:
            return []
        line = texts[0]
        named = parameters(line[line.index("(") : line.rindex(")") + 1])
        return [(n.partition(":")[0], d, k) for n, d, k in named if n.partition(":")[0] != "self"]
    plain = [p for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [(p.name, None if p.default is p.empty else repr(p.default), p.kind == p.KEYWORD_ONLY) for p in plain]


def all_classes(pattern):
    spaces = {"nn": ember.nn, "optim": ember.optim, "lr_scheduler": ember.optim.lr_scheduler, "data": ember.data}
    found = {}
    for space, owner in spaces.items():
        for name, cls in vars(owner).items():
            known = isinstance(cls, type) and not name.startswith("_") and not issubclass(cls, BaseException)
            if known and fnmatch.fnmatch(f"{space}.{name}", pattern):
                found.setdefault(id(cls), (f"{space}.{name}", cls))
    return sorted(found.values(), key=lambda entry: entry[0])


def sensible_first(data, cls):
    """What the first argument of a class must be for any other to be looked at; nothing for a layer."""
    if issubclass(cls, ember.optim.Optimizer):
        return [[ember.randn(2, 3).requires_grad_() for _ in range(data.draw(st.integers(0, 2)))]]
    if issubclass(cls, ember.optim.lr_scheduler.LRScheduler):
        return [ember.optim.SGD([ember.randn(2).requires_grad_()], lr=0.1)]
    if cls.__module__.startswith("ember.data") and cls.__name__ != "ConcatDataset":
        return [ember.data.TensorDataset(ember.randn(6, 2))]
    return []


uses = st.tuples(st.lists(tensors(), min_size=1, max_size=3), ints, st.integers(0, 9), anything)


def use(thing, inputs, index, which, value):
    """What is done with an object of any class; the result, to be sent backward."""
    if isinstance(thing, ember.nn.Module):
        repr(thing), thing.state_dict()
        return thing(*inputs)
    if isinstance(thing, ember.optim.Optimizer):
        for p in thing.param_groups[0]["params"]:
            p.grad = ember.randn(p.shape)
        thing.load_state_dict(thing.state_dict())
    if isinstance(thing, ember.optim.lr_scheduler.LRScheduler):
        state = thing.state_dict()
        thing.load_state_dict({**state, sorted(state)[which % len(state)]: value})
    if hasattr(thing, "step"):
        thing.step(), thing.step()
    elif hasattr(thing, "__iter__"):
        next(iter(thing), None)
    elif hasattr(thing, "__getitem__"):
        thing[index]
    return ()


def describe(value):
    if isinstance(value, ember.Tensor):
        flag = ", grad" if value.requires_grad else ""
        return f"tensor({list(value.shape)}, {value.dtype}, strides={value.stride()}{flag})"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(describe, value)) + "]"
    return repr(value)


def differentiable(result):
    if isinstance(result, ember.Tensor):
        return [result] if result.requires_grad else []
    return [x for item in result for x in differentiable(item)] if isinstance(result, (list, tuple)) else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", default="/dev/null")
    parser.add_argument("--ops", default="*")
    parser.add_argument("--memory", type=float, default=4, help="GiB of address space; 0 for no limit (sanitizers)")
    arguments = parser.parse_args()
    if arguments.memory:
        resource.setrlimit(resource.RLIMIT_AS, (int(arguments.memory * 2**30),) * 2)
    ops = all_ops(arguments.ops) + all_classes(arguments.ops)
    end = time.monotonic() + arguments.seconds
    log = open(arguments.log, "w")  # noqa: SIM115
    counts = {"calls": 0, "results": 0}

    def call_one(data):
        name, op = data.draw(st.sampled_from(ops))
        is_class = isinstance(op, type)
        known = constructor(op) if is_class else parameters(data.draw(st.sampled_from(op.__signatures__)))
        values, keywords = sensible_first(data, op) if is_class and data.draw(st.integers(0, 9)) else [], {}
        for parameter, default, keyword_only in known[len(values) :]:
            if parameter in WAITING:
                keyword_only = True
                continue
            if default is not None and data.draw(st.integers(0, 2)):
                keyword_only = True
                continue
            strategy = plausible(parameter, default) if data.draw(st.integers(0, 9)) else anything
            value = data.draw(strategy)
            if keyword_only or keywords:
                keywords[parameter] = value
            else:
                values.append(value)
        how = data.draw(uses) if is_class else ()
        if time.monotonic() > end:
            return
        text = ", ".join([*map(describe, values), *(f"{k}={describe(v)}" for k, v in keywords.items())])
        log.write(f"{name}({text})\n")
        log.flush()
        counts["calls"] += 1
        try:
            result = op(*values, **keywords)
            if is_class:
                result = use(result, *how)
            counts["results"] += 1
            roots = differentiable(result)
            if roots:
                ember.autograd.backward(roots, [ember.ones_like(r) for r in roots])
        except ALLOWED:
            pass

    run = 0
    while time.monotonic() < end:
        many = settings(max_examples=2000, deadline=None, database=None, phases=[Phase.generate],
                        suppress_health_check=list(HealthCheck))  # fmt: skip
        hypothesis_seed(arguments.seed + run)(many(given(st.data())(call_one)))()
        run += 1
    print(f"{counts['calls']} calls of {len(ops)} ops, {counts['results']} results")
    return 0


if __name__ == "__main__":
    sys.exit(main())
