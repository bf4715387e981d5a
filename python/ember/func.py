"""Transforms of functions: gradients, products with Jacobians, Jacobians and Hessians as functions, under torch.func's names.

Arguments that are differentiated may be tensors or nests of tuples, lists and dicts of them. Transforms nest. A result is on the tape
when the arguments were, or inside of another transform. The transforms are C++'s; here nests are taken apart and built again.
"""

import functools

import ember
from ember._C import func as _flat
from ember.nests import flatten, map_leaves

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "stack_module_state",
    "vjp", "vmap",
]  # fmt: skip


def _is_tensor(x):
    return isinstance(x, ember.Tensor)


class _Call:
    """A function of nests as one of the tensors in them, and the forms of what it returned last."""

    def __init__(self, func, args, kwargs, argnums=None, has_aux=False):
        self.func, self.args, self.kwargs, self.argnums, self.has_aux = func, args, kwargs, argnums, has_aux
        chosen = args if argnums is None else _pick(args, argnums)
        self.inputs, self.build_inputs = flatten(chosen)
        for x in self.inputs:
            if not _is_tensor(x) or not (x.is_floating_point() or x.is_complex()):
                raise TypeError("func: the arguments to differentiate must be floating-point tensors")

    def __call__(self, *tensors):
        variables = self.build_inputs(tensors)
        args = variables if self.argnums is None else _replace(self.args, self.argnums, variables)
        result, self.aux = _split_aux(self.func(*args, **self.kwargs), self.has_aux)
        outputs, self.build = flatten(result)
        for y in outputs:
            if not _is_tensor(y):
                raise TypeError(f"func: the function must return tensors, not {type(y).__name__}")
        return outputs

    def kept_aux(self, on_tape):
        """On the tape only when an input was."""
        return self.aux if on_tape else map_leaves(lambda x: x.detach() if _is_tensor(x) else x, self.aux)

    def with_aux(self, result, on_tape):
        return (*result, self.kept_aux(on_tape)) if self.has_aux else result


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


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """A function that maps `func` over a dim of its arguments and stacks the results, each op running once for all samples.

    `in_dims` is the mapped dim of every tensor, None for what all samples share: one for all arguments or a nest of the form of the
    arguments, or of their upper part. `out_dims` says the same of the results, where None is for those that no mapped argument
    takes part in. Keyword arguments are shared. `randomness` is "error", "same" or "different" numbers for the samples. With
    `chunk_size`, so many samples at a time. A kernel that cannot run once for all samples runs
    for each.

    ValueError when in_dims or out_dims do not fit or sizes differ."""
    if randomness not in ("error", "same", "different"):
        raise ValueError(f"vmap: randomness must be 'error', 'same' or 'different', not {randomness!r}")
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size must be above 0, not {chunk_size}")

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        leaves, build = flatten(args)
        dims = _input_dims(in_dims, args)
        tensors = [i for i, x in enumerate(leaves) if _is_tensor(x)]
        rebuild = result = None

        def call(*samples):
            nonlocal rebuild, result
            values = list(leaves)
            for i, x in zip(tensors, samples):
                values[i] = x
            result = func(*build(values), **kwargs)
            outputs, rebuild = flatten(result)
            for y in outputs:
                if not _is_tensor(y):
                    raise ValueError(f"vmap: the function must return tensors, not {type(y).__name__}")
            return outputs

        def places():
            return _spread(out_dims, result, _is_dim, "out_dims")

        mapped = [leaves[i] for i in tensors], [dims[i] for i in tensors]
        outputs = _flat._vmap(call, *mapped, places, randomness, chunk_size)
        return rebuild(outputs)

    return wrapped


def _spread(prefix, nest, fits, what):
    """One value for each leaf of `nest`, from a nest of its form or of its upper part. ValueError when they do not fit."""
    if fits(prefix):
        return [prefix] * len(flatten(nest)[0])
    if isinstance(prefix, dict) and isinstance(nest, dict) and prefix.keys() == nest.keys():
        return [d for key in nest for d in _spread(prefix[key], nest[key], fits, what)]
    same = isinstance(prefix, (tuple, list)) and isinstance(nest, (tuple, list)) and len(prefix) == len(nest)
    if not same:
        raise ValueError(f"vmap: {what} {prefix!r} does not fit {_form(nest)}")
    return [d for p, x in zip(prefix, nest) for d in _spread(p, x, fits, what)]


def _form(nest):
    return str(map_leaves(lambda x: tuple(x.shape) if _is_tensor(x) else type(x).__name__, nest))


def _is_dim(value):
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _input_dims(in_dims, args):
    if not args:
        raise ValueError("vmap: there are no arguments to map over")
    if not isinstance(in_dims, (int, tuple, list)) or isinstance(in_dims, bool):
        raise ValueError(f"vmap: in_dims must be an int or a nest of ints and None, not {in_dims!r}")
    if isinstance(in_dims, (tuple, list)) and len(in_dims) != len(args):
        raise ValueError(f"vmap: in_dims has {len(in_dims)} entries but there are {len(args)} arguments")
    dims = _spread(in_dims, args, _is_dim, "in_dims")
    for x, d in zip(flatten(args)[0], dims):
        if d is not None and not _is_tensor(x):
            raise ValueError(f"vmap: in_dims gives dim {d} for a {type(x).__name__}; use None for what is no tensor")
    return dims


def grad_and_value(func, argnums=0, has_aux=False):
    """A function that gives the gradient of `func`, which gives one number, for the arguments `argnums`, and its value."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        call = _Call(func, args, kwargs, argnums, has_aux)
        outputs, gradients, on_tape = _flat._grad_and_value(call, call.inputs)
        value = call.build(outputs)
        return call.build_inputs(gradients), (value, call.kept_aux(on_tape)) if has_aux else value

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
    call = _Call(func, primals, {}, has_aux=has_aux)
    pullback = _flat._vjp(call, call.inputs)
    build_inputs = call.build_inputs

    def product(*cotangents, **_):
        given = cotangents[0] if len(cotangents) == 1 else cotangents
        return build_inputs(pullback(flatten(given)[0]))

    return call.with_aux((call.build(pullback.outputs), product), pullback.is_on_tape)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """func(*primals), and the Jacobian times `tangents`, in forward mode: each op's tangent goes along with its value, and no graph is kept.

    It is the op's pullback where that is diagonal, the op itself where it is linear, and the pullback's own pullback elsewhere.
    """
    call = _Call(func, tuple(primals), {}, has_aux=has_aux)
    outputs, products, on_tape = _flat._jvp(call, call.inputs, flatten(tuple(tangents))[0])
    return call.with_aux((call.build(outputs), call.build(products)), on_tape)


def linearize(func, *primals):
    """func(*primals), and the function that multiplies the Jacobian there by tangents."""
    return func(*primals), lambda *tangents: jvp(func, primals, tangents)[1]


def jacrev(func, argnums=0, has_aux=False, *, chunk_size=None, _preallocate_and_copy=False):
    """A function that gives the Jacobian by rows: vmap of vjp over the output's elements, `chunk_size` of them at a time."""
    return _jacobian(func, argnums, has_aux, lambda call, inputs: _flat._jacrev(call, inputs, chunk_size))


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error", chunk_size=None):
    """A function that gives the Jacobian by columns: vmap of jvp over the inputs' elements, `chunk_size` of them at a time."""
    return _jacobian(func, argnums, has_aux, lambda call, inputs: _flat._jacfwd(call, inputs, randomness, chunk_size))


def _jacobian(func, argnums, has_aux, find):
    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        call = _Call(func, args, kwargs, argnums, has_aux)
        _, rows, on_tape = find(call, call.inputs)
        jacobian = call.build([call.build_inputs(row) for row in rows])
        return (jacobian, call.kept_aux(on_tape)) if has_aux else jacobian

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
    with _flat._swap_state(module, state, tie_weights, strict):
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
