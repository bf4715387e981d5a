import ember
from ember.nn import Parameter
from ember.nn import functional as F
from ember.nn.utils._norms import as_matrix, default_dim, power_iteration


class SpectralNorm:
    """The hook that divides the weight by its largest singular value before each forward."""

    def __init__(self, name="weight", n_power_iterations=1, dim=0, eps=1e-12):
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name, self.dim, self.n_power_iterations, self.eps = name, dim, n_power_iterations, eps

    def compute_weight(self, module, do_power_iteration):
        weight = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with ember.no_grad():
                power_iteration(matrix.detach().t(), v, u, self.n_power_iterations, self.eps)  # v first
                # Copies, as the next forward changes the vectors before backward may need these.
                u, v = u.clone(), v.clone()
        return weight / ember.dot(u, ember.mv(matrix, v))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module, module.training))


def _find(module, name):
    for number, hook in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            return number, hook
    return None, None


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Divides the parameter, as a matrix [size of dim, the rest], by its largest singular value, by a hook before each forward; what is trained
    is <name>_orig. Miyato et al., 2018. New programs take parametrizations.spectral_norm."""
    if _find(module, name)[1] is not None:
        raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
    hook = SpectralNorm(name, n_power_iterations, default_dim(module) if dim is None else dim, eps)
    weight = getattr(module, name)
    if weight is None:
        raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    with ember.no_grad():
        matrix = as_matrix(weight, hook.dim)
        u = F.normalize(matrix.new_empty(matrix.size(0)).normal_(0, 1), dim=0, eps=eps)
        v = F.normalize(matrix.new_empty(matrix.size(1)).normal_(0, 1), dim=0, eps=eps)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module, name="weight"):
    """The parameter is a plain one again, with its present value. ValueError if it had no spectral norm."""
    number, hook = _find(module, name)
    if hook is None:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    with ember.no_grad():
        weight = hook.compute_weight(module, do_power_iteration=False)
    delattr(module, name)
    for part in ("_u", "_v", "_orig"):
        module._unregister(name + part)
    module.register_parameter(name, Parameter(weight.detach()))
    del module._forward_pre_hooks[number]
    module._hooks_changed()
    return module
