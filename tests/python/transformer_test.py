"""Transformers made of layers from C++ and from Python."""

import copy
import pickle

import pytest

import ember
from ember import nn


def test_layers_written_in_python_and_hooks_take_part():
    seen = []

    class Loud(nn.TransformerEncoderLayer):
        def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
            seen.append((src_mask is not None, is_causal))
            return super().forward(src, src_mask, src_key_padding_mask, is_causal)

    encoder = nn.TransformerEncoder(Loud(4, 2, 8, dropout=0.0), 2)
    encoder.layers[1].register_forward_hook(lambda *_: seen.append("hook"))
    x, mask = ember.rand(3, 1, 4), nn.Transformer.generate_square_subsequent_mask(3)
    encoder(x, mask=mask, is_causal=True)
    assert seen == [(True, True), (True, True), "hook"]
    plain = encoder(x)
    assert seen[3:] == [(False, False), (False, False), "hook"] and plain.tolist() == nn.Sequential(encoder)(x).tolist()


def test_the_layer_is_copied_and_stays_as_it_is():
    layer = nn.TransformerDecoderLayer(4, 2, 8)
    decoder = nn.TransformerDecoder(layer, 2)
    assert decoder.num_layers == 2 and decoder.norm is None and "norm" not in repr(decoder).split("norm1")[0]
    assert decoder.layers[0].linear1.weight.tolist() == layer.linear1.weight.tolist()
    assert len({id(m) for m in (layer, *decoder.layers)}) == 3
    decoder.norm = nn.LayerNorm(4)
    assert isinstance(decoder.norm, nn.LayerNorm) and "norm.weight" in decoder.state_dict()
    decoder.norm = None
    assert decoder.norm is None and "norm.weight" not in decoder.state_dict()


class Adding(nn.Module):
    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(ember.ones(4))

    def forward(self, tgt, memory, **masks):
        assert masks["tgt_mask"] is not None
        return tgt + memory.mean() + self.shift


def test_custom_parts_are_called_and_copied():
    net = nn.Transformer(4, 2, 1, 1, 8, custom_decoder=Adding())
    assert isinstance(net.decoder, Adding) and net.d_model == 4 and net.nhead == 2 and not net.batch_first
    src, tgt = ember.rand(2, 1, 4), ember.rand(3, 1, 4)
    net.eval()
    want = net(src, tgt, tgt_mask=ember.zeros(3, 3)).tolist()
    for copied in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert isinstance(copied.decoder, Adding) and copied(src, tgt, tgt_mask=ember.zeros(3, 3)).tolist() == want


def test_a_part_that_a_user_replaced_is_copied_as_it_is():
    layer = nn.TransformerEncoderLayer(4, 2, 8)
    layer.linear1 = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 8))
    copied = copy.deepcopy(layer)
    assert repr(copied) == repr(layer) and list(copied.state_dict()) == list(layer.state_dict())


def test_a_transformer_learns_to_copy():
    ember.manual_seed(0)
    net = nn.Transformer(8, 2, 1, 1, 16, dropout=0.0, batch_first=True)
    optimizer = ember.optim.Adam(net.parameters(), lr=0.01)
    src = ember.rand(4, 3, 8)
    losses = []
    for _ in range(30):
        loss = nn.functional.mse_loss(net(src, src), src)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2 and all(p.grad is not None for p in net.parameters())


def test_the_square_mask_hides_what_comes_later():
    mask = nn.Transformer.generate_square_subsequent_mask(3, dtype=ember.float64)
    assert mask.dtype == ember.float64 and mask.isinf().tolist() == [[i < j for j in range(3)] for i in range(3)]
    assert (mask[~mask.isinf()] == 0).all()


def test_sync_batch_norm_takes_the_place_of_batch_norms():
    net = nn.Sequential(
        nn.Conv2d(1, 2, 1), nn.Sequential(nn.BatchNorm2d(2, eps=0.01), nn.ReLU()), nn.BatchNorm2d(2)
    ).eval()
    x = ember.rand(3, 1, 2, 2)
    want, weight = net(x).tolist(), net[1][0].weight
    same = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert same is net and [type(m) for m in (net[1][0], net[2])] == [nn.SyncBatchNorm] * 2
    assert net[1][0].weight is weight and net[1][0].eps == 0.01 and not net[1][0].training
    assert net(x).tolist() == want and net[2].process_group is None
    with pytest.raises(TypeError, match="convert_sync_batchnorm: module must be Module, not NoneType"):
        nn.SyncBatchNorm.convert_sync_batchnorm(None)
    alone = nn.BatchNorm1d(3, affine=False)
    assert isinstance(nn.SyncBatchNorm.convert_sync_batchnorm(alone), nn.SyncBatchNorm)
