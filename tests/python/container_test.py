"""Sequential, ModuleList and ModuleDict as Python's lists and dictionaries."""

import pytest

import ember
from ember import nn


def test_lists_are_joined_and_shortened():
    a, b, c = nn.ReLU(), nn.Tanh(), nn.Linear(1, 1)
    for make in (nn.ModuleList, lambda modules: nn.Sequential(*modules)):
        modules = make([a, b])
        joined = modules + make([c])
        assert type(joined) is type(modules) and list(joined) == [a, b, c] and list(modules) == [a, b]
        modules += [c]
        assert list(modules) == [a, b, c] and modules.pop(-1) is c and modules.pop(0) is a and list(modules) == [b]
        with pytest.raises(IndexError):
            modules.pop(1)


def test_a_sequence_is_repeated():
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.ReLU())
    assert list(net * 2) == list(2 * net) == [*net, *net] and len(net) == 2
    once, twice = net(ember.ones(1, 2)), net(net(ember.ones(1, 2)))
    net *= 2
    assert len(net) == 4 and net(ember.ones(1, 2)).tolist() == twice.tolist() != once.tolist()
    net *= 1
    assert len(net) == 4 and len(list(net.parameters())) == 2
    for repeat in (lambda: net * 0, lambda: net.__imul__(-1)):
        with pytest.raises(ValueError, match="once at least, not (0|-1) times"):
            repeat()


def test_a_dictionary_of_modules_is_changed():
    a, b, c = nn.ReLU(), nn.Tanh(), nn.Linear(1, 1)
    modules = nn.ModuleDict({"a": a})
    modules.update({"b": b})
    modules.update([("a", c)])
    modules.update(nn.ModuleDict({"d": a}))
    assert modules.items() == [("a", c), ("b", b), ("d", a)]
    assert modules.pop("b") is b and list(modules) == ["a", "d"]
    with pytest.raises(KeyError, match="b"):
        modules.pop("b")
    modules.clear()
    assert len(modules) == 0


def test_a_table_that_was_trained_is_taken_over():
    table = ember.arange(6.0).reshape(3, 2)
    for cls, more in (
        (nn.Embedding, {"padding_idx": 1}),
        (nn.EmbeddingBag, {"mode": "sum", "include_last_offset": True}),
    ):
        layer = cls.from_pretrained(table, **more)
        assert type(layer) is cls and layer.weight.data_ptr() == table.data_ptr() and not layer.weight.requires_grad
        assert all(getattr(layer, name) == value for name, value in more.items())
        assert cls.from_pretrained(table, freeze=False).weight.requires_grad and not table.requires_grad
        assert type(type("Own", (cls,), {}).from_pretrained(table)).__name__ == "Own"
        with pytest.raises(ValueError, match=r"embeddings must have 2 dimensions, but have shape \[6\]"):
            cls.from_pretrained(table.reshape(6))


def test_families_of_layers_are_told_by_isinstance():
    lstm = nn.RNNBase("LSTM", 2, 3, 2, proj_size=1)
    assert type(lstm) is nn.LSTM and lstm.num_layers == 2 and lstm.proj_size == 1
    relu = nn.RNNBase("RNN_RELU", 2, 3, bidirectional=True)
    assert type(relu) is nn.RNN and relu.nonlinearity == "relu" and relu.bidirectional
    assert isinstance(nn.GRU(1, 1), nn.RNNBase) and not isinstance(nn.GRUCell(1, 1), nn.RNNBase)
    assert issubclass(nn.LSTMCell, nn.RNNCellBase) and not issubclass(nn.LSTM, nn.RNNCellBase)
    with pytest.raises(ValueError, match="mode must be one of RNN_TANH, RNN_RELU, LSTM, GRU, but got SRU"):
        nn.RNNBase("SRU", 2, 3)
    with pytest.raises(ValueError, match="proj_size is only supported for LSTM, not GRU"):
        nn.RNNBase("GRU", 2, 3, proj_size=1)


def test_layers_by_former_names_warn():
    with pytest.warns(FutureWarning, match="use NLLLoss instead"):
        loss = nn.NLLLoss2d(reduction="sum")
    assert isinstance(loss, nn.NLLLoss) and loss(ember.zeros(1, 2, 1, 1), ember.zeros(1, 1, 1).long()).item() == 0
    with pytest.warns(FutureWarning, match="Container is deprecated"):
        assert [name for name, _ in nn.Container(a=nn.ReLU(), b=loss).named_children()] == ["a", "b"]


def test_recurrent_layers_list_their_weights():
    layer = nn.LSTM(2, 3, num_layers=2, bidirectional=True, proj_size=1)
    assert [len(weights) for weights in layer.all_weights] == [5] * 4 and layer.all_weights[1][
        4
    ] is layer.weight_hr_l0_reverse
    assert (layer.mode, nn.GRU(1, 1).mode, nn.RNN(1, 1, nonlinearity="relu").mode) == ("LSTM", "GRU", "RNN_RELU")
    assert layer.flatten_parameters() is None and nn.MultiheadAttention(6, 2).head_dim == 3
