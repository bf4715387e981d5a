"""ember.autograd.Function."""

import pytest

import ember
from ember.autograd import Function


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x * x


def leaf(*values):
    return ember.tensor(list(values), dtype=ember.float64, requires_grad=True)


def test_forward_and_backward():
    x = leaf(2.0, 3.0)
    y = Cube.apply(x)
    assert y.tolist() == [8, 27] and repr(y.grad_fn) == "<CubeBackward>"
    y.sum().backward()
    assert x.grad.tolist() == [12, 27]


def test_is_differentiable_twice():
    assert ember.autograd.gradcheck(Cube.apply, leaf(0.5, -1.5))
    assert ember.autograd.gradgradcheck(Cube.apply, leaf(0.5, -1.5))


def test_other_arguments_and_attributes():
    class Scale(Function):
        @staticmethod
        def forward(ctx, x, factor, y):
            ctx.factor = factor
            assert ctx.needs_input_grad == (True, False, False)
            return x * factor + y

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.factor, None, None

    x = leaf(1.0)
    Scale.apply(x, 5, ember.ones(1, dtype=ember.float64)).sum().backward()
    assert x.grad.item() == 5


def test_several_outputs():
    class Both(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            return a * 2 + b * 3

    x = leaf(1.0)
    a, b = Both.apply(x)
    b.sum().backward()
    assert x.grad.item() == 3


def test_unused_outputs_are_none_without_materialising():
    seen = []

    class Both(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            seen.append(a)
            return b * 3

    x = leaf(1.0)
    Both.apply(x)[1].sum().backward()
    assert seen == [None]


def test_saved_output():
    class Exp(Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.saved_tensors[0]

    assert ember.autograd.gradgradcheck(Exp.apply, leaf(0.1, 0.2))


def test_non_differentiable_output():
    class Split(Function):
        @staticmethod
        def forward(ctx, x):
            mask = x > 0
            positive = x * mask
            ctx.mark_non_differentiable(mask)
            return positive, mask

        @staticmethod
        def backward(ctx, grad, _):
            return grad

    y, mask = Split.apply(leaf(1.0, -1.0))
    assert y.requires_grad and not mask.requires_grad


def test_setup_context():
    class Square(Function):
        @staticmethod
        def forward(x):
            return x * x

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(inputs[0])

        @staticmethod
        def backward(ctx, grad):
            return grad * 2 * ctx.saved_tensors[0]

    assert ember.autograd.gradcheck(Square.apply, leaf(3.0))


def test_no_recording_without_need():
    assert Cube.apply(ember.ones(1)).grad_fn is None
    with ember.no_grad():
        assert Cube.apply(leaf(1.0)).grad_fn is None


def test_errors():
    class Broken(Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, grad):
            return grad

    with pytest.raises(RuntimeError, match="Broken.*1 gradients for 2"):
        Broken.apply(leaf(1.0), leaf(1.0)).sum().backward()

    class Raises(Cube):
        @staticmethod
        def backward(ctx, grad):
            raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        Raises.apply(leaf(1.0)).sum().backward()

    class NoTensor(Cube):
        @staticmethod
        def forward(ctx, x):
            return "text"

    with pytest.raises(TypeError):
        NoTensor.apply(leaf(1.0))
