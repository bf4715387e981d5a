"""The README shows programs of zoo/mlp, which are compiled and run."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).absolute().parents[2]


@pytest.mark.parametrize("language, program", [("cpp", "train.cc"), ("python", "train.py")])
def test_readme_shows_the_program_as_it_is(language, program):
    shown = re.search(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.S).group(1)
    assert shown == (ROOT / "zoo/mlp" / program).read_text()
