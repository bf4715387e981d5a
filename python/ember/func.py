"""Transforms of functions: gradients, products with Jacobians, Jacobians and Hessians as functions, under torch.func's names.

Arguments that are differentiated may be tensors or nests of tuples, lists and dicts of them. Transforms nest. A result is on the tape
when the arguments were, or inside of another transform.
"""

import contextlib
import functools
import threading

import ember
from ember import autograd
from ember._C import autograd as _tape

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "stack_module_state",
    "vjp", "vmap",
]  # fmt: skip

_depth = threading.local()


@contextlib.contextmanager
def _level():
    """Counts transforms within transforms; the inner ones keep their results on the tape for the outer ones."""
    _depth.value = getattr(_depth, "value", 0) + 1
    try:
        yield _depth.value > 1
    finally:
        _depth.value -= 1


def _flatten(tree):
    """The tensors of a nest, and what builds a nest of the same form out of as many values."""
    if isinstance(tree, dict):
        parts = {key: _flatten(value) for key, value in tree.items()}
        flat = [x for leaves, _ in parts.values() for x in leaves]

        def build(values):
            values = list(values)
            result = {}
            for key, (leaves, rebuild) in parts.items():
                result[key], values = rebuild(values[: len(leaves)]), values[len(leaves) :]
            return type(tree)(result)

        return flat, build
    if isinstance(tree, (tuple, list)):
        parts = [_flatten(value) for value in tree]
        flat = [x for leaves, _ in parts for x in leaves]

        def build(values):
            values = list(values)
            result = []
            for leaves, rebuild in parts:
                result.append(rebuild(values[: len(leaves)]))
                values = values[len(leaves) :]
            return type(tree)(*result) if hasattr(tree, "_fields") else type(tree)(result)

        return flat, build
    if tree is None:
        return [], lambda values: None
    return [tree], lambda values: list(values)[0]


def _map(function, tree):
    leaves, build = _flatten(tree)
    return build([function(x) for x in leaves])


def _detach(tree):
    return _map(lambda x: x.detach() if isinstance(x, ember.Tensor) else x, tree)


class _Inputs:
    """Arguments made differentiable: views of what is on the tape, else leaves of their own."""

    def __init__(self, tree, nested):
        leaves, self.build = _flatten(tree)
        for x in leaves:
            if not isinstance(x, ember.Tensor) or not x.is_floating_point():
                raise TypeError("func: the arguments to differentiate must be floating-point tensors")
        self.keeps_graph = nested or any(x.requires_grad for x in leaves)
        self.tensors = [x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in leaves]

    def tree(self):
        return self.build(self.tensors)

    def gradients(self, outputs, weights=None, create_graph=None):
        """Zeros where nothing depends on an input."""
        outputs = list(outputs)
        weights = [None] * len(outputs) if weights is None else list(weights)
        pairs = [(y, w) for y, w in zip(outputs, weights) if y.requires_grad]
        if not pairs:
            return [ember.zeros_like(x) for x in self.tensors]
        roots, weights = zip(*pairs)
        keeps = self.keeps_graph if create_graph is None else create_graph
        return list(
            autograd.grad(roots, self.tensors, weights, retain_graph=True, create_graph=keeps, materialize_grads=True)
        )

    def finish(self, tree):
        return tree if self.keeps_graph else _detach(tree)


def _pick(args, argnums):
    return tuple(args[i] for i in argnums) if isinstance(argnums, tuple) else args[argnums]


def _replace(args, argnums, value):
    args = list(args)
    for i, x in zip(argnums, value) if isinstance(argnums, tuple) else [(argnums, value)]:
        args[i] = x
    return args


def _split_aux(result, has_aux):
    if not has_aux:
        return result, None
    if not isinstance(result, tuple) or len(result) != 2:
        raise RuntimeError("func: with has_aux the function must give (output, aux)")
    return result


def grad_and_value(func, argnums=0, has_aux=False):
    """A function that gives the gradient of `func`, which gives one number, for the arguments `argnums`, and its value."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        with _level() as nested, autograd.enable_grad():
            inputs = _Inputs(_pick(args, argnums), nested)
            value, aux = _split_aux(func(*_replace(args, argnums, inputs.tree()), **kwargs), has_aux)
            if not isinstance(value, ember.Tensor) or value.dim() != 0:
                raise RuntimeError("grad: the function must give a zero-dim tensor")
            gradient = inputs.finish(inputs.build(inputs.gradients([value])))
            value, aux = inputs.finish(value), inputs.finish(aux)
        return (gradient, (value, aux)) if has_aux else (gradient, value)

    return wrapped


def grad(func, argnums=0, has_aux=False):
    """A function that gives the gradient of `func`, which gives one number, for the arguments `argnums`."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        gradient, value = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapped


def vjp(func, *primals, has_aux=False):
    """func(*primals), and the function that multiplies the Jacobian by cotangents from the left."""
    with _level() as nested, autograd.enable_grad():
        inputs = _Inputs(primals, nested)
        outputs, aux = _split_aux(func(*inputs.tree()), has_aux)
    flat = _flatten(outputs)[0]

    def product(*cotangents, **_):
        given = cotangents[0] if len(cotangents) == 1 else cotangents
        weights = _flatten(given)[0]
        if len(weights) != len(flat):
            raise RuntimeError(f"vjp: there are {len(flat)} outputs but {len(weights)} cotangents")
        with autograd.enable_grad():
            on_tape = inputs.keeps_graph or any(w.requires_grad for w in weights)
            gradients = inputs.build(inputs.gradients(flat, weights, create_graph=on_tape))
        return gradients if on_tape else _detach(gradients)

    outputs = inputs.finish(outputs)
    return (outputs, product, inputs.finish(aux)) if has_aux else (outputs, product)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """func(*primals), and the Jacobian times `tangents`: v^T J is linear in v, and its derivative is the product."""
    with _level() as nested, autograd.enable_grad():
        inputs = _Inputs(tuple(primals), nested)
        directions = _flatten(tuple(tangents))[0]
        if [tuple(t.shape) for t in directions] != [tuple(x.shape) for x in inputs.tensors]:
            raise RuntimeError("jvp: the tangents must have the shapes of the primals")
        inputs.keeps_graph |= any(t.requires_grad for t in directions)
        outputs, aux = _split_aux(func(*inputs.tree()), has_aux)
        flat, build = _flatten(outputs)
        probes = [ember.zeros_like(y).requires_grad_() for y in flat]
        linear = inputs.gradients(flat, probes, create_graph=True)
        pairs = [(row, t) for row, t in zip(linear, directions) if row.requires_grad]
        if pairs:
            rows, weights = zip(*pairs)
            products = autograd.grad(
                rows, probes, weights, retain_graph=True, create_graph=inputs.keeps_graph, materialize_grads=True
            )
        else:
            products = [ember.zeros_like(y) for y in flat]
        result = inputs.finish(outputs), inputs.finish(build(products))
        return (*result, inputs.finish(aux)) if has_aux else result


def linearize(func, *primals):
    """func(*primals), and the function that multiplies the Jacobian there by tangents."""
    return func(*primals), lambda *tangents: jvp(func, primals, tangents)[1]


def jacrev(func, argnums=0, has_aux=False, *, chunk_size=None, _preallocate_and_copy=False):
    """A function that gives the Jacobian, one row (an output element) after another."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        with _level() as nested, autograd.enable_grad():
            inputs = _Inputs(_pick(args, argnums), nested)
            outputs, aux = _split_aux(func(*_replace(args, argnums, inputs.tree()), **kwargs), has_aux)
            flat, build = _flatten(outputs)
            jacobians = []
            for y in flat:
                rows = []
                for i in range(y.numel()):
                    one = ember.zeros(y.numel(), dtype=y.dtype)
                    one[i] = 1
                    rows.append(inputs.gradients([y], [one.reshape(y.shape)]))
                columns = zip(*rows) if rows else [[] for _ in inputs.tensors]
                jacobians.append(
                    inputs.build(
                        [
                            ember.stack(list(c)).reshape(tuple(y.shape) + tuple(x.shape))
                            if c
                            else ember.zeros(tuple(y.shape) + tuple(x.shape), dtype=y.dtype)
                            for c, x in zip(columns, inputs.tensors)
                        ]
                    )
                )
            result = inputs.finish(build(jacobians))
            return (result, inputs.finish(aux)) if has_aux else result

    return wrapped


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    """A function that gives the Jacobian, one column (an input element) after another."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        chosen = _pick(args, argnums)
        leaves, build_inputs = _flatten(chosen)
        aux = None

        def of_chosen(*flat_inputs):
            nonlocal aux
            output, aux = _split_aux(func(*_replace(args, argnums, build_inputs(flat_inputs)), **kwargs), has_aux)
            return output

        columns = []
        outputs = None
        for k, x in enumerate(leaves):
            products = []
            for i in range(x.numel()):
                tangents = [ember.zeros(y.numel(), dtype=y.dtype) for y in leaves]
                tangents[k][i] = 1
                tangents = [t.reshape(y.shape) for t, y in zip(tangents, leaves)]
                outputs, product = jvp(of_chosen, tuple(leaves), tuple(tangents))
                products.append(_flatten(product)[0])
            columns.append(products)
        if outputs is None:
            outputs = of_chosen(*leaves)
        flat, build = _flatten(outputs)
        jacobians = [
            build_inputs(
                [
                    ember.stack([p[n] for p in products], dim=-1).reshape(tuple(y.shape) + tuple(x.shape))
                    if products
                    else ember.zeros(tuple(y.shape) + tuple(x.shape), dtype=y.dtype)
                    for products, x in zip(columns, leaves)
                ]
            )
            for n, y in enumerate(flat)
        ]
        result = build(jacobians)
        return (result, aux) if has_aux else result

    return wrapped


def hessian(func, argnums=0):
    """A function that gives the second derivatives: jacfwd of jacrev."""
    return jacfwd(jacrev(func, argnums), argnums)


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """module(*args, **kwargs) with these tensors, by dotted name, in place of its parameters and buffers."""
    dicts = parameter_and_buffer_dicts
    state = {}
    for part in dicts if isinstance(dicts, (tuple, list)) else [dicts]:
        if state.keys() & part.keys():
            raise ValueError(f"functional_call: given twice: {sorted(state.keys() & part.keys())}")
        state.update(part)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    before = _tape._swap_state(module, state, tie_weights, strict)
    try:
        return module(*args, **(kwargs or {}))
    finally:
        _tape._swap_state(module, before, False, False)


def stack_module_state(models):
    """The parameters and the buffers of modules of one architecture, each stacked along a new first dim."""

    def stacked(states):
        states = [dict(s) for s in states]
        return {name: ember.stack([s[name] for s in states]).detach() for name in states[0]}

    parameters = stacked(m.named_parameters() for m in models)
    for name, p in dict(models[0].named_parameters()).items():
        parameters[name].requires_grad_(p.requires_grad)
    return parameters, stacked(m.named_buffers() for m in models)


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """A function that maps `func` over a dim of its arguments: a loop over that dim whose results are stacked.

    It costs as much as the loop; an op with batching rules of its own would not."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        dims = in_dims if isinstance(in_dims, (tuple, list)) else (in_dims,) * len(args)
        if len(dims) != len(args):
            raise ValueError(f"vmap: in_dims has {len(dims)} entries but there are {len(args)} arguments")
        flat_dims = []
        for arg, dim in zip(args, dims):
            leaves = _flatten(arg)[0]
            own = _flatten(dim)[0] if isinstance(dim, (tuple, list, dict)) else [dim] * len(leaves)
            flat_dims.append(own)
        sizes = {
            x.shape[d] for arg, own in zip(args, flat_dims) for x, d in zip(_flatten(arg)[0], own) if d is not None
        }
        if len(sizes) != 1:
            raise ValueError(f"vmap: the mapped dims must have one size, not {sorted(sizes)}")

        def at(index):
            chosen = []
            for arg, own in zip(args, flat_dims):
                leaves, build = _flatten(arg)
                chosen.append(build([x if d is None else x.select(d, index) for x, d in zip(leaves, own)]))
            return func(*chosen, **kwargs)

        results = [_flatten(at(i)) for i in range(sizes.pop())]
        if not results:
            raise ValueError("vmap: the mapped dim is empty")
        count = len(results[0][0])
        outs = _flatten(out_dims)[0] if isinstance(out_dims, (tuple, list, dict)) else [out_dims] * count
        return results[0][1](
            [
                r if d is None else ember.stack([leaves[k] for leaves, _ in results], dim=d)
                for k, (d, r) in enumerate(zip(outs, results[0][0]))
            ]
        )

    return wrapped
