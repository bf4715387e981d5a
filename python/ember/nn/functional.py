"""The ops of neural networks: `import ember.nn.functional as F`."""

from ember._C.nn.functional import *  # noqa: F403
