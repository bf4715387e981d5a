"""Trains a small convolutional network on Fashion-MNIST: train.cc in Python. With one seed both compute the same numbers."""

import argparse
import json
import os
import sys
import tempfile
import time

import matplotlib
import matplotlib.pyplot as plt
from tqdm import tqdm

import ember
import ember.nn.functional as F
from ember import data, nn, optim

matplotlib.use("svg")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, 10)
        self.dropout = nn.Dropout(0.4)

    def forward(self, images):
        x = F.max_pool2d(F.relu(self.conv1(images)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        return self.fc2(self.dropout(F.relu(self.fc1(x))))


class Score:
    """Running means over samples."""

    def __init__(self):
        self.loss_sum, self.correct, self.count = 0.0, 0, 0

    def add(self, logits, targets, loss):
        self.loss_sum += loss * len(targets)
        self.correct += int((logits.argmax(1) == targets).sum())
        self.count += len(targets)

    loss = property(lambda self: self.loss_sum / self.count)
    accuracy = property(lambda self: self.correct / self.count)


def load_images(options, train):
    transform = data.Compose([data.ToFloat(), data.Normalize([0.2860], [0.3530])])
    images = data.FashionMNIST(options.data, train=train, transform=transform)
    if 0 < options.limit < len(images):
        return data.Subset(images, range(options.limit))
    return images


def train_epoch(net, optimizer, scheduler, loader, bar):
    net.train()
    score = Score()
    for images, targets in loader:
        logits = net(images)
        loss = F.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        score.add(logits, targets, loss.item())
        bar.set_postfix_str(f"loss {score.loss:.4f}  accuracy {100 * score.accuracy:.2f} %", refresh=False)
        bar.update(len(targets))
    return score


@ember.no_grad()
def test(net, loader):
    net.eval()
    score = Score()
    for images, targets in loader:
        logits = net(images)
        score.add(logits, targets, F.cross_entropy(logits, targets).item())
    return score


def draw(curve, path):
    figure, panels = plt.subplots(1, 2, figsize=(10, 4))
    epochs = range(1, len(curve) + 1)
    for panel, what, scale in ((panels[0], "loss", 1), (panels[1], "accuracy", 100)):
        for part in ("train", "test"):
            panel.plot(epochs, [scale * point[f"{part}_{what}"] for point in curve], marker="o", label=part)
        panel.set(title=what + (" in %" if scale == 100 else ""), xlabel="epoch", xticks=epochs)
        panel.grid(alpha=0.3)
        panel.legend()
    figure.tight_layout()
    figure.savefig(path)


def train(options):
    ember.set_num_threads(options.threads)
    ember.manual_seed(options.seed)
    base = os.path.join(options.out, "fashion_mnist")
    os.makedirs(options.out, exist_ok=True)
    tempfile.TemporaryFile(dir=options.out).close()  # better to fail now than after the training

    train_images, test_images = load_images(options, True), load_images(options, False)
    train_loader = data.DataLoader(
        train_images,
        options.batch_size,
        shuffle=True,
        num_workers=options.workers,
        seed=options.seed,
    )
    test_loader = data.DataLoader(test_images, 500, num_workers=options.workers)

    net = Net()
    optimizer = optim.Adam(net.parameters(), options.lr)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs * len(train_loader))
    parts = {"model": net, "optimizer": optimizer, "scheduler": scheduler, "loader": train_loader}
    run = ember.Checkpoint(base + ".safetensors", resume=options.resume or False, **parts)
    curve = json.loads(run.notes.get("curve", "[]"))

    weights = sum(parameter.numel() for parameter in net.parameters())
    print(
        f"Fashion-MNIST: {len(train_images):,} images to train, {len(test_images):,} to test; "
        f"{weights:,} parameters, {options.threads} threads"
    )
    train_seconds, trained = 0.0, 0
    for epoch in run.epochs(options.epochs):
        label = f"epoch {epoch + 1}/{options.epochs}"
        begin = time.perf_counter()
        with tqdm(total=len(train_images), desc=label, unit=" images", leave=False) as bar:
            train_score = train_epoch(net, optimizer, scheduler, train_loader, bar)
        train_seconds += time.perf_counter() - begin
        trained += train_score.count
        test_score = test(net, test_loader)
        curve.append(
            {
                "train_loss": train_score.loss,
                "train_accuracy": train_score.accuracy,
                "test_loss": test_score.loss,
                "test_accuracy": test_score.accuracy,
            }
        )
        run.notes["curve"] = json.dumps(curve)
        run.save()
        print(
            f"{label}  train loss {train_score.loss:.7f} accuracy {100 * train_score.accuracy:.2f} %  "
            f"test loss {test_score.loss:.7f} accuracy {100 * test_score.accuracy:.2f} %",
            flush=True,
        )
    draw(curve, base + ".svg")

    print(f"test accuracy  {100 * curve[-1]['test_accuracy']:.2f} % on {len(test_images):,} images")
    if trained:
        print(f"training       {train_seconds:.1f} s, {int(trained / train_seconds):,} images/s")
    print(f"checkpoint     {base}.safetensors\nlearning curve {base}.svg")


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be positive")
    return number


def main():
    parser = argparse.ArgumentParser(
        prog="fashion_mnist",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--epochs", type=positive, default=5, help="passes over the training images")
    parser.add_argument("--batch-size", type=positive, default=128, help="images a step")
    parser.add_argument(
        "--lr",
        type=float,
        default=2e-3,
        help="Adam's rate at the start; it falls to 0 along a cosine",
    )
    parser.add_argument("--seed", type=int, default=0, help="of weights, order and dropout")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="folder of the IDX files")
    parser.add_argument("--out", default="runs", help="folder for checkpoint and picture")
    parser.add_argument("--workers", type=int, default=1, help="threads that load images")
    parser.add_argument("--threads", type=positive, default=ember.get_num_threads(), help="threads that compute")
    parser.add_argument("--resume", default="", help="checkpoint to go on from")
    parser.add_argument("--limit", type=int, default=0, help="use only the first images, for a quick try")
    try:
        train(parser.parse_args())
    except (OSError, ValueError, RuntimeError) as error:
        print(f"fashion_mnist: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
