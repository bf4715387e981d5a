"""ember.func and ember.autograd.functional against finite differences, closed forms and PyTorch's values."""

import math

import pytest

import ember
from ember import func
from ember.autograd import functional


def double(*values):
    return ember.tensor(values, dtype=ember.float64)


def close(a, b, tolerance=1e-12):
    return ember.allclose(ember.as_tensor(a), ember.as_tensor(b), rtol=tolerance, atol=tolerance)


def vector_function(x):
    return ember.stack([x[0] * x[1], x[1].sin(), x[0].exp() * x[2] ** 2])


def numerical_jacobian(f, x, step=1e-6):
    columns = []
    for i in range(x.numel()):
        shift = ember.zeros(x.numel(), dtype=x.dtype)
        shift[i] = step
        columns.append((f(x + shift) - f(x - shift)) / (2 * step))
    return ember.stack(columns, dim=-1)


def test_grad_of_grad():
    f = lambda x: (x**4).sum()  # noqa: E731
    x = double(1.0, 2.0)
    assert close(func.grad(f)(x), 4 * x**3)
    assert close(func.grad(lambda x: func.grad(f)(x).sum())(x), 12 * x**2)
    assert not func.grad(f)(x).requires_grad
    assert func.grad(f)(x.requires_grad_()).requires_grad


def test_grad_takes_argnums_nests_and_aux():
    f = lambda x, p: (p["w"] * x + p["b"]).sum()  # noqa: E731
    x, p = double(1.0, 2.0), {"w": double(3.0, 4.0), "b": double(5.0, 6.0)}
    gx, gp = func.grad(f, argnums=(0, 1))(x, p)
    assert close(gx, p["w"]) and close(gp["w"], x) and close(gp["b"], ember.ones(2, dtype=ember.float64))
    gradient, (value, aux) = func.grad_and_value(lambda x: (x.sum(), x * 2), has_aux=True)(x)
    assert close(gradient, ember.ones(2, dtype=ember.float64)) and value.item() == 3 and close(aux, x * 2)
    with pytest.raises(RuntimeError, match="zero-dim"):
        func.grad(lambda x: x)(x)


def test_products_with_the_jacobian():
    x, v = double(0.3, 1.2, -0.7), double(0.5, -1.0, 2.0)
    jacobian = numerical_jacobian(vector_function, x)
    output, pull = func.vjp(vector_function, x)
    assert close(output, vector_function(x)) and close(pull(v)[0], v @ jacobian, 1e-8)
    assert close(func.jvp(vector_function, (x,), (v,))[1], jacobian @ v, 1e-8)
    assert close(functional.vjp(vector_function, x, v)[1], v @ jacobian, 1e-8)
    assert close(functional.jvp(vector_function, x, v)[1], jacobian @ v, 1e-8)


def test_jvp_is_right_to_double_precision():
    x, v = double(0.3, 1.2), double(1.0, -2.0)
    expected = x.cos() * v
    assert close(func.jvp(ember.sin, (x,), (v,))[1], expected, 1e-15)
    assert close(functional.jvp(ember.sin, x, v)[1], expected, 1e-15)


def test_jacobians():
    x = double(0.3, 1.2, -0.7)
    expected = numerical_jacobian(vector_function, x)
    for jacobian in (
        func.jacrev(vector_function)(x),
        func.jacfwd(vector_function)(x),
        functional.jacobian(vector_function, x),
    ):
        assert jacobian.shape == (3, 3) and close(jacobian, expected, 1e-8)
    both = functional.jacobian(lambda a, b: (a * b, a.sum()), (x, x * 2))
    assert len(both) == 2 and both[0][1].shape == (3, 3) and both[1][0].shape == (3,)
    assert close(both[1][1], ember.zeros(3, dtype=ember.float64))
    assert functional.jacobian(vector_function, x.requires_grad_(), create_graph=True).requires_grad


def test_hessians():
    f = lambda x: (x[0] ** 2 * x[1]).sin() + x[2].exp() * x[0]  # noqa: E731
    x, v = double(0.3, 1.2, -0.7), double(0.5, -1.0, 2.0)
    expected = numerical_jacobian(func.grad(f), x)
    for hessian in (func.hessian(f)(x), functional.hessian(f, x)):
        assert close(hessian, expected, 1e-7)
    for product in (functional.hvp, functional.vhp):
        output, result = product(f, x, v)
        assert close(output, f(x)) and close(result, expected @ v, 1e-7)


def test_a_cubic_as_in_pytorch():
    # Values of torch.autograd.functional for f(x) = sum(x^3) at (1, 2, 3).
    f, x = lambda x: (x**3).sum(), double(1.0, 2.0, 3.0)
    assert functional.hessian(f, x).tolist() == [[6, 0, 0], [0, 12, 0], [0, 0, 18]]
    assert functional.hvp(f, x, double(1.0, 1.0, 1.0))[1].tolist() == [6, 12, 18]
    assert functional.jacobian(f, x).tolist() == [3, 12, 27]


def test_strict_finds_inputs_that_play_no_part():
    with pytest.raises(RuntimeError, match="does not depend"):
        functional.jacobian(lambda x: ember.ones(2), double(1.0), strict=True)


def test_functional_call():
    model = ember.nn.Linear(3, 2)
    weights = {"weight": ember.ones(2, 3), "bias": ember.zeros(2)}
    x = ember.tensor([[1.0, 2.0, 3.0]])
    before = model.weight.tolist()
    assert func.functional_call(model, weights, x).tolist() == [[6, 6]]
    assert model.weight.tolist() == before

    def loss(parameters):
        return func.functional_call(model, parameters, (x,)).square().sum()

    gradients = func.grad(loss)(weights)
    assert close(gradients["weight"], ember.tensor([[12.0, 24.0, 36.0]] * 2)) and gradients["bias"].tolist() == [12, 12]
    with pytest.raises(RuntimeError, match="no parameter"):
        func.functional_call(model, {"wait": ember.ones(2)}, x)


def test_vmap():
    a, b = ember.randn(4, 3), ember.randn(3, 4)
    assert close(func.vmap(ember.dot, in_dims=(0, 1))(a, b), (a * b.t()).sum(1), 1e-6)
    per_sample = func.vmap(func.grad(lambda w, x: (w * x).sum() ** 2), in_dims=(None, 0))(ember.ones(3), a)
    assert close(per_sample, 2 * a.sum(1, keepdim=True) * a, 1e-5)
    assert math.isclose(func.vmap(lambda x: x.sum())(a).sum().item(), a.sum().item(), abs_tol=1e-5)
