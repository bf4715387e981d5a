"""Transforms of functions: gradients, products with Jacobians, Jacobians and Hessians as functions, under torch.func's names.

Arguments that are differentiated may be tensors or nests of tuples, lists and dicts of them. Transforms nest. A result is on the tape
when the arguments were, or inside of another transform.
"""

import contextlib
import functools
import threading

import ember
from ember import autograd
from ember.batching.modules import swapped_state
from ember.batching.nests import flatten, map_leaves
from ember.batching.tape import gradients, mapped_everywhere
from ember.batching.transform import vmap

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


def _detach(tree):
    return map_leaves(lambda x: x.detach() if isinstance(x, ember.Tensor) else x, tree)


def _kept(aux, leaves):
    """On the tape only when an input was."""
    return aux if any(x.requires_grad for x in leaves) else _detach(aux)


class _Inputs:
    """Arguments made differentiable: views of what is on the tape, else leaves of their own. Inside of vmap each sample has its own,
    so that its gradient is of it alone."""

    def __init__(self, tree, nested):
        leaves, self.build = flatten(tree)
        for x in leaves:
            if not isinstance(x, ember.Tensor) or not x.is_floating_point():
                raise TypeError("func: the arguments to differentiate must be floating-point tensors")
        self.keeps_graph = nested or any(x.requires_grad for x in leaves)
        leaves = [mapped_everywhere(x) for x in leaves]
        self.tensors = [x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in leaves]

    def tree(self):
        return self.build(self.tensors)

    def gradients(self, outputs, weights=None, create_graph=None):
        """Zeros where nothing depends on an input."""
        weights = [None] * len(outputs) if weights is None else weights
        keeps = self.keeps_graph if create_graph is None else create_graph
        return gradients(outputs, self.tensors, weights, retain_graph=True, create_graph=keeps)

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
    flat = flatten(outputs)[0]

    def product(*cotangents, **_):
        given = cotangents[0] if len(cotangents) == 1 else cotangents
        weights = flatten(given)[0]
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
        directions = flatten(tuple(tangents))[0]
        if [tuple(t.shape) for t in directions] != [tuple(x.shape) for x in inputs.tensors]:
            raise RuntimeError("jvp: the tangents must have the shapes of the primals")
        inputs.keeps_graph |= any(t.requires_grad for t in directions)
        outputs, aux = _split_aux(func(*inputs.tree()), has_aux)
        flat, build = flatten(outputs)
        probes = [ember.zeros_like(mapped_everywhere(y)).requires_grad_() for y in flat]
        linear = inputs.gradients(flat, probes, create_graph=True)
        products = gradients(linear, probes, directions, retain_graph=True, create_graph=inputs.keeps_graph)
        result = inputs.finish(outputs), inputs.finish(build(products))
        return (*result, inputs.finish(aux)) if has_aux else result


def linearize(func, *primals):
    """func(*primals), and the function that multiplies the Jacobian there by tangents."""
    return func(*primals), lambda *tangents: jvp(func, primals, tangents)[1]


def _basis(tensors):
    """All directions in the tensors' space: for each tensor [directions, its shape...], ones where a direction points into it."""
    total = sum(x.numel() for x in tensors)
    result, start = [], 0
    for x in tensors:
        one = ember.zeros(total, x.numel(), dtype=x.dtype)
        one[start : start + x.numel()] = ember.eye(x.numel(), dtype=x.dtype)
        result.append(one.reshape(total, *x.shape))
        start += x.numel()
    return result


def jacrev(func, argnums=0, has_aux=False, *, chunk_size=None, _preallocate_and_copy=False):
    """A function that gives the Jacobian by rows: vmap of vjp over the output's elements, `chunk_size` of them at a time."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        chosen = _pick(args, argnums)
        leaves, build_inputs = flatten(chosen)

        def of_leaves(*values):
            return _split_aux(func(*_replace(args, argnums, build_inputs(values)), **kwargs), has_aux)

        outputs, aux = of_leaves(*leaves)
        flat, build = flatten(outputs)
        sizes = [y.numel() for y in flat]

        def rows(*cotangents):
            product = vjp(lambda *values: tuple(flatten(of_leaves(*values)[0])[0]), *leaves)[1]
            return product(*cotangents)

        if sum(sizes) == 0:
            found = [ember.zeros(0, *x.shape, dtype=x.dtype) for x in leaves]
        else:
            found = vmap(rows, randomness="same", chunk_size=chunk_size)(*_basis(flat))
        of_inputs = zip(*[_split_rows(rows, sizes) for rows in found])
        jacobians = [
            build_inputs([part.reshape(*y.shape, *x.shape) for part, x in zip(parts, leaves)])
            for parts, y in zip(of_inputs, flat)
        ]
        return (build(jacobians), _kept(aux, leaves)) if has_aux else build(jacobians)

    return wrapped


def _split_rows(rows, sizes):
    """[sum of sizes, ...] in parts of these sizes."""
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    return [rows[start : start + size] for start, size in zip(starts, sizes)]


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error", chunk_size=None):
    """A function that gives the Jacobian by columns: vmap of jvp over the inputs' elements, `chunk_size` of them at a time."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        chosen = _pick(args, argnums)
        leaves, build_inputs = flatten(chosen)

        def of_leaves(*values):
            return _split_aux(func(*_replace(args, argnums, build_inputs(values)), **kwargs), has_aux)

        sizes = [x.numel() for x in leaves]
        if has_aux or sum(sizes) == 0:
            outputs, aux = of_leaves(*leaves)
        build = None

        def columns(*tangents):
            nonlocal build
            products = jvp(lambda *values: of_leaves(*values)[0], tuple(leaves), tangents)[1]
            flat, build = flatten(products)
            return tuple(flat)

        if sum(sizes) == 0:
            flat, build = flatten(outputs)
            found = [ember.zeros(0, *y.shape, dtype=y.dtype) for y in flat]
        else:
            found = vmap(columns, randomness=randomness, chunk_size=chunk_size)(*_basis(leaves))
        jacobians = [
            build_inputs(
                [
                    part.movedim(0, -1).reshape(*part.shape[1:], *x.shape)
                    for part, x in zip(_split_rows(of_output, sizes), leaves)
                ]
            )
            for of_output in found
        ]
        return (build(jacobians), _kept(aux, leaves)) if has_aux else build(jacobians)

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
    with swapped_state(module, state, tie_weights, strict):
        return module(*args, **(kwargs or {}))


def stack_module_state(models):
    """The parameters and the buffers of modules of one architecture, each stacked along a new first dim."""

    def stacked(states):
        states = [dict(s) for s in states]
        return {name: ember.stack([s[name] for s in states]).detach() for name in states[0]}

    parameters = stacked(m.named_parameters() for m in models)
    for name, p in dict(models[0].named_parameters()).items():
        parameters[name].requires_grad_(p.requires_grad)
    return parameters, stacked(m.named_buffers() for m in models)
