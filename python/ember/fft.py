"""Fourier transforms."""

from ember._C.fft import *  # noqa: F403
