"""Differentiation inside of vmap: of the tensors that Batched ones hold, one gradient for each sample."""

import ember
from ember.batching.dispatch import innermost_level, running_levels, stack_samples
from ember.batching.tensor import Batched


def mapped_everywhere(x, levels=None):
    """A tensor as a Batched of all vmaps that run, expanded where it is the same for all samples."""
    levels = running_levels() if levels is None else levels
    if not levels:
        return x
    *outer, level = levels
    if type(x) is Batched and x.level is level:
        return Batched(mapped_everywhere(x.value, outer), level)
    return Batched(mapped_everywhere(x.expand(level.size, *x.shape), outer), level)


def gradients(outputs, inputs, weights, **options):
    """autograd.grad, zeros where nothing depends on an input; a weight of None is one for each element of the output.

    Inputs that are mapped by the same vmap as the outputs get the gradient of each sample at once, since no sample depends on
    another. Others, and outputs of which only the weights are mapped, take one walk of the tape for each sample."""
    level = innermost_level(outputs, inputs, [w for w in weights if w is not None])
    if level is None:
        kept = [(y, w) for y, w in zip(outputs, weights) if y.requires_grad]
        if not kept:
            return [ember.zeros_like(x) for x in inputs]
        roots, weights = zip(*kept)
        return list(ember.autograd.grad(roots, inputs, weights, materialize_grads=True, **options))
    result = [None] * len(inputs)
    mapped = [k for k, x in enumerate(inputs) if _is_of(x, level)]
    if mapped:
        found = gradients(*_values(outputs, weights, level, [inputs[k] for k in mapped]), **options)
        for k, g in zip(mapped, found):
            result[k] = Batched(g, level)
    shared = [k for k in range(len(inputs)) if k not in mapped]
    if shared:
        found = [
            gradients(
                _at(outputs, level, i),
                [inputs[k] for k in shared],
                _at(weights, level, i),
                **{**options, "retain_graph": True},
            )
            for i in range(level.size)
        ]
        for n, k in enumerate(shared):
            result[k] = stack_samples([g[n] for g in found], level, "grad")
    return result


def grad(outputs, inputs, weights=None, create_graph=False):
    """autograd.grad where an argument is a Batched; the tape stays."""
    outputs, inputs = (list(x) if isinstance(x, (tuple, list)) else [x] for x in (outputs, inputs))
    weights = list(weights) if isinstance(weights, (tuple, list)) else [weights] * len(outputs)
    return tuple(gradients(outputs, inputs, weights, retain_graph=True, create_graph=create_graph))


def _is_of(x, level):
    return type(x) is Batched and x.level is level


def _values(outputs, weights, level, inputs):
    """What the Batched hold; an output that is not mapped does not depend on an input that is."""
    pairs = [(y, ember.ones_like(y) if w is None else w) for y, w in zip(outputs, weights) if _is_of(y, level)]
    ones = [w.value if _is_of(w, level) else w.expand(level.size, *w.shape) for _, w in pairs]
    return [y.value for y, _ in pairs], [x.value for x in inputs], ones


def _at(values, level, index):
    return [x.value.select(0, index) if _is_of(x, level) else x for x in values]
