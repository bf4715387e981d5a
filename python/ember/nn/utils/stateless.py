"""functional_call under its old name."""

import warnings

from ember import func


def functional_call(module, parameters_and_buffers, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """ember.func.functional_call."""
    warnings.warn("nn.utils.stateless.functional_call is now func.functional_call", FutureWarning, stacklevel=2)
    return func.functional_call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)
