"""The ops of neural networks: `import ember.nn.functional as F`."""

import functools

from ember import _C
from ember._C.nn.functional import *  # noqa: F403


@functools.wraps(_C.nn.functional.multi_head_attention_forward)
def multi_head_attention_forward(*args, **kwargs):
    from ember.batching import dispatch

    level = dispatch.innermost_level(args, kwargs)
    if level is None:
        return _C.nn.functional.multi_head_attention_forward(*args, **kwargs)
    # It has no batching rule: one sample after another.
    return dispatch.loop(dispatch.Call(multi_head_attention_forward, level, args, kwargs))
