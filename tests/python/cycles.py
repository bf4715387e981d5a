"""Reference cycles that lead through C++. Each function makes one and returns the objects that die with it."""

import functools
import weakref

import ember
from ember import nn, optim
from ember.autograd import Function
from ember.data import DataLoader, Dataset, Subset, TensorDataset, TransformedDataset
from ember.optim.lr_scheduler import LambdaLR, StepLR

CYCLES = []


def cycle(build):
    CYCLES.append(build)
    return build


class Anything:
    """An object that can be referred to weakly and takes attributes."""

    def method(self, *args):
        return None


def leaf(*shape):
    return ember.ones(*(shape or (3,)), requires_grad=True)


# Tensors


@cycle
def tensor_in_its_own_attribute():
    x = ember.ones(3)
    x.a = [x]
    return [x]


@cycle
def tensor_is_its_own_attribute():
    x = leaf()
    x.me = x
    return [x]


@cycle
def tensor_and_its_method():
    x = ember.ones(3)
    x.double_it = x.mul
    return [x]


@cycle
def parameter_and_its_owner():
    m = nn.Linear(2, 2)
    m.weight.owner = [m]
    return [m, m.weight]


@cycle
def parameter_alone():
    p = nn.Parameter(ember.ones(2))
    p.me = (p,)
    return [p]


@cycle
def gradient_that_knows_its_tensor():
    x = leaf()
    x.grad = ember.ones(3)
    x.grad.of = x
    return [x, x.grad]


@cycle
def chain_of_gradients():
    x, g = leaf(), leaf()
    g.grad = ember.ones(3)
    g.grad.first = [x]
    x.grad = g
    del g
    return [x, x.grad.grad]


@cycle
def result_kept_by_its_input():
    x = leaf()
    x.y = x * 2
    return [x, x.y]


@cycle
def result_after_backward():
    x = leaf()
    x.loss = (x * x).exp().sum()
    x.loss.backward()
    return [x, x.loss]


@cycle
def view_kept_by_its_base():
    x = ember.ones(4)
    x.views = [x[0], x[1:], x.view(2, 2)]
    return [x, *x.views]


@cycle
def base_kept_by_its_view():
    x = leaf() * 1
    v = x[0]
    v.base = x
    x.v = v
    return [x, v]


@cycle
def hook_on_a_result():
    y = leaf() * 2
    y.register_hook(lambda g: g * y)
    return [y]


@cycle
def hook_on_a_leaf():
    x = leaf()
    x.register_hook(lambda g: g * x)
    return [x]


@cycle
def hook_that_is_a_method_of_the_tensor():
    x = leaf()
    x.register_hook(x.mul)
    return [x]


@cycle
def hook_of_a_retained_graph():
    x = leaf()
    y = x * 3
    z = y.exp()
    y.register_hook(lambda g: g + z.detach())
    y.retain_grad()
    z.sum().backward(retain_graph=True)
    return [z]


@cycle
def hook_below_the_result():
    witness = Anything()
    y = leaf() * 2
    z = y + 1
    y.register_hook(lambda g: witness and g * z.detach())
    witness.z = z
    return [witness, z]


@cycle
def hook_after_accumulation():
    x = leaf()
    x.register_post_accumulate_grad_hook(lambda p: x.sum())
    return [x]


@cycle
def hook_that_is_partial():
    x = leaf()
    x.register_hook(functools.partial(lambda x, g: g * x, x))
    return [x]


@cycle
def hook_handle_on_its_tensor():
    x = leaf()
    x.handle = x.register_hook(lambda g: g)
    return [x, x.handle]


@cycle
def hook_that_removes_itself():
    x, box = leaf(), []
    box.append(x.register_hook(lambda g: box[0].remove()))
    return [x, box[0]]


@cycle
def hook_that_has_run():
    x = leaf()
    y = x * x
    y.register_hook(lambda g: g * y.detach())
    y.sum().backward()
    return [y]


@cycle
def node_kept_by_its_result():
    y = leaf() * 2
    y.register_hook(lambda g: y.fn)
    y.fn = y.grad_fn
    return [y, y.fn]


@cycle
def node_of_a_leaf():
    x = leaf()
    x.ends = (x * 2).grad_fn.next_functions
    return [x, x.ends[0][0]]


@cycle
def subclass_of_tensor():
    class Named(ember.Tensor):
        __slots__ = ("other",)

    x = Named([1.0, 2.0])
    x.other = [x]
    return [x, Named]


@cycle
def subclass_of_parameter():
    class Named(nn.Parameter):
        def __init__(self, *args):
            self.me = self

    return [Named(ember.ones(2))]


@cycle
def numbers_in_many_tensors():
    xs = [ember.ones(1) for _ in range(50)]
    for i, x in enumerate(xs):
        x.next = xs[i - 1]
    return xs


# Custom functions


class Keeps(Function):
    @staticmethod
    def forward(ctx, x):
        y = x * 2
        ctx.save_for_backward(x)
        ctx.y = y
        return y

    @staticmethod
    def backward(ctx, g):
        ctx.saved_tensors  # noqa: B018
        return g * 2


@cycle
def context_that_keeps_the_output():
    return [Keeps.apply(leaf())]


@cycle
def context_behind_other_ops():
    class Late(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.box = x.box
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

    x = leaf() * 1
    x.box = box = []
    y = Late.apply(x)
    del x
    z = y.exp() + 1
    box.append(z)
    return [z]


@cycle
def context_after_backward():
    x = leaf()
    y = Keeps.apply(x)
    y.sum().backward()
    return [y]


@cycle
def context_that_keeps_its_node():
    class Node(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.me = ctx
            x.ctx = ctx
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

    x = leaf()
    y = Node.apply(x)
    x.ctx.node = y.grad_fn
    return [x, x.ctx, x.ctx.node]


@cycle
def context_of_several_outputs():
    class Two(Function):
        @staticmethod
        def forward(ctx, x):
            a, b = x * 2, x * 3
            ctx.outputs = [a, b]
            return a, b

        @staticmethod
        def backward(ctx, g, h):
            return g + h

    return [*Two.apply(leaf())]


# Modules


@cycle
def child_with_its_parent_in_a_list():
    parent = nn.Module()
    parent.child = nn.Linear(2, 2)
    parent.child.up = [parent]
    return [parent, parent.child]


@cycle
def child_with_its_parent_as_child():
    parent = nn.Module()
    parent.child = nn.Module()
    parent.child.parent = parent
    return [parent, parent.child]


@cycle
def module_that_is_its_own_child():
    m = nn.Module()
    m.me = m
    return [m]


@cycle
def module_in_a_container_of_its_own():
    m = nn.Module()
    m.layers = nn.ModuleList([nn.ModuleDict({"m": m})])
    m.steps = nn.Sequential(nn.ReLU(), m)
    return [m, m.layers, m.steps]


@cycle
def module_and_its_method():
    m = nn.Linear(2, 2)
    m.fn = m.forward
    return [m]


@cycle
def forward_hook_that_keeps_outputs():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.outputs = nn.Linear(2, 2), []
            self.fc.register_forward_hook(lambda module, args, y: self.outputs.append(y))

        def forward(self, x):
            return self.fc(x)

    m = Net()
    m(ember.ones(1, 2)).sum().backward()
    m(ember.ones(1, 2))
    return [m, m.fc, *m.outputs]


@cycle
def forward_hook_that_is_a_method():
    m = nn.Linear(2, 2)
    m.register_forward_hook(m.extra_repr)
    m.register_forward_pre_hook(m.eval)
    return [m]


@cycle
def forward_hook_whose_handle_is_kept():
    m = nn.Linear(2, 2)
    m.handle = m.register_forward_hook(lambda *args: m)
    return [m, m.handle]


@cycle
def forward_hook_with_a_partial():
    m = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    m[0].register_forward_pre_hook(functools.partial(lambda m, *args: None, m))
    return [m, m[0]]


@cycle
def hook_of_a_parameter():
    m = nn.Linear(2, 2)
    m.weight.register_hook(lambda g: g * m.training)
    return [m, m.weight]


@cycle
def method_as_hook_of_a_parameter():
    class Net(nn.Linear):
        def on_grad(self, g):
            return g

    m = Net(2, 2)
    m.weight.register_hook(m.on_grad)
    m.bias.register_post_accumulate_grad_hook(m.on_grad)
    return [m, m.weight]


@cycle
def hook_of_a_buffer():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("b", leaf())
            self.b.register_hook(self.on_grad)

        def on_grad(self, g):
            return g

    return [Net()]


@cycle
def buffer_with_attributes():
    m = nn.BatchNorm1d(2)
    m.running_mean.of = m
    return [m]


@cycle
def shared_parameter():
    a, b = nn.Linear(2, 2), nn.Linear(2, 2)
    b.weight = a.weight
    a.weight.users = [a, b]
    return [a, b]


@cycle
def loss_kept_by_its_model():
    m = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    m.loss = m(ember.ones(2, 2)).sum()
    m.loss.backward()
    m[0].weight.model = m
    m.loss.model = m
    return [m, m.loss]


@cycle
def distance_that_knows_its_loss():
    box = []
    box.append(nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: box))
    return box


@cycle
def activation_that_knows_its_layer():
    box = []
    box.append(nn.TransformerEncoderLayer(4, 1, 4, activation=lambda x: box))
    return box


@cycle
def activation_that_knows_its_decoder_layer():
    box = []
    box.append(nn.TransformerDecoderLayer(4, 1, 4, activation=lambda x: box))
    return box


@cycle
def activation_that_knows_its_transformer():
    box = []
    box.append(nn.Transformer(4, 1, 2, 1, 4, activation=lambda x: box))
    return box


@cycle
def parameter_of_a_composed_layer():
    layers = [nn.TransformerEncoderLayer(4, 1, 4), nn.TransformerDecoderLayer(4, 1, 4), nn.Transformer(4, 1, 1, 1, 4)]
    layers += [
        nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2]),
        nn.LinearCrossEntropyLoss(2, 3),
        nn.ParameterList([ember.ones(1)]),
    ]
    for m in layers:
        for p in m.parameters():
            p.owner = [m]
    return layers


@cycle
def finalizer_of_a_transformer_whose_parts_are_gone():
    class Part(nn.Module):
        def forward(self, *args, **kwargs):
            return args[0]

    class Net(nn.Transformer):
        def __del__(self):
            try:
                self(ember.ones(1, 4), ember.ones(1, 4))
            except TypeError:
                pass

    net = Net(4, 1, 1, 1, 4, custom_encoder=Part(), custom_decoder=Part())
    stack = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 1, 4), 1)
    stack.layers = nn.ModuleList([Part()])
    net.me = [net, stack]
    return [net]


@cycle
def lazy_layers_that_know_themselves():
    waiting, ready = nn.LazyLinear(2), nn.LazyLinear(2)
    ready(ember.ones(1, 3))
    for m in (waiting, ready):
        m.me = [m]
        m.weight.owner = [m]
    return [waiting, ready]


@cycle
def module_with_a_finalizer():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.me = nn.Linear(2, 2), [self]
            self.fc.register_forward_hook(lambda *args: self)

        def __del__(self):
            self.fc(ember.ones(1, 2))
            self.eval()
            repr(self)

    m = Net()
    return [m, m.fc]


@cycle
def module_with_slots():
    class Net(nn.Module):
        __slots__ = ("other",)

    m = Net()
    m.other = [m]
    return [m]


# Optimizers and schedules


@cycle
def optimizer_of_its_model():
    m = nn.Linear(2, 2)
    m.optimizer = optim.SGD(m.parameters(), lr=0.1)
    m.weight.model = m
    return [m, m.optimizer, m.weight]


@cycle
def optimizer_that_knows_its_model():
    m = nn.Linear(2, 2)
    m.optimizer = optim.AdamW(m.parameters())
    m.optimizer.model = [m]
    m(ember.ones(1, 2)).sum().backward()
    m.optimizer.step()
    return [m, m.optimizer]


@cycle
def optimizer_stepped_by_hooks():
    m = nn.Linear(2, 2)
    steps = {p: optim.Adam([p]) for p in m.parameters()}
    for p in m.parameters():
        p.register_post_accumulate_grad_hook(lambda p: (steps[p].step(), steps[p].zero_grad()))
    m(ember.ones(1, 2)).sum().backward()
    return [*steps.values(), *steps.keys()]


@cycle
def optimizer_and_its_groups():
    o = optim.SGD([leaf()], lr=0.1)
    o.kept = o.param_groups
    o.more = [o.state_dict(), o.param_groups[0]["params"]]
    return [o, o.kept[0]]


@cycle
def optimizer_and_its_method():
    o = optim.SGD([leaf()], lr=0.1)
    o.run = o.step
    return [o]


@cycle
def optimizer_written_in_python():
    class Mine(optim.SGD):
        def __init__(self, params):
            super().__init__(params, lr=0.1)
            self.me = self
            for p in self.param_groups[0]["params"]:
                p.register_hook(self.look)

        def look(self, g):
            return g

    return [Mine([leaf()])]


@cycle
def schedule_whose_lambda_knows_it():
    o, box = optim.SGD([leaf()], lr=0.1), []
    box.append(LambdaLR(o, lambda epoch: 1.0 if box is o else 0.5))
    return [o, *box]


@cycle
def schedule_kept_by_its_optimizer():
    o = optim.SGD([leaf()], lr=0.1)
    o.schedule = StepLR(o, 1)
    return [o, o.schedule]


@cycle
def schedule_of_a_method_of_its_own():
    class Mine(LambdaLR):
        def __init__(self, optimizer):
            super().__init__(optimizer, [self.rate, self.rate])

        def rate(self, epoch):
            return 1.0

    o = optim.SGD([{"params": [leaf()]}, {"params": [leaf()]}], lr=0.1)
    return [Mine(o)]


# Data


class Squares(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return ember.ones(2) * index


@cycle
def dataset_and_its_loader():
    data = Squares()
    data.loader = DataLoader(data, batch_size=2)
    list(data.loader)
    return [data, data.loader]


@cycle
def dataset_and_its_iterator():
    data = Squares()
    data.batches = iter(DataLoader(data, batch_size=2))
    next(data.batches)
    return [data]


@cycle
def dataset_with_a_subset():
    data = Squares()
    data.part = Subset(data, [0, 1])
    data.loader = DataLoader(Subset(data.part, [0]))
    return [data, data.part, data.loader]


@cycle
def dataset_of_tensors():
    x = ember.ones(4, 2)
    x.dataset = TensorDataset(x)
    x.dataset.loader = DataLoader(x.dataset, batch_size=2)
    return [x, x.dataset, x.dataset.loader]


@cycle
def collate_function_that_knows_the_loader():
    box = []
    box.append(DataLoader(Squares(), batch_size=2, collate_fn=lambda samples: box))
    next(iter(box[0]))
    return box


@cycle
def collate_method():
    class Mine(DataLoader):
        def __init__(self):
            super().__init__(Squares(), collate_fn=self.stack)

        def stack(self, samples):
            return samples

    loader = Mine()
    list(loader)
    return [loader]


@cycle
def sampler_that_knows_the_loader():
    class Order:
        def __len__(self):
            return 2

        def __iter__(self):
            return iter([1, 0])

    order = Order()
    order.loader = DataLoader(Squares(), batch_size=2, sampler=order)
    list(order.loader)
    return [order, order.loader]


@cycle
def transform_of_its_dataset():
    class Mine(TransformedDataset):
        def __init__(self):
            super().__init__(Squares(), self.change)

        def change(self, x):
            return x

    return [Mine()]


@cycle
def transform_that_knows_itself():
    box = []
    box.append(ember.data.Transform(lambda x: box))
    box.append(ember.data.Compose([box[0], lambda x: box]))
    return box


# Others


@cycle
def generator_of_its_own():
    class Mine(ember.Generator):
        pass

    g = Mine()
    g.me = g
    return [g]


@cycle
def weak_reference_with_a_callback():
    x = leaf()
    x.ref = weakref.ref(x, lambda ref: None)
    x.me = [x]
    m = nn.Linear(2, 2)
    m.finalize = weakref.WeakMethod(m.forward) if hasattr(m.forward, "__self__") else None
    m.me = [m, x]
    x.m = m
    return [x, m]


@cycle
def a_whole_trainer():
    class Trainer:
        def __init__(self):
            self.model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
            self.optimizer = optim.Adam(self.model.parameters())
            self.schedule = LambdaLR(self.optimizer, self.rate)
            self.loader = DataLoader(TensorDataset(ember.ones(4, 2)), batch_size=2, collate_fn=self.collate)
            self.model.trainer, self.optimizer.trainer, self.losses = self, self, []
            self.model[0].register_forward_hook(self.look)
            self.model[0].weight.register_post_accumulate_grad_hook(self.step)

        def rate(self, epoch):
            return 0.9**epoch

        def collate(self, samples):
            return ember.stack([s[0] for s in samples])

        def look(self, module, args, output):
            self.last = output

        def step(self, parameter):
            self.optimizer.step()

        def run(self):
            for x in self.loader:
                loss = Keeps.apply(self.model(x)).sum()
                loss.backward()
                self.losses.append(loss)
            self.schedule.step()
            return self

    t = Trainer().run()
    return [t, t.model, t.optimizer, t.schedule, t.loader, *t.losses, *t.model.parameters()]
