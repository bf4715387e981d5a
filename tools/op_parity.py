"""Compares every op with PyTorch 2.15 on the samples of PyTorch's own tests: outputs, dtypes and gradients.

    python tools/op_parity.py [NAME_PATTERN...] [--json FILE] [--verbose]

Runs in an environment that has torch 2.15, expecttest, pytest and scipy, with Ember's package on PYTHONPATH. Each op runs in a
process of its own, so a crash counts as a failure. An op is right when all its samples agree in float64, float32, int64 and bool, as
far as PyTorch has it for that dtype; its gradient, when all of a weighted sum of its outputs agree in float64; its in-place method,
its `out` argument and what vmap makes of it where PyTorch maps it, when they agree too; its errors, when each bad call of PyTorch's tests fails with an exception of that type.
"""

import argparse
import fnmatch
import functools
import json
import multiprocessing
import os
import sys
import types
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore")

import ember  # noqa: E402, I001
import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.testing._internal import common_methods_invocations as invocations  # noqa: E402

# Only shapes and dtypes of these can agree.
RANDOM = {
    "bernoulli", "cauchy", "exponential", "geometric", "log_normal", "multinomial", "normal", "randint", "randint_like",
    "rand_like", "randn", "randn_like", "uniform", "nn.functional.dropout", "nn.functional.dropout2d",
    "nn.functional.dropout3d", "nn.functional.alpha_dropout", "nn.functional.feature_alpha_dropout",
    "nn.functional.rrelu", "nn.functional.fractional_max_pool2d", "nn.functional.fractional_max_pool3d", "svd_lowrank",
    "pca_lowrank", "empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided",
    "resize_", "resize_as_",
}  # fmt: skip
# Random for some of their samples, those with dropout.
PARTLY_RANDOM = {"nn.functional.scaled_dot_product_attention", "nn.functional.multi_head_attention_forward"}
# Signs of vectors are free, so their absolute values are compared.
SIGN_FREE = {"svd", "linalg.svd", "linalg.eig", "linalg.eigh", "linalg.polar"}
DTYPES = [torch.float64, torch.float32, torch.int64, torch.bool]
TOLERANCE = {torch.float64: 1e-7, torch.float32: 2e-4, torch.complex128: 1e-7, torch.complex64: 2e-4}


KINDS = ("forward", "gradient", "in_place", "method", "out", "vmap", "error")


def ember_dtype(dtype):
    return getattr(ember, str(dtype).removeprefix("torch."))


def to_ember(x, grad=False, memo=None):
    """The same value for Ember: tensors with their strides, dtypes, and containers of them."""
    if isinstance(x, torch.Tensor):
        if memo is not None and id(x) in memo:
            return memo[id(x)]
        plain = x.detach()
        if plain.is_conj():
            plain = plain.resolve_conj()
        if plain.is_neg():
            plain = plain.resolve_neg()
        dtype = plain.dtype
        if dtype == torch.bfloat16:
            y = ember.tensor(plain.float().numpy()).to(ember.bfloat16)
        else:
            elements = plain.untyped_storage().nbytes() // plain.element_size()
            flat = torch.as_strided(plain, (elements,), (1,), 0).numpy().copy()
            y = ember.from_numpy(flat).as_strided(tuple(x.shape), x.stride(), x.storage_offset())
        y = y.detach()
        if grad and x.requires_grad:
            y.requires_grad_(True)
        if memo is not None:
            memo[id(x)] = y
        return y
    if isinstance(x, torch.dtype):
        return ember_dtype(x)
    if isinstance(x, torch.device):
        return str(x)
    if isinstance(x, torch.Size):
        return tuple(x)
    if isinstance(x, torch.nn.Parameter):
        return to_ember(x.data, grad, memo)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*(to_ember(v, grad, memo) for v in x))
    if isinstance(x, (list, tuple)):
        return type(x)(to_ember(v, grad, memo) for v in x)
    if isinstance(x, dict):
        return {k: to_ember(v, grad, memo) for k, v in x.items()}
    if isinstance(x, types.FunctionType):
        return rebound(x)
    if isinstance(x, torch.nn.Module):
        return getattr(ember.nn, type(x).__name__)()
    if isinstance(x, (torch.layout, torch.memory_format)):
        return getattr(ember, str(x).removeprefix("torch."))
    return x


class Forwarding(types.ModuleType):
    """Stands for `torch` inside functions of PyTorch's tests."""

    def __getattr__(self, name):
        return getattr(ember, name)


def rebound(function):
    """A function of PyTorch's tests with `torch` meaning Ember."""
    if isinstance(function, functools.partial):
        keywords = {name: to_ember(value) for name, value in function.keywords.items()}
        return functools.partial(resolve_name(f"nn.functional.{function.func.__name__}"), *function.args, **keywords)
    scope = dict(function.__globals__)
    scope["torch"] = ember
    scope["F"] = ember.nn.functional
    scope["wrapper_set_seed"] = lambda op, *args, **kwargs: (ember.manual_seed(42), op(*args, **kwargs))[1]
    result = types.FunctionType(
        function.__code__, scope, function.__name__, function.__defaults__, function.__closure__
    )
    result.__kwdefaults__ = function.__kwdefaults__
    return result


def resolve(op):
    """Ember's function for an OpInfo."""
    target = op.op
    if isinstance(target, functools.partial):
        return functools.partial(resolve_name(op.name), *target.args, **target.keywords)
    if isinstance(target, types.FunctionType) and target.__module__.startswith("torch.testing._internal"):
        return rebound(target)
    return resolve_name(op.name)


def resolve_name(name):
    target = ember
    for part in name.split("."):
        if not hasattr(target, part) and target is ember and hasattr(ember.Tensor, part):
            return getattr(ember.Tensor, part)
        target = getattr(target, part)
    return target


def flatten(x):
    """The tensors and numbers in a result, in order."""
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, (list, tuple)) and not isinstance(x, (torch.Size, ember.Size)):
        return [leaf for item in x for leaf in flatten(item)]
    return [x]


def numpy_of(x):
    x = x.detach()
    if isinstance(x, torch.Tensor):
        x = x.resolve_conj().resolve_neg()
        return (x.float() if x.dtype == torch.bfloat16 else x).numpy(force=True)  # even PyTorch's unmade zeros
    return np.array(x.float().tolist()).reshape(x.shape) if x.dtype == ember.bfloat16 else x.contiguous().numpy()


def compare(got, want, name, check_values=True):
    """Raises AssertionError unless both results agree."""
    got, want = flatten(got), flatten(want)
    assert len(got) == len(want), f"{len(got)} results instead of {len(want)}"
    for i, (g, w) in enumerate(zip(got, want)):
        if not isinstance(w, torch.Tensor):
            if isinstance(w, torch.Size):
                g, w = tuple(g), tuple(w)
            if isinstance(w, torch.dtype):
                w = ember_dtype(w)
            if isinstance(w, float):
                assert np.isclose(g, w, 1e-5, 1e-7, equal_nan=True), f"result {i}: {g} instead of {w}"
            else:
                assert g == w, f"result {i}: {g!r} instead of {w!r}"
            continue
        assert isinstance(g, ember.Tensor), f"result {i} is {type(g)} instead of a tensor"
        assert tuple(g.shape) == tuple(w.shape), f"result {i} has shape {tuple(g.shape)} instead of {tuple(w.shape)}"
        assert g.dtype == ember_dtype(w.dtype), f"result {i} is {g.dtype} instead of {w.dtype}"
        if not check_values:
            continue
        a, b = numpy_of(g), numpy_of(w)
        if name in SIGN_FREE:
            a, b = np.abs(a), np.abs(b)
        if b.dtype.kind in "fc":
            tolerance = TOLERANCE.get(w.dtype, 1e-2)
            finite = b[np.isfinite(b)]
            scale = max(1.0, float(np.abs(finite).max())) if finite.size else 1.0
            close = np.isclose(a, b, rtol=tolerance, atol=tolerance * min(scale, 1e6), equal_nan=True)
        else:
            close = a == b
        if not np.all(close):
            where = tuple(int(v) for v in np.argwhere(~np.atleast_1d(close))[0])
            raise AssertionError(
                f"result {i} differs at {where}: {np.atleast_1d(a)[where]} instead of {np.atleast_1d(b)[where]}"
            )


def tensors_with_grad(*values):
    return [v for v in flatten(list(values)) if isinstance(v, (torch.Tensor, ember.Tensor)) and v.requires_grad]


def weighted_roots(outputs, library):
    roots, weights = [], []
    for y in flatten(outputs):
        if isinstance(y, library.Tensor) and y.requires_grad:
            steps = np.sin(np.arange(y.numel() or 0)) + 0.5
            weight = torch.from_numpy(steps).reshape(tuple(y.shape))
            if "complex" in str(y.dtype):
                weight = torch.complex(weight, torch.flip(weight.flatten(), [0]).reshape(weight.shape))
            weight = weight.to(getattr(torch, str(y.dtype).split(".")[1]))
            roots.append(y)
            weights.append(weight if library is torch else to_ember(weight))
    return roots, weights


def gradients(outputs, inputs, library):
    roots, weights = weighted_roots(outputs, library)
    if not roots or not inputs:
        return []
    return list(library.autograd.grad(roots, inputs, weights, allow_unused=True))


def describe(sample):
    def short(x):
        if isinstance(x, torch.Tensor):
            return f"{str(x.dtype)[6:]}{list(x.shape)}"
        if isinstance(x, (list, tuple)):
            return "[" + ", ".join(map(short, x)) + "]"
        return repr(x)[:60]

    parts = [short(sample.input), *map(short, sample.args), *(f"{k}={short(v)}" for k, v in sample.kwargs.items())]
    return "(" + ", ".join(parts) + ")"


class Report:
    def __init__(self, op):
        self.name = op.name + (f"/{op.variant_test_name}" if op.variant_test_name else "")
        self.result = {"name": self.name, "op": op.name}
        for kind in KINDS:
            self.result[kind] = {"right": 0, "wrong": 0, "failures": []}

    def run(self, kind, label, body):
        entry = self.result[kind]
        try:
            body()
            entry["right"] += 1
            return True
        except Exception as error:  # noqa: BLE001
            entry["wrong"] += 1
            if len(entry["failures"]) < 40:
                text = str(error).strip() or repr(error)
                entry["failures"].append(f"{label}: {type(error).__name__}: {text[:300]}")
            return False


def check_op(op):
    report = Report(op)
    deterministic = op.name not in RANDOM
    try:
        function = resolve(op)
    except AttributeError as error:
        report.run("forward", "missing", lambda error=error: (_ for _ in ()).throw(error))
        return report.result
    for dtype in DTYPES:
        if dtype not in op.supported_dtypes("cpu"):
            continue
        with_grad = dtype == torch.float64 and op.supports_autograd
        try:
            samples = list(op.sample_inputs("cpu", dtype, requires_grad=with_grad))
        except Exception:  # noqa: BLE001
            continue
        for number, sample in enumerate(samples):
            label = f"{str(dtype)[6:]} #{number} {describe(sample)}"
            try:
                torch.manual_seed(0)
                want = op.op(sample.input, *sample.args, **sample.kwargs)
                if op.name in PARTLY_RANDOM:
                    positional = sample.args[9] if len(sample.args) > 9 else 0.0
                    deterministic = sample.kwargs.get("dropout_p", positional) == 0
            except Exception:  # noqa: BLE001
                continue
            memo = {}
            state = {}

            def forward(sample=sample, memo=memo, want=want, state=state, deterministic=deterministic):
                arguments = to_ember([sample.input, *sample.args], True, memo)
                keywords = to_ember(sample.kwargs, True, memo)
                state["got"] = function(*arguments, **keywords)
                compare(state["got"], want, op.name, deterministic)

            good = report.run("forward", label, forward)
            if with_grad and good:

                def gradient(sample=sample, memo=memo, want=want, state=state, deterministic=deterministic):
                    process = sample.output_process_fn_grad
                    theirs = [x for x in memo_order(sample) if x.requires_grad]
                    ours = [memo[id(x)] for x in theirs]
                    if op.name in SIGN_FREE and isinstance(process, types.FunctionType):
                        wanted, given = process(want), rebound(process)(state["got"])
                    else:
                        wanted, given = want, state["got"]
                    expected = gradients(wanted, theirs, torch)
                    actual = gradients(given, ours, ember)
                    assert len(actual) == len(expected), "no gradient" if not actual else "an unwanted gradient"
                    for i, (a, e) in enumerate(zip(actual, expected)):
                        if e is None or a is None:
                            assert e is None or not np.any(numpy_of(e)), f"no gradient of input {i}"
                            assert a is None or not np.any(numpy_of(a)), f"an unwanted gradient of input {i}"
                            continue
                        compare(a, e, "", deterministic)

                report.run("gradient", label, gradient)
            if good and op.inplace_variant is not None and not sample.broadcasts_input and dtype != torch.float64:
                check_in_place(report, op, sample, label, deterministic)
            if good and isinstance(op.method_variant, types.MethodDescriptorType) and dtype == torch.float32:

                def method(sample=sample, want=want, deterministic=deterministic):
                    arguments = to_ember([sample.input, *sample.args])
                    keywords = to_ember(sample.kwargs)
                    compare(
                        getattr(ember.Tensor, op.method_variant.__name__)(*arguments, **keywords),
                        want,
                        op.name,
                        deterministic,
                    )

                report.run("method", label, method)
            if good and with_grad and deterministic and op.name not in SIGN_FREE:
                check_vmap(report, op, function, sample, label)
            if good and op.supports_out and dtype == torch.float32 and deterministic:
                check_out(report, op, function, sample, want, label)
    check_errors(report, op, function)
    return report.result


def memo_order(sample):
    return [x for x in flatten([sample.input, *sample.args, *sample.kwargs.values()]) if isinstance(x, torch.Tensor)]


def check_in_place(report, op, sample, label, deterministic):
    name = getattr(op.inplace_variant, "__name__", op.name + "_")
    clone = sample.input.detach().clone() if isinstance(sample.input, torch.Tensor) else sample.input
    try:
        torch.manual_seed(0)
        want = op.inplace_variant(clone, *sample.args, **sample.kwargs)
    except Exception:  # noqa: BLE001
        return

    def in_place():
        x = to_ember(sample.input.detach().clone())
        method = getattr(x, name) if isinstance(op.inplace_variant, types.MethodDescriptorType) else None
        arguments, keywords = to_ember(list(sample.args)), to_ember(sample.kwargs)
        got = method(*arguments, **keywords) if method else rebound(op.inplace_variant)(x, *arguments, **keywords)
        assert got is x, "the result is another tensor"
        compare(got, want, op.name, deterministic)

    report.run("in_place", label, in_place)


def sevens_like(x):
    """Ember's tensors full of 7, in the form of PyTorch's."""
    return to_ember(torch.full_like(x, 7)) if isinstance(x, torch.Tensor) else tuple(map(sevens_like, x))


def check_out(report, op, function, sample, want, label):
    tensors = flatten(want)
    if not tensors or not all(isinstance(x, torch.Tensor) for x in tensors):
        return

    def out():
        arguments, keywords = to_ember([sample.input, *sample.args]), to_ember(sample.kwargs)
        keywords["out"] = sevens_like(want)
        got = function(*arguments, **keywords)
        assert all(g is x for g, x in zip(flatten(got), flatten(keywords["out"]))), "the result is another tensor"
        compare(got, want, op.name)

    report.run("out", label, out)


def replaced(tree, tensors):
    """The same containers with the next tensors in place of theirs."""
    if isinstance(tree, torch.Tensor):
        return next(tensors)
    if isinstance(tree, (list, tuple)):
        values = [replaced(x, tensors) for x in tree]
        return type(tree)(*values) if hasattr(tree, "_fields") else type(tree)(values)
    if isinstance(tree, dict):
        return {key: replaced(x, tensors) for key, x in tree.items()}
    return tree


def check_vmap(report, op, function, sample, label):
    tree = [sample.input, list(sample.args), sample.kwargs]
    tensors = [x.detach() for x in memo_order(sample)]
    if not tensors:
        return

    def call(operation, *values):
        first, rest, keywords = replaced(tree, iter(values))
        return operation(first, *rest, **keywords)

    def translated(*args, **keywords):
        return function(*to_ember(list(args)), **to_ember(keywords))

    every = range(len(tensors))
    cases = [{i: -1 if i % 2 else 0 for i in every}, {i: 0 if i % 2 else -1 for i in every}]
    cases += [{i: 0} for i in every if len(tensors) > 1]
    for places in cases:
        pairs = [(x, x.flip(-1) if x.dim() else x) for x in tensors]
        stacked = [torch.stack(pair, places[i]) if i in places else pair[0] for i, pair in enumerate(pairs)]
        in_dims = tuple(places.get(i) for i in every)
        try:
            want = torch.vmap(functools.partial(call, op.op), in_dims=in_dims)(*stacked)
        except Exception:  # noqa: BLE001
            continue

        def vmap(stacked=stacked, in_dims=in_dims, want=want):
            mapped = ember.func.vmap(functools.partial(call, translated), in_dims=in_dims)
            compare(mapped(*map(to_ember, stacked)), want, op.name)

        report.run("vmap", f"{label} in_dims={in_dims}", vmap)


def check_errors(report, op, function):
    try:
        calls = list(op.error_inputs("cpu")) if op.error_inputs_func else []
    except Exception:  # noqa: BLE001
        return
    for number, call in enumerate(calls):
        sample = call.sample_input
        try:
            op.op(sample.input, *sample.args, **sample.kwargs)
            continue
        except Exception as error:  # noqa: BLE001
            wanted = error
        try:
            arguments, keywords = to_ember([sample.input, *sample.args], True, {}), to_ember(sample.kwargs, True, {})
        except Exception:  # noqa: BLE001
            continue  # a device or layout that only PyTorch has

        def error(arguments=arguments, keywords=keywords, wanted=wanted):
            try:
                function(*arguments, **keywords)
            except type(wanted):
                return
            except Exception as got:  # noqa: BLE001
                text = f"{type(got).__name__}: {got} instead of {type(wanted).__name__}: {wanted}"
                raise AssertionError(text) from got
            raise AssertionError(f"no error instead of {type(wanted).__name__}: {wanted}")

        report.run("error", f"error #{number} {describe(sample)}", error)


def run_one(index, pipe):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    pipe.send(check_op(invocations.op_db[index]))
    pipe.close()


def run_isolated(index, seconds):
    op = invocations.op_db[index]
    receiver, sender = multiprocessing.Pipe(False)
    process = multiprocessing.get_context("fork").Process(target=run_one, args=(index, sender))
    process.start()
    sender.close()
    result = None
    try:
        if receiver.poll(seconds):
            result = receiver.recv()
    except EOFError:
        pass
    process.join(1)
    if process.is_alive():
        process.kill()
    if result is None:
        report = Report(op)
        report.run("forward", "process", lambda: (_ for _ in ()).throw(RuntimeError("crashed or took too long")))
        result = report.result
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", help="names of ops, with * and ?; all when none is given")
    parser.add_argument("--json", help="write the results to this file")
    parser.add_argument("--verbose", action="store_true", help="show every failure, not the first of each op")
    parser.add_argument("--seconds", type=float, default=120, help="per op")
    arguments = parser.parse_args()
    results = []
    for index, op in enumerate(invocations.op_db):
        if op.name.startswith("_refs") or (
            arguments.patterns and not any(fnmatch.fnmatch(op.name, p) for p in arguments.patterns)
        ):
            continue
        result = run_isolated(index, arguments.seconds)
        results.append(result)
        bad = [k for k in KINDS if result[k]["wrong"]]
        if bad or arguments.patterns:
            counts = "  ".join(f"{k} {result[k]['right']}/{result[k]['right'] + result[k]['wrong']}" for k in KINDS)
            print(f"{'WRONG' if bad else 'right'} {result['name']}: {counts}")
            for kind in bad:
                for failure in result[kind]["failures"][: None if arguments.verbose else 2]:
                    print(f"    {kind}: {failure}")
            sys.stdout.flush()
    by_name = {}
    for result in results:
        entry = by_name.setdefault(result["op"], {**dict.fromkeys(KINDS, True), "has": set()})
        for kind in KINDS:
            entry[kind] &= result[kind]["wrong"] == 0
            if result[kind]["right"] + result[kind]["wrong"]:
                entry["has"].add(kind)
        entry["gradient"] &= result["forward"]["wrong"] == 0
    for kind in KINDS:
        names = [n for n, e in by_name.items() if kind in e["has"]]
        print(f"{kind}: {sum(by_name[n][kind] for n in names)} of {len(names)} names right")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
