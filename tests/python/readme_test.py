"""The README shows programs of zoo/mlp, which are compiled and run, and an example that runs here."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).absolute().parents[2]


@pytest.mark.parametrize("language, program", [("cpp", "train.cc"), ("python", "train.py")])
def test_readme_shows_the_program_as_it_is(language, program):
    shown = re.search(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.S).group(1)
    assert shown == (ROOT / "zoo/mlp" / program).read_text()


def test_readme_s_example_of_functions_runs(capsys):
    example = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    exec(example, {})  # noqa: S102
    assert capsys.readouterr().out == "ember.Size([4, 4, 4, 4])\n"
