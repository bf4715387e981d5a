from ember._C.nn.utils import _SkippedInit


def skip_init(module_cls, *args, **kwargs):
    """module_cls(*args, **kwargs), whose initialisers do nothing: the parameters hold whatever the memory held.

    As in PyTorch the class takes `device`, which may be given here too."""
    if not isinstance(module_cls, type):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    with _SkippedInit():
        return module_cls(*args, **kwargs)
