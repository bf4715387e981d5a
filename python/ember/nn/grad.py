"""The gradients of convolutions with respect to input and weight, on their own. They have gradients themselves."""

from ember._C import autograd, is_grad_enabled, zeros
from ember._C.nn import functional as F
from ember.autograd.grad_mode import enable_grad


def _of_zeros(size, like, grad_output, convolve):
    """The gradient of convolve(x), which is linear in x, for x of this size."""
    with enable_grad():
        x = zeros(size, dtype=like.dtype, device=like.device, requires_grad=True)
        (gradient,) = autograd.grad(convolve(x), x, grad_output, create_graph=True)
    return gradient if is_grad_enabled() else gradient.detach()


def conv1d_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """The gradient of conv1d's input, of shape input_size, for that of its output."""
    options = (None, stride, padding, dilation, groups)
    return _of_zeros(input_size, weight, grad_output, lambda x: F.conv1d(x, weight, *options))


def conv1d_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """The gradient of conv1d's weight, of shape weight_size, for that of its output."""
    options = (None, stride, padding, dilation, groups)
    return _of_zeros(weight_size, input, grad_output, lambda w: F.conv1d(input, w, *options))


def conv2d_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """The gradient of conv2d's input, of shape input_size, for that of its output."""
    options = (None, stride, padding, dilation, groups)
    return _of_zeros(input_size, weight, grad_output, lambda x: F.conv2d(x, weight, *options))


def conv2d_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """The gradient of conv2d's weight, of shape weight_size, for that of its output."""
    options = (None, stride, padding, dilation, groups)
    return _of_zeros(weight_size, input, grad_output, lambda w: F.conv2d(input, w, *options))


def conv3d_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """The gradient of conv3d's input, of shape input_size, for that of its output."""
    options = (None, stride, padding, dilation, groups)
    return _of_zeros(input_size, weight, grad_output, lambda x: F.conv3d(x, weight, *options))


def conv3d_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """The gradient of conv3d's weight, of shape weight_size, for that of its output."""
    options = (None, stride, padding, dilation, groups)
    return _of_zeros(weight_size, input, grad_output, lambda w: F.conv3d(input, w, *options))
