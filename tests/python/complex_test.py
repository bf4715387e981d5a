"""Complex tensors in Python: numbers, NumPy, DLPack, repr, gradients."""

import numpy as np
import pytest

import ember


def test_numbers():
    x = ember.tensor([1 + 2j, 3 - 1j])
    assert x.dtype == ember.cfloat and x.dtype.is_complex and x.is_complex()
    assert x.tolist() == [1 + 2j, 3 - 1j]
    assert complex(x[0]) == x[0].item() == 1 + 2j
    assert (x * 1j).tolist() == [-2 + 1j, 1 + 3j]
    assert ember.full((1,), 2j).dtype == ember.complex64
    assert ember.result_type(ember.ones(1, dtype=ember.float64), 1j) == ember.complex128
    with pytest.raises(ValueError, match="imaginary part"):
        float(x[0])
    with pytest.raises(TypeError, match="cannot be written"):
        ember.zeros(2).add_(x)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_interchange(dtype):
    array = np.array([1 + 2j, 3j], dtype)
    x = ember.from_numpy(array)
    array[0] = 5
    assert x.tolist() == [5, 3j]
    assert x.numpy().dtype == dtype
    assert np.from_dlpack(x).tolist() == [5, 3j]
    assert ember.from_dlpack(array).tolist() == [5, 3j]


def test_repr():
    assert repr(ember.tensor([1 + 2j, 0.25 - 1j])) == "tensor([1.0000+2.j, 0.2500-1.j])"
    assert repr(ember.tensor(1j, dtype=ember.cdouble)) == "tensor(0.+1.j, dtype=ember.complex128)"


def test_parts_are_views():
    x = ember.zeros(2, dtype=ember.complex64)
    x.real.fill_(1)
    x.imag.copy_(ember.tensor([2.0, 3.0]))
    assert x.tolist() == [1 + 2j, 1 + 3j]
    assert x.mean().item() == 1 + 2.5j


def test_gradient_is_conjugate_wirtinger():
    z = ember.tensor([1 + 2j], requires_grad=True)
    z.abs().square().sum().backward()
    assert ember.allclose(z.grad, 2 * z.detach())
    with pytest.raises(RuntimeError, match="real output"):
        (z * 1).sum().backward()


def test_fourier():
    x = np.random.default_rng(0).standard_normal((3, 12))
    assert np.allclose(ember.fft.rfft(ember.from_numpy(x)).numpy(), np.fft.rfft(x))
    assert np.allclose(ember.fft.fft2(ember.from_numpy(x), s=(4, 5)).numpy(), np.fft.fft2(x, s=(4, 5)))
    signal = ember.from_numpy(np.sin(np.arange(64.0)))
    window = ember.signal.windows.hann(16, sym=False, dtype=ember.float64)
    spectrum = ember.stft(signal, 16, window=window, return_complex=True)
    assert ember.allclose(ember.istft(spectrum, 16, window=window, length=64), signal)
    with pytest.raises(RuntimeError, match="return_complex"):
        ember.stft(signal, 16)
