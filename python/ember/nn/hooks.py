"""Hooks of modules: functions called before and after forward, and in backward.

A module keeps them in dicts among its attributes, under PyTorch's names, so that copies and pickles carry them along; the ones
on all modules are here. C++ calls `_call_with_hooks` for a module that has any; a module that C++ made inside of another one takes plain
forward hooks only.
"""

import itertools
import warnings
import weakref
from collections import OrderedDict

from ember._C import Tensor, is_grad_enabled
from ember._C.nn import Module, _set_global_hooks
from ember.autograd.function import Function


class RemovableHandle:
    """Removes a hook, at the end of a with-statement or by remove()."""

    _ids = itertools.count()

    def __init__(self, hooks, changed=None):
        self.id = next(RemovableHandle._ids)
        self._hooks = [weakref.ref(d) for d in hooks]
        self._changed = changed

    def remove(self):
        for reference in self._hooks:
            hooks = reference()
            if hooks is not None:
                hooks.pop(self.id, None)
        if self._changed is not None:
            self._changed()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def __getstate__(self):
        return [reference() for reference in self._hooks], self.id

    def __setstate__(self, state):
        hooks, self.id = state
        self._hooks = [weakref.ref(OrderedDict() if d is None else d) for d in hooks]
        self._changed = None


_ADDED = ("_with_kwargs", "_always_called")
_KINDS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")
_STATE_KINDS = (
    "_state_dict_pre_hooks", "_state_dict_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
)  # fmt: skip
_global = {kind + added: OrderedDict() for kind in _KINDS for added in ("", *_ADDED)}


def _hooks_of(module, kind):
    return module.__dict__.setdefault(kind, OrderedDict())


def _attribute(kind):
    def get(self):
        return _hooks_of(self, kind)

    def replace(self, hooks):
        self.__dict__[kind] = hooks
        self._hooks_changed()

    return property(get, replace, doc="Hooks, by the number of their handle.")


for _kind in _KINDS + _STATE_KINDS:
    setattr(Module, _kind, _attribute(_kind))


def _add(dicts, hook, prepend, marks, changed=None):
    """Puts the hook into the first dict, and its number into those of `marks` that apply to it."""
    handle = RemovableHandle([dicts, *marks], changed)
    dicts[handle.id] = hook
    for mark in marks:
        mark[handle.id] = True
    if prepend:
        dicts.move_to_end(handle.id, last=False)
    return handle


class _Changed:
    """Tells a module, if it is still there, that its hooks changed."""

    def __init__(self, module):
        self._module = weakref.ref(module)

    def __call__(self):
        module = self._module()
        if module is not None:
            module._hooks_changed()


def _register(module, kind, hook, prepend=False, **marks):
    if module._is_made_in_cpp():
        return _register_in_cpp(module, kind, hook, prepend or any(marks.values()))
    chosen = [_hooks_of(module, f"{kind}_{mark}") for mark, on in marks.items() if on]
    handle = _add(_hooks_of(module, kind), hook, prepend, chosen, _Changed(module))
    module._hooks_changed()
    return handle


class _HandleInCpp(RemovableHandle):
    def __init__(self, remove):
        super().__init__([], remove)


def _register_in_cpp(module, kind, hook, has_options):
    if has_options or kind not in ("_forward_pre_hooks", "_forward_hooks"):
        raise TypeError(
            f"{module._get_name()} was made inside of another layer, in C++: it takes forward and forward-pre hooks without options only"
        )
    return _HandleInCpp(module._add_hook_in_cpp(hook, kind == "_forward_pre_hooks"))


def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
    """Calls hook(module, args) before forward, with with_kwargs hook(module, args, kwargs).

    A result that is not None replaces the arguments: (args, kwargs) with with_kwargs, otherwise a tuple or one value."""
    return _register(self, "_forward_pre_hooks", hook, prepend, with_kwargs=with_kwargs)


def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
    """Calls hook(module, args, output) after forward, with with_kwargs hook(module, args, kwargs, output).

    A result that is not None replaces the output. With always_call it is called even where forward or another hook raises, with
    None for the output, and its own exceptions become warnings then."""
    return _register(self, "_forward_hooks", hook, prepend, with_kwargs=with_kwargs, always_called=always_call)


def register_full_backward_pre_hook(self, hook, prepend=False):
    """Calls hook(module, grad_output) before the module's gradients are computed; a result that is not None replaces grad_output."""
    return _register(self, "_backward_pre_hooks", hook, prepend)


def register_full_backward_hook(self, hook, prepend=False):
    """Calls hook(module, grad_input, grad_output) when the gradients of the module's inputs are known.

    Both are tuples with None for what is no tensor or needs no gradient; a result that is not None replaces grad_input."""
    return _register(self, "_backward_hooks", hook, prepend)


def register_backward_hook(self, hook):
    """register_full_backward_hook, under the name that PyTorch deprecates."""
    return register_full_backward_hook(self, hook)


def _register_global(kind, hook, **marks):
    chosen = [_global[f"{kind}_{mark}"] for mark, on in marks.items() if on]
    handle = _add(_global[kind], hook, False, chosen, _global_hooks_changed)
    _global_hooks_changed()
    return handle


def _global_hooks_changed():
    _set_global_hooks(any(_global[kind] for kind in _KINDS))


def register_module_forward_pre_hook(hook):
    """Calls hook(module, args) before the forward of every module, ahead of its own hooks."""
    return _register_global("_forward_pre_hooks", hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    """Calls hook(module, args, output) after the forward of every module, ahead of its own hooks."""
    return _register_global("_forward_hooks", hook, with_kwargs=with_kwargs, always_called=always_call)


def register_module_full_backward_pre_hook(hook):
    """register_full_backward_pre_hook for every module."""
    return _register_global("_backward_pre_hooks", hook)


def register_module_full_backward_hook(hook):
    """register_full_backward_hook for every module."""
    return _register_global("_backward_hooks", hook)


def register_module_backward_hook(hook):
    """register_module_full_backward_hook, under the name that PyTorch deprecates."""
    return register_module_full_backward_hook(hook)


def _present(module, kind):
    """(number, hook, gets kwargs, is always called) of each, those on all modules first. A copy: hooks may come and go while hooks run."""
    present = []
    for dicts in (_global, module.__dict__):
        with_kwargs, always_called = (dicts.get(kind + added, ()) for added in _ADDED)
        present += [(n, hook, n in with_kwargs, n in always_called) for n, hook in list(dicts.get(kind, {}).items())]
    return present


def _call_with_hooks(module, args, kwargs):
    always = {
        number: (hook, wants_kwargs) for number, hook, wants_kwargs, on in _present(module, "_forward_hooks") if on
    }
    result = None
    try:
        for _, hook, wants_kwargs, _ in _present(module, "_forward_pre_hooks"):
            args, kwargs = _changed_arguments(module, hook, wants_kwargs, args, kwargs)
        pre, after = (
            [hook for _, hook, *_ in _present(module, kind)] for kind in ("_backward_pre_hooks", "_backward_hooks")
        )
        watch = _BackwardWatch(module, pre, after) if pre or after else None
        if watch:
            args = watch.inputs(args)
        result = module._call_forward(*args, **kwargs)
        for number, hook, wants_kwargs, _ in _present(module, "_forward_hooks"):
            always.pop(number, None)
            changed = hook(module, args, kwargs, result) if wants_kwargs else hook(module, args, result)
            if changed is not None:
                result = changed
        return watch.outputs(result) if watch else result
    except Exception:
        for hook, wants_kwargs in always.values():
            try:
                hook(module, args, kwargs, result) if wants_kwargs else hook(module, args, result)
            except Exception as error:
                warnings.warn(
                    f"a forward hook with always_call=True raised an exception that was silenced, as another one was raised in forward: {error}",
                    stacklevel=2,
                )
        raise


def _changed_arguments(module, hook, wants_kwargs, args, kwargs):
    changed = hook(module, args, kwargs) if wants_kwargs else hook(module, args)
    if changed is None:
        return args, kwargs
    if not wants_kwargs:
        return (changed if isinstance(changed, tuple) else (changed,)), kwargs
    if not (isinstance(changed, tuple) and len(changed) == 2):
        raise RuntimeError(
            f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
        )
    return changed


class _Boundary(Function):
    """The identity, whose gradients a function sees and may change."""

    @staticmethod
    def forward(ctx, watch, *tensors):
        ctx.watch = watch
        ctx.set_materialize_grads(False)
        return tuple(x.view_as(x) for x in tensors)

    @staticmethod
    def backward(ctx, *grads):
        return (None, *ctx.watch(grads))


class _Places:
    """Where in a tuple the tensors are that need gradients."""

    def __init__(self, values):
        self.count = len(values)
        self.at = (
            [i for i, x in enumerate(values) if isinstance(x, Tensor) and x.requires_grad] if is_grad_enabled() else []
        )

    def watched(self, values, watch):
        if not self.at:
            return values
        values = list(values)
        for i, x in zip(self.at, _Boundary.apply(watch, *(values[i] for i in self.at)), strict=True):
            values[i] = x
        return tuple(values)

    def spread(self, grads):
        full = [None] * self.count
        for i, grad in zip(self.at, grads, strict=True):
            full[i] = grad
        return tuple(full)

    def picked(self, grads):
        return [grads[i] for i in self.at]


class _BackwardWatch:
    """One call's way through the backward hooks: gradients pass the outputs, then the inputs."""

    def __init__(self, module, pre_hooks, hooks):
        self.module, self.pre_hooks, self.hooks = module, pre_hooks, hooks
        self.grad_outputs = None

    def inputs(self, args):
        self.input_places = _Places(args)
        return self.input_places.watched(args, self._at_inputs)

    def outputs(self, result):
        values = result if isinstance(result, tuple) else (result,)
        self.output_places = _Places(values)
        values = self.output_places.watched(values, self._at_outputs)
        if not isinstance(result, tuple):
            return values[0]
        return type(result)(*values) if hasattr(result, "_fields") else values

    def _at_outputs(self, grads):
        grad_outputs = self.output_places.spread(grads)
        for hook in self.pre_hooks:
            changed = hook(self.module, grad_outputs)
            if changed is not None:
                grad_outputs = _same_count(changed, grad_outputs, "Backward pre hook", "grad_output")
        self.grad_outputs = grad_outputs
        if not self.input_places.at:
            nothing = (None,) * self.input_places.count
            for hook in self.hooks:
                changed = hook(self.module, nothing, grad_outputs)
                if changed is not None and not (isinstance(changed, tuple) and all(g is None for g in changed)):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always return None or None for all gradients."
                    )
        return self.output_places.picked(grad_outputs)

    def _at_inputs(self, grads):
        grad_inputs = self.input_places.spread(grads)
        if self.grad_outputs is None:
            return grads  # a second derivative, which does not come by the outputs
        for hook in self.hooks:
            changed = hook(self.module, grad_inputs, self.grad_outputs)
            if changed is not None:
                grad_inputs = _same_count(changed, grad_inputs, "Backward hook", "grad_input")
        self.grad_outputs = None
        return self.input_places.picked(grad_inputs)


def _same_count(changed, grads, who, what):
    changed = changed if isinstance(changed, tuple) else (changed,)
    if len(changed) != len(grads):
        raise RuntimeError(f"{who} returned an invalid number of {what}, got {len(changed)}, but expected {len(grads)}")
    return changed


for _method in (
    register_forward_pre_hook, register_forward_hook, register_full_backward_pre_hook, register_full_backward_hook,
    register_backward_hook,
):  # fmt: skip
    setattr(Module, _method.__name__, _method)
