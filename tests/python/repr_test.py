"""repr, string for string as PyTorch prints."""

import pytest

import ember as t  # noqa: F401

CASES = [
    ("t.tensor([[1., 2.], [3., 4.]])", "tensor([[1., 2.],\n        [3., 4.]])"),
    (
        "t.tensor([[1., 2.], [3., 4.]], requires_grad=True)",
        "tensor([[1., 2.],\n        [3., 4.]], requires_grad=True)",
    ),
    ("t.tensor(3.5)", "tensor(3.5000)"),
    ("t.tensor(3)", "tensor(3)"),
    ("t.tensor(True)", "tensor(True)"),
    ("t.tensor([True, False])", "tensor([ True, False])"),
    ("t.tensor([1, -20, 300])", "tensor([  1, -20, 300])"),
    ("t.tensor([1.5, -2.25, 1000.125])", "tensor([   1.5000,   -2.2500, 1000.1250])"),
    ("t.tensor([1e-5, 1.0])", "tensor([1.0000e-05, 1.0000e+00])"),
    ("t.tensor([1e9, 1.0])", "tensor([1.0000e+09, 1.0000e+00])"),
    ("t.tensor([0.001, 2.0])", "tensor([1.0000e-03, 2.0000e+00])"),
    ("t.tensor([1e-8])", "tensor([1.0000e-08])"),
    ("t.tensor([float('nan'), float('inf'), -float('inf'), 1.0])", "tensor([nan, inf, -inf, 1.])"),
    ("t.tensor([float('nan'), 0.5])", "tensor([   nan, 0.5000])"),
    ("t.tensor([0., 0.])", "tensor([0., 0.])"),
    ("t.tensor([])", "tensor([])"),
    ("t.zeros(0, 3)", "tensor([], size=(0, 3))"),
    ("t.zeros(2, 0, dtype=t.int32)", "tensor([], size=(2, 0), dtype=ember.int32)"),
    ("t.tensor([], dtype=t.int64)", "tensor([], dtype=ember.int64)"),
    ("t.tensor([1, 2], dtype=t.int32)", "tensor([1, 2], dtype=ember.int32)"),
    ("t.tensor([1., 2.], dtype=t.float64)", "tensor([1., 2.], dtype=ember.float64)"),
    ("t.tensor([1.5, 2], dtype=t.bfloat16)", "tensor([1.5000, 2.0000], dtype=ember.bfloat16)"),
    ("t.tensor([1.5, 2], dtype=t.float16)", "tensor([1.5000, 2.0000], dtype=ember.float16)"),
    (
        "t.arange(24).reshape(2, 3, 4)",
        "tensor([[[ 0,  1,  2,  3],\n         [ 4,  5,  6,  7],\n         [ 8,  9, 10, 11]],\n\n        [[12, 13, 14, 15],\n         [16, 17, 18, 19],\n         [20, 21, 22, 23]]])",
    ),
    (
        "t.arange(24.).reshape(2, 3, 4)",
        "tensor([[[ 0.,  1.,  2.,  3.],\n         [ 4.,  5.,  6.,  7.],\n         [ 8.,  9., 10., 11.]],\n\n        [[12., 13., 14., 15.],\n         [16., 17., 18., 19.],\n         [20., 21., 22., 23.]]])",
    ),
    (
        "t.zeros(2, 2, 2, 2)",
        "tensor([[[[0., 0.],\n          [0., 0.]],\n\n         [[0., 0.],\n          [0., 0.]]],\n\n\n        [[[0., 0.],\n          [0., 0.]],\n\n         [[0., 0.],\n          [0., 0.]]]])",
    ),
    ("t.arange(1001)", "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
    (
        "t.arange(2000.).reshape(4, 500)",
        "tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 4.9700e+02, 4.9800e+02,\n         4.9900e+02],\n        [5.0000e+02, 5.0100e+02, 5.0200e+02,  ..., 9.9700e+02, 9.9800e+02,\n         9.9900e+02],\n        [1.0000e+03, 1.0010e+03, 1.0020e+03,  ..., 1.4970e+03, 1.4980e+03,\n         1.4990e+03],\n        [1.5000e+03, 1.5010e+03, 1.5020e+03,  ..., 1.9970e+03, 1.9980e+03,\n         1.9990e+03]])",
    ),
    (
        "t.arange(100.)",
        "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,\n        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,\n        28., 29., 30., 31., 32., 33., 34., 35., 36., 37., 38., 39., 40., 41.,\n        42., 43., 44., 45., 46., 47., 48., 49., 50., 51., 52., 53., 54., 55.,\n        56., 57., 58., 59., 60., 61., 62., 63., 64., 65., 66., 67., 68., 69.,\n        70., 71., 72., 73., 74., 75., 76., 77., 78., 79., 80., 81., 82., 83.,\n        84., 85., 86., 87., 88., 89., 90., 91., 92., 93., 94., 95., 96., 97.,\n        98., 99.])",
    ),
    ("t.zeros(1, 1001)", "tensor([[0., 0., 0.,  ..., 0., 0., 0.]])"),
    ("t.full((3,), 1e10)", "tensor([1.0000e+10, 1.0000e+10, 1.0000e+10])"),
    (
        "t.full((2, 2), -123456.789)",
        "tensor([[-123456.7891, -123456.7891],\n        [-123456.7891, -123456.7891]])",
    ),
    ("t.tensor([123456789.0, 1.0])", "tensor([1.2346e+08, 1.0000e+00])"),
    ("t.ones(2, requires_grad=True) * 2", "tensor([2., 2.], grad_fn=<MulBackward>)"),
    (
        "t.ones(30, requires_grad=True).exp().log_softmax(0)",
        "tensor([-3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012,\n        -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012,\n        -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012,\n        -3.4012, -3.4012, -3.4012, -3.4012, -3.4012, -3.4012],\n       grad_fn=<LogSoftmaxBackward>)",
    ),
    ("t.nn.Parameter(t.ones(2))", "Parameter containing:\ntensor([1., 1.], requires_grad=True)"),
    ("t.ones(2).shape", "ember.Size([2])"),
    ("t.float32", "ember.float32"),
    ("t.tensor([0.1, 0.22222222, 3.0])", "tensor([0.1000, 0.2222, 3.0000])"),
    (
        "t.tensor([[-1.0, 10.0], [100.0, 0.5]])",
        "tensor([[ -1.0000,  10.0000],\n        [100.0000,   0.5000]])",
    ),
    ("t.tensor(1e-10)", "tensor(1.0000e-10)"),
    ("t.tensor(float('nan'))", "tensor(nan)"),
    ("t.ones((), requires_grad=True)", "tensor(1., requires_grad=True)"),
    ("t.tensor([[]])", "tensor([], size=(1, 0))"),
    ("t.full((1200,), 0.3333)", "tensor([0.3333, 0.3333, 0.3333,  ..., 0.3333, 0.3333, 0.3333])"),
    ("t.tensor([-0.0, 1.0])", "tensor([-0., 1.])"),
    ("t.tensor([255], dtype=t.uint8)", "tensor([255], dtype=ember.uint8)"),
    ("t.ones(2, requires_grad=True).sum()", "tensor(2., grad_fn=<SumBackward>)"),
    ("t.ones(2,2, requires_grad=True).view(4)", "tensor([1., 1., 1., 1.], grad_fn=<ViewBackward>)"),
    (
        "t.ones(25, dtype=t.float64, requires_grad=True)",
        "tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.,\n        1., 1., 1., 1., 1., 1., 1.], dtype=ember.float64, requires_grad=True)",
    ),
]


@pytest.mark.parametrize("expression, text", CASES, ids=[c[0] for c in CASES])
def test_repr(expression, text):
    assert repr(eval(expression)) == text  # noqa: S307
