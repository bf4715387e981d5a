"""Parameters as functions of others: a module whose weight is computed, by modules that one registers, from tensors that are trained.

The module's class becomes one derived from its own, which has the tensor as a property; the tensors that it is computed from, and what computes
it, are the child `parametrizations`. A layer of C++ finds the computed tensors in their places while its forward runs."""

import copy
from contextlib import contextmanager

from ember import Tensor, no_grad
from ember._C.nn import ModuleDict, ModuleList, Parameter, _become

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "transfer_parametrizations_and_params", "type_before_parametrizations",
]  # fmt: skip

_cached_depth = 0
_cache = {}


@contextmanager
def cached():
    """A with-statement in which each parametrized tensor is computed once, at its first use."""
    global _cached_depth
    _cached_depth += 1
    try:
        yield
    finally:
        _cached_depth -= 1
        if not _cached_depth:
            _cache.clear()


def _register_tensor(module, name, tensor):
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _own_tensors(module):
    return dict(list(module.named_parameters(recurse=False)) + list(module.named_buffers(recurse=False)))


def _set(tensor, value):
    """The tensor stays the same object, with these data."""
    tensor.data = value.detach()


class ParametrizationList(ModuleList):
    """What computes a tensor, one module after another, and what it computes it from: `original`, or `original0`, `original1`, ...
    where the first one takes several tensors."""

    def __init__(self, modules, original, unsafe=False):
        modules = list(modules)
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            new = _invert(self, original)
        if not isinstance(new, (Tensor, list, tuple)):
            raise ValueError(
                f"'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if original.dtype != new.dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                    f"original.dtype: {original.dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            if original.device != new.device:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the device.\n"
                    f"original.device: {original.device}\nright_inverse(original).device: {new.device}"
                )
            if new is not original:
                _set(original, new)
            _register_tensor(self, "original", original)
        else:
            for i, part in enumerate(new):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                        f"Got element {i} of the sequence with type {type(part).__name__}."
                    )
                if isinstance(original, Parameter):
                    part = Parameter(part, requires_grad=original.requires_grad)
                else:
                    part.requires_grad_(original.requires_grad)
                _register_tensor(self, f"original{i}", part)
        if not self.unsafe:
            with no_grad():
                _check_same(self(), shape, dtype, "Registering a parametrization")

    def right_inverse(self, value):
        """Makes the parametrized tensor this value, by the modules' right_inverse, from the last to the first."""
        with no_grad():
            new = _invert(self, value, is_required=True)
            if self.is_tensor:
                if not isinstance(new, Tensor):
                    raise ValueError(f"`right_inverse` should return a tensor. Got {type(new).__name__}")
                if new.dtype != self.original.dtype:
                    raise ValueError(
                        f"The tensor `value` returned by `right_inverse` has dtype {new.dtype} while `original` has dtype "
                        f"{self.original.dtype}"
                    )
                _set(self.original, new.clone() if new is value else new)
                return
            if not isinstance(new, (list, tuple)):
                raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(new)}.")
            if len(new) != self.ntensors:
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors of length "
                    f"{self.ntensors}. Got a sequence of length {len(new)}."
                )
            for i, part in enumerate(new):
                original = getattr(self, f"original{i}")
                if not isinstance(part, Tensor):
                    raise ValueError(
                        f"`right_inverse` must return a sequence of tensors. Got element {i} of type {type(part).__name__}"
                    )
                if original.dtype != part.dtype:
                    raise ValueError(
                        f"Tensor {i} returned by `right_inverse` has dtype {part.dtype} while `original{i}` has dtype {original.dtype}"
                    )
                _set(original, part)

    def forward(self):
        if self.is_tensor:
            x = self[0](self.original)
        else:
            x = self[0](*(getattr(self, f"original{i}") for i in range(self.ntensors)))
        for module in list(self)[1:]:
            x = module(x)
        return x


def _invert(modules, value, is_required=False):
    for module in reversed(list(modules)):
        if hasattr(module, "right_inverse"):
            try:
                value = module.right_inverse(value)
            except NotImplementedError:
                if is_required:
                    raise
        elif is_required:
            raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
    return value


def _check_same(x, shape, dtype, what):
    if not isinstance(x, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(x)}.")
    if x.dtype != dtype:
        raise ValueError(
            f"{what} may not change the dtype of the tensor, unless the `unsafe` flag is enabled.\n"
            f"unparametrized dtype: {dtype}\nparametrized dtype: {x.dtype}"
        )
    if x.shape != shape:
        raise ValueError(
            f"{what} may not change the shape of the tensor, unless the `unsafe` flag is enabled.\n"
            f"unparametrized shape: {shape}\nparametrized shape: {x.shape}"
        )


def _property(name):
    def get(self):
        if not _cached_depth:
            return self.parametrizations[name]()
        key = id(self), name
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def set_(self, value):
        self.parametrizations[name].right_inverse(value)

    return property(get, set_, doc="Computed by `parametrizations`.")


def _deepcopy(self, memo):
    rebuild, arguments, state = self.__reduce__()
    copied = memo[id(self)] = rebuild(*arguments)
    copied.__setstate__(copy.deepcopy(state, memo))
    return copied


def _refuse_pickling(self, protocol):
    raise RuntimeError(
        "Serialization of parametrized modules is only supported through state_dict(): parametrize a new module the same way, "
        "then load_state_dict()"
    )


def _set_properties(module, base, names):
    """The class that has `base` and these properties; a new one, as copies of the module share its old one."""
    if not names:
        _become(module, base)
        return
    body = {name: _property(name) for name in names}
    body |= {"__module__": base.__module__, "__deepcopy__": _deepcopy, "__reduce_ex__": _refuse_pickling}
    derived = type(f"Parametrized{base.__name__}", (base,), body)
    if _is_class_changed(module):
        _become(module, base)
    _become(module, derived)


def _is_class_changed(module):
    return type(module).__dict__.get("__reduce_ex__") is _refuse_pickling


def is_parametrized(module, tensor_name=None):
    """Whether the module, or this tensor of it, is parametrized."""
    parametrizations = getattr(module, "parametrizations", None)
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def type_before_parametrizations(module):
    """The class that the module was given."""
    return type(module).__bases__[0] if _is_class_changed(module) else type(module)


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """module.<tensor_name> becomes parametrization(<what it was>), further ones work on the result of those before.

    A parametrization that has right_inverse takes the tensor's value over, and can be assigned to; right_inverse may give several tensors. Its
    forward must keep shape and dtype, unless `unsafe`. Returns the module. ValueError if there is no such parameter or buffer."""
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        parametrizations = module.parametrizations[tensor_name]
        if not unsafe:
            with no_grad():
                y = getattr(module, tensor_name)
                x = parametrization(y)
                _check_same(x, y.shape, y.dtype, "Registering a parametrization")
                if hasattr(parametrization, "right_inverse"):
                    try:
                        z = parametrization.right_inverse(x)
                    except NotImplementedError:
                        pass
                    else:
                        _check_same(z, y.shape, y.dtype, "The tensor returned by parametrization.right_inverse")
        parametrizations.append(parametrization)
        parametrizations.unsafe |= unsafe
        return module
    original = _own_tensors(module).get(tensor_name)
    if original is None:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    if module._is_made_in_cpp():
        raise TypeError(
            f"register_parametrization: {type(module).__name__} was made inside of another layer, in C++; put one made in Python "
            "in its place, or parametrize that layer"
        )
    parametrizations = ParametrizationList([parametrization], original, unsafe=unsafe)
    base = type_before_parametrizations(module)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = parametrizations
    _set_properties(module, base, list(module.parametrizations))
    return module


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """The tensor is a plain one again: with leave_parametrized its present value, otherwise what it was computed from.

    Returns the module. ValueError if it is not parametrized, or was computed from several tensors and is not left so."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrizations = module.parametrizations[tensor_name]
    if parametrizations.is_tensor:
        original = parametrizations.original
        if leave_parametrized:
            with no_grad():
                _set(original, getattr(module, tensor_name))
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value.detach()) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of "
            "tensors."
        )
    base = type_before_parametrizations(module)
    del module.parametrizations[tensor_name]
    _set_properties(module, base, list(module.parametrizations))
    if not len(module.parametrizations):
        module._unregister("parametrizations")
    _register_tensor(module, tensor_name, original)
    return module


def transfer_parametrizations_and_params(from_module, to_module, tensor_name=None):
    """Gives to_module the parametrizations of from_module, or those of one tensor, and the values of what they are computed from."""
    if not is_parametrized(from_module):
        return to_module
    names = list(from_module.parametrizations) if tensor_name is None else [tensor_name]
    for name in names:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for parametrization in from_module.parametrizations[name]:
            register_parametrization(to_module, name, parametrization)
        source, target = from_module.parametrizations[name], to_module.parametrizations[name]
        if source.is_tensor:
            _set(target.original, source.original.clone())
        else:
            for i in range(source.ntensors):
                _set(getattr(target, f"original{i}"), getattr(source, f"original{i}").clone())
    return to_module
