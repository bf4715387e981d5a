"""What bad calls of bound classes and functions say, and that none of them reaches memory that is not there."""

import inspect
import subprocess
import sys
import types

import pytest

import ember
from ember import nn, optim
from ember.optim import lr_scheduler


def message(call, kind=TypeError):
    with pytest.raises(kind) as error:
        call()
    assert "incompatible" not in str(error.value) and "Invoked with" not in str(error.value)
    return str(error.value)


def sgd():
    return optim.SGD([nn.Parameter(ember.ones(1))], lr=0.1)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: nn.Linear(2, 3, x=1), "Linear.__init__() got an unexpected keyword argument 'x'"),
        (lambda: nn.Linear(2), "Linear.__init__() missing 1 required positional argument: 'out_features'"),
        (lambda: nn.Linear(), "missing 2 required positional arguments: 'in_features' and 'out_features'"),
        (lambda: nn.Linear(2, 3, True, 4, 5, 6), "takes from 3 to "),
        (lambda: nn.Linear(2, 3, in_features=2), "got multiple values for argument 'in_features'"),
        (lambda: nn.Linear("a", 3), "Linear.__init__(): argument 'in_features' (position 1) must be int, not str"),
        (lambda: nn.Linear(2, out_features=[3]), "argument 'out_features' must be int, not list"),
        (lambda: nn.Linear(2.5, 3), "argument 'in_features' (position 1) must be int, not float"),
        (lambda: nn.Linear(None, 3), "argument 'in_features' (position 1) must be int, not NoneType"),
        (lambda: nn.Linear(2**70, 3), "argument 'in_features' is an int out of range"),
        (lambda: nn.Conv2d(1, 2, "x"), "argument 'kernel_size' (position 3) must be int or a sequence of ints, not str"),
        (lambda: nn.Dropout(p="x"), "Dropout.__init__(): argument 'p' must be float, not str"),
        (lambda: nn.ReLU(1, 2, 3), "ReLU.__init__() takes "),
        (lambda: optim.SGD([nn.Parameter(ember.ones(1))], learning_rate=1), "unexpected keyword argument 'learning_rate'"),
        (lambda: optim.Adam(), "Adam.__init__() missing 1 required positional argument: 'params'"),
        (lambda: optim.Adam([nn.Parameter(ember.ones(1))], betas=0.9), "argument 'betas' must be tuple[float, float], not float"),
        (lambda: lr_scheduler.StepLR(sgd()), "StepLR.__init__() missing 1 required positional argument: 'step_size'"),
        (lambda: lr_scheduler.StepLR(3, 1), "argument 'optimizer' (position 1) must be Optimizer, not int"),
        (lambda: sgd().zero_grad(sets=1), "Optimizer.zero_grad() got an unexpected keyword argument 'sets'"),
        (lambda: sgd().load_state_dict(), "load_state_dict() missing 1 required positional argument: 'state_dict'"),
        (lambda: nn.Module().register_buffer(3, None), "argument 'name' (position 1) must be str, not int"),
        (lambda: nn.MSELoss()(ember.ones(1)), "MSELoss.forward() missing 1 required positional argument: 'target'"),
        (lambda: nn.MSELoss()(ember.ones(1), None), "argument 'target' (position 2) must be Tensor, not NoneType"),
        (lambda: nn.Embedding(3, 4)(0), "input"),
        (lambda: nn.init.normal_(None), "normal_(): argument 'tensor' (position 1) must be Tensor, not NoneType"),
        (lambda: nn.utils.clip_grad_norm_([None], 1.0), "holds a NoneType"),
        (lambda: ember.set_num_threads("x"), "set_num_threads(): argument 'num' (position 1) must be int, not str"),
        (lambda: ember.manual_seed(), "manual_seed() missing 1 required positional argument: 'seed'"),
        (lambda: ember.data.DataLoader(), "DataLoader.__init__() missing 1 required positional argument: 'dataset'"),
        (lambda: ember.data.DataLoader([1], batch=3), "DataLoader.__init__() got an unexpected keyword argument 'batch'"),
        (lambda: nn.Sequential(3), "int is not a Module subclass"),
        (lambda: nn.ModuleList([3]), "int is not a Module subclass"),
        (lambda: nn.ModuleDict({"a": 3}), "int is not a Module subclass"),
        (lambda: nn.Module.eval(None), "descriptor 'eval' for 'Module' objects doesn't apply to a 'NoneType' object"),
    ],
)  # fmt: skip
def test_bad_calls_are_explained(call, text):
    assert text in message(call)


def test_good_calls_pass_as_before():
    class Five:
        def __index__(self):
            return 5

    assert nn.Linear(Five(), 3).in_features == 5
    assert optim.SGD([nn.Parameter(ember.ones(1))], lr=ember.tensor(0.5)).param_groups[0]["lr"] == 0.5


def test_a_forgotten_super_init_is_named():
    class Net(nn.Module):
        def __init__(self, value):
            self.part = value

    for value, kind in ((nn.Linear(1, 1), "module"), (nn.Parameter(ember.ones(1)), "parameters")):
        assert f"cannot assign {kind} before Module.__init__() call" in message(lambda v=value: Net(v), AttributeError)

    class Calls(nn.Module):
        def __init__(self):
            self.register_buffer("b", ember.ones(1))

    assert "cannot assign buffer before Module.__init__() call" in message(Calls, AttributeError)


def classes():
    """Every class of the package, by its qualified name."""
    seen, found = set(), {}

    def visit(module):
        if module in seen:
            return
        seen.add(module)
        for value in list(vars(module).values()):
            if isinstance(value, types.ModuleType) and value.__name__.startswith("ember"):
                visit(value)
            elif inspect.isclass(value) and str(value.__module__).startswith(("ember", "<attribute")):
                found[f"{value.__module__}.{value.__qualname__}"] = value

    visit(ember)
    return found


FATE = """
import sys, faulthandler
faulthandler.enable()
sys.path.insert(0, {tests!r})
import ember, bound_calls_test as t
t.call_everything()
"""


def call_everything():
    """Each method and property of each class, on an object whose __init__ never ran, on None and on another class's object, with no
    arguments, Nones and numbers. Ends with the process where one of them does."""
    skipped = {
        "__new__",
        "__init_subclass__",
        "__subclasshook__",
        "__class__",
        "__del__",
        "__getattribute__",
        "_call_in_fork",
    }
    calls = 0
    for name, cls in sorted(classes().items()):
        try:
            blank = cls.__new__(cls)
        except TypeError:
            blank = None
        for method in sorted(set(dir(cls)) - skipped):
            if method in ("__init__", "__reduce__", "__reduce_ex__") and issubclass(cls, BaseException):
                continue
            is_own = method in vars(cls)
            for self in (blank, None, object(), nn.Linear.__new__(nn.Linear)) if is_own else (blank,):
                for arguments in ((), (None,), (None, None), (3,), (blank,), ([blank],)) if is_own else ((), (None,)):
                    print(name, method, type(self).__name__, len(arguments), file=sys.stderr, flush=True)
                    calls += 1
                    if method == "__init__":
                        if arguments:
                            continue
                        self = cls.__new__(cls) if blank is not None else None
                    try:
                        inspect.getattr_static(cls, method)
                        if self is blank and not arguments:
                            getattr(blank, method)
                        getattr(cls, method)(self, *arguments)
                    except Exception:
                        pass
    print("calls", calls)


def test_no_method_of_an_object_without_init_crashes(request):
    tests = str(request.path.parent)
    result = subprocess.run(
        [sys.executable, "-c", FATE.format(tests=tests)], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, f"died at {result.stderr.strip().splitlines()[-1:]}\n" + result.stderr[-3000:]
    assert int(result.stdout.split()[-1]) > 10000


def test_methods_of_an_object_without_init_raise_type_errors():
    for cls, method in ((nn.Linear, "eval"), (nn.Module, "parameters"), (optim.SGD, "step"), (optim.SGD, "state_dict"),
                        (lr_scheduler.StepLR, "step"), (ember.Generator, "get_state"), (nn.Module, "modules"),
                        (nn.LSTM, "named_buffers")):  # fmt: skip
        assert "was not called" in message(lambda c=cls, m=method: getattr(c.__new__(c), m)())
    with pytest.raises(TypeError):
        nn.Sequential(nn.Linear.__new__(nn.Linear))
    with pytest.raises(TypeError):
        nn.Linear.__new__(nn.Linear)(ember.ones(1))
    with pytest.raises(TypeError):
        repr(nn.Linear.__new__(nn.Linear))


def test_threads_beyond_any_machine_are_not_asked_for():
    before = ember.get_num_threads()
    try:
        for count in (10**6, 2**31 - 1, 2**40):
            ember.set_num_threads(count)
            assert 1 <= ember.get_num_threads() <= 10**4
            assert (ember.ones(300, 300) @ ember.ones(300, 300))[0, 0].item() == 300
        for count in (0, -1, -(2**40)):
            with pytest.raises(ValueError):
                ember.set_num_threads(count)
    finally:
        ember.set_num_threads(before)
    code = "import ember, threading; f = lambda: print((ember.ones(300, 300) @ ember.ones(300, 300)).sum().item()); f(); t = threading.Thread(target=f); t.start(); t.join()"  # fmt: skip
    for value in ("1000000", "99999999999"):
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120,
                                env={**__import__("os").environ, "OMP_NUM_THREADS": value})  # fmt: skip
        assert result.returncode == 0 and result.stdout.split() == ["27000000.0"] * 2, result.stderr[-500:]


def test_what_cannot_be_pickled_says_so():
    import copy
    import pickle

    things = [ember.Generator(), ember.ones(1, requires_grad=True).register_hook(print)]
    for thing in things:
        for call in (copy.copy, copy.deepcopy, pickle.dumps, lambda x: pickle.dumps(x, 0), lambda x: x.__reduce__()):
            assert "cannot pickle" in message(lambda c=call, t=thing: c(t))


def test_bound_functions_have_signatures_to_inspect():
    for function, text in (
        (
            ember.optim.SGD,
            "(params, lr=0.001, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, *, maximize=False)",
        ),
        (ember.optim.Adam.step, "(self, closure=None)"),
        (nn.Linear(1, 1).forward, "(input)"),
        (nn.Module.named_parameters, "(self, prefix='', recurse=True, remove_duplicate=True)"),
        (ember.io.save_npy, "(tensor, path)"),
    ):
        assert str(inspect.signature(function)) == text
    assert nn.Module.apply.__doc__.startswith("apply(self: object, fn: collections.abc.Callable)")
