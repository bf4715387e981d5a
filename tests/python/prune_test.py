"""Pruning: bad input, methods of one's own, pickles and steps; nn_utils_test.py compares its values with PyTorch's."""

import copy
import pickle

import pytest

import ember
from ember import nn
from ember.nn.utils import prune


def test_bad_amounts_and_shapes_are_refused():
    m = nn.Linear(2, 3)
    for amount, error in ((-1, ValueError), (1.5, ValueError), (7, ValueError), ("x", TypeError)):
        with pytest.raises(error, match="amount"):
            prune.l1_unstructured(m, "weight", amount)
    with pytest.raises(ValueError, match="multidimensional"):
        prune.ln_structured(m, "bias", 1, n=2, dim=0)
    with pytest.raises(IndexError, match="Invalid index 2"):
        prune.ln_structured(m, "weight", 1, n=2, dim=2)
    with pytest.raises(AssertionError, match="same shape"):
        prune.l1_unstructured(m, "weight", 1, importance_scores=ember.ones(2))
    with pytest.raises(ValueError, match="has to be pruned"):
        prune.remove(m, "weight")
    with pytest.raises(TypeError, match='Only "unstructured"'):
        prune.global_unstructured([(m, "weight")], prune.RandomStructured, amount=1)
    assert set(m.state_dict()) == {"weight", "bias"} and not prune.is_pruned(m)


def test_a_method_of_ones_own():
    class Checkered(prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    m = nn.Linear(2, 2)
    Checkered.apply(m, "weight")
    assert m.weight_mask.tolist() == [[0, 1], [0, 1]]
    prune.l1_unstructured(m, "weight", 1)
    (container,) = m._forward_pre_hooks.values()
    assert isinstance(container, prune.PruningContainer) and len(container) == 2 and m.weight_mask.sum() == 1
    with pytest.raises(ValueError, match="acting on the parameter named 'weight'"):
        other = prune.Identity()
        other._tensor_name = "bias"
        container.add_pruning_method(other)
    with pytest.raises(TypeError, match="not a BasePruningMethod"):
        container.add_pruning_method(3)


def test_pruned_weights_stay_zero_while_training():
    m = nn.Linear(4, 4)
    prune.random_unstructured(m, "weight", 8)
    optimizer = ember.optim.Adam(m.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        m(ember.randn(5, 4)).square().sum().backward()
        optimizer.step()
    m(ember.ones(1, 4))
    assert ((m.weight == 0) == (m.weight_mask == 0)).all()
    orig = m.weight_orig
    assert prune.remove(m, "weight").weight is orig and (orig == 0).sum() == 8 and type(m) is nn.Linear


def test_copies_and_pickles_are_pruned():
    m = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
    prune.l1_unstructured(m[0], "weight", 4)
    x = ember.randn(2, 3)
    with ember.no_grad():
        m(x)  # as PyTorch, whose copies want a leaf
        for twin in (copy.deepcopy(m), pickle.loads(pickle.dumps(m))):
            assert twin(x).equal(m(x)) and prune.is_pruned(twin)
            prune.remove(twin[0], "weight")
            assert twin(x).equal(m(x)) and not prune.is_pruned(twin) and prune.is_pruned(m)


def test_several_parameters_of_one_module():
    m = nn.LSTM(2, 3)
    prune.l1_unstructured(m, "weight_ih_l0", 0.5)
    prune.l1_unstructured(m, "weight_hh_l0", 0.5)
    x = ember.randn(4, 1, 2)
    y = m(x)[0]
    prune.remove(m, "weight_ih_l0")
    assert prune.is_pruned(m) and m(x)[0].equal(y)
    prune.remove(m, "weight_hh_l0")
    assert not prune.is_pruned(m) and m(x)[0].equal(y)
