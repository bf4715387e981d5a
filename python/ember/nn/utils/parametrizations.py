"""Parametrizations that keep a weight orthogonal, or its norm or largest singular value apart from its direction."""

import ember
from ember import nn
from ember.nn import functional as F
from ember.nn.utils import parametrize
from ember.nn.utils._norms import as_matrix, default_dim, norm_except_dim, power_iteration

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

_MAPS = ("matrix_exp", "cayley", "householder")
_MANTISSA_BITS = {ember.float32: 23, ember.float64: 52, ember.complex64: 23, ember.complex128: 52}


class _Orthogonal(nn.Module):
    """A matrix [n, k] with orthonormal columns, or rows if n < k, from any one: the exponential or the Cayley map of its skew-symmetric part, or
    the product of Householder reflections in its lower triangle. With `base` it is multiplied by that (trivialization)."""

    def __init__(self, weight, orthogonal_map, *, use_trivialization=True):
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X):
        n, k = X.size(-2), X.size(-1)
        is_transposed = n < k
        if is_transposed:
            X, n, k = X.mT, k, n
        if self.orthogonal_map == "householder":
            A = X.tril(diagonal=-1)
            tau = 2.0 / (1.0 + (A * A).sum(dim=-2))
            Q = ember.linalg.householder_product(A, tau)
            # A sign for each column gives the matrices of either determinant.
            Q = Q * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)
        else:
            X = X.tril()
            if n != k:
                X = ember.cat([X, X.new_zeros(*X.shape[:-2], n, n - k)], dim=-1)
            A = X - X.mH
            if self.orthogonal_map == "matrix_exp":
                Q = ember.matrix_exp(A)
            else:
                identity = ember.eye(n, dtype=A.dtype, device=A.device)
                Q = ember.linalg.solve(identity - 0.5 * A, identity + 0.5 * A)
            if n != k:
                Q = Q[..., :k]
        if hasattr(self, "base"):
            Q = self.base @ Q
        return Q.mT if is_transposed else Q

    @ember.no_grad()
    def right_inverse(self, Q):
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        given = Q
        n, k = Q.size(-2), Q.size(-1)
        is_transposed = n < k
        if is_transposed:
            Q, n, k = Q.mT, k, n
        if not hasattr(self, "base"):
            if self.orthogonal_map in ("cayley", "matrix_exp"):
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                    "use_trivialization=False."
                )
            A, tau = ember.geqrf(Q)
            # The reflections that LAPACK scales by tau have diagonals of their own; here they are signs.
            A.diagonal(dim1=-2, dim2=-1).sign_()
            A.diagonal(dim1=-2, dim2=-1)[tau == 0.0] *= -1
            return A.mT if is_transposed else A
        if n == k:
            base = Q.clone() if _is_orthogonal(Q) else _orthonormal(Q)
        else:
            noise = ember.randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype, device=Q.device)
            base = _orthonormal(ember.cat([Q, noise], dim=-1))
            if _is_orthogonal(Q):
                base[..., :k] = Q
        self.base = base
        # Zeros below the diagonal and ones or minus ones on it stand for the identity.
        identity = ember.zeros_like(given)
        if self.orthogonal_map == "householder":
            identity.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return identity


def _is_orthogonal(Q):
    n, k = Q.size(-2), Q.size(-1)
    identity = ember.eye(k, dtype=Q.dtype, device=Q.device)
    eps = 10.0 * n * 2.0 ** -_MANTISSA_BITS[Q.dtype]
    return ember.allclose(Q.mH @ Q, identity, atol=eps)


def _orthonormal(A):
    """The orthonormal factor of a matrix, unique by the signs of R's diagonal."""
    X, tau = ember.geqrf(A)
    Q = ember.linalg.householder_product(X, tau)
    Q *= X.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)
    return Q


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """Keeps the matrices in a parameter [..., n, k] orthogonal: orthonormal columns, or rows if n < k.

    orthogonal_map is "matrix_exp", "cayley" or "householder"; by default the first for square matrices and complex ones, otherwise the last. With
    use_trivialization the map is taken around a base that initialisation and assignments set (Lezcano Casado, 2019). ValueError for
    fewer than 2 dims or another map."""
    weight = getattr(module, name, None)
    if not isinstance(weight, ember.Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    orth = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, orth, unsafe=True)


class _WeightNorm(nn.Module):
    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight):
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module, name="weight", dim=0):
    """The parameter as original0, its norms over all dims but `dim` (of all for None), times the direction of original1.

    Salimans & Kingma, 2016."""
    return parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(nn.Module):
    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim if dim >= 0 else dim + ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._matrix(weight).detach()
            u = matrix.new_empty(matrix.size(0)).normal_(0, 1)
            v = matrix.new_empty(matrix.size(1)).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            with ember.no_grad():
                power_iteration(matrix, self._u, self._v, 15, eps)

    def _matrix(self, weight):
        return as_matrix(weight, self.dim)

    def forward(self, weight):
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            with ember.no_grad():
                power_iteration(matrix.detach(), self._u, self._v, self.n_power_iterations, self.eps)
        # Copies, as the next forward changes the vectors before backward may need these.
        u, v = self._u.clone(), self._v.clone()
        return weight / ember.vdot(u, ember.mv(matrix, v))

    def right_inverse(self, value):
        return value


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Divides the parameter, as a matrix [size of dim, the rest], by its largest singular value, which power iteration finds while training.

    dim is 1 for transposed convolutions, otherwise 0, unless given. Miyato et al., 2018."""
    weight = getattr(module, name, None)
    if not isinstance(weight, ember.Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    dim = default_dim(module) if dim is None else dim
    return parametrize.register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
