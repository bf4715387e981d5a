"""The classes and functions that load may take from a .pt file beyond those of plain data, which a user has named."""

import contextlib
import copyreg

_safe = {}  # by the name that stands in files


def _name_of(obj):
    return f"{obj.__module__}.{obj.__qualname__}"


def add_safe_globals(safe_globals):
    """Lets these classes and functions into .pt files; a pair (obj, name) gives one the name that it has there.

    Loading a file may then call them with whatever arguments the file holds.
    """
    for entry in safe_globals:
        obj, name = entry if isinstance(entry, tuple) else (entry, None)
        if not callable(obj):
            raise TypeError(f"add_safe_globals: expected a class or function but got a {type(obj).__name__}")
        _safe[name or _name_of(obj)] = obj


def get_safe_globals():
    """The classes and functions that were added."""
    return list(_safe.values())


def clear_safe_globals():
    """Takes back all that were added."""
    _safe.clear()


@contextlib.contextmanager
def safe_globals(added):
    """Lets these in for a with block."""
    before = dict(_safe)
    add_safe_globals(added)
    try:
        yield
    finally:
        _safe.clear()
        _safe.update(before)


def by_name():
    """What has been added, by the names in files."""
    return dict(_safe)


def describe(obj):
    """What a pickle says of an object whose class was added: (name, is_new, arguments, state or (), items, entries).

    (name,) for a class itself, None for what was not added.
    """
    names = {id(known): name for name, known in _safe.items()}
    if id(obj) in names:
        return (names[id(obj)],)
    if id(type(obj)) not in names:
        return None
    reduced = obj.__reduce_ex__(2)
    if isinstance(reduced, str):
        return None
    function, arguments, state, items, entries = (*reduced, None, None, None)[:5]
    is_new = function is copyreg.__newobj__
    if is_new:
        function, arguments = arguments[0], tuple(arguments[1:])
    if id(function) not in names:
        return None
    return (
        names[id(function)],
        is_new,
        arguments,
        () if state is None else (state,),
        list(items or ()),
        list(entries or ()),
    )
