import warnings

from ember.nn import Parameter
from ember.nn.utils._norms import norm_except_dim


class WeightNorm:
    """The hook that computes the weight before each forward."""

    def __init__(self, name, dim):
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module):
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return v * (g / norm_except_dim(v, self.dim))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module))


def _find(module, name):
    for number, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            return number, hook
    return None, None


def weight_norm(module, name="weight", dim=0):
    """The parameter as <name>_g, its norms over all dims but `dim` (of all for None), times the direction of <name>_v, by a hook before each
    forward. Salimans & Kingma, 2016. New programs take parametrizations.weight_norm."""
    warnings.warn(
        "nn.utils.weight_norm is deprecated in favor of nn.utils.parametrizations.weight_norm",
        FutureWarning,
        stacklevel=2,
    )
    if _find(module, name)[1] is not None:
        raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
    hook = WeightNorm(name, dim)
    weight = getattr(module, name)
    delattr(module, name)
    module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, hook.dim).detach()))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    setattr(module, name, hook.compute_weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module, name="weight"):
    """The parameter is a plain one again, with its present value. ValueError if it had no weight norm."""
    number, hook = _find(module, name)
    if hook is None:
        raise ValueError(f"weight_norm of '{name}' not found in {module}")
    weight = hook.compute_weight(module)
    delattr(module, name)
    module._unregister(name + "_g")
    module._unregister(name + "_v")
    setattr(module, name, Parameter(weight.detach()))
    del module._forward_pre_hooks[number]
    module._hooks_changed()
    return module
