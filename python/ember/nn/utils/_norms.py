"""What weight and spectral norm are made of, as parametrizations and as hooks."""

import ember
from ember.nn import functional as F


def norm_except_dim(v, dim):
    """The norms over all dims but one, which is kept with the others as ones; the norm of all for dim None or -1."""
    if dim is None or dim == -1:
        return v.norm()
    dims = [d for d in range(v.dim()) if d != dim % v.dim()]
    return ember.linalg.vector_norm(v, 2, dims, keepdim=True) if dims else v.abs()


def as_matrix(weight, dim):
    """[size of dim, the rest]."""
    if dim != 0:
        weight = weight.permute(dim, *(d for d in range(weight.dim()) if d != dim))
    return weight.flatten(1)


def power_iteration(matrix, u, v, count, eps):
    """Brings u and v, in place, nearer to the matrix's first singular vectors."""
    for _ in range(count):
        u.copy_(F.normalize(ember.mv(matrix, v), dim=0, eps=eps))
        v.copy_(F.normalize(ember.mv(matrix.t(), u), dim=0, eps=eps))


def default_dim(module):
    """Transposed convolutions have their output channels in dim 1."""
    transposed = (ember.nn.ConvTranspose1d, ember.nn.ConvTranspose2d, ember.nn.ConvTranspose3d)
    return 1 if isinstance(module, transposed) else 0
