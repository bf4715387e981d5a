"""Rules of linear algebra, which takes batches of matrices in leading dims."""

import ember
from ember.batching.dispatch import rule


@rule(
    "cholesky cholesky_ex cholesky_inverse det slogdet logdet inv inverse inv_ex eigh eigvalsh eig eigvals svd svdvals qr lu lu_factor "
    "lu_factor_ex ldl_factor ldl_factor_ex pinv pinverse matrix_exp matrix_power matrix_sqrth linalg.polar vander geqrf "
    "householder_product orgqr cond matrix_rank"
)
def of_matrices(call):
    first = call.args[0] if call.args else None
    if not isinstance(first, ember.Tensor) or first.dim() == 0 or call.holds_batched(call.kwargs):
        return NotImplemented
    return call.op(*(call.full(x) if isinstance(x, ember.Tensor) else x for x in call.args), **call.kwargs)


@rule("solve", "solve_ex", "solve_triangular", "cholesky_solve", "lu_solve", "ldl_solve", "triangular_solve")
def solve(call):
    """A vector on the right is a matrix of one column in a batch."""
    given = call.given
    right = "B" if "B" in given else "input" if "input" in given else "b"
    is_vector = call.name in ("solve", "solve_ex") and given[right].dim() == 1
    if is_vector and (call.name != "solve" or call["left"] is False):
        return NotImplemented
    if is_vector:
        given = {**given, right: given[right].unsqueeze(-1)}
    rank = max(x.dim() for x in given.values() if isinstance(x, ember.Tensor))
    if any(x.dim() != rank for name, x in given.items() if isinstance(x, ember.Tensor) and name != "pivots"):
        return NotImplemented
    result = call.run({name: call.full(x) if isinstance(x, ember.Tensor) else x for name, x in given.items()})
    return result.squeeze(-1) if is_vector else result
