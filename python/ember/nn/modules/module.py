"""Module, and the hooks on all modules."""

from ember._C.nn import Module  # noqa: F401
from ember.nn.hooks import (  # noqa: F401
    RemovableHandle,
    register_module_backward_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
)
