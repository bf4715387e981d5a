"""Linear algebra.

Ctrl-C is answered between calls: the decomposition of one large matrix runs to its end first.
"""

from ember._C.linalg import *  # noqa: F403
