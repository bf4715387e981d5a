"""Dual numbers by hand, and that func's forward mode keeps no graph."""

import threading

import numpy
import pytest

import ember
from ember import func, nn
from ember.autograd import forward_ad


def numbers(*sizes):
    return ember.randn(*sizes, dtype=ember.float64)


def test_a_tangent_goes_through_ops():
    x, t = numbers(3), numbers(3)
    with forward_ad.dual_level():
        y = (forward_ad.make_dual(x, t) * 2).sin()
        value, tangent = forward_ad.unpack_dual(y)
    numpy.testing.assert_allclose(value.numpy(), numpy.sin(2 * x.numpy()))
    numpy.testing.assert_allclose(tangent.numpy(), 2 * t.numpy() * numpy.cos(2 * x.numpy()))


def test_what_depends_on_no_dual_number_has_no_tangent():
    with forward_ad.dual_level():
        assert forward_ad.unpack_dual(numbers(3)).tangent is None
        assert forward_ad.unpack_dual(forward_ad.make_dual(numbers(3), numbers(3)).detach()).tangent is None
    assert forward_ad.unpack_dual(numbers(3)).tangent is None


def test_levels_nest():
    x, one = ember.tensor(2.0, dtype=ember.float64), ember.ones((), dtype=ember.float64)
    with forward_ad.dual_level():
        outer = forward_ad.make_dual(x, one)
        with forward_ad.dual_level():
            cube = forward_ad.make_dual(outer, one) ** 3
            slope = forward_ad.unpack_dual(cube).tangent
        assert forward_ad.unpack_dual(slope).primal.item() == pytest.approx(12)
        assert forward_ad.unpack_dual(slope).tangent.item() == pytest.approx(12)


def test_a_layer_s_parameters_may_have_tangents():
    layer, x = nn.Linear(3, 2, dtype=ember.float64), numbers(4, 3)
    directions = {name: ember.randn_like(p) for name, p in layer.named_parameters()}
    with forward_ad.dual_level():
        duals = {name: forward_ad.make_dual(p.detach(), directions[name]) for name, p in layer.named_parameters()}
        tangent = forward_ad.unpack_dual(func.functional_call(layer, duals, (x,))).tangent
    expected = x.numpy() @ directions["weight"].numpy().T + directions["bias"].numpy()
    numpy.testing.assert_allclose(tangent.numpy(), expected)


def test_each_thread_has_levels_of_its_own():
    seen = []
    with forward_ad.dual_level():
        thread = threading.Thread(target=lambda: seen.append(forward_ad.enter_dual_level()))
        thread.start()
        thread.join()
        assert forward_ad.enter_dual_level() == 1
        forward_ad.exit_dual_level(level=1)
    assert seen == [0]


def test_misuse_is_told():
    with pytest.raises(RuntimeError, match="make_dual: no level is open"):
        forward_ad.make_dual(numbers(2), numbers(2))
    with pytest.raises(RuntimeError, match="exit_dual_level: no level"):
        forward_ad.exit_dual_level()
    with forward_ad.dual_level():
        with pytest.raises(RuntimeError, match=r"tangent is .*\[3\].* must be like primal"):
            forward_ad.make_dual(numbers(2), numbers(3))
        with pytest.raises(RuntimeError, match="level 1 is not open"):
            forward_ad.make_dual(numbers(2), numbers(2), level=1)
        with pytest.raises(RuntimeError, match="level 3 is not the innermost one, 0"):
            forward_ad.exit_dual_level(level=3)


def test_a_product_with_a_jacobian_keeps_no_graph():
    def f(x):
        for _ in range(200):
            x = (x * 1.01).sin()
        return x

    x, size = ember.ones(100_000), 400_000
    before = ember.memory_stats()["current_bytes"]
    ember.reset_peak_memory_stats()
    func.jvp(f, (x,), (x,))
    assert ember.memory_stats()["peak_bytes"] - before < 20 * size
