"""Derivatives of functions of tensors, under the signatures of torch.autograd.functional.

`func` takes and gives a tensor or a tuple of tensors. Results lie outside of the tape unless `create_graph`. With `strict`, an
input that no output depends on is an error. `vectorize` and `strategy` are accepted; they change no result.
"""

from ember._C import autograd as _tape


def _tuple(x):
    return x if isinstance(x, tuple) else tuple(x) if isinstance(x, list) else (x,)


def _like(x, values):
    """One value for a tensor, a tuple of them for a tuple."""
    return tuple(values) if isinstance(x, (tuple, list)) else values[0]


class _Recorded:
    """`func`, which also remembers whether it gave a tuple."""

    def __init__(self, func, strict=False):
        self.func, self.strict, self.outputs = func, strict, None

    def __call__(self, *inputs):
        self.outputs = self.func(*inputs)
        for i, y in enumerate(_tuple(self.outputs)):
            if self.strict and not y.requires_grad:
                raise RuntimeError(f"output {i} of the function does not depend on any of the inputs")
        return self.outputs


def _product(product, func, inputs, v, create_graph, strict, results_like_inputs):
    function = _Recorded(func, strict)
    outputs, products = product(function, list(_tuple(inputs)), None if v is None else list(_tuple(v)), create_graph)
    return _like(function.outputs, outputs), _like(inputs if results_like_inputs else function.outputs, products)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """func(*inputs) and the product of v with the Jacobian, from the left."""
    return _product(_tape._vjp, func, inputs, v, create_graph, strict, True)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """func(*inputs) and the product of the Jacobian with v, by differentiating twice."""
    if v is None:
        if len(_tuple(inputs)) != 1 or _tuple(inputs)[0].numel() != 1:
            raise RuntimeError("jvp: v can only be left out for one input of one element")
        v = _like(inputs, [x.new_ones(x.shape) for x in _tuple(inputs)])
    return _product(_tape._jvp, func, inputs, v, create_graph, strict, False)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """func(*inputs), which is one number, and the product of the Hessian with v."""
    return _product(_tape._hvp, func, inputs, v, create_graph, strict, True)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """The same from the left."""
    return _product(_tape._vhp, func, inputs, v, create_graph, strict, True)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivatives of each output for each input: the output's shape with the input's behind."""
    function = _Recorded(func, strict)
    rows = _tape._jacobian(function, list(_tuple(inputs)), create_graph)
    return _like(function.outputs, [_like(inputs, row) for row in rows])


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of one number for each pair of inputs."""
    rows = _tape._hessian(_Recorded(func, strict), list(_tuple(inputs)), create_graph)
    return _like(inputs, [_like(inputs, row) for row in rows])
