"""What is a class to PyTorch's users and a family of layers here, for isinstance; and layers by former names."""

import warnings

from ember._C.nn import GRU, LSTM, RNN, GRUCell, LSTMCell, Module, NLLLoss, RNNCell


class _Family(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, cls.members)

    def __subclasscheck__(cls, subclass):
        return issubclass(subclass, cls.members)


class RNNBase(metaclass=_Family):
    """RNN, LSTM and GRU. RNNBase("LSTM", input_size, hidden_size) makes one; the modes are RNN_TANH, RNN_RELU, LSTM and GRU."""

    members = (RNN, LSTM, GRU)

    def __new__(
        cls, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
        proj_size=0, device=None, dtype=None,
    ):  # fmt: skip
        kinds = {"RNN_TANH": RNN, "RNN_RELU": RNN, "LSTM": LSTM, "GRU": GRU}
        if mode not in kinds:
            raise ValueError(f"RNNBase: mode must be one of {', '.join(kinds)}, but got {mode}")
        if proj_size and mode != "LSTM":
            raise ValueError(f"RNNBase: proj_size is only supported for LSTM, not {mode}")
        own = {"nonlinearity": "relu"} if mode == "RNN_RELU" else {"proj_size": proj_size} if proj_size else {}
        return kinds[mode](
            input_size, hidden_size, num_layers, bias=bias, batch_first=batch_first, dropout=dropout,
            bidirectional=bidirectional, device=device, dtype=dtype, **own,
        )  # fmt: skip


class RNNCellBase(metaclass=_Family):
    """RNNCell, LSTMCell and GRUCell."""

    members = (RNNCell, LSTMCell, GRUCell)


class NLLLoss2d(NLLLoss):
    """Deprecated: NLLLoss, which takes images as well."""

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        warnings.warn(
            "NLLLoss2d has been deprecated; use NLLLoss instead, which is the same.", FutureWarning, stacklevel=2
        )
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


class Container(Module):
    """Deprecated: a Module with children by keyword."""

    def __init__(self, **kwargs):
        super().__init__()
        warnings.warn(
            "nn.Container is deprecated; all of its functionality is in nn.Module.", FutureWarning, stacklevel=2
        )
        for name, module in kwargs.items():
            self.add_module(name, module)
