"""The README shows programs of zoo/mlp, which are compiled and run, and an example that runs here."""

import os
import pathlib
import re

import pytest

import ember
from ember import data, nn, optim

ROOT = pathlib.Path(__file__).absolute().parents[2]


@pytest.mark.parametrize("language, program", [("cpp", "train.cc"), ("python", "train.py")])
def test_readme_shows_the_program_as_it_is(language, program):
    shown = re.search(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.S).group(1)
    assert shown == (ROOT / "zoo/mlp" / program).read_text()


def example(number):
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[number]


def test_readme_s_example_of_functions_runs(capsys):
    exec(example(1), {})  # noqa: S102
    assert capsys.readouterr().out == "ember.Size([4, 4, 4, 4])\n"


def test_readme_s_example_of_a_checkpoint_goes_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("runs")
    steps = []

    def run(most):
        def train_step(images, labels):
            if len(steps) == most:
                raise KeyboardInterrupt
            steps.append(labels.tolist())

        net = nn.Linear(2, 2)
        names = {"ember": ember, "net": net, "optimizer": optim.SGD(net.parameters()), "train_step": train_step}
        names["loader"] = data.DataLoader(data.TensorDataset(ember.rand(6, 2), ember.arange(6)), 2)
        exec(example(2), names)  # noqa: S102

    with pytest.raises(KeyboardInterrupt):
        run(4)
    assert len(steps) == 4, "in the second epoch"
    run(100)
    assert len(steps) == 4 + 6, "the second and the third"


def test_readme_s_example_of_pytorch_s_files_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net = nn.Linear(2, 2)
    before = net.weight.tolist()
    exec(example(3), {"ember": ember, "net": net})  # noqa: S102
    assert net.weight.tolist() == before and os.listdir() == ["run.pt"]
