"""An optimizer's param_groups and state as dictionaries that are the C++ optimizer's: what is written here, its next step uses."""

from collections.abc import MutableMapping

from ember._C import Tensor
from ember._C.optim import Optimizer


class _Live(MutableMapping, dict):
    """A dict whose entries lie elsewhere. A subclass has __getitem__, __setitem__, __delitem__ and _entries."""

    def _entries(self):
        """A plain dict of all entries."""
        raise NotImplementedError

    def __iter__(self):
        return iter(self._entries())

    def __reversed__(self):
        return reversed(self._entries())

    def __len__(self):
        return len(self._entries())

    def __contains__(self, key):
        return key in self._entries()

    def __repr__(self):
        return repr(self._entries())

    def __or__(self, other):
        return self._entries() | dict(other)

    def __ror__(self, other):
        return dict(other) | self._entries()

    def __ior__(self, other):
        self.update(other)
        return self

    def copy(self):
        return self._entries()

    __copy__ = copy

    def __reduce_ex__(self, protocol):
        return dict, (self._entries(),)


class _Params(list):
    """The parameters of a group; a changed list is the group's."""

    def __init__(self, items, write):
        super().__init__(items)
        self._write = write

    def __reduce_ex__(self, protocol):
        return list, (list(self),)


def _writing(name):
    method = getattr(list, name)

    def change(self, *args, **kwargs):
        result = method(self, *args, **kwargs)
        self._write(list(self))
        return result

    change.__name__ = name
    return change


for _name in "append clear extend insert pop remove reverse sort __delitem__ __iadd__ __imul__ __setitem__".split():
    setattr(_Params, _name, _writing(_name))


class ParamGroup(_Live):
    """A group's parameters under "params", its options, and whatever else was put there."""

    def __init__(self, optimizer, index):
        self._optimizer, self._index = optimizer, index

    @property
    def _extras(self):
        return self._optimizer._group_extras_list()[self._index]

    def _params(self):
        optimizer, index = self._optimizer, self._index
        return _Params(optimizer._params(index), lambda params: optimizer._set_params(index, params))

    def _entries(self):
        return {"params": self._params(), **self._optimizer._options(self._index), **self._extras}

    def __getitem__(self, key):
        return self._entries()[key]

    def __setitem__(self, key, value):
        if key == "params":
            self._optimizer._set_params(self._index, value)
        elif not (isinstance(key, str) and self._optimizer._set_option(self._index, key, value)):
            self._extras[key] = value

    def __delitem__(self, key):
        if key not in self:
            raise KeyError(key)
        if key == "initial_lr":
            self._optimizer._set_option(self._index, key, None)
        elif key in self._extras:
            del self._extras[key]
        else:
            raise KeyError(f"the optimizer needs '{key}' in each of its groups")


class ParamState(_Live):
    """What an optimizer remembers of a parameter, and whatever else was put there."""

    def __init__(self, optimizer, param):
        self._optimizer, self._param = optimizer, param

    @property
    def _extras(self):
        return self._optimizer._state_extras_dict().get(self._param, {})

    def _entries(self):
        return {**self._optimizer._state_of(self._param), **self._extras}

    def __getitem__(self, key):
        return self._entries()[key]

    def __setitem__(self, key, value):
        if not (isinstance(key, str) and self._optimizer._set_state(self._param, key, value)):
            self._optimizer._state_extras_dict().setdefault(self._param, {})[key] = value

    def __delitem__(self, key):
        if key in self._extras:
            del self._extras[key]
        elif key in self._entries():
            self._optimizer._set_state(self._param, key, None)
        else:
            raise KeyError(key)


class OptimizerState(_Live):
    """By parameter. As in PyTorch, asking for a parameter of which nothing is remembered gives an empty dict."""

    def __init__(self, optimizer):
        self._optimizer = optimizer

    def _entries(self):
        extras = self._optimizer._state_extras_dict()
        known = [p for p in self._optimizer._all_params() if p in extras or self._optimizer._state_of(p)]
        others = [p for p in extras if not any(p is k for k in known)]
        return {p: ParamState(self._optimizer, p) for p in known + others}

    def __contains__(self, param):
        if not isinstance(param, Tensor):
            return False
        return param in self._optimizer._state_extras_dict() or bool(self._optimizer._state_of(param))

    def __getitem__(self, param):
        state = ParamState(self._optimizer, param)
        if param not in self:
            self._optimizer._state_extras_dict()[param] = {}
        return state

    def get(self, param, default=None):
        return self[param] if param in self else default

    def __setitem__(self, param, entries):
        if param in self:
            del self[param]
        self[param].update(entries)

    def __delitem__(self, param):
        if param not in self:
            raise KeyError(param)
        for name in self._optimizer._state_of(param):
            self._optimizer._set_state(param, name, None)
        self._optimizer._state_extras_dict().pop(param, None)


def _param_groups(self):
    groups = self.__dict__.setdefault("_param_groups", [])
    while len(groups) < self._group_count():
        groups.append(ParamGroup(self, len(groups)))
    return groups


def _state(self):
    return OptimizerState(self)


def _set_state(self, entries):
    self.state.clear()
    self.state.update(entries)


def _set_param_groups(self, groups):
    mine = self.param_groups
    if len(groups) != len(mine):
        raise ValueError(f"param_groups: expected {len(mine)} groups, not {len(groups)}; add_param_group adds one")
    for group, entries in zip(mine, [dict(group) for group in groups], strict=True):
        group.update(entries)


Optimizer.param_groups = property(_param_groups, _set_param_groups, doc="The groups, as dicts that may be written to.")
Optimizer.state = property(_state, _set_state, doc="What is remembered, by parameter; may be written to.")
