"""Rules of products: matmul and its relatives, einsum, linear."""

import ember
from ember.batching.dispatch import rule
from ember.batching.nests import leaves_of


@rule("matmul", "mm", "mv", "dot", "bmm")
def matmul(call):
    """With the batch among the dims that matmul broadcasts over; a shared matrix multiplies all samples' rows at once."""
    a, b = (list(call.args) + list(call.kwargs.values()))[:2]
    rank_a, rank_b = a.dim(), b.dim()
    if rank_a == 0 or rank_b == 0:
        raise RuntimeError("matmul: both arguments must have at least one dim")
    if not call.is_batched(b) and rank_b <= 2:
        return ember.matmul(a.value, b)
    if not call.is_batched(a) and rank_a <= 2 and rank_b == 1:
        return ember.matmul(b.value, a.transpose(0, 1) if rank_a == 2 else a)
    # Vectors become matrices, since a batch of vectors looks like one.
    a = a.unsqueeze(0) if rank_a == 1 else a
    b = b.unsqueeze(-1) if rank_b == 1 else b
    rank = max(a.dim(), b.dim())
    result = ember.matmul(call.line_up(a, rank), call.line_up(b, rank))
    result = result.squeeze(-2) if rank_a == 1 else result
    return result.squeeze(-1) if rank_b == 1 else result


@rule("vdot")
def vdot(call):
    return ember.matmul(call.args[0].conj(), call.args[1])


@rule("outer", "ger")
def outer(call):
    return call.args[0].unsqueeze(-1) * call.args[1]


@rule("inner")
def inner(call):
    a, b = call.args
    if a.dim() == 0 or b.dim() == 0:
        return a * b
    return ember.matmul(a, b) if b.dim() == 1 else ember.tensordot(a, b, ((-1,), (-1,)))


@rule("linear")
def linear(call):
    """A shared weight multiplies all samples' rows at once."""
    x, weight, bias = call["input"], call["weight"], call["bias"]
    if not call.is_batched(weight):
        if call.is_batched(bias):
            return call.op(x, weight) + bias
        return call.op(x.value, weight, bias)
    product = ember.matmul(x, weight.transpose(0, 1) if weight.dim() == 2 else weight)
    return product if bias is None else product + bias


@rule("addmm addmv addr baddbmm addbmm")
def add_product(call):
    """beta input + alpha (a @ b)."""
    x, a, b = call.args[:3]
    product = a.unsqueeze(-1) * b if call.name == "addr" else ember.matmul(a, b)
    product = product.sum(0) if call.name == "addbmm" else product
    alpha, beta = call["alpha"], call["beta"]
    product = product if alpha == 1 else product * alpha
    if beta == 0 and not call.is_batched(product):
        return call.full(product)
    return product if beta == 0 else x * beta + product if beta != 1 else x + product


@rule("chain_matmul", "multi_dot")
def chain(call):
    first, *others = leaves_of(call.args)
    for x in others:
        first = ember.matmul(first, x)
    return first


@rule("tensordot")
def tensordot(call):
    """einsum over letters that both share along the summed dims."""
    a, b, dims = call["a"], call["b"], call["dims"]
    if isinstance(dims, ember.Tensor):
        return NotImplemented
    if isinstance(dims, int):
        of_a, of_b = list(range(a.dim() - dims, a.dim())), list(range(dims))
    else:
        of_a, of_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    letters = "abcdefghijklmnopqrstuvwxyz"
    in_a = list(letters[: a.dim()])
    in_b = list(letters[a.dim() : a.dim() + b.dim()])
    for i, j in zip(of_a, of_b):
        in_b[j] = in_a[i]
    out = [x for x in in_a if x not in in_b] + [x for x in in_b if x not in in_a]
    return ember.einsum(f"{''.join(in_a)},{''.join(in_b)}->{''.join(out)}", a, b)


@rule("einsum")
def einsum(call):
    """The batch is one more letter, in front of the batched operands and of the result."""
    equation, *operands = call.args
    if not isinstance(equation, str):
        return NotImplemented
    operands = leaves_of(operands)
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    if not arrow:
        letters = inputs.replace(",", "").replace(".", "")
        output = ("..." if "." in inputs else "") + "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
    free = next(x for x in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA" if x not in equation)
    terms = [free + term if call.is_batched(x) else term for term, x in zip(inputs.split(","), operands)]
    return ember.einsum(f"{','.join(terms)}->{free}{output}", *call.values(operands))


@rule("kron")
def kron(call):
    """Products of all pairs of elements, whose dims then join in pairs."""
    a, b = call.args
    rank = max(a.dim(), b.dim())
    a = a.reshape((1,) * (rank - a.dim()) + tuple(a.shape))
    b = b.reshape((1,) * (rank - b.dim()) + tuple(b.shape))
    sizes = [m * n for m, n in zip(a.shape, b.shape)]
    for d in range(rank):
        a, b = a.unsqueeze(2 * d + 1), b.unsqueeze(2 * d)
    return (a * b).reshape(*sizes)


@rule("bilinear")
def bilinear(call):
    """x1 W x2 for each output."""
    x, y, weight, bias = call["input1"], call["input2"], call["weight"], call["bias"]
    result = ember.einsum("...i,oij,...j->...o", x, weight, y)
    return result if bias is None else result + bias


@rule("scaled_dot_product_attention")
def attention(call):
    """Leading dims are batches already."""
    rank = max(call[name].dim() for name in ("query", "key", "value"))
    arguments = {name: call.full(call[name], rank) for name in ("query", "key", "value")}
    mask = call["attn_mask"]
    if mask is not None:
        arguments["attn_mask"] = call.line_up(mask, rank)
    return call.run({**call.given, **arguments})
