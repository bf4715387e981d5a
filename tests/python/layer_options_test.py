"""What the options of layers are in Python: arguments of the constructor, attributes, and part of copies and pickles."""

import copy
import inspect
import pickle
import re

import pytest

import ember
from ember import nn
from ember.nn import functional as F

CONTAINERS = (
    nn.Module, nn.Sequential, nn.ModuleList, nn.ModuleDict, nn.Identity, nn.ParameterList, nn.ParameterDict,
    nn.TransformerEncoder, nn.TransformerDecoder,
)  # fmt: skip
LAYERS = {
    name: cls
    for name, cls in vars(nn).items()
    if inspect.isclass(cls)
    and issubclass(cls, nn.Module)
    and cls not in CONTAINERS
    and cls.__module__ == nn.Linear.__module__
}


def double(x):
    return x * 2


def largest_difference(a, b):
    return (a - b).abs().max(-1).values


# A value beside the default for each option, by name or by "Class.name"; the names of the same kind take what their type says.
VALUES = {
    "in_channels": 4, "out_channels": 6, "kernel_size": (3,), "stride": (2,), "padding": (1,), "dilation": (2,), "groups": 2,
    "output_padding": (1,), "output_size": (4,), "padding_mode": "circular", "num_channels": 4, "num_groups": 2,
    "embed_dim": 4, "num_heads": 2, "d_model": 4, "nhead": 2, "dim_feedforward": 5, "padding_idx": 1,
    "normalized_shape": (3,), "unflattened_size": (1, 2), "size": (5,), "scale_factor": 2.0, "dropout": 0.25,
    "reduction": "sum", "approximate": "tanh", "nonlinearity": "relu", "activation": double, "num_embeddings": 5,
    "distance_function": largest_difference, "device": "cpu", "dtype": ember.float64, "max_norm": 2.0, "momentum": 0.25,
    "kdim": 3, "vdim": 5, "divisor_override": 3, "align_corners": True, "recompute_scale_factor": False, "LocalResponseNorm.size": 2, "CrossMapLRN2d.size": 2,
    "Upsample.mode": "bilinear", "EmbeddingBag.mode": "sum", "ConvTranspose.padding_mode": "zeros", "blank": 2,
    "MultiMarginLoss.p": 2, "RReLU.lower": 0.1, "_random_samples": ember.rand(1, 1, 2), "weight": ember.rand(3),
    "pos_weight": ember.rand(3), "size_average": None, "reduce": None, "output_ratio": None, "Fold.padding": (1,),
    "cutoffs": (1, 2), "n_classes": 7, "proj_size": 2, "custom_encoder": None, "custom_decoder": None, "process_group": None,
    "options": None, "ignore_index": 3, "LinearCrossEntropyLoss.out_features": (2,), "_weight": ember.ones(5, 3), "min_value": None, "max_value": None,
}  # fmt: skip


def parameters(cls):
    """The constructor's arguments by name: the default as text, whether it has to be named, and the type of each."""
    text = re.fullmatch(r"__init__\(self: [\w.]+(?:, )?(.*)\) -> None\n", cls.__init__.__doc__)[1]
    named, found = False, {}
    for part in re.split(r", (?![^(\[]*[)\]])", text) if text else []:
        named |= part == "*"
        if part != "*":
            name, kind, default = re.fullmatch(r"(\w+): (.*?)(?: = (.*))?", part).groups()
            found[name] = (default, named, kind)
    return found


def value_of(cls, name, default, kind):
    for key in (f"{cls.__name__}.{name}", re.sub(r"\dd$", "", cls.__name__) + f".{name}", name):
        if key in VALUES:
            return VALUES[key]
    return {"bool": default == "False", "typing.SupportsInt": 3, "typing.SupportsFloat": 0.75}[kind.split(" | ")[0]]


def arguments(cls):
    return {name: value_of(cls, name, default, kind) for name, (default, _, kind) in parameters(cls).items()}


def plain(cls, **options):
    """A layer with as few options as it can do with, beside these."""
    is_needed = {name: default is None for name, (default, _, _) in parameters(cls).items()}
    if cls in (nn.FractionalMaxPool2d, nn.FractionalMaxPool3d):
        is_needed["output_size"] = True
    return cls(**{name: value for name, value in arguments(cls).items() if is_needed[name]}, **options)


# Arguments that give values to other options, or that the state tells.
NOT_SAVED = {
    "custom_encoder", "custom_decoder", "device", "dtype", "size_average", "reduce", "min_value", "max_value", "_weight", "_freeze",
}  # fmt: skip


def saved(layer):
    return layer.__reduce__()[1][1]


@pytest.fixture(params=sorted(LAYERS))
def cls(request):
    return LAYERS[request.param]


def test_options_are_attributes_or_saved_as_they_were_given(cls):
    given = arguments(cls)
    layer = cls(**given)
    kept = saved(layer)
    # The attribute `cutoffs` has the number of classes too, as in PyTorch.
    for name in (vars(cls).keys() & given.keys()) - {"cutoffs"}:
        assert name in kept and getattr(layer, name) == kept[name]
    for name in given.keys() - NOT_SAVED:
        value, want = kept[name], given[name]
        if isinstance(want, tuple) and isinstance(value, tuple) and len(value) != len(want):
            want *= len(value)
        assert value is want or bool((value == want).all() if isinstance(want, ember.Tensor) else value == want), name
    assert kept.keys() == given.keys() - NOT_SAVED


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_and_pickles_keep_the_options(cls, copier):
    for layer in (plain(cls), cls(**arguments(cls))):
        copied = copier(layer)
        assert type(copied) is cls and repr(copied) == repr(layer) and copied.extra_repr() == layer.extra_repr()
        assert saved(copied).keys() == saved(layer).keys()
        for name, value in saved(layer).items():
            same = saved(copied)[name]
            assert bool((same == value).all()) if isinstance(value, ember.Tensor) else same == value, name
        for a, b in zip(layer.state_dict().values(), copied.state_dict().values(), strict=True):
            assert a.dtype == b.dtype and a.tolist() == b.tolist()


def test_arguments_may_be_given_by_position_in_the_order_of_the_signature(cls):
    given = arguments(cls)
    positional = [given[name] for name, (_, named, _) in parameters(cls).items() if not named]
    named = {name: given[name] for name, (_, named, _) in parameters(cls).items() if named}
    assert repr(cls(*positional, **named)) == repr(cls(**given))


def test_a_bad_argument_is_named_with_its_layer(cls):
    class Other:
        pass

    for name in parameters(cls):
        with pytest.raises(TypeError, match=rf"{cls.__name__}\.__init__\(\): argument '{name}' must be .+, not Other"):
            cls(**{**arguments(cls), name: Other()})
    with pytest.raises(TypeError, match=rf"{cls.__name__}\.__init__\(\) got an unexpected keyword argument 'other'"):
        cls(**arguments(cls), other=1)


def test_a_bad_value_for_an_attribute_is_named_with_its_layer(cls):
    class Other:
        pass

    layer = cls(**arguments(cls))
    for name in [name for name, member in vars(cls).items() if isinstance(member, property) and member.fset]:
        with pytest.raises(TypeError, match=rf"{cls.__name__}\.{name} must be .+, not Other"):
            setattr(layer, name, Other())
        setattr(layer, name, getattr(layer, name))
    assert repr(layer) == repr(cls(**arguments(cls)))


def test_the_signature_has_the_names_kinds_and_defaults_of_the_options(cls):
    found = inspect.signature(cls).parameters
    assert list(found) == list(parameters(cls))
    for name, (default, named, _) in parameters(cls).items():
        assert (found[name].kind is inspect.Parameter.KEYWORD_ONLY) == named
        assert (found[name].default is inspect.Parameter.empty) == (default is None)
    needed = {name: value for name, value in arguments(cls).items() if found[name].default is inspect.Parameter.empty}
    spelled_out = {name: p.default for name, p in found.items()} | needed
    if cls in (nn.FractionalMaxPool2d, nn.FractionalMaxPool3d):
        spelled_out["output_size"] = needed["output_size"] = 4
    assert repr(cls(**spelled_out)) == repr(cls(**needed)) and saved(cls(**spelled_out)) == saved(cls(**needed))


def test_signatures_read_as_one_would_write_them():
    assert str(inspect.signature(nn.Linear)) == "(in_features, out_features, bias=True, device=None, dtype=None)"
    assert str(inspect.signature(nn.Dropout)) == "(p=0.5, inplace=False)"
    assert str(inspect.signature(nn.MaxPool2d)).startswith("(kernel_size, stride=None, padding=0, dilation=1, ")
    assert nn.Linear.__doc__ == "input weight^T + bias."


def test_containers_have_signatures():
    for cls, text in (
        (nn.Module, "()"),
        (nn.Sequential, "(*args)"),
        (nn.ModuleList, "(modules=None)"),
        (nn.ModuleDict, "(modules=None)"),
        (nn.Identity, "(*args, **kwargs)"),
    ):
        assert str(inspect.signature(cls)) == text


def test_the_signature_of_a_subclass_is_that_of_its_own_constructor():
    class Head(nn.Linear):
        def __init__(self, classes):
            super().__init__(8, classes)

    class Same(nn.Linear):
        pass

    assert str(inspect.signature(Head)) == "(classes)"
    assert inspect.signature(Same) == inspect.signature(nn.Linear)


def floating(layer):
    state = [*layer.parameters(), *layer.buffers()]
    return {x.dtype for x in state if x.is_floating_point()}, {x.device for x in state}


WITH_DTYPE = [cls for cls in LAYERS.values() if "dtype" in parameters(cls)]


def test_layers_with_parameters_take_a_dtype_and_a_device():
    without = {name for name, cls in LAYERS.items() if list(plain(cls).parameters()) and cls not in WITH_DTYPE}
    assert not without


@pytest.mark.parametrize("cls", WITH_DTYPE)
@pytest.mark.parametrize("dtype", [ember.float64, ember.float16, ember.bfloat16])
def test_dtype_is_that_of_parameters_and_buffers(cls, dtype):
    options = {"affine": True} if "affine" in parameters(cls) else {}
    if "track_running_stats" in parameters(cls):
        options["track_running_stats"] = True
    assert floating(plain(cls, **options))[0] == {ember.float32}
    layer = plain(cls, **options, dtype=dtype, device=ember.device("cpu"))
    assert floating(layer) == ({dtype}, {ember.device("cpu")})
    assert all(x.dtype == ember.int64 for x in layer.buffers() if not x.is_floating_point())
    assert floating(pickle.loads(pickle.dumps(layer)))[0] == floating(copy.deepcopy(layer))[0] == {dtype}
    assert not hasattr(layer, "dtype") and not hasattr(layer, "device")


def test_parameters_of_a_dtype_start_as_those_of_the_default_dtype_do():
    layer = nn.Linear(10000, 2, dtype=ember.float64)
    assert 0.0095 < layer.weight.abs().max().item() <= 0.01 and 0.0045 < layer.weight.abs().mean().item() < 0.0055
    assert nn.BatchNorm2d(3, dtype=ember.float64).running_var.tolist() == [1, 1, 1]
    assert nn.PReLU(2, 0.5, dtype=ember.float64).weight.tolist() == [0.5, 0.5]
    assert nn.Embedding(3, 2, padding_idx=1, dtype=ember.float64).weight[1].tolist() == [0, 0]
    x = ember.rand(2, 3, 8, dtype=ember.float64)
    encoder = nn.TransformerEncoderLayer(8, 2, 4, dtype=ember.float64)
    for layer in (nn.LSTM(8, 4, dtype=ember.float64), encoder):
        output = layer(x)
        assert (output[0] if isinstance(output, tuple) else output).dtype == ember.float64


CONVOLUTIONS = [(nn.Conv1d, F.conv1d, 1), (nn.Conv2d, F.conv2d, 2), (nn.Conv3d, F.conv3d, 3)]


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("make, op, rank", CONVOLUTIONS)
@pytest.mark.parametrize("stride", [1, 2])
def test_padding_mode_pads_before_the_convolution(make, op, rank, mode, stride):
    x = ember.randn(2, 4, *(7, 6, 5)[:rank])
    sizes = (2, 1, 0)[:rank]
    pairs = [size for size in reversed(sizes) for _ in range(2)]
    layer = make(4, 6, 3, stride, sizes, groups=2, padding_mode=mode)
    expected = op(F.pad(x, pairs, mode), layer.weight, layer.bias, stride, 0, 1, 2)
    assert layer(x).tolist() == expected.tolist()
    assert layer(x[0]).shape == expected[0].shape
    assert layer.padding_mode == mode and repr(layer).endswith(f", groups=2, padding_mode={mode})")


@pytest.mark.parametrize("make, op, rank", CONVOLUTIONS)
def test_padding_mode_of_same_puts_the_odd_element_behind(make, op, rank):
    x = ember.randn(2, 2, *(7, 6, 5)[:rank])
    layer = make(2, 3, 2, padding="same", dilation=3, padding_mode="circular")
    expected = op(F.pad(x, [1, 2] * rank, "circular"), layer.weight, layer.bias, dilation=3)
    assert layer(x).shape[2:] == x.shape[2:] and layer(x).tolist() == expected.tolist()
    valid = make(2, 3, 2, padding="valid", padding_mode="reflect")
    assert valid(x).tolist() == op(x, valid.weight, valid.bias).tolist()


def test_padding_mode_zeros_is_the_default_and_others_are_refused():
    assert nn.Conv2d(1, 1, 1).padding_mode == nn.ConvTranspose2d(1, 1, 1).padding_mode == "zeros"
    assert "padding_mode" not in repr(nn.Conv2d(1, 1, 3, padding=1, padding_mode="zeros"))
    with pytest.raises(ValueError, match="padding_mode must be one of .*, but got padding_mode='mirror'"):
        nn.Conv2d(1, 1, 1, padding_mode="mirror")
    with pytest.raises(ValueError, match='Only "zeros" padding mode is supported for ConvTranspose1d'):
        nn.ConvTranspose1d(1, 1, 1, padding_mode="reflect")


def test_only_windows_of_two_and_three_dims_take_a_divisor():
    assert nn.AvgPool2d(2, divisor_override=3).divisor_override == 3
    with pytest.raises(TypeError, match="unexpected keyword argument 'divisor_override'"):
        nn.AvgPool1d(2, divisor_override=3)


def test_sizes_that_follow_the_input_are_none():
    assert nn.AdaptiveAvgPool2d(None).output_size is None
    assert nn.AdaptiveMaxPool2d((None, 3)).output_size == (None, 3)
    assert copy.deepcopy(nn.AdaptiveAvgPool2d((2, None)))(ember.rand(1, 4, 5)).shape == (1, 2, 5)


def test_functions_stay_the_objects_that_were_given():
    loss = nn.TripletMarginWithDistanceLoss(distance_function=largest_difference)
    assert loss.distance_function is largest_difference
    assert pickle.loads(pickle.dumps(loss)).distance_function is largest_difference
    layer = nn.TransformerEncoderLayer(4, 2, activation=double)
    assert saved(layer)["activation"] is double
    with pytest.raises(ValueError, match="activation should be relu/gelu, not tanh"):
        nn.TransformerEncoderLayer(4, 2, activation="tanh")


def test_the_former_flags_outrank_the_reduction():
    for cls in (nn.MSELoss, nn.KLDivLoss, nn.PoissonNLLLoss):
        assert cls(size_average=False).reduction == cls(reduction="sum").reduction == "sum"
        assert cls(reduce=False, size_average=False).reduction == "none"
        assert cls(reduce=True, reduction="sum").reduction == "mean"


def test_hardtanh_takes_the_former_names_of_its_limits():
    for layer in (nn.Hardtanh(min_value=-2, max_value=3), nn.Hardtanh(-1, 1, False, -2, 3)):
        assert (layer.min_val, layer.max_val) == (-2, 3) and repr(layer) == "Hardtanh(min_val=-2.0, max_val=3.0)"
        assert not hasattr(layer, "min_value") and layer(ember.tensor([-9.0, 9.0])).tolist() == [-2, 3]
    layer = nn.Hardtanh(max_value=5)
    assert (layer.min_val, layer.max_val) == (-1, 5)


TABLES = [
    lambda weight, **options: nn.Embedding(3, 2, _weight=weight, **options),
    lambda weight, **options: nn.EmbeddingBag(3, 2, _weight=weight, **options),
]


@pytest.mark.parametrize("make", TABLES)
def test_an_embedding_starts_from_the_table_that_it_is_given(make):
    table = ember.arange(6.0).reshape(3, 2)
    layer = make(table, padding_idx=1)
    assert isinstance(layer.weight, nn.Parameter) and layer.weight.requires_grad
    assert layer.weight.data_ptr() == table.data_ptr() and layer.weight.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert make(table.double(), dtype=ember.float32).weight.dtype == ember.float64
    with pytest.raises(ValueError, match=r"_weight has shape \[2, 3\] but must have \[3, 2\], as num_embeddings and "):
        make(table.T)


@pytest.mark.parametrize("make", TABLES)
@pytest.mark.parametrize("copier", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_of_an_embedding_has_a_table_of_its_own(make, copier):
    layer = make(ember.ones(3, 2))
    copied = copier(layer)
    with ember.no_grad():
        copied.weight.zero_()
    assert layer.weight.tolist() == [[1, 1]] * 3 and copied.weight.tolist() == [[0, 0]] * 3


def test_a_frozen_embedding_is_not_trained():
    for layer in (nn.Embedding(3, 2, _freeze=True), nn.Embedding(3, 2, _weight=ember.ones(3, 2), _freeze=True)):
        for same in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert not same.weight.requires_grad and not same(ember.tensor([0])).requires_grad
    assert nn.Embedding(3, 2, _freeze=True).weight.std().item() > 0


def test_pickles_written_before_an_option_was_there_still_load():
    layer = nn.Conv2d(1, 2, 3)
    rebuild, (cls, options), state = layer.__reduce__()
    del options["padding_mode"]
    loaded = rebuild(cls, options)
    loaded.__setstate__(state)
    assert loaded.padding_mode == "zeros" and loaded.weight.tolist() == layer.weight.tolist()
