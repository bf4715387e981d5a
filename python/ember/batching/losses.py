"""Rules of losses: each element's loss, then the reduction of each sample."""

import ember
from ember.batching.dispatch import rule


def _reduce(losses, reduction):
    """The mean or sum of each sample of losses with the batch in front."""
    if reduction == "none":
        return losses
    flat = losses.reshape(losses.shape[0], -1) if losses.dim() > 1 else losses.unsqueeze(-1)
    return flat.sum(1) if reduction == "sum" else flat.mean(1)


def _has_old_flags(call):
    return call["size_average"] is not None or call["reduce"] is not None


def _each(call):
    """Every element's loss; tensors that all samples share are expanded, since losses do not broadcast."""
    given = {
        name: call.full(x) if isinstance(x, ember.Tensor) and name not in ("weight", "pos_weight") else x
        for name, x in call.given.items()
    }
    rank = call["input"].dim() if "input" in call.given else call["input1"].dim()
    given.update(
        {name: call.line_up(given[name], rank) for name in ("weight", "pos_weight") if given.get(name) is not None}
    )
    return call.run({**given, "reduction": "none"})


@rule(
    "mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div poisson_nll_loss "
    "soft_margin_loss hinge_embedding_loss margin_ranking_loss"
)
def elementwise_loss(call):
    reduction = call["reduction"]
    weighted = call.name in ("mse_loss", "l1_loss", "huber_loss") and call["weight"] is not None
    if _has_old_flags(call) or weighted:
        return NotImplemented
    losses = _each(call)
    if reduction == "batchmean":
        size = call["input"].shape[0] if call["input"].dim() else 1
        return _reduce(losses, "sum") / size
    return _reduce(losses, reduction)


@rule("cosine_embedding_loss triplet_margin_loss multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss")
def row_loss(call):
    """Losses of rows: [N, D] joins N and the batch."""
    if _has_old_flags(call) or call.holds_batched(call.given.get("weight")):
        return NotImplemented
    given = call.given
    tensors = {name: x for name, x in given.items() if isinstance(x, ember.Tensor) and name != "weight"}
    rank = max(x.dim() for x in tensors.values())
    if rank == 0 or (call.given.get("weight") is not None and call["weight"].dim() > 1):
        return NotImplemented
    has_rows = rank == 2
    if call.name == "multi_margin_loss" and not has_rows and call["target"].dim():
        return NotImplemented
    if has_rows:
        count = next(x.shape[0] for x in tensors.values() if x.dim() == 2)
        tensors = {name: call.full(x).reshape(call.size * count, *x.shape[1:]) for name, x in tensors.items()}
    else:
        tensors = {name: call.full(x) for name, x in tensors.items()}
    losses = call.run({**given, **tensors, "reduction": "none"})
    return _reduce(losses.reshape(call.size, count) if has_rows else losses, call["reduction"])


@rule("cross_entropy", "nll_loss")
def class_loss(call):
    """The mean is weighted by the classes' weights, of those targets that are not ignored."""
    if _has_old_flags(call) or call.holds_batched(call["weight"]):
        return NotImplemented
    x, target, weight, reduction = call["input"], call["target"], call["weight"], call["reduction"]
    has_samples = x.dim() > 1
    count = x.shape[0] if has_samples else 1
    scores = call.full(x).reshape(call.size * count, *x.shape[1:]) if has_samples else call.full(x)
    classes = call.full(target)
    of_samples = classes.reshape(call.size * count, *target.shape[1:]) if has_samples else classes
    losses = call.run({**call.given, "input": scores, "target": of_samples, "reduction": "none"})
    losses = losses.reshape(call.size, count, *losses.shape[1:]) if has_samples else losses
    if reduction != "mean":
        return _reduce(losses, reduction)
    if target.dtype.is_floating_point:
        return _reduce(losses, "sum") / (losses.numel() // max(call.size, 1))
    counts = classes != call["ignore_index"]
    if weight is not None:
        counts = ember.where(counts, weight[ember.where(counts, classes, 0)], 0)
    return _reduce(losses, "sum") / _reduce(counts.to(losses.dtype), "sum")


@rule("gaussian_nll_loss")
def gaussian_nll_loss(call):
    """The variance may have a last dim of 1 or none."""
    x, variance = call["input"], call["var"]
    if isinstance(variance, ember.Tensor) and variance.dim() not in (0, x.dim()):
        return NotImplemented
    return _reduce(_each(call), call["reduction"])


@rule("pairwise_distance")
def pairwise_distance(call):
    a, b = call.args[:2]
    difference = a - b + call["eps"]
    return ember.linalg.vector_norm(difference, call["p"], -1, call["keepdim"])


@rule("cdist")
def cdist(call):
    """Leading dims are batches already."""
    a, b = call.args[:2]
    rank = max(a.dim(), b.dim())
    return call.op(call.line_up(a, rank), call.line_up(b, rank), *call.args[2:], **call.kwargs)
