"""Tensors in files: safetensors and .npy."""

from ember._C.io import *  # noqa: F403
