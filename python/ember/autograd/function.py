"""Ops whose backward is written by hand."""

import functools

from ember import _C
from ember.autograd.grad_mode import no_grad


class Function:
    """Derive from it, write the static methods forward and backward, call `apply`.

    class Exp(Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            (y,) = ctx.saved_tensors
            return grad * y

    forward runs without recording. backward returns one gradient for each argument of forward, None for those that are no
    tensors. With a static method `setup_context(ctx, inputs, output)`, forward takes no ctx.
    """

    @staticmethod
    def forward(*args):
        raise NotImplementedError("Function: a subclass must define forward")

    @staticmethod
    def backward(ctx, *grads):
        raise NotImplementedError("Function: a subclass must define backward")

    @classmethod
    def apply(cls, *args):
        return _C.autograd._apply(cls, *args)


def once_differentiable(backward):
    """A decorator for a backward that cannot be differentiated itself."""

    @functools.wraps(backward)
    def unrecorded(ctx, *grads):
        with no_grad():
            return backward(ctx, *grads)

    return unrecorded
