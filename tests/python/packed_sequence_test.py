"""Packed sequences: what PyTorch's tuple does, bad input, and that packing changes no result; nn_utils_test.py has PyTorch's values."""

import copy
import pickle

import pytest

import ember
from ember import nn
from ember.nn.utils import rnn


def test_it_is_a_named_tuple():
    p = rnn.pack_padded_sequence(ember.arange(12.0).view(3, 2, 2), [3, 1])
    data, batch_sizes, sorted_indices, unsorted_indices = p
    assert isinstance(p, tuple) and p.data is data and sorted_indices is None and unsorted_indices is None
    assert batch_sizes.tolist() == [2, 1, 1] and data.shape == (4, 2)
    assert (
        p.to(ember.float64).data.dtype == ember.float64
        and p.to(ember.float32) is p
        and p.half().data.dtype == ember.float16
    )
    for twin in (copy.deepcopy(p), pickle.loads(pickle.dumps(p))):
        assert type(twin) is rnn.PackedSequence and twin.data.equal(p.data) and twin.batch_sizes.equal(p.batch_sizes)
    assert not p.is_cuda and p.double().float().data.equal(p.data)


def test_bad_lengths_are_refused():
    x = ember.zeros(3, 2, 1)
    for lengths, message in (
        ([1, 2], "must be sorted in decreasing order"),
        ([3, 0], "has to be greater than 0"),
        ([4, 1], "exceeds the 3 steps"),
        ([1], "equal to batch_size, but got 1"),
        (ember.tensor([1.0, 1.0]), "int64"),
    ):
        with pytest.raises(RuntimeError, match=message):
            rnn.pack_padded_sequence(x, lengths)
    with pytest.raises(ValueError, match="total_length=2 and max sequence length being 3"):
        rnn.pad_packed_sequence(rnn.pack_padded_sequence(x, [3, 1]), total_length=2)
    with pytest.raises(RuntimeError, match="'left' or 'right'"):
        rnn.pad_sequence([x], padding_side="top")
    with pytest.raises(RuntimeError, match="empty list"):
        rnn.pad_sequence([])
    with pytest.raises(TypeError, match="Expected iterable"):
        rnn.pad_sequence(3)
    with pytest.raises(RuntimeError, match="permutation"):
        rnn.invert_permutation(ember.tensor([0, 0]))


def test_bad_packed_input_is_refused():
    packed = rnn.pack_padded_sequence(ember.zeros(3, 2, 4), [3, 1])
    with pytest.raises(RuntimeError, match="w_ih has shape"):
        nn.GRU(5, 3)(packed)
    with pytest.raises(RuntimeError, match="h0 has shape"):
        nn.GRU(4, 3)(packed, ember.zeros(1, 3, 3))
    with pytest.raises(RuntimeError, match="batch_sizes add up to 5"):
        nn.GRU(4, 3)(rnn.PackedSequence(packed.data, ember.tensor([3, 2])))
    with pytest.raises(TypeError):
        nn.GRU(4, 3)("text")


@pytest.mark.parametrize("make", [nn.RNN, nn.GRU, nn.LSTM])
def test_each_sequence_gives_what_it_gives_alone(make):
    layer = make(3, 4, num_layers=2, bidirectional=True, dtype=ember.float64)
    sequences = [ember.randn(n, 3, dtype=ember.float64) for n in (2, 5, 1, 3)]
    output, last = layer(rnn.pack_sequence(sequences, enforce_sorted=False))
    states = last if isinstance(last, tuple) else (last,)
    for i, (alone, packed) in enumerate(zip(sequences, rnn.unpack_sequence(output), strict=True)):
        y, own = layer(alone)
        assert packed.allclose(y, atol=1e-12)
        for state, expected in zip(states, own if isinstance(own, tuple) else (own,), strict=True):
            assert state[:, i].allclose(expected, atol=1e-12)


def test_in_16_bits_only_results_are_rounded():
    layer = nn.LSTM(3, 4).bfloat16()
    sequences = [ember.randn(n, 3).bfloat16() for n in (2, 3)]
    output, _ = layer(rnn.pack_sequence(sequences, enforce_sorted=False))
    assert output.data.dtype == ember.bfloat16
    assert rnn.unpack_sequence(output)[1].equal(layer(sequences[1].unsqueeze(1))[0].squeeze(1))


def test_gradients_reach_the_padded_input():
    x = ember.randn(3, 2, 2, dtype=ember.float64)

    def padded_again(x):
        return rnn.pad_packed_sequence(rnn.pack_padded_sequence(x, [1, 3], enforce_sorted=False), padding_value=2.0)[0]

    assert ember.autograd.gradcheck(padded_again, (x.requires_grad_(),))
    assert ember.autograd.gradcheck(lambda x: rnn.pad_sequence([x[:, 0], x[:2, 1]]), (x,))
