"""Parametrized modules: bad input, copies, classes, threads; nn_utils_test.py compares their values with PyTorch's."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

import ember
from ember import nn
from ember.nn.utils import parametrizations, parametrize, prune
from ember.nn.utils.parametrize import register_parametrization, remove_parametrizations


class Double(nn.Module):
    def forward(self, x):
        return x * 2


class Wide(nn.Module):
    def forward(self, x):
        return x.double()


class Flat(nn.Module):
    def forward(self, x):
        return x.flatten()


def test_bad_parametrizations_are_refused_and_change_nothing():
    m = nn.Linear(2, 3)
    with pytest.raises(
        ValueError, match="does not have a parameter, a buffer, or a parametrized element with name 'nothing'"
    ):
        register_parametrization(m, "nothing", Double())
    with pytest.raises(ValueError, match="may not change the dtype"):
        register_parametrization(m, "weight", Wide())
    with pytest.raises(ValueError, match="may not change the shape"):
        register_parametrization(m, "weight", Flat())
    with pytest.raises(ValueError, match="requires one or more modules"):
        parametrize.ParametrizationList([], m.weight)
    assert type(m) is nn.Linear and list(m.state_dict()) == ["weight", "bias"] and not parametrize.is_parametrized(m)
    with pytest.raises(ValueError, match="does not have a parametrization on weight"):
        remove_parametrizations(m, "weight")
    register_parametrization(m, "weight", Double())
    with pytest.raises(ValueError, match="may not change the shape"):
        register_parametrization(m, "weight", Flat())
    assert len(m.parametrizations.weight) == 1
    with pytest.raises(RuntimeError, match="Double does not implement right_inverse"):
        m.weight = ember.zeros(3, 2)


def test_unsafe_parametrizations_may_change_shape_and_dtype():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(ember.ones(2, 3))

    m = register_parametrization(Net(), "w", Flat(), unsafe=True)
    assert m.w.shape == (6,)


def test_several_tensors_cannot_be_left_as_they_were():
    m = parametrizations.weight_norm(nn.Linear(2, 3))
    with pytest.raises(ValueError, match="Cannot leave unparametrized"):
        remove_parametrizations(m, "weight", leave_parametrized=False)


def test_the_parameter_stays_the_same_object_for_the_optimizer():
    m = nn.Linear(2, 3)
    weight, optimizer = m.weight, ember.optim.SGD(m.parameters(), lr=1.0)
    register_parametrization(m, "weight", Double())
    assert m.parametrizations.weight.original is weight
    before = weight.detach().clone()
    m(ember.ones(1, 2)).sum().backward()
    optimizer.step()
    assert (before - weight).allclose(ember.full((3, 2), 2.0))
    assert remove_parametrizations(m, "weight").weight is weight


@pytest.mark.parametrize("make", [lambda: nn.Linear(2, 2), lambda: nn.Sequential(nn.Linear(2, 2), nn.Tanh())])
def test_deep_copies_are_parametrized_apart(make):
    m = make()
    layer = m[0] if isinstance(m, nn.Sequential) else m
    parametrizations.orthogonal(layer)
    twin = copy.deepcopy(m)
    twin_layer = twin[0] if isinstance(m, nn.Sequential) else twin
    x = ember.randn(3, 2)
    assert twin(x).equal(m(x)) and parametrize.is_parametrized(twin_layer, "weight")
    with ember.no_grad():
        twin_layer.parametrizations.weight.original.add_(1.0)
    remove_parametrizations(twin_layer, "weight")
    assert type(twin_layer) is nn.Linear
    assert parametrize.is_parametrized(layer) and layer.weight.shape == (2, 2) and not twin(x).equal(m(x))


def test_parametrized_modules_are_not_pickled():
    m = register_parametrization(nn.Linear(2, 2), "weight", Double())
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(m)
    twin = register_parametrization(nn.Linear(2, 2), "weight", Double())
    twin.load_state_dict(m.state_dict())
    assert twin.weight.equal(m.weight)


def test_subclasses_and_layers_of_other_kinds():
    class Mine(nn.Linear):
        def forward(self, x):
            return super().forward(x) + 1

    x = ember.randn(4, 2)
    m = Mine(2, 3)
    with ember.no_grad():
        expected = x @ (2 * m.weight).T + m.bias + 1
    register_parametrization(m, "weight", Double())
    assert m(x).allclose(expected) and m.forward(x).allclose(expected) and type(m).__name__ == "ParametrizedMine"
    assert parametrize.type_before_parametrizations(m) is Mine and isinstance(m, Mine)
    lstm, plain = (nn.LSTM(2, 3) for _ in range(2))
    plain.load_state_dict(lstm.state_dict())
    register_parametrization(lstm, "weight_hh_l0", Double())
    with ember.no_grad():
        plain.weight_hh_l0.mul_(2)
    assert lstm(ember.ones(5, 1, 2))[0].equal(plain(ember.ones(5, 1, 2))[0])


def test_inside_of_cpp_containers_and_with_hooks():
    layer = register_parametrization(nn.Linear(2, 2, bias=False), "weight", Double())
    plain = layer.weight.detach()
    seen = []
    layer.register_forward_hook(lambda m, args, out: seen.append(out.shape))
    x = ember.randn(3, 2)
    assert nn.Sequential(layer, nn.Identity())(x).allclose(x @ plain.T) and seen == [(3, 2)]


def test_buffers_and_functional_call():
    m = nn.BatchNorm1d(2).eval()
    register_parametrization(m, "running_var", Double())
    assert "parametrizations.running_var.original" in dict(m.named_buffers()) and m.running_var.equal(
        ember.full((2,), 2.0)
    )
    m = register_parametrization(nn.Linear(2, 2, bias=False), "weight", Double())
    x = ember.randn(1, 2)
    y = ember.func.functional_call(m, {"parametrizations.weight.original": ember.eye(2)}, x)
    assert y.equal(2 * x) and not m(x).equal(2 * x)


def test_modules_that_cpp_made_say_so():
    layer = nn.TransformerEncoderLayer(4, 2)
    with pytest.raises(TypeError, match="made inside of another layer"):
        register_parametrization(layer.self_attn.out_proj, "weight", Double())


def test_cached_tensors_are_computed_once_and_forgotten():
    calls = []

    class Counted(nn.Module):
        def forward(self, x):
            calls.append(1)
            return x

    m = register_parametrization(nn.Linear(2, 2), "weight", Counted(), unsafe=True)
    calls.clear()
    with parametrize.cached():
        with parametrize.cached():
            m(ember.ones(1, 2)), m(ember.ones(1, 2))
        assert m.weight is m.weight
    assert len(calls) == 1
    m.weight  # noqa: B018
    assert len(calls) == 2


def test_threads_share_a_parametrized_and_a_pruned_layer():
    x = ember.randn(8, 16)
    for m in (
        register_parametrization(nn.Linear(16, 16), "weight", Double()),
        prune.l1_unstructured(nn.Linear(16, 16), "weight", 0.5),
    ):
        expected = m(x).detach()
        with ThreadPoolExecutor(4) as threads:
            assert all(threads.map(lambda _, m=m, expected=expected: m(x).equal(expected), range(400)))


@pytest.mark.parametrize("orthogonal_map", ["matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6)])
def test_orthogonal_weights_are_orthonormal_and_can_be_assigned(shape, orthogonal_map):
    n, k = shape
    m = nn.Linear(k, n, dtype=ember.float64)
    parametrizations.orthogonal(m, orthogonal_map=orthogonal_map)

    def expect_orthonormal(w):
        gram = w @ w.T if n < k else w.T @ w
        assert gram.allclose(ember.eye(min(n, k), dtype=ember.float64), atol=1e-10)

    with ember.no_grad():
        expect_orthonormal(m.weight)
        wanted = nn.init.xavier_uniform_(ember.empty(max(n, k), min(n, k), dtype=ember.float64))
        wanted = ember.linalg.qr(wanted)[0]
        wanted = wanted.T.contiguous() if n < k else wanted
        m.weight = wanted
        assert m.weight.allclose(wanted, atol=1e-10)
        noise = ember.randn(n, k, dtype=ember.float64) * 0.3  # off the diagonal, which holds signs
        m.parametrizations.weight.original.add_(noise - noise.tril().triu())
        expect_orthonormal(m.weight)


def test_orthogonal_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match='has to be one of "matrix_exp"'):
        parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="polar")
    with pytest.raises(ValueError, match="Expected a matrix"):
        parametrizations.orthogonal(nn.Linear(2, 2), "bias")
    with pytest.raises(ValueError, match="no parameter or buffer with name 'w'"):
        parametrizations.orthogonal(nn.Linear(2, 2), "w")
    m = parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="cayley", use_trivialization=False)
    with pytest.raises(NotImplementedError, match="use_trivialization=False"):
        m.weight = ember.eye(2)


def test_spectral_norm_brings_the_largest_singular_value_to_one():
    m = parametrizations.spectral_norm(nn.Linear(6, 4, dtype=ember.float64), n_power_iterations=200)
    m(ember.zeros(1, 6, dtype=ember.float64))
    assert abs(ember.linalg.matrix_norm(m.eval().weight.detach(), 2).item() - 1) < 1e-9
    with pytest.raises(ValueError, match="n_power_iterations to be positive"):
        parametrizations.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)
    with pytest.raises(IndexError, match="Dimension out of range"):
        parametrizations.spectral_norm(nn.Linear(2, 2), dim=3)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_old_norms_are_hooks_that_come_and_go():
    u = nn.utils
    for apply, remove, keys in (
        (u.weight_norm, u.remove_weight_norm, {"bias", "weight_g", "weight_v"}),
        (u.spectral_norm, u.remove_spectral_norm, {"bias", "weight_orig", "weight_u", "weight_v"}),
    ):
        m = apply(nn.Linear(3, 4))
        assert set(m.state_dict()) == keys and not isinstance(m.weight, nn.Parameter) and type(m) is nn.Linear
        with pytest.raises(RuntimeError, match="Cannot register two"):
            apply(m)
        m.eval()
        y = m(ember.ones(2, 3))
        remove(m)
        assert set(m.state_dict()) == {"weight", "bias"} and isinstance(m.weight, nn.Parameter)
        assert m(ember.ones(2, 3)).allclose(y) and not hasattr(m, "weight_v")
        with pytest.raises(ValueError, match="not found in"):
            remove(m)
