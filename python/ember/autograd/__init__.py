"""The tape: gradients, modes, functions with a backward of their own."""

from ember._C.autograd import *  # noqa: F403
from ember.autograd import forward_ad, functional
from ember.autograd.function import Function
from ember.autograd.grad_mode import (
    detect_anomaly,
    enable_grad,
    inference_mode,
    no_grad,
    set_detect_anomaly,
    set_grad_enabled,
)
