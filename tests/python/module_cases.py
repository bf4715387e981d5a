"""What hooks and other methods of modules do, as programs for either library: each gives nests of lists of numbers and names."""

import importlib

from nn_utils_cases import fill, filled, numbers


def _net(t):
    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = t.nn.Linear(2, 2, dtype=t.float64)

        def forward(self, x, *, scale=1.0):
            return self.fc(x) * scale, x.sum()

    return fill(t, Net())


def call_hooks(t):
    m, events = _net(t), []
    x = filled(t, 1, 2)
    m.register_forward_pre_hook(lambda m, args: events.append(["pre", numbers(args[0])]))
    m.register_forward_pre_hook(lambda m, args: args[0] + 1, prepend=True)
    m.register_forward_pre_hook(lambda m, args, kwargs: (args, {"scale": kwargs["scale"] * 3}), with_kwargs=True)
    m.register_forward_hook(lambda m, args, out: events.append(["after", numbers(out[0])]))
    m.register_forward_hook(
        lambda m, args, kwargs, out: (out[0] + kwargs["scale"], out[1]), with_kwargs=True, prepend=True
    )
    handle = m.fc.register_forward_hook(lambda m, args, out: out * 2)
    first = numbers(m(x, scale=2.0)[0])
    handle.remove()
    with m.register_forward_hook(lambda m, args, out: out[0]):
        second = numbers(m(x, scale=2.0))
    return [events, first, second, numbers(m(x, scale=1.0)[0])]


def always_called_hooks(t):
    m, seen = _net(t), []
    m.register_forward_hook(lambda m, args, out: seen.append(["always", out is None]), always_call=True)
    m.register_forward_hook(lambda m, args, out: seen.append(["plain"]))
    m(filled(t, 1, 2))
    try:
        m(filled(t, 1, 3))
    except RuntimeError:
        seen.append(["raised"])
    return seen


def _grads(grads):
    return [None if g is None else numbers(g) for g in grads]


def backward_hooks(t):
    m, events = _net(t), []
    m.register_full_backward_hook(lambda m, gi, go: events.append(["net", _grads(gi), _grads(go)]))
    m.fc.register_full_backward_hook(lambda m, gi, go: events.append(["fc", _grads(gi), _grads(go)]))
    m.fc.register_full_backward_hook(lambda m, gi, go: None if gi[0] is None else (gi[0] * 2,), prepend=True)
    m.fc.register_full_backward_pre_hook(lambda m, go: (go[0] * 3,))
    m.register_full_backward_pre_hook(lambda m, go: events.append(["pre", _grads(go)]))
    x = filled(t, 1, 2).requires_grad_()
    y, _ = m(x)
    (y * filled(t, 1, 2)).sum().backward()
    result = [list(events), numbers(x.grad), numbers(m.fc.weight.grad)]
    events.clear()
    y, total = m(filled(t, 1, 2))
    y.sum().backward()
    return [*result, events, numbers(m.fc.bias.grad)]


def hooks_in_a_second_derivative(t):
    m = t.nn.Tanh()
    m.register_full_backward_hook(lambda m, gi, go: (gi[0] * 2,))
    x = filled(t, 3).requires_grad_()
    (g,) = t.autograd.grad(m(x).sum(), x, create_graph=True)
    (h,) = t.autograd.grad(g.sum(), x)
    return [numbers(g), numbers(h)]


def global_hooks(t):
    hooks = importlib.import_module(f"{t.__name__}.nn.modules.module")
    m, events = t.nn.Sequential(_net(t).fc, t.nn.Tanh()), []
    name = lambda m: type(m).__name__  # noqa: E731
    handles = [
        hooks.register_module_forward_pre_hook(lambda m, args: events.append(["pre", name(m)])),
        hooks.register_module_forward_hook(lambda m, args, out: events.append(["after", name(m)])),
        hooks.register_module_full_backward_hook(
            lambda m, gi, go: events.append(["back", name(m), _grads(gi), _grads(go)])
        ),
        hooks.register_module_full_backward_pre_hook(lambda m, go: events.append(["before back", name(m)])),
    ]
    m[0].register_forward_hook(lambda m, args, out: events.append(["own", name(m)]))
    x = filled(t, 1, 2).requires_grad_()
    m(x).sum().backward()
    for handle in handles:
        handle.remove()
    events.append("removed")
    m(x)
    return events


def state_hooks(t):
    class Extra(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = t.nn.Linear(1, 1, dtype=t.float64)
            self.steps = 3

        def get_extra_state(self):
            return {"steps": self.steps}

        def set_extra_state(self, state):
            self.steps = state["steps"]

    class Renamed(t.nn.Linear):
        def _load_from_state_dict(self, state_dict, prefix, *args):
            if prefix + "kernel" in state_dict:
                state_dict[prefix + "weight"] = state_dict.pop(prefix + "kernel")
            super()._load_from_state_dict(state_dict, prefix, *args)

    events, loading = [], []
    m = t.nn.Sequential(fill(t, Extra()), fill(t, Renamed(1, 1, dtype=t.float64)))
    m[0].register_state_dict_pre_hook(lambda m, prefix, keep: events.append(["pre", prefix, keep]))
    m[0].register_state_dict_post_hook(lambda m, state, prefix, meta: state.pop(prefix + "fc.bias") is None or None)
    keys = list(m.state_dict())
    m[1].register_load_state_dict_pre_hook(lambda m, state, prefix, *rest: loading.append([prefix, sorted(state)]))
    m[0].register_load_state_dict_post_hook(lambda m, keys: events.append(["loaded", sorted(keys.missing_keys)]))
    m.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
    given = {
        "0.fc.weight": t.tensor([[5.0]]), "0._extra_state": {"steps": 9}, "1.kernel": t.tensor([[6.0]]), "1.bias": t.tensor([7.0]),
    }  # fmt: skip
    found = m.load_state_dict(given)
    result = [
        keys,
        list(events),
        list(loading),
        list(found.missing_keys),
        list(found.unexpected_keys),
        m[0].steps,
        numbers(m[1].weight),
        sorted(given),
    ]
    try:
        m.load_state_dict({"0.fc.weight": t.tensor([[5.0]]), "other": t.zeros(1)})
    except RuntimeError as error:
        result.append(str(error).splitlines()[1:])
    return result


def tree(t):
    shared = t.nn.Linear(1, 1)
    m = t.nn.Sequential(shared, t.nn.ReLU(), shared)
    m[1].register_buffer("b", shared.weight.detach())
    m[1].register_buffer("c", m[1].b)
    places = {
        "parameters": [n for n, _ in m.named_parameters(remove_duplicate=False)],
        "buffers": [n for n, _ in m.named_buffers(remove_duplicate=False)],
        "modules": [n for n, _ in m.named_modules(remove_duplicate=False)],
        "below": [n for n, _ in m.named_modules(prefix="x", remove_duplicate=False)],
        "once": [n for n, _ in m.named_modules(memo={m[1]})],
        "count": [len(list(m.modules())), len(list(m.modules(remove_duplicate=False)))],
    }
    m.set_submodule("1", t.nn.Sequential(t.nn.Tanh()))
    m.set_submodule("1.0", t.nn.Sigmoid(), strict=True)
    m.register_module("last", t.nn.Tanh())
    places["after"] = [[n, type(x).__name__] for n, x in m.named_modules()]
    m.double()
    places["dtypes"] = [str(p.dtype).split(".")[1] for p in m.parameters()]
    m.type(t.float16)
    places["dtypes"] += [str(p.dtype).split(".")[1] for p in m.parameters()]
    places["empty"] = [list(p.shape) for p in m.to_empty(device="cpu").parameters()]
    return places


CASES = {
    case.__name__: case
    for case in (
        call_hooks, always_called_hooks, backward_hooks, hooks_in_a_second_derivative, global_hooks, state_hooks, tree,
    )
}  # fmt: skip
