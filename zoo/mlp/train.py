"""The README's training loop: a network of two layers on Fashion-MNIST."""

import os

import ember
import ember.nn.functional as F
from ember import data, nn, optim


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 128)
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        return self.output(F.relu(self.hidden(x.flatten(1))))


ember.manual_seed(0)
loader = data.DataLoader(data.FashionMNIST(), batch_size=64, shuffle=True, num_workers=1)
net = Net()
optimizer = optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(1, 4):
    total = 0.0
    for images, labels in loader:
        loss = F.cross_entropy(net(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch}  loss {total / len(loader):.4f}")
os.makedirs("runs", exist_ok=True)
ember.save(net, "runs/mlp.safetensors")
