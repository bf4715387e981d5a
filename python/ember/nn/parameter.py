"""Tensors that a Module adopts when they become its attributes, and those among them that wait for their shape."""

from ember._C import Tensor, empty
from ember._C.nn import Parameter, _become, _is_lazy, _uninitialized

__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "UninitializedTensorMixin",
    "is_lazy",
]


class _BufferMeta(type(Tensor)):
    def __instancecheck__(cls, instance):
        if cls is not Buffer:
            return super().__instancecheck__(instance)
        return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor on the memory of `data` that a module registers as a buffer when it becomes its attribute; left out of state_dict
    unless `persistent`. It is a Tensor with a mark, which `isinstance(x, Buffer)` sees."""

    def __new__(cls, data=None, *, persistent=True):
        if data is not None and not isinstance(data, Tensor):
            raise TypeError(f"Buffer: data must be a Tensor, not {type(data).__name__}")
        tensor = (empty(0) if data is None else data).detach()
        tensor.requires_grad_(data is not None and data.requires_grad)
        tensor.persistent = persistent
        tensor._is_buffer = True
        return tensor


class UninitializedTensorMixin:
    """A tensor that has a dtype and a device but waits for its shape."""

    cls_to_become = None

    def materialize(self, shape, device=None, dtype=None):
        """Gives the tensor its shape, with any values, on this device and of this dtype if they are given. It becomes an ordinary
        Parameter or Tensor."""
        self.data = empty(shape, device=device or self.device, dtype=dtype or self.dtype)
        _become(self, self.cls_to_become)

    @property
    def shape(self):
        raise RuntimeError(
            "a parameter or buffer that is not initialized has no shape yet: call the module's forward once, or load a state_dict "
            "that has it, before you ask for it"
        )

    def size(self, dim=None):
        return self.shape

    def numel(self):
        return self.shape

    def __repr__(self):
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo):
        return memo.setdefault(id(self), type(self)(self.requires_grad, self.device, self.dtype))

    def __reduce_ex__(self, protocol):
        return type(self), (self.requires_grad, self.device, self.dtype)


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is not known yet; `materialize` gives it one."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        return super().__new__(cls, _uninitialized(device, dtype), requires_grad)


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer whose shape is not known yet; `materialize` gives it one."""

    cls_to_become = Tensor

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        tensor = super().__new__(cls, _uninitialized(device, dtype)).requires_grad_(requires_grad)
        tensor.persistent = persistent
        tensor._is_buffer = True
        return tensor


def is_lazy(param):
    """Whether a tensor waits for its shape."""
    return isinstance(param, Tensor) and _is_lazy(param)
