"""copy, deepcopy and pickle of tensors, parameters, modules, optimizers and schedules."""

import copy
import pickle

import pytest

import ember
from ember import nn, optim
from ember.optim import lr_scheduler


def through_pickle(x, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(x, protocol))


DEEP = [copy.deepcopy, through_pickle, lambda x: through_pickle(x, 2)]


class Own(ember.Tensor):
    pass


class OwnParameter(nn.Parameter):
    pass


@pytest.mark.parametrize("make", [ember.Tensor, nn.Parameter, Own, OwnParameter])
@pytest.mark.parametrize("copier", [copy.copy, *DEEP])
def test_class_attributes_and_requires_grad_come_along(make, copier):
    x = make(ember.arange(3.0))
    x.name = ["a"]
    y = copier(x)
    assert type(y) is type(x) and y.tolist() == [0, 1, 2] and y.requires_grad == x.requires_grad
    assert y.name == ["a"] and (y.name is x.name) == (copier is copy.copy)
    assert (y.data_ptr() == x.data_ptr()) == (copier is copy.copy)


def test_a_tensor_may_be_its_own_attribute():
    x = ember.ones(1)
    x.me = x
    for copier in DEEP:
        y = copier(x)
        assert y.me is y and y is not x


def test_deepcopy_keeps_what_is_shared():
    x = ember.arange(4.0)
    a, b, view, turned = copy.deepcopy([x, x, x[1:], x.view(2, 2).T])
    assert a is b and turned.stride() == (1, 2)
    a.fill_(7)
    assert view.tolist() == [7, 7, 7] and turned.tolist() == [[7, 7], [7, 7]] and x.tolist() == [0, 1, 2, 3]
    y = ember.ones(2, requires_grad=True)
    y.grad = ember.ones(2)
    z, grad = copy.deepcopy((y, y.grad))
    assert z.grad is grad and grad is not y.grad


def test_deepcopy_of_results_is_refused_and_copy_is_not():
    y = ember.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="leaves"):
        copy.deepcopy(y)
    assert copy.copy(y).tolist() == through_pickle(y).tolist() == [2, 2]
    with pytest.raises(TypeError):
        ember.ones(1).__deepcopy__(None)


def test_pickle_keeps_the_order_of_dims_in_memory():
    x = ember.arange(6.0).view(2, 3).T
    y = through_pickle(x)
    assert y.stride() == x.stride() and y.tolist() == x.tolist()
    assert through_pickle(x[::2]).tolist() == x[::2].tolist()
    assert through_pickle(ember.ones(1).expand(3)).tolist() == [1, 1, 1]


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)
        self.b.weight = self.a.weight
        self.c, self.list, self.handle = self.a, [self.a], self.a.weight


@pytest.mark.parametrize("copier", DEEP)
def test_tied_parameters_stay_tied(copier):
    m = copier(Tied())
    assert m.b.weight is m.a.weight and m.c is m.a and m.list[0] is m.a and m.handle is m.a.weight


def log_call(module, *_):
    module.log.append(1)


@pytest.mark.parametrize("copier", DEEP)
def test_hooks_come_along(copier):
    layer = nn.Linear(2, 2)
    layer.log = []
    layer.register_forward_hook(log_call)
    layer.register_forward_pre_hook(log_call)
    twin = copier(layer)
    twin(ember.ones(2))
    assert twin.log == [1, 1] and layer.log == []


def train(model, optimizer, schedule=None, steps=3):
    for _ in range(steps):
        optimizer.zero_grad()
        model(ember.ones(2)).square().sum().backward()
        optimizer.step()
        if schedule:
            schedule.step()


@pytest.mark.parametrize("copier", [*DEEP, lambda x: through_pickle(x, 1)])
@pytest.mark.parametrize(
    "make", [lambda p: optim.SGD(p, lr=0.1, momentum=0.9), lambda p: optim.Adam(p, amsgrad=True), optim.AdamW]
)
def test_optimizers_are_copied_with_their_state(make, copier):
    model = nn.Linear(2, 2)
    optimizer = make([{"params": [model.weight], "name": "w"}, {"params": [model.bias], "lr": 0.5}])
    train(model, optimizer)
    optimizer.state[model.bias]["extra"] = "kept"
    optimizer.note = "mine"
    twin_model, twin = copier((model, optimizer))
    assert type(twin) is type(optimizer) and twin.note == "mine" and twin.state[twin_model.bias]["extra"] == "kept"
    assert twin.param_groups[0]["params"][0] is twin_model.weight and twin.param_groups[0]["name"] == "w"
    assert [g["lr"] for g in twin.param_groups] == [g["lr"] for g in optimizer.param_groups]
    before = model.weight.tolist()
    train(twin_model, twin)
    assert model.weight.tolist() == before
    train(model, optimizer)
    assert model.weight.tolist() == twin_model.weight.tolist()
    alone = copier(optimizer)
    assert alone.param_groups[0]["params"][0] is not model.weight


def half(epoch):
    return 0.5**epoch


@pytest.mark.parametrize("copier", DEEP)
@pytest.mark.parametrize(
    "make",
    [
        lambda o: lr_scheduler.StepLR(o, 2, 0.5),
        lambda o: lr_scheduler.MultiStepLR(o, [1, 4, 4]),
        lambda o: lr_scheduler.LambdaLR(o, half),
        lambda o: lr_scheduler.LinearLR(o, 0.25, total_iters=6),
        lambda o: lr_scheduler.CosineAnnealingLR(o, 7, 0.01),
        lambda o: lr_scheduler.ExponentialLR(o, 0.9),
        lambda o: lr_scheduler.ConstantLR(o, 0.5, 6),
        lambda o: lr_scheduler.PolynomialLR(o, 9, 2.0),
        lambda o: lr_scheduler.MultiplicativeLR(o, half),
    ],
)
def test_schedules_are_copied_where_they_stand(make, copier):
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    schedule = make(optimizer)
    schedule.note = 1
    train(model, optimizer, schedule)
    twin_model, twin_optimizer, twin = copier((model, optimizer, schedule))
    assert twin.optimizer is twin_optimizer and twin.note == 1 and twin.state_dict() == schedule.state_dict()
    assert twin_optimizer.param_groups[0]["lr"] == optimizer.param_groups[0]["lr"]
    train(twin_model, twin_optimizer, twin)
    train(model, optimizer, schedule)
    assert twin.get_last_lr() == schedule.get_last_lr() and twin_model.weight.tolist() == model.weight.tolist()


# Devices, dtypes and sizes.


def test_devices_with_and_without_an_index():
    cuda, first = ember.device("cuda"), ember.device("cuda:0")
    assert cuda.index is None and first.index == 0 and ember.device("cpu").index is None
    assert repr(cuda) == "device(type='cuda')" and str(cuda) == "cuda"
    assert repr(first) == "device(type='cuda', index=0)" and str(first) == "cuda:0"
    assert (
        cuda != first
        and cuda == ember.device("cuda")
        and len({cuda, first, ember.device("cuda"), ember.device("cpu")}) == 3
    )
    assert ember.device("cpu") != ember.device("cpu:0") and ember.device("cpu:0").index == 0
    assert ember.device("cuda", 1) == ember.device("cuda:1") == ember.device(1) == ember.device(type="cuda", index=1)
    assert ember.device("cuda", None) == cuda == ember.device(cuda) and ember.device("cpu") != "cpu"
    assert ember.ones(1).device == ember.device("cpu") and ember.ones(1, device="cpu:0").device.index is None
    for device in (cuda, first, ember.device("cpu"), ember.device("cpu:0")):
        for copier in (copy.copy, *DEEP):
            assert copier(device) == device and hash(copier(device)) == hash(device)


@pytest.mark.parametrize("arguments", [("cuda:-1",), ("cuda:01",), ("cuda:",), ("",), ("cuda", -1), ("cuda", 1000),
                                       ("cuda:1", 0), (-1,), ("CUDA",), ("cpu", 3)])  # fmt: skip
def test_devices_that_are_none(arguments):
    with pytest.raises(RuntimeError):
        ember.device(*arguments)


@pytest.mark.parametrize("arguments", [(), (None,), (1.5,), (True,), (ember.device("cuda"), 1), ("cuda", "1")])
def test_arguments_that_name_no_device(arguments):
    with pytest.raises(TypeError):
        ember.device(*arguments)


def test_dtypes_and_sizes():
    for dtype in (ember.float32, ember.bool, ember.complex64, ember.uint8):
        for copier in (copy.copy, *DEEP):
            assert copier(dtype) is dtype
    size = ember.Size([1, 2])
    for result in (size + (3,), (3,) + size, size * 2, 2 * size, size[1:], *(copier(size) for copier in DEEP)):
        assert type(result) is ember.Size
    assert size + (3,) == (1, 2, 3) and (3,) + size == (3, 1, 2) and hash(size) == hash((1, 2))
    assert repr(ember.Size([True, ember.tensor(3)])) == "ember.Size([1, 3])"
    for bad in ([1.5], ["a"], [None]):
        with pytest.raises(TypeError, match="Size"):
            ember.Size(bad)
    with pytest.raises(TypeError):
        size + [3]
