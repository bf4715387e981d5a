"""Initialisers of parameters, in place and outside of the tape."""

from ember._C.nn.init import *  # noqa: F403
