"""Training with differential privacy on Fashion-MNIST: the gradient of each sample is clipped, so that none counts for much, and noise is
added to their mean. Abadi et al., "Deep Learning with Differential Privacy", 2016."""

import ember
import ember.nn.functional as F
from ember import data, func, nn, optim

MOST_NORM, NOISE = 1.0, 0.5

ember.manual_seed(0)
loader = data.DataLoader(data.FashionMNIST(), batch_size=256, shuffle=True, num_workers=1)
net = nn.Sequential(
    nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(64, 10),
)  # fmt: skip
optimizer = optim.Adam(net.parameters(), lr=2e-3)


def loss(parameters, image, label):
    return F.cross_entropy(func.functional_call(net, parameters, image.unsqueeze(0)), label.unsqueeze(0))


# The parameters are shared by the samples, of which each has an image and a label.
gradients_of_samples = func.vmap(func.grad(loss), in_dims=(None, 0, 0))
for epoch in range(1, 3):
    seen, norms = 0, 0.0
    for images, labels in loader:
        parameters = {name: p.detach() for name, p in net.named_parameters()}
        gradients = gradients_of_samples(parameters, images, labels)
        norm = sum(g.flatten(1).square().sum(1) for g in gradients.values()).sqrt()
        scale = (MOST_NORM / norm).clamp(max=1)
        for name, p in net.named_parameters():
            clipped = (gradients[name].flatten(1) * scale[:, None]).sum(0).view_as(p)
            p.grad = (clipped + NOISE * MOST_NORM * ember.randn_like(clipped)) / len(images)
        optimizer.step()
        seen += len(images)
        norms += norm.sum().item()
    with ember.no_grad():
        pairs = data.DataLoader(data.FashionMNIST(train=False), batch_size=1000)
        right = sum((net(images).argmax(1) == labels).sum().item() for images, labels in pairs)
    print(f"epoch {epoch}  mean norm of a sample's gradient {norms / seen:.2f}  accuracy {right / 10000:.4f}")
