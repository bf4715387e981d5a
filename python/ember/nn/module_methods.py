"""Methods of Module that are Python's: they work on what its other methods show."""

from ember._C import empty_like
from ember._C.nn import Module
from ember.autograd.grad_mode import no_grad


def _get_name(self):
    return type(self).__name__


def _apply(self, fn, recurse=True):
    """Replaces the data of parameters and their gradients, and buffers, by fn of them; the parameters stay the same objects."""
    if recurse:
        for child in self.children():
            child._apply(fn)
    with no_grad():
        for p in self.parameters(recurse=False):
            p.data = fn(p.data)
            if p.grad is not None:
                p.grad.data = fn(p.grad.data)
        for name, buffer in list(self.named_buffers(recurse=False)):
            setattr(self, name, fn(buffer))
    return self


def to_empty(self, *, device, recurse=True):
    """Moves parameters and buffers to the device without their values."""
    return self._apply(lambda x: empty_like(x, device=device), recurse)


def type_(self, dst_type):
    """Converts all parameters and buffers to the dtype."""
    return self._apply(lambda x: x.to(dst_type))


def set_submodule(self, target, module, strict=False):
    """Puts a module at a dotted path, whose parent exists; with strict, something is there already."""
    if not target:
        raise ValueError("Cannot set the submodule without a target name!")
    path, _, name = target.rpartition(".")
    if not isinstance(module, Module):
        raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
    parent = self.get_submodule(path)
    known = dict(parent.named_children())
    if strict and name not in known:
        raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
    if hasattr(parent, name) and name not in known:
        raise AttributeError(f"`{name}` is not an nn.Module")
    setattr(parent, name, module)


def _to_kind(kind):
    def move(self, device=None):
        return self.to(kind if device is None else f"{kind}:{device}" if isinstance(device, int) else device)

    move.__name__ = kind
    move.__doc__ = f"Moves parameters and buffers to a device of the kind '{kind}'."
    return move


for _name, _method in {
    "_get_name": _get_name, "_apply": _apply, "to_empty": to_empty, "type": type_, "set_submodule": set_submodule,
    **{kind: _to_kind(kind) for kind in ("cuda", "ipu", "xpu", "mtia")},
}.items():  # fmt: skip
    setattr(Module, _name, _method)
Module.call_super_init = False
Module.dump_patches = False
