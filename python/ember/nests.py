"""Nests of tuples, lists and dicts: taking their leaves out and building them again."""


def build_like(sequence, values):
    """A tuple, list or named tuple of the same class with these items."""
    return type(sequence)(*values) if hasattr(sequence, "_fields") else type(sequence)(values)


def flatten(nest):
    """The leaves of a nest, and what builds a nest of the same form out of as many values. None is a nest without leaves."""
    if isinstance(nest, dict):
        parts = {key: flatten(value) for key, value in nest.items()}
        flat = [x for leaves, _ in parts.values() for x in leaves]

        def build(values):
            values = list(values)
            result = {}
            for key, (leaves, rebuild) in parts.items():
                result[key], values = rebuild(values[: len(leaves)]), values[len(leaves) :]
            return type(nest)(result)

        return flat, build
    if isinstance(nest, (tuple, list)):
        parts = [flatten(value) for value in nest]
        flat = [x for leaves, _ in parts for x in leaves]

        def build(values):
            values = list(values)
            result = []
            for leaves, rebuild in parts:
                result.append(rebuild(values[: len(leaves)]))
                values = values[len(leaves) :]
            return build_like(nest, result)

        return flat, build
    if nest is None:
        return [], lambda values: None
    return [nest], lambda values: list(values)[0]


def map_leaves(function, nest):
    """A nest of the same form with the function's values."""
    kind = type(nest)
    if kind is tuple or kind is list:
        return kind([map_leaves(function, x) for x in nest])
    if isinstance(nest, dict):
        return kind({key: map_leaves(function, value) for key, value in nest.items()})
    if isinstance(nest, (tuple, list)):
        return build_like(nest, [map_leaves(function, x) for x in nest])
    return None if nest is None else function(nest)


def leaves_of(nest):
    """The leaves alone."""
    if isinstance(nest, dict):
        nest = nest.values()
    elif not isinstance(nest, (tuple, list)):
        return [] if nest is None else [nest]
    return [x for value in nest for x in leaves_of(value)]
