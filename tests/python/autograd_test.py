"""The tape from Python."""

import gc
import threading
import weakref

import numpy as np
import pytest

import ember


def leaf(*values, **options):
    return ember.tensor(list(values), dtype=ember.float64, requires_grad=True, **options)


def test_backward_accumulates():
    x = leaf(1.0, 2.0)
    (x * x).sum().backward()
    assert x.grad.tolist() == [2, 4]
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5, 7]
    x.grad = None
    assert x.grad is None
    x.grad = ember.ones(2, dtype=ember.float64)
    assert x.grad.tolist() == [1, 1]


def test_backward_with_a_gradient():
    x = leaf(1.0, 2.0)
    (x * x).backward(ember.tensor([1.0, 10.0], dtype=ember.float64))
    assert x.grad.tolist() == [2, 40]


def test_backward_into_some_inputs_only():
    x, y = leaf(2.0), leaf(3.0)
    (x * y).sum().backward(inputs=[x])
    assert x.grad.item() == 3 and y.grad is None


def test_backward_twice():
    x = leaf(2.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 8
    with pytest.raises(RuntimeError, match="mul|freed|second time"):
        y.backward()


def test_grad_and_second_derivative():
    x = leaf(2.0)
    (first,) = ember.autograd.grad((x**3).sum(), x, create_graph=True)
    (second,) = ember.autograd.grad(first.sum(), x)
    assert first.item() == 12 and second.item() == 12 and x.grad is None


def test_grad_of_unused_inputs():
    x, y = leaf(1.0), leaf(1.0)
    with pytest.raises(RuntimeError):
        ember.autograd.grad((x * 2).sum(), [x, y])
    grads = ember.autograd.grad((x * 2).sum(), [x, y], allow_unused=True)
    assert grads[0].item() == 2 and grads[1] is None
    grads = ember.autograd.grad((x * 2).sum(), [x, y], materialize_grads=True)
    assert grads[1].item() == 0


def test_autograd_backward_of_several_tensors():
    x = leaf(1.0, 2.0)
    ember.autograd.backward([x.sum(), x * x], [None, ember.ones(2, dtype=ember.float64)])
    assert x.grad.tolist() == [3, 5]


@pytest.mark.parametrize(
    "make",
    [
        lambda: ember.ones(2).sum(),
        lambda: ember.ones(2, requires_grad=True) * 2,
        lambda: ember.ones(2, requires_grad=True).detach().sum(),
    ],
)
def test_backward_where_it_makes_no_sense(make):
    with pytest.raises(RuntimeError):
        make().backward()


def test_leaves_and_nodes():
    x = leaf(1.0)
    y = x.exp()
    assert x.is_leaf and x.grad_fn is None and not y.is_leaf and y.requires_grad
    assert repr(y.grad_fn) == "<ExpBackward>" and y.grad_fn.name() == "ExpBackward"
    assert y.grad_fn == y.grad_fn
    z = y * x
    (a, _), (b, _) = z.grad_fn.next_functions
    assert a == y.grad_fn and b.variable is x
    with pytest.raises(RuntimeError):
        y.requires_grad = False


def test_integers_cannot_require_grad():
    with pytest.raises(RuntimeError):
        ember.tensor([1], requires_grad=True)
    with pytest.raises(RuntimeError):
        ember.tensor([1]).requires_grad_()


def test_retain_grad():
    x = leaf(2.0)
    y = x * 3
    y.retain_grad()
    assert y.retains_grad
    (y * y).sum().backward()
    assert y.grad.item() == 12 and x.grad.item() == 36


def test_in_place_change_is_noticed():
    x = leaf(1.0, 2.0)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified"):
        y.sum().backward()
    with pytest.raises(RuntimeError):
        x.add_(1)
    with ember.no_grad():
        x.add_(1)
    assert x.tolist() == [2, 3]


def test_gradient_through_indexing():
    x = ember.arange(6.0).reshape(2, 3).requires_grad_()
    (x[:, 1:] * x[0, [0, 0]]).sum().backward()
    a = np.arange(6.0).reshape(2, 3)
    want = np.zeros((2, 3))
    want[:, 1:] += a[0, 0]
    want[0, 0] += a[:, 1:].sum()
    assert np.allclose(x.grad.numpy(), want)
    y = ember.zeros(3)
    w = ember.ones(1, requires_grad=True)
    y[1] = w[0] * 2
    y.sum().backward()
    assert w.grad.item() == 2


def test_no_grad_in_all_its_forms():
    x = leaf(1.0)

    @ember.no_grad()
    def called(v):
        return v * 2

    @ember.no_grad
    def bare(v):
        return v * 2

    with ember.no_grad():
        assert not ember.is_grad_enabled() and not (x * 2).requires_grad
        with ember.enable_grad():
            assert (x * 2).requires_grad
    assert ember.is_grad_enabled()
    assert not called(x).requires_grad and not bare(x).requires_grad and bare.__name__ == "bare"
    with pytest.raises(ZeroDivisionError), ember.no_grad():
        raise ZeroDivisionError
    assert ember.is_grad_enabled()


def test_set_grad_enabled():
    x = leaf(1.0)
    with ember.set_grad_enabled(False):
        assert not (x * 2).requires_grad
    assert ember.is_grad_enabled()
    ember.set_grad_enabled(False)
    try:
        assert not ember.is_grad_enabled()
    finally:
        ember.set_grad_enabled(True)

    @ember.set_grad_enabled(False)
    def f(v):
        return v * 2

    assert ember.is_grad_enabled() and not f(x).requires_grad


def test_grad_mode_belongs_to_the_thread():
    seen = []
    with ember.no_grad():
        thread = threading.Thread(target=lambda: seen.append(ember.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_inference_mode():
    x = leaf(1.0)
    with ember.inference_mode():
        assert ember.is_inference_mode_enabled()
        y = x * 2
    assert not ember.is_inference_mode_enabled() and ember.is_grad_enabled()
    assert y.is_inference() and not y.requires_grad
    with pytest.raises(RuntimeError):
        y.requires_grad_() * x

    @ember.inference_mode()
    def f(v):
        return v * 2

    assert f(x).is_inference()


def test_tensor_hooks():
    x = leaf(1.0, 2.0)
    seen = []
    y = x * 2
    handle = y.register_hook(lambda g: seen.append(g.tolist()))
    scale = x.register_hook(lambda g: g * 10)
    y.sum().backward()
    assert seen == [[1, 1]] and x.grad.tolist() == [20, 20]
    handle.remove()
    handle.remove()
    scale.remove()
    (x * 2).sum().backward()
    assert seen == [[1, 1]] and x.grad.tolist() == [22, 22]
    with pytest.raises(RuntimeError):
        ember.ones(1).register_hook(print)


def test_an_error_in_a_hook_arrives():
    x = leaf(1.0)

    def hook(grad):
        raise KeyError("from the hook")

    x.register_hook(hook)
    with pytest.raises(KeyError, match="from the hook"):
        (x * 2).sum().backward()
    (leaf(1.0) * 2).sum().backward()


def test_post_accumulate_hook():
    x = leaf(1.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.item())))
    (x * 3).sum().backward()
    assert seen == [(True, 3.0)]


def test_hooks_are_freed():
    x = leaf(1.0)

    class Hook:
        def __call__(self, grad):
            return None

    hook = Hook()
    ref = weakref.ref(hook)
    x.register_hook(hook)
    del hook
    gc.collect()
    assert ref() is not None
    del x
    gc.collect()
    assert ref() is None


def test_anomaly_mode_names_the_forward_op():
    x = leaf(-1.0)
    with ember.autograd.detect_anomaly():
        assert ember.is_anomaly_enabled()
        y = x.sqrt()
        with pytest.raises(RuntimeError, match="(?i)sqrt"):
            y.sum().backward()
    assert not ember.is_anomaly_enabled()


def test_gradcheck():
    x = leaf(0.3, 0.7)
    assert ember.autograd.gradcheck(lambda v: v.sin() * v, (x,))
    assert ember.autograd.gradgradcheck(lambda v: (v.sin() * v).sum(), [x])

    class Wrong(ember.autograd.Function):
        @staticmethod
        def forward(ctx, v):
            return v * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    with pytest.raises(RuntimeError):
        ember.autograd.gradcheck(Wrong.apply, x)
    assert not ember.autograd.gradcheck(Wrong.apply, x, raise_exception=False)


def test_threads_share_a_leaf():
    x = ember.ones(100, requires_grad=True)

    def work():
        for _ in range(50):
            (x * 2).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert x.grad.tolist() == [400] * 100


def test_long_graphs():
    x = ember.ones(1, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1
    del y


def test_a_graph_is_freed():
    before = ember.memory_stats()["current_bytes"]
    x = ember.ones(1000, requires_grad=True)
    y = (x * x).exp().sum()
    del x, y
    gc.collect()
    assert ember.memory_stats()["current_bytes"] == before


@pytest.mark.parametrize("count", [1, 5000])
def test_backward_takes_gradients_of_any_size(count):
    x = ember.ones(count, requires_grad=True)
    (x * 2).backward(ember.full((count,), 3.0))
    assert x.grad.tolist() == [6.0] * count
