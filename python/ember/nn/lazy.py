"""Layers that learn the number of their input's features from the first input. Until then their parameters wait for their shape;
with the first call, or load_state_dict and then a call, each becomes the layer that it is a lazy form of."""

from ember._C.nn import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    Linear,
    _become,
)
from ember.autograd.grad_mode import no_grad
from ember.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy


class LazyModuleMixin:
    """For modules that make parameters when they see the first input: a base that stands before Module. The class gives its
    parameters as UninitializedParameter and defines initialize_parameters, which is called with forward's arguments before the
    first forward. A class in `cls_to_become` is what the module becomes then."""

    cls_to_become = None
    _is_initialized = False

    def initialize_parameters(self, *args, **kwargs):
        """Materializes the parameters, for forward with these arguments."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self):
        """Whether parameters or buffers of this module itself wait for their shape."""
        return any(map(is_lazy, self._own_tensors().values()))

    def _own_tensors(self):
        return {**dict(self.named_parameters(recurse=False)), **dict(self.named_buffers(recurse=False))}

    def __call__(self, *args, **kwargs):
        if not self._is_initialized:
            self.initialize_parameters(*args, **kwargs)
            if self.has_uninitialized_params():
                raise RuntimeError(f"module {type(self).__name__} has not been fully initialized")
            if self.cls_to_become is not None:
                _become(self, self.cls_to_become)
                return self(*args, **kwargs)
            self._is_initialized = True
        return super().__call__(*args, **kwargs)

    def forward(self, *args, **kwargs):
        # A forward of Python is what makes modules in C++ call this one as Python does.
        return super().forward(*args, **kwargs)


class _LazyLayer(LazyModuleMixin):
    """A layer that is built without its first argument, the number of features."""

    def __init__(self, *args, **kwargs):
        super().__init__(0, *args, **kwargs)
        for name, x in self._own_tensors().items():
            if x.is_floating_point():
                is_parameter = name in dict(self.named_parameters(recurse=False))
                waiting = UninitializedParameter if is_parameter else UninitializedBuffer
                setattr(self, name, waiting(x.requires_grad, x.device, x.dtype))

    def reset_parameters(self):
        if not self.has_uninitialized_params():
            super().reset_parameters()

    def initialize_parameters(self, input, *args, **kwargs):
        features = {self._features: self._count_features(input)}
        if self.has_uninitialized_params():
            waiting = {name: x for name, x in self._own_tensors().items() if is_lazy(x)}
            example = next(iter(waiting.values()))
            options = {**self.__reduce__()[1][1], **features}
            made = self.cls_to_become(**options, device=example.device, dtype=example.dtype)
            with no_grad():
                for name, x in waiting.items():
                    value = getattr(made, name)
                    x.materialize(value.shape)
                    x.copy_(value)
        for name, value in features.items():
            setattr(self, name, value)


class _LazyNorm(_LazyLayer):
    _features = "num_features"

    # Also of instance norms, which do neither unless they are lazy, as in PyTorch.
    def __init__(
        self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True
    ):
        super().__init__(eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _count_features(self, input):
        if input.dim() < 2:
            raise ValueError(f"{type(self).__name__}: expected at least 2D input (got {input.dim()}D input)")
        return input.shape[1]


class _LazyConvolution(_LazyLayer):
    _features = "in_channels"

    def _count_features(self, input):
        without_batch = len(self.kernel_size) + 1
        if input.dim() not in (without_batch, without_batch + 1):
            raise RuntimeError(
                f"Expected {without_batch}D (unbatched) or {without_batch + 1}D (batched) input to {type(self).__name__}, but got "
                f"input of size: {tuple(input.shape)}"
            )
        return input.shape[input.dim() - without_batch]


class LazyLinear(_LazyLayer, Linear):
    """A Linear whose in_features are found out."""

    cls_to_become = Linear
    _features = "in_features"

    def __init__(self, out_features, bias=True, device=None, dtype=None):
        super().__init__(out_features, bias, device, dtype)

    def _count_features(self, input):
        return input.shape[-1]


class _LazyConv(_LazyConvolution):
    def __init__(
        self, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode="zeros", device=None,
        dtype=None,
    ):  # fmt: skip
        super().__init__(
            out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        )


class _LazyConvTranspose(_LazyConvolution):
    def __init__(
        self, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
        padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        super().__init__(
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            bias,
            dilation,
            padding_mode,
            device,
            dtype,
        )


class LazyConv1d(_LazyConv, Conv1d):
    """A Conv1d whose in_channels are found out."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A Conv2d whose in_channels are found out."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A Conv3d whose in_channels are found out."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A ConvTranspose1d whose in_channels are found out."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A ConvTranspose2d whose in_channels are found out."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A ConvTranspose3d whose in_channels are found out."""

    cls_to_become = ConvTranspose3d


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """A BatchNorm1d whose num_features are found out."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """A BatchNorm2d whose num_features are found out."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """A BatchNorm3d whose num_features are found out."""

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """An InstanceNorm1d whose num_features are found out; affine and track_running_stats are True unless given."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """An InstanceNorm2d whose num_features are found out; affine and track_running_stats are True unless given."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """An InstanceNorm3d whose num_features are found out; affine and track_running_stats are True unless given."""

    cls_to_become = InstanceNorm3d
