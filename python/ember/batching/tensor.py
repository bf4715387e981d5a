"""The class Batched."""

import ember
from ember.batching import dispatch

Op = type(ember.exp)


def _no_number(what):
    def fail(self, *_, **__):
        raise RuntimeError(
            f"vmap: {what} of a tensor inside of vmap is a different one for each sample; "
            "use ops such as where instead of Python's control flow"
        )

    return fail


def _binary(op, swapped=False):
    def call(self, other):
        if not isinstance(other, (ember.Tensor, int, float, complex)):
            if type(other).__module__ != "numpy":
                return NotImplemented
            other = ember.as_tensor(other) if getattr(other, "ndim", 0) else other
        return dispatch.apply(op, (other, self) if swapped else (self, other), {})

    return call


def _unary(op):
    return lambda self: dispatch.apply(op, (self,), {})


def _of_value(name):
    return property(lambda self: getattr(self.value, name))


class Batched:
    """A tensor `value` with the mapped dim of a vmap in front, which looks like one sample; the value of the Batched of an inner
    vmap can be a Batched of an outer one."""

    __slots__ = ("value", "level", "__weakref__")
    __array_ufunc__ = None

    def __init__(self, value, level):
        self.value, self.level = value, level

    # For isinstance(x, ember.Tensor) in functions that are mapped.
    @property
    def __class__(self):
        return ember.Tensor

    def __getattr__(self, name):
        attribute = getattr(ember.Tensor, name)
        if type(attribute) is not Op:
            raise AttributeError(f"vmap: a mapped tensor has no attribute '{name}'")
        return lambda *args, **kwargs: dispatch.apply(attribute, (self, *args), kwargs)

    @property
    def shape(self):
        return ember.Size(self.value.shape[1:])

    def dim(self):
        return self.value.dim() - 1

    ndimension = dim
    ndim = property(dim)

    def size(self, dim=None):
        return self.shape if dim is None else self.shape[dim]

    def numel(self):
        count = 1
        for size in self.value.shape[1:]:
            count *= size
        return count

    nelement = numel

    def stride(self, dim=None):
        strides = self.value.stride()[1:]
        return strides if dim is None else strides[dim]

    dtype, device, requires_grad = _of_value("dtype"), _of_value("device"), _of_value("requires_grad")
    is_cuda, is_sparse, is_leaf = _of_value("is_cuda"), _of_value("is_sparse"), _of_value("is_leaf")
    grad_fn, itemsize, _version = _of_value("grad_fn"), _of_value("itemsize"), _of_value("_version")
    nbytes = property(lambda self: self.numel() * self.itemsize)
    grad = property(lambda self: None)
    data = property(lambda self: self.detach())
    real = property(lambda self: Batched(self.value.real, self.level))
    imag = property(lambda self: Batched(self.value.imag, self.level))
    T = property(lambda self: self.permute(*range(self.dim())[::-1]))
    mT = property(lambda self: self.transpose(-2, -1))
    H = property(lambda self: self.transpose(-2, -1).conj())
    mH = H

    @requires_grad.setter
    def requires_grad(self, flag):
        self.value.requires_grad = flag

    def __len__(self):
        if self.dim() == 0:
            raise TypeError("len: a zero-dim tensor has no length")
        return self.shape[0]

    def __iter__(self):
        if self.dim() == 0:
            raise TypeError("a zero-dim tensor cannot be iterated over")
        return iter(self.unbind(0))

    def __getitem__(self, key):
        return ember.batching.indexing.get_item(self, (key,))

    def __setitem__(self, key, value):
        ember.batching.indexing.set_item(self, (key, value))

    def __deepcopy__(self, memo):
        return self.clone()

    def __repr__(self):
        return (
            f"Batched(shape={tuple(self.shape)}, dtype={self.dtype}, batch={self.level.size}, depth={self.level.depth})"
        )

    __hash__ = object.__hash__
    __bool__ = _no_number("the truth")
    __float__ = __int__ = __complex__ = item = _no_number("the number")
    tolist = numpy = __array__ = __dlpack__ = data_ptr = _no_number("the memory")
    backward = _no_number("backward()")

    __neg__, __pos__, __abs__ = _unary(ember.neg), _unary(ember.positive), _unary(ember.abs)
    __invert__ = _unary(ember.bitwise_not)
    __eq__, __ne__ = _binary(ember.eq), _binary(ember.ne)
    __lt__, __le__ = _binary(ember.lt), _binary(ember.le)
    __gt__, __ge__ = _binary(ember.gt), _binary(ember.ge)


def _add_operators():
    names = {
        "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide", "mod": "remainder",
        "pow": "pow", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
        "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
    }  # fmt: skip
    for operator, name in names.items():
        setattr(Batched, f"__{operator}__", _binary(getattr(ember, name)))
        setattr(Batched, f"__r{operator}__", _binary(getattr(ember, name), swapped=True))
        if name != "matmul":
            setattr(Batched, f"__i{operator}__", _binary(getattr(ember.Tensor, name + "_")))


_add_operators()
