"""The layers of layer_cases.py against figures of PyTorch, and what they say of bad input."""

import copy
import json
import math
import pathlib
import pickle

import layer_cases as cases
import pytest

import ember
from ember import nn
from ember.nn import functional as F

REFERENCE = json.loads((pathlib.Path(__file__).parents[1] / "data" / "python_layers.json").read_text())
LIBRARY = (ember, nn, F)


def is_close(got, want, tolerance=2e-6):
    if want is None or got is None:
        return got is want
    if isinstance(want, dict):
        return got.keys() == want.keys() and all(is_close(got[key], want[key], tolerance) for key in want)
    if isinstance(want, list):
        return len(got) == len(want) and all(is_close(a, b, tolerance) for a, b in zip(got, want, strict=True))
    return got == want or math.isclose(got, want, rel_tol=tolerance, abs_tol=tolerance)


@pytest.mark.parametrize("name", cases.LAYERS)
def test_outputs_gradients_and_state_are_those_of_pytorch(name):
    got = cases.results(ember, *cases.make(*LIBRARY, name))
    want = REFERENCE["layers"][name]
    assert got["repr"] == want["repr"] and got["keys"] == want["keys"] and got["shapes"] == want["shapes"]
    for part in ("outputs", "input_grads", "grads"):
        assert is_close(got[part], want[part]), (part, got[part], want[part])


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
@pytest.mark.parametrize("name", cases.LAYERS)
def test_a_copy_or_pickle_computes_the_same_and_shares_nothing(name, copier):
    layer, compute, _ = cases.make(*LIBRARY, name)
    copied = copier(layer)
    assert type(copied) is type(layer) and repr(copied) == repr(layer)
    want = [cases.values(x) for x in cases.flat(compute(layer)) if x is not None]
    with ember.no_grad():
        for p in layer.parameters():
            p.zero_()
    assert [cases.values(x) for x in cases.flat(compute(copied)) if x is not None] == want


@pytest.mark.parametrize("name", cases.DRAWN)
def test_parameters_are_drawn_from_the_distributions_of_pytorch(name):
    got, want = cases.drawn(*LIBRARY, name), REFERENCE["drawn"][name]
    assert list(got) == list(want)
    for key, (mean, std, largest) in got.items():
        # Those of 40 elements at least: means err by std / sqrt(40), and far less in most.
        assert abs(mean - want[key][0]) <= 0.5 * want[key][1], (key, mean, want[key])
        assert abs(std - want[key][1]) <= 0.25 * want[key][1], (key, std, want[key])
        assert abs(largest - want[key][2]) <= 0.35 * want[key][2], (key, largest, want[key])


@pytest.mark.parametrize("name", cases.FIXED)
def test_initialisers_give_what_they_give_in_pytorch(name):
    assert cases.fixed(*LIBRARY, name) == REFERENCE["fixed"][name]


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 2, 2)])
def test_an_orthogonal_matrix_has_orthonormal_rows_or_columns(shape):
    w = nn.init.orthogonal_(ember.empty(shape), gain=2.0).flatten(1)
    products = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    assert is_close(products.tolist(), (4 * ember.eye(len(products))).tolist(), 1e-5)


@pytest.mark.parametrize("name", ["uniform_", "normal_", "trunc_normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_",
                                  "kaiming_normal_", "orthogonal_", "sparse_"])  # fmt: skip
def test_initialisers_draw_from_the_generator_that_they_are_given(name):
    more = {"sparsity": 0.5} if name == "sparse_" else {}

    def draw():
        generator = ember.Generator().manual_seed(5)
        return getattr(nn.init, name)(ember.empty(4, 3), **more, generator=generator).tolist()

    ember.manual_seed(1)
    before = ember.rand(1).item()
    ember.manual_seed(1)
    assert draw() == draw() and ember.rand(1).item() == before


def ones(*shape):
    return ember.ones(*shape)


BAD = {
    "pads": (lambda: nn.ReflectionPad2d((1, 2, 3)), ValueError, r"one number or 4 for the sides of 2 dims, but got \[1, 2, 3\]"),
    "pad input": (lambda: nn.CircularPad1d(1)(ones(2, 1, 2, 3)), ValueError, "CircularPad1d: expected 2D or 3D input"),
    "bilinear": (lambda: nn.Bilinear(0, 2, 3), ValueError, "in1_features must be > 0"),
    "bilinear shapes": (lambda: nn.Bilinear(2, 3, 4)(ones(5, 2), ones(5, 2)), RuntimeError, r"bilinear: .*\[5, 2\]"),
    "cell size": (lambda: nn.GRUCell(3, 0), ValueError, "hidden_size must be greater than zero"),
    "cell input": (lambda: nn.LSTMCell(3, 4)(ones(1, 2, 3)), ValueError, "LSTMCell: expected input to be 1D or 2D, got 3D"),
    "cell state": (lambda: nn.RNNCell(3, 4)(ones(2, 3), ones(4)), ValueError, "RNNCell: expected hidden of 2D"),
    "cell features": (lambda: nn.RNNCell(3, 4)(ones(2, 5)), RuntimeError, r"w_ih has shape \[4, 3\] but must have \[4, 5\]"),
    "nonlinearity": (lambda: nn.RNNCell(3, 4, nonlinearity="sin")(ones(2, 3)), RuntimeError, "Unknown nonlinearity: sin"),
    "projection": (lambda: nn.LSTM(3, 4, proj_size=4), ValueError, "smaller than hidden_size 4"),
    "cutoffs": (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [5, 3]), ValueError, r"increasing order.* \[5, 3\] and n_classes=9"),
    "no cutoffs": (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, []), ValueError, "cutoffs should be a sequence"),
    "classes": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [5])(ones(2, 4), ember.tensor([0, 9])),
        RuntimeError,
        r"target values should be in \[0, 8\], but values in range \[0, 9\]",
    ),
    "class numbers": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [5])(ones(2, 4), ones(2)),
        TypeError,
        "target holds classes and must be int64, not float32",
    ),
    "batches": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [5])(ones(2, 4), ember.tensor([0, 1, 2])),
        RuntimeError,
        r"input \[2, 4\] and target \[3\] should have the same size",
    ),
    "smoothing": (lambda: nn.LinearCrossEntropyLoss(3, 2, label_smoothing=2), RuntimeError, "range .0, 1., got 2"),
    "class weights": (lambda: nn.LinearCrossEntropyLoss(3, 2, weight=ones(3)), RuntimeError, r"weight must have shape \[2\]"),
    "features": (lambda: nn.Transformer(4, 2, 1, 1)(ones(2, 1, 4), ones(3, 1, 6)), RuntimeError, "must be equal to d_model, 4"),
    "transformer batch": (
        lambda: nn.Transformer(4, 2, 1, 1)(ones(2, 1, 4), ones(3, 2, 4)),
        RuntimeError,
        "batch number of src and tgt must be equal",
    ),
    "heads": (lambda: nn.TransformerDecoderLayer(5, 2), ValueError, "embed_dim must be divisible by num_heads"),
    "activation": (lambda: nn.TransformerDecoderLayer(4, 2, activation="sin"), ValueError, "relu/gelu, not sin"),
    "layer": (lambda: nn.TransformerEncoder(ones(2), 2), TypeError, "encoder_layer"),
    "no layer": (lambda: nn.TransformerDecoder(None, 2), ValueError, "a stack of 2 layers needs a layer to copy"),
    "lrn": (lambda: nn.CrossMapLRN2d(3)(ones(2, 3)), ValueError, "CrossMapLRN2d: expected input to be 4D, got 2D"),
    "sync": (lambda: nn.SyncBatchNorm(3)(ones(3)), ValueError, "SyncBatchNorm: expected at least 2D input"),
    "group": (lambda: nn.SyncBatchNorm(3, process_group=1), TypeError, "process_group"),
    "shuffle": (lambda: nn.PixelShuffle(2)(ones(1, 3, 2, 2)), RuntimeError, "pixel_shuffle"),
    "parameters": (lambda: nn.ParameterList([1]), TypeError, "ParameterList: expected a Parameter or a Tensor, not int"),
    "pairs": (lambda: nn.ParameterDict([1]), TypeError, "ParameterDict: expected pairs of a name and a value, but there is a int"),
    "triples": (lambda: nn.ModuleDict().update([(1, 2, 3)]), ValueError, "ModuleDict: .* there is a sequence of 3"),
    "no mapping": (lambda: nn.ParameterDict(3), TypeError, "expected a mapping or pairs of a name and a value, not int"),
    "names": (lambda: nn.ModuleDict().update({1: nn.ReLU()}), TypeError, "names must be str, not int"),
    "buffer": (lambda: nn.Buffer(3), TypeError, "Buffer: data must be a Tensor, not int"),
    "index": (lambda: nn.ParameterList([ones(2)])[1], IndexError, "index 1 is out of range for 1 parameters"),
    "key": (lambda: nn.ParameterDict({"a": ones(2)})["b"], KeyError, "b"),
    "dirac": (lambda: nn.init.dirac_(ones(3, 2, 2), 2), ValueError, r"divisible by groups, .* \[3, 2, 2\] and groups is 2"),
    "dirac rank": (lambda: nn.init.dirac_(ones(3, 2)), ValueError, "3, 4, or 5 dimensions"),
    "orthogonal": (lambda: nn.init.orthogonal_(ones(3)), ValueError, "2 or more dimensions"),
    "sparse": (lambda: nn.init.sparse_(ones(3), 0.1), ValueError, "2 dimensions"),
    "sparsity": (lambda: nn.init.sparse_(ones(3, 2), 1.5), ValueError, "sparsity must lie in"),
    "gumbel": (lambda: F.gumbel_softmax(ember.tensor([1, 2])), ValueError, "logits are int64"),
    "tbc": (lambda: F.conv_tbc(ones(3, 2, 4), ones(2, 3, 5), ones(5)), RuntimeError, r"\[2, 3, 5\] but must be \[window, 4, out"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_by_name(name):
    call, error, message = BAD[name]
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", ["uniform", "normal", "constant", "eye", "dirac", "sparse", "orthogonal", "xavier_uniform",
                                  "xavier_normal", "kaiming_uniform", "kaiming_normal"])  # fmt: skip
def test_former_names_of_initialisers_warn_and_do_the_same(name):
    more = {"constant": (2.0,), "sparse": (0.5,)}.get(name, ())
    shape = (2, 2, 3) if name == "dirac" else (3, 2)
    ember.manual_seed(1)
    want = getattr(nn.init, name + "_")(ember.empty(shape), *more)
    ember.manual_seed(1)
    with pytest.warns(FutureWarning, match=f"nn.init.{name} is now deprecated in favor of nn.init.{name}_"):
        got = getattr(nn.init, name)(ember.empty(shape), *more)
    assert got.tolist() == want.tolist()


def test_an_initialiser_fills_its_argument_and_leaves_one_without_elements():
    w = nn.Parameter(ember.empty(2, 3))
    assert nn.init.orthogonal_(w) is w and w.requires_grad and w.is_leaf
    assert nn.init.kaiming_uniform_(ember.empty(0, 3)).shape == nn.Linear(3, 0).weight.shape
    columns = nn.init.sparse_(ember.empty(10, 4), 0.35)
    assert (columns == 0).sum(0).tolist() == [4] * 4


def test_gumbel_softmax_samples_classes_as_often_as_their_probability():
    ember.manual_seed(0)
    logits = ember.tensor([0.1, 0.6, 0.3]).log().expand(4000, 3).clone().requires_grad_()
    samples = F.gumbel_softmax(logits, hard=True)
    assert set(samples.detach().reshape(-1).tolist()) == {0.0, 1.0} and samples.sum(1).eq(1).all()
    assert is_close(samples.detach().mean(0).tolist(), [0.1, 0.6, 0.3], 0.03)
    samples[:, 0].sum().backward()
    assert logits.grad.abs().sum().item() > 0
