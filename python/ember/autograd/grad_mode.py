"""Context managers and decorators that switch recording on and off."""

import contextlib

from ember import _C


class _Mode(contextlib.ContextDecorator):
    """Sets whether ops are recorded, and puts it back at the end."""

    def __init__(self, enabled):
        self._enabled = enabled
        self._before = []

    def __enter__(self):
        self._before.append(_C.is_grad_enabled())
        _C._set_grad_enabled(self._enabled)

    def __exit__(self, *error):
        _C._set_grad_enabled(self._before.pop())


class _PlainMode(_Mode):
    """A mode without arguments, which may also decorate without brackets."""

    def __new__(cls, function=None):
        mode = super().__new__(cls)
        if function is None:
            return mode
        mode.__init__()
        return mode(function)


class no_grad(_PlainMode):
    """Ops inside are not recorded."""

    def __init__(self):
        super().__init__(False)


class enable_grad(_PlainMode):
    """Ops inside are recorded, also within no_grad."""

    def __init__(self):
        super().__init__(True)


class set_grad_enabled(_Mode):
    """Switches recording at once, and back at the end when used as a context manager."""

    def __init__(self, mode):
        super().__init__(bool(mode))
        self._outer = _C.is_grad_enabled()
        _C._set_grad_enabled(self._enabled)

    def __enter__(self):
        self._before.append(self._outer)
        _C._set_grad_enabled(self._enabled)

    def __call__(self, function):
        _C._set_grad_enabled(self._outer)
        return super().__call__(function)


class inference_mode(contextlib.ContextDecorator):
    """No recording and no view tracking: tensors made inside can never take part in a graph."""

    def __new__(cls, mode=True):
        self = super().__new__(cls)
        if not callable(mode):
            return self
        self.__init__()
        return self(mode)

    def __init__(self, mode=True):
        self._mode = mode
        self._guards = []

    def __enter__(self):
        self._guards.append(_C._InferenceGuard(self._mode))

    def __exit__(self, *error):
        self._guards.pop().close()


class set_detect_anomaly:
    """Switches anomaly mode at once, and back at the end when used as a context manager."""

    def __init__(self, mode, check_nan=True):
        self._before = (_C.is_anomaly_enabled(), _C.is_anomaly_check_nan_enabled())
        _C._set_anomaly_enabled(mode, check_nan)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        _C._set_anomaly_enabled(*self._before)


class detect_anomaly(set_detect_anomaly):
    """Backward checks gradients for NaN and names the forward op."""

    def __init__(self, check_nan=True):
        super().__init__(True, check_nan)
