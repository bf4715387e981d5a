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
    samples = [
        multi_head_attention_forward(*dispatch.at_sample(args, level, i), **dispatch.at_sample(kwargs, level, i))
        for i in range(level.size)
    ]
    return dispatch.stack_samples(samples, level, "multi_head_attention_forward")
