"""Initialisers of parameters, in place and outside of the tape."""

import warnings

from ember._C.nn.init import *  # noqa: F403
from ember._C.nn.init import (  # noqa: F401
    _calculate_correct_fan,
    _calculate_fan_in_and_fan_out,
    constant_,
    dirac_,
    eye_,
    kaiming_normal_,
    kaiming_uniform_,
    normal_,
    orthogonal_,
    sparse_,
    uniform_,
    xavier_normal_,
    xavier_uniform_,
)


def _former(function):
    """The function under the name that PyTorch once had for it, with a FutureWarning."""
    name = function.__name__
    former = name.removesuffix("_")

    def initialise(*args, **kwargs):
        message = f"nn.init.{former} is now deprecated in favor of nn.init.{name}."
        warnings.warn(message, FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    initialise.__name__ = initialise.__qualname__ = former
    initialise.__doc__ = f"Deprecated: {name}, by a former name."
    return initialise


uniform = _former(uniform_)
normal = _former(normal_)
constant = _former(constant_)
eye = _former(eye_)
dirac = _former(dirac_)
xavier_uniform = _former(xavier_uniform_)
xavier_normal = _former(xavier_normal_)
kaiming_uniform = _former(kaiming_uniform_)
kaiming_normal = _former(kaiming_normal_)
orthogonal = _former(orthogonal_)
sparse = _former(sparse_)
