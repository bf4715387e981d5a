"""ember.func.vmap: nesting, gradients of samples, modules, randomness, errors; vmap_rules_test.py has the ops."""

import pytest
from vmap_samples import IMAGES, SHARED, B, V, W, X, Y, check, indices, numbers

import ember
import ember.nn.functional as F
from ember import func, nn
from ember.func import vmap

MLP = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.LayerNorm(5), nn.Linear(5, 3))
CNN = nn.Sequential(
    nn.Conv2d(4, 6, 3, padding=1), nn.GroupNorm(2, 6), nn.GELU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(54, 3)
)  # fmt: skip
MODULES = {
    "mlp": (MLP.double(), X),
    "cnn": (CNN.double(), IMAGES),
    "batch norm": (nn.Sequential(nn.BatchNorm2d(4), nn.Dropout(0.5)).double().eval(), IMAGES),
    "gru": (nn.GRU(4, 3).double(), X),
    "transformer": (nn.TransformerEncoderLayer(4, 2, 8, batch_first=True).double().eval(), X),
    "softmax": (nn.Softmax(-1), X),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules_map(name):
    module, x = MODULES[name]
    check(module, [x], [0])


def loss_of(module):
    return lambda parameters, x, t: F.cross_entropy(func.functional_call(module, parameters, (x,)), t)


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_gradients_of_samples(name):
    module, x = MODULES[name]
    parameters = {key: p.detach() for key, p in module.named_parameters()}
    targets = indices(3, B, 2)
    gradients = vmap(func.grad(loss_of(module)), in_dims=(None, 0, 0))(parameters, x, targets)
    for i in range(B):
        expected = func.grad(loss_of(module))(parameters, x[i], targets[i])
        for key in parameters:
            assert ember.allclose(gradients[key][i], expected[key], atol=1e-12)
    assert all(not p.requires_grad or p.grad is None for p in module.parameters())


def test_an_ensemble_of_modules():
    models = [nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2)).double() for _ in range(B)]
    parameters, buffers = func.stack_module_state(models)
    base = models[0]
    outputs = vmap(lambda p, x: func.functional_call(base, (p, buffers), x), in_dims=(0, None))(parameters, X[0])
    assert ember.allclose(outputs, ember.stack([m(X[0]) for m in models]))
    outputs.sum().backward()


def test_a_module_of_python_sees_mapped_parameters():
    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(W)
            self.inner = nn.Linear(4, 3).double()

        def forward(self, x):
            return self.inner(x * self.factor)

    module = Scale()
    factors = {"factor": V}
    outputs = vmap(lambda p, x: func.functional_call(module, p, (x,)))(factors, X)
    assert ember.allclose(outputs, ember.stack([module.inner(x * v) for x, v in zip(X, V)]))
    assert ember.allclose(module(X), module.inner(X * W))


def test_layers_that_python_extends():
    class Doubled(nn.Linear):
        def forward(self, x):
            return super().forward(x) * 2

    layer = Doubled(4, 3).double()
    assert ember.allclose(vmap(layer)(X), layer(X))
    weights = numbers(B, 3, 4)
    outputs = vmap(lambda w, x: func.functional_call(layer, {"weight": w}, (x,)), in_dims=(0, None))(weights, X[0])
    assert ember.allclose(outputs, 2 * (X[0] @ weights.mT + layer.bias))
    with pytest.raises(TypeError, match="Tensor"):
        layer.forward("x")


def test_layers_of_several_arguments_that_python_extends():
    class Doubled(nn.TransformerEncoderLayer):
        def forward(self, src):
            return super().forward(src) * 2

    layer = Doubled(4, 2, 8, batch_first=True).double().eval()
    x = numbers(B, 3, 4)
    assert ember.allclose(vmap(layer)(x), layer(x))


def test_hooks_see_mapped_tensors():
    layer = nn.Linear(4, 3).double()
    handle = layer.register_forward_hook(lambda module, args, y: y * args[0].sum())
    assert ember.allclose(vmap(layer)(V), F.linear(V, layer.weight, layer.bias) * V.sum(1, keepdim=True))
    handle.remove()


def test_batch_norm_with_running_statistics_of_all_samples_is_refused():
    with pytest.raises(RuntimeError, match="same for all"):
        vmap(nn.BatchNorm2d(4).double())(IMAGES)


def test_mapped_running_statistics_are_updated_for_each_sample():
    mean, variance = ember.zeros(B, 4, dtype=ember.float64), ember.ones(B, 4, dtype=ember.float64)
    vmap(lambda x, m, v: F.batch_norm(x, m, v, training=True))(IMAGES, mean, variance)
    for i in range(B):
        own_mean, own_variance = ember.zeros(4, dtype=ember.float64), ember.ones(4, dtype=ember.float64)
        F.batch_norm(IMAGES[i], own_mean, own_variance, training=True)
        assert ember.allclose(mean[i], own_mean) and ember.allclose(variance[i], own_variance)


def test_statistics_of_an_input_that_samples_share_are_updated_once():
    mean, variance = ember.zeros(4, dtype=ember.float64), ember.ones(4, dtype=ember.float64)
    weights = numbers(B, 4)
    got = vmap(lambda w: F.batch_norm(IMAGES[0], mean, variance, w, training=True))(weights)
    own_mean, own_variance = ember.zeros(4, dtype=ember.float64), ember.ones(4, dtype=ember.float64)
    expected = [F.batch_norm(IMAGES[0], None, None, w, training=True) for w in weights]
    F.batch_norm(IMAGES[0], own_mean, own_variance, training=True)
    assert ember.allclose(got, ember.stack(expected))
    assert ember.allclose(mean, own_mean) and ember.allclose(variance, own_variance)


def test_vmaps_nest():
    x, y = numbers(2, 4), numbers(3, 4)
    pairs = vmap(lambda a: vmap(lambda b: (a * b).sum() + b.max())(y))(x)
    assert ember.allclose(pairs, x @ y.T + y.amax(1))
    crossed = vmap(vmap(ember.dot, in_dims=(None, 0)), in_dims=(0, None))(x, y)
    assert ember.allclose(crossed, x @ y.T)
    images = vmap(vmap(lambda i, w: F.conv2d(i, w), in_dims=(0, None)), in_dims=(None, 0))(
        IMAGES, numbers(2, 5, 4, 3, 3)
    )
    assert images.shape == (2, B, 2, 5, 4, 4)
    picked = vmap(lambda row: vmap(lambda i: row[i])(ember.tensor([2, 0])))(x)
    assert ember.allclose(picked, x[:, [2, 0]])


def test_gradients_inside_of_nested_vmaps():
    f = lambda w, x, y: (w * x).sin().sum() * y  # noqa: E731
    w, x, y = numbers(4), numbers(3, 4), numbers(2)
    got = vmap(vmap(func.grad(f), in_dims=(None, None, 0)), in_dims=(None, 0, None))(w, x, y)
    assert ember.allclose(got, (x * (w * x).cos())[:, None] * y[:, None])


def test_vmap_is_differentiable():
    x = numbers(B, 4).requires_grad_()
    vmap(lambda r: (r**3).sum())(x).sum().backward()
    assert ember.allclose(x.grad, 3 * x.detach() ** 2)
    outer = func.grad(lambda w: vmap(func.grad(lambda r: (w * r**3).sum()))(x.detach()).sum())(W)
    assert ember.allclose(outer, (3 * x.detach() ** 2).sum(0))


def test_vmap_of_a_pullback_made_outside():
    f = lambda x: x.sin() * x.sum()  # noqa: E731
    _, pull = func.vjp(f, W)
    rows = vmap(pull)(ember.eye(4, dtype=W.dtype))[0]
    assert ember.allclose(rows, func.jacrev(f)(W))


def test_autograd_grad_maps():
    x = numbers(4).requires_grad_()
    y = x.sin() * x.sum()
    rows = vmap(lambda v: ember.autograd.grad(y, x, v)[0])(ember.eye(4, dtype=x.dtype))
    assert ember.allclose(rows, func.jacrev(lambda x: x.sin() * x.sum())(x))

    def slope(a):
        a = a.detach().requires_grad_()
        return ember.autograd.grad((a**3).sum(), a)[0]

    assert ember.allclose(vmap(slope)(X), 3 * X**2)
    shared = numbers(4).requires_grad_()
    assert ember.allclose(vmap(lambda r: ember.autograd.grad((shared * r).sum(), shared)[0])(V), V)


def test_products_with_jacobians_map():
    f = lambda x: x.sin() * x.sum()  # noqa: E731
    x, v = numbers(B, 4), numbers(B, 4)
    jacobians = vmap(func.jacrev(f))(x)
    assert jacobians.shape == (B, 4, 4)
    assert ember.allclose(jacobians, ember.stack([func.jacfwd(f)(r) for r in x]))
    assert ember.allclose(vmap(lambda a, b: func.jvp(f, (a,), (b,))[1])(x, v), (jacobians @ v[..., None]).squeeze(-1))
    assert ember.allclose(vmap(lambda a, b: func.vjp(f, a)[1](b)[0])(x, v), (v[:, None] @ jacobians).squeeze(1))
    hessians = vmap(func.hessian(lambda r: f(r).sum()))(x)
    assert ember.allclose(hessians, ember.stack([func.jacrev(func.grad(lambda r: f(r).sum()))(r) for r in x]))


def test_jacobians_run_the_function_on_all_rows_at_once():
    calls = []

    def f(x):
        calls.append(x.shape)
        return F.linear(x, SHARED).tanh()

    jacobian = func.jacrev(f)(W)
    assert jacobian.shape == (3, 4) and len(calls) <= 2
    assert ember.allclose(func.jacrev(f, chunk_size=2)(W), jacobian)
    assert ember.allclose(func.jacfwd(f)(W), jacobian)


def test_jacobians_of_nests_and_aux():
    f = lambda p, x: ({"a": p["w"] * x, "b": (p["w"] ** 2).sum()}, x * 2)  # noqa: E731
    for transform in (func.jacrev, func.jacfwd):
        jacobian, aux = transform(f, has_aux=True)({"w": W}, V[0])
        assert ember.allclose(jacobian["a"]["w"], V[0].diag()) and ember.allclose(jacobian["b"]["w"], 2 * W)
        assert ember.allclose(aux, V[0] * 2) and not aux.requires_grad


def test_kernels_that_cannot_serve_all_samples_at_once_serve_each():
    check(lambda x: ember.corrcoef(x), [X], [0])
    check(lambda x, y: ember.block_diag(x, y), [X, Y], [0, 0])
    check(lambda x, w: F.batch_norm(x, None, None, w, w, True), [IMAGES, numbers(B, 4)], [0, 0])


def test_results_whose_shapes_depend_on_values_are_refused():
    for f in (lambda x: x.masked_select(x > 0), ember.nonzero, lambda x: x[x > 0], ember.unique):
        with pytest.raises(RuntimeError, match="vmap"):
            vmap(f)(X)


def test_in_dims_and_out_dims():
    x, y = numbers(4, B), numbers(B, 2)
    f = lambda p, z: {"sum": p["x"].sum() + z, "x": (p["x"], W)}  # noqa: E731
    result = vmap(f, in_dims=({"x": 1}, 0), out_dims={"sum": 0, "x": (-1, None)})({"x": x}, y)
    assert ember.allclose(result["sum"], x.sum(0)[:, None] + y)
    assert result["x"][0].shape == (4, B) and result["x"][1].shape == (4,)
    assert vmap(lambda z: W, out_dims=1)(y).shape == (4, B)
    assert vmap(lambda z, *, scale: z * scale)(y, scale=3).shape == (B, 2)


@pytest.mark.parametrize("chunk_size", [1, 2, 3, 10])
def test_chunks(chunk_size):
    x = numbers(5, 4)
    got = vmap(lambda r: (r.sum(), r * 2), out_dims=(0, 1), chunk_size=chunk_size)(x)
    assert ember.allclose(got[0], x.sum(1)) and ember.allclose(got[1], 2 * x.T)


def test_an_empty_batch():
    assert vmap(lambda x: (x @ SHARED.T).sum())(ember.zeros(0, 4, dtype=ember.float64)).shape == (0,)


def test_different_random_numbers():
    x = ember.zeros(B, 50)
    for f in (ember.rand_like, lambda r: ember.rand(50), lambda r: F.dropout(r + 1), lambda r: r.clone().normal_()):
        a, b, _ = vmap(f, randomness="different")(x)
        assert a.shape == (50,) and not ember.equal(a, b)
    assert vmap(lambda r: ember.randint(0, 5, (2,)), randomness="different")(x).shape == (B, 2)
    assert vmap(lambda r: ember.randperm(6), randomness="different")(x).sort()[0].tolist() == [list(range(6))] * B


def test_the_same_random_numbers():
    x = ember.zeros(B, 50)
    for f in (ember.rand_like, lambda r: ember.rand(50), lambda r: F.dropout(r + 1), lambda r: r.clone().normal_()):
        a, b, _ = vmap(f, randomness="same")(x)
        assert ember.equal(a, b) and not ember.equal(a, a.flip(0))


def test_random_numbers_need_a_choice():
    for f in (lambda x: ember.rand(3), lambda x: F.dropout(x), lambda x: x.sigmoid().bernoulli(), nn.Dropout()):
        with pytest.raises(RuntimeError, match="randomness"):
            vmap(f)(X)
    assert ember.rand(3).shape == (3,)


ERRORS = [
    (lambda: vmap(ember.add)(X, Y[:2]), ValueError, "one size"),
    (lambda: vmap(ember.add, in_dims=(None, None))(X, Y), ValueError, "at least one"),
    (lambda: vmap(ember.add, in_dims=(0,))(X, Y), ValueError, "in_dims"),
    (lambda: vmap(ember.add, in_dims="0")(X, Y), ValueError, "in_dims"),
    (lambda: vmap(ember.exp, in_dims=5)(X), ValueError, "shape"),
    (lambda: vmap(ember.add)(X, 1), ValueError, "no tensor"),
    (lambda: vmap(lambda: W)(), ValueError, "no arguments"),
    (lambda: vmap(ember.exp, out_dims=None)(X), ValueError, "out_dims"),
    (lambda: vmap(ember.exp, out_dims=4)(X), ValueError, "out_dims"),
    (lambda: vmap(ember.exp, out_dims=(0, 0))(X), ValueError, "out_dims"),
    (lambda: vmap(lambda x: 3)(X), ValueError, "must return tensors"),
    (lambda: vmap(ember.exp, randomness="any")(X), ValueError, "randomness"),
    (lambda: vmap(ember.exp, chunk_size=0)(X), ValueError, "chunk_size"),
    (lambda: vmap(lambda x: x.sum().item())(X), RuntimeError, "item: vmap"),
    (lambda: vmap(lambda x: x if x.sum() > 0 else -x)(X), RuntimeError, "vmap"),
    (lambda: vmap(lambda x: float(x.sum()))(X), RuntimeError, "vmap"),
    (lambda: vmap(lambda x: x.tolist())(X), RuntimeError, "vmap"),
    (lambda: vmap(lambda x: x.numpy())(X), RuntimeError, "vmap"),
    (lambda: vmap(lambda x: W.clone().add_(x))(V), RuntimeError, "cannot write"),
    (lambda: vmap(lambda x: SHARED.clone().__setitem__(0, x))(V), RuntimeError, "cannot write"),
    (lambda: vmap(lambda x: x.sum(2))(X), IndexError, "out of range"),
    (lambda: vmap(lambda x: x.sum(3))(X), IndexError, "out of range"),
    (lambda: vmap(lambda x: x.sum(-3))(X), IndexError, "out of range"),
    (lambda: vmap(lambda x: x.backward())(X), RuntimeError, "backward"),
    (lambda: vmap(lambda x: x.no_such_method())(X), AttributeError, "no_such_method"),
    (lambda: vmap(lambda x: ember.sum(x, "a", "b", "c"))(X), TypeError, "sum"),
]


@pytest.mark.parametrize("call, error, text", ERRORS)
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_what_a_function_sees():
    def f(x):
        assert isinstance(x, ember.Tensor) and ember.is_tensor(x)
        assert x.shape == (2, 4) and x.dim() == x.ndim == 2 and x.size(-1) == 4 and x.numel() == ember.numel(x) == 8
        assert x.dtype == ember.float64 and not x.requires_grad and len(x) == 2
        assert "Batched" in repr(x)
        return x

    assert vmap(f)(X).shape == X.shape


class Cube(ember.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        return grad * 3 * ctx.saved_tensors[0] ** 2


class CubeOfAll(Cube):
    seen = []

    @staticmethod
    def vmap(info, in_dims, x):
        CubeOfAll.seen.append((info.batch_size, info.randomness, in_dims, tuple(x.shape)))
        return Cube.apply(x.movedim(0, 1)), 1


def test_functions_with_a_backward_of_their_own_map():
    assert ember.allclose(vmap(Cube.apply)(X), X**3)
    assert ember.allclose(vmap(func.grad(lambda x: Cube.apply(x).sum()))(X), 3 * X**2)
    assert ember.allclose(vmap(CubeOfAll.apply, randomness="same")(X), X**3)
    assert CubeOfAll.seen == [(B, "same", (0,), (B, 2, 4))]


def test_attention_as_a_function_takes_mapped_tensors():
    query, w, out_w = ember.randn(3, 5, 2, 4), ember.randn(12, 4), ember.randn(4, 4)

    def attend(q):
        return F.multi_head_attention_forward(q, q, q, 4, 2, w, None, None, None, False, 0.0, out_w, None)[0]

    assert ember.allclose(vmap(attend)(query), ember.stack([attend(q) for q in query]))
