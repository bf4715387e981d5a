"""Batching rules: what ember.func.vmap is made of.

`transform` is vmap, `tensor` the tensors that a mapped function sees, `dispatch` how their ops find rules. The other modules are
rules, by family; `modules` maps layers of C++, `tape` differentiates, `randomness` draws numbers.
"""

# isort: off
from ember.batching import dispatch
from ember.batching import pointwise, dims, shapes, products, layers, losses, linear_algebra, indexing  # noqa: F401
from ember.batching import modules, randomness, tape, transform  # noqa: F401

# isort: on
from ember import _C
from ember.batching.tensor import Batched

_C._set_batching_handlers(Batched, dispatch.apply, modules.call_module, indexing.handle_get, indexing.handle_set)
for _op in randomness.random_ops():
    _C._mark_random(_op)
