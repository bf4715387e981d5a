"""Sorting a call's arguments by the names in the op's signatures, as C++ does it."""

import functools

import ember

_TYPES = {"unbiased": bool}
"""What a positional argument must be for its overload, where two overloads take as many."""


class Signature:
    """The parameters of one overload: names in order, defaults, and which take one sequence or many values."""

    def __init__(self, text):
        self.names, self.defaults, self.variadic, self.positional = [], {}, None, 0
        keyword_only = False
        for part in _split(text[text.index("(") + 1 : text.rindex(")")]):
            if part == "*":
                keyword_only = True
                continue
            name, _, default = part.partition("=")
            if name.startswith("*"):
                name = self.variadic = name[1:]
            if default:
                self.defaults[name] = eval(default)
            self.names.append(name)
            self.positional += not keyword_only

    def bind(self, args, kwargs):
        """The given arguments by name; None when they do not fit."""
        given = {}
        for i, value in enumerate(args):
            if i >= self.positional:
                return None
            name = self.names[i]
            if name == self.variadic and not isinstance(value, (tuple, list)):
                given[name] = tuple(args[i:])
                break
            if not isinstance(value, _TYPES.get(name, object)):
                return None
            given[name] = value
        for name, value in kwargs.items():
            name = {"axis": "dim", "keepdims": "keepdim"}.get(name, name) if name not in self.names else name
            if name in given or name not in self.names:
                return None
            given[name] = value
        for name in self.names:
            if name not in given and name not in self.defaults:
                if name != self.variadic:
                    return None
                given[name] = ()
        return given


def _split(text):
    """The parts between commas outside of brackets and quotes."""
    parts, depth, start = [], 0, 0
    for i, character in enumerate(text + ","):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            if text[start:i].strip():
                parts.append(text[start:i].strip())
            start = i + 1
    return parts


@functools.cache
def signatures(op):
    """One Signature for each overload of an op."""
    return tuple(Signature(text) for text in op.__signatures__)


def bind(op, args, kwargs):
    """The overload that a call fits and the given arguments by name. TypeError when there is none."""
    for signature in signatures(op):
        given = signature.bind(args, kwargs)
        # max(x, 1) is a reduction, max(x, y) not.
        if given is not None and (
            op.__name__ not in ("max", "min") or "other" not in given or _is_tensor(given["other"])
        ):
            return signature, given
    kinds = [type(x).__name__ for x in args] + [f"{name}={type(x).__name__}" for name, x in kwargs.items()]
    valid = "".join("\n  " + text for text in op.__signatures__)
    raise TypeError(f"{op.__name__}(): no signature takes ({', '.join(kinds)}); valid ones are:{valid}")


def _is_tensor(value):
    return isinstance(value, ember.Tensor)
