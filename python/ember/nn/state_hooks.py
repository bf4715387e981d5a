"""What takes part in state_dict and load_state_dict beside tensors: hooks, and methods of a class."""

from ember._C.nn import Module
from ember.nn.hooks import _register


class _PostHook:
    """A hook after state_dict, which may change the dict but not replace it."""

    def __init__(self, function):
        self.function = function

    def __call__(self, module, state_dict, prefix, local_metadata):
        if self.function(module, state_dict, prefix, local_metadata) is not None:
            raise RuntimeError("state_dict post-hook must return None")


class _LoadPreHook:
    def __init__(self, function, with_module):
        self.function, self.with_module = function, with_module

    def __call__(self, module, *arguments):
        self.function(module, *arguments) if self.with_module else self.function(*arguments)


def register_state_dict_pre_hook(self, hook):
    """Calls hook(module, prefix, keep_vars) before the module's state is read."""
    return _register(self, "_state_dict_pre_hooks", hook)


def register_state_dict_post_hook(self, hook):
    """Calls hook(module, state_dict, prefix, local_metadata) after the module's state is read; it may change the dict."""
    return _register(self, "_state_dict_hooks", _PostHook(hook))


def _register_state_dict_hook(self, hook):
    return _register(self, "_state_dict_hooks", hook)


def register_load_state_dict_pre_hook(self, hook):
    """Calls hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs) before
    state is loaded; it may change the dict, which is a copy, and the lists."""
    return _register(self, "_load_state_dict_pre_hooks", _LoadPreHook(hook, True))


def _register_load_state_dict_pre_hook(self, hook, with_module=False):
    return _register(self, "_load_state_dict_pre_hooks", _LoadPreHook(hook, with_module))


def register_load_state_dict_post_hook(self, hook):
    """Calls hook(module, incompatible_keys) after state is loaded, children's first; what it leaves in the lists counts."""
    return _register(self, "_load_state_dict_post_hooks", hook)


def get_extra_state(self):
    """What the class keeps in the state beside tensors; a class defines it together with set_extra_state."""
    raise RuntimeError(f"{self._get_name()}.get_extra_state: a class that keeps extra state must define it")


def set_extra_state(self, state):
    """Takes what get_extra_state gave."""
    raise RuntimeError(f"{self._get_name()}.set_extra_state: a class that keeps extra state must define it")


def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
    """Calls the hooks before loading, and has the module's own tensors loaded. A class may define it to change `state_dict` first."""
    arguments = (state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
    for hook in list(self.__dict__.get("_load_state_dict_pre_hooks", {}).values()):
        hook(self, *arguments)
    if isinstance(state_dict, _Loading):
        state_dict.by_default.add(prefix)


class _Loading(dict):
    """A state that is being loaded, and the prefixes of the modules whose own tensors are loaded the usual way."""

    def __init__(self, state_dict, by_default):
        super().__init__(state_dict)
        self.by_default = by_default

    def below(self, prefix):
        return _Loading({name: value for name, value in self.items() if name.startswith(prefix)}, self.by_default)

    def replace_below(self, prefix, state):
        for name in [name for name in self if name.startswith(prefix)]:
            del self[name]
        self.update(state)


def _overrides(module, name):
    return getattr(type(module), name) is not getattr(Module, name)


def _load_state_dict(module, state_dict, strict, assign):
    """load_state_dict of a tree in which hooks or methods take part."""
    state = _Loading(state_dict, set())
    missing, unexpected, errors, extra_states, by_themselves = [], [], [], [], []

    def prepare(m, prefix, state):
        arguments = (state, prefix, {}, True, missing, unexpected, errors)
        m._load_from_state_dict(*arguments)
        if prefix not in state.by_default:
            by_themselves.append(prefix)
        if _overrides(m, "set_extra_state"):
            extra_states.append((m, prefix + "_extra_state"))
        for name, child in m.named_children():
            below = state.below(f"{prefix}{name}.")
            prepare(child, f"{prefix}{name}.", below)
            state.replace_below(f"{prefix}{name}.", below)

    prepare(module, "", state)
    extra = {key: state.pop(key) for _, key in extra_states if key in state}
    missing += [key for _, key in extra_states if key not in extra]
    own = {name for name in state if any(name.rpartition(".")[0] == prefix.rstrip(".") for prefix in by_themselves)}
    names = [n for n in module._tensor_names() if not any(n.rpartition(".")[0] == p.rstrip(".") for p in by_themselves)]
    missing += [name for name in names if name not in state]
    unexpected += [name for name in state if name not in names and name not in own]
    has_post_hooks = any(m.__dict__.get("_load_state_dict_post_hooks") for m in module.modules())
    if not has_post_hooks:
        _check(module, missing, unexpected, errors, strict)
    keys = module._load_tensors({name: state[name] for name in names if name in state}, False, assign)
    keys = type(keys)(missing, unexpected)
    for m, key in extra_states:
        if key in extra:
            m.set_extra_state(extra[key])
    if has_post_hooks:
        _after(module, keys)
        _check(module, missing, unexpected, errors, strict)
    return keys


def _after(module, keys):
    for child in module.children():
        _after(child, keys)
    for hook in list(module.__dict__.get("_load_state_dict_post_hooks", {}).values()):
        if hook(module, keys) is not None:
            raise RuntimeError(
                "Hooks registered with `register_load_state_dict_post_hook` are not expected to return new values, if incompatible_keys "
                "need to be modified, it should be done inplace."
            )


def _check(module, missing, unexpected, errors, strict):
    errors = list(errors)
    if strict:
        for kind, names in (("Unexpected", unexpected), ("Missing", missing)):
            if names:
                errors.insert(0, f"{kind} key(s) in state_dict: " + ", ".join(f'"{name}"' for name in names) + ". ")
    if errors:
        raise RuntimeError(f"Error(s) in loading state_dict for {module._get_name()}:\n\t" + "\n\t".join(errors))


for _method in (
    register_state_dict_pre_hook, register_state_dict_post_hook, _register_state_dict_hook, register_load_state_dict_pre_hook,
    _register_load_state_dict_pre_hook, register_load_state_dict_post_hook, get_extra_state, set_extra_state,
    _load_from_state_dict,
):  # fmt: skip
    setattr(Module, _method.__name__, _method)
