"""Rules of indexing: basic indices behind the batch first, then tensors as indices with the batch in front of them."""

import ember
from ember.batching.dispatch import Call, at_sample, innermost_level, loop, require_target, rule, wrap
from ember.batching.nests import leaves_of

ALL = slice(None)


def _is_index_tensor(item):
    return (
        isinstance(item, (ember.Tensor, list, range))
        or type(item).__module__ == "numpy"
        and getattr(item, "ndim", 0) > 0
    )


class _Plan:
    """A key of a sample, taken apart: the basic indices that give a view, and the tensors that index that view's dims."""

    def __init__(self, call, x, key):
        """Sets `works` to False when the key needs the loop: masks that differ between samples, bools."""
        self.call, self.works = call, True
        items = list(key) if isinstance(key, tuple) else [key]
        items = [ember.as_tensor(i) if _is_index_tensor(i) and not isinstance(i, ember.Tensor) else i for i in items]
        used = sum(_dims_used(i) for i in items)
        if any(i is Ellipsis for i in items):
            at = next(n for n, i in enumerate(items) if i is Ellipsis)
            items[at : at + 1] = [ALL] * (x.dim() - used)
        if used > x.dim():
            raise IndexError(f"vmap: {used} indices for a tensor of {x.dim()} dims")
        self.basic, self.tensors, dim = [], [], 0
        for item in items:
            if isinstance(item, bool) or (
                isinstance(item, ember.Tensor) and call.is_batched(item) and item.dtype == ember.bool
            ):
                self.works = False
                return
            if isinstance(item, ember.Tensor):
                indices = item.nonzero(as_tuple=True) if item.dtype == ember.bool else (item,)
                self.tensors += [(dim + n, i) for n, i in enumerate(indices)]
                self.basic += [ALL] * len(indices)
                dim += len(indices)
            else:
                self.basic.append(item)
                dim += item is None or isinstance(item, slice)
        dims = [d for d, _ in self.tensors]
        self.index_rank = max((i.dim() for _, i in self.tensors), default=0)
        # As in NumPy, the indexed dims stay where they are when they are neighbours, else come first.
        self.front = dims[0] if dims and dims == list(range(dims[0], dims[0] + len(dims))) else 0
        self.adjacent = bool(dims) and dims == list(range(dims[0], dims[0] + len(dims)))
        self.batched = call.holds_batched([i for _, i in self.tensors])

    def view(self, x):
        """The basic indices, of a value with or without the batch."""
        behind = [ALL] if self.call.is_batched(x) else []
        value = x.value if behind else x
        return value if all(i == ALL for i in self.basic) else value[tuple(behind + self.basic)]

    def key(self, has_batch):
        """The tensors as a key of the view, and where the batch lies in what it selects."""
        offset = 1 if has_batch else 0
        last = max(d for d, _ in self.tensors)
        key = [ALL] * (last + 1 + offset)
        for d, index in self.tensors:
            key[d + offset] = self.call.line_up(index, self.index_rank)
        if has_batch and self.batched:
            key[0] = ember.arange(self.call.size).reshape((self.call.size,) + (1,) * self.index_rank)
            return tuple(key), 0
        if has_batch:
            return tuple(key), 0 if self.adjacent else self.index_rank
        return tuple(key), self.front if self.adjacent else 0

    def moves(self, has_batch):
        """The dims that batched indices bring to the front, and where they belong."""
        if has_batch and self.batched and self.adjacent and self.front > 0:
            here = tuple(range(1, 1 + self.index_rank))
            return here, tuple(d + self.front for d in here)
        return None


def get_item(x, args):
    """x[key] where x or a part of the key is a Batched."""
    level = innermost_level(x, args)
    call = Call(_get, level, (x, *args), {})
    plan = _Plan(call, x, args[0])
    if not plan.works:
        return loop(call)
    value = plan.view(x)
    if not plan.tensors:
        return wrap(value, level)
    has_batch = call.is_batched(x)
    key, batch_dim = plan.key(has_batch)
    result = value[key]
    result = result.movedim(batch_dim, 0) if batch_dim else result
    moves = plan.moves(has_batch)
    return wrap(result.movedim(*moves) if moves else result, level)


def set_item(x, args):
    """x[key] = value where x, the value or a part of the key is a Batched."""
    key, source = args
    level = innermost_level(x, args)
    call = Call(_set, level, (x, *args), {})
    require_target(call, x)
    plan = _Plan(call, x, key)
    if not plan.works:
        return _set_samples(call, x, key, source, level)
    target = plan.view(x)
    if not plan.tensors:
        plan_rank = target.dim() - 1
        target[...] = call.line_up(source, plan_rank) if isinstance(source, ember.Tensor) else source
        return None
    key, batch_dim = plan.key(True)
    if isinstance(source, ember.Tensor) and source.dim() + call.is_batched(source) > 0:
        rank = target.dim() - 1 - len(plan.tensors) + plan.index_rank
        source = call.full(source, rank)
        moves = plan.moves(True)
        source = source.movedim(moves[1], moves[0]) if moves else source
        source = source.movedim(0, batch_dim) if batch_dim else source
    target[key] = source
    return None


def _set_samples(call, x, key, source, level):
    is_mask = isinstance(key, ember.Tensor) and (not isinstance(source, ember.Tensor) or source.dim() == 0)
    if is_mask:
        mask = call.full(key).reshape((call.size, *key.shape) + (1,) * (x.dim() - key.dim()))
        x.value.copy_(
            ember.where(mask, call.line_up(source, x.dim()) if isinstance(source, ember.Tensor) else source, x.value)
        )
        return
    for i in range(call.size):
        at_sample(x, level, i)[at_sample(key, level, i)] = at_sample(source, level, i)


def handle_get(x, args, _):
    """get_item as C++ calls it."""
    return get_item(x, args)


def handle_set(x, args, _):
    """set_item as C++ calls it."""
    return set_item(x, args)


def _dims_used(item):
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    return item.dim() if isinstance(item, ember.Tensor) and item.dtype == ember.bool else 1


def _get(x, key):
    return x[key]


def _set(x, key, source):
    x[key] = source


_get.__name__, _set.__name__ = "x[...]", "x[...] = y"


@rule("index_select")
def index_select(call):
    x, dim, index = call["input"], call["dim"], call["index"]
    if x.dim() == 0:
        return NotImplemented
    return x[(ALL,) * (dim % x.dim()) + (index if index.dim() else index.reshape(1),)]


@rule("index_add index_copy index_fill")
def index_write(call):
    """With indices that all samples share."""
    x, given = call["input"], call.given
    if call.is_batched(given["index"]) or call.holds_batched(given.get("value")) or x.dim() == 0:
        return NotImplemented
    given = {name: call.full(y) if name in ("input", "source") else y for name, y in given.items()}
    return call.run({**given, "dim": given["dim"] % x.dim() + 1})


@rule("take")
def take(call):
    return call["input"].reshape(-1)[call["index"]]


@rule("index_put")
def index_put(call):
    """A copy with the values set; adding to them goes sample by sample."""
    if call["accumulate"]:
        return NotImplemented
    result = call.wrapped(call.full(call["input"]).clone())
    result[tuple(leaves_of(call["indices"]))] = call["values"]
    return result


@rule("searchsorted")
def searchsorted(call):
    """Rows of sorted numbers, one for all or one for each sample."""
    rows, values = call.args[:2]
    if call.is_batched(call["sorter"]):
        return NotImplemented
    if not call.is_batched(rows) and rows.dim() == 1:
        return call.op(rows, values.value, *call.args[2:], **call.kwargs)
    if rows.dim() != 1 or not isinstance(values, ember.Tensor) or call["sorter"] is not None:
        return NotImplemented
    value = call.full(values)
    return call.op(call.full(rows), value.reshape(call.size, -1), *call.args[2:], **call.kwargs).reshape(value.shape)
