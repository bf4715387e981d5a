"""Linear algebra."""

from ember._C.linalg import *  # noqa: F403
