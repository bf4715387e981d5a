"""nn.utils and the hooks of modules do what PyTorch's do (stored by make_nn_utils_reference.py)."""

import json
import pathlib

import module_cases
import nn_utils_cases
import pytest

import ember

CASES = nn_utils_cases.CASES | module_cases.CASES
REFERENCE = json.loads((pathlib.Path(__file__).parents[1] / "data" / "nn_utils.json").read_text())


def compare(mine, theirs, path):
    if isinstance(theirs, dict):
        # A layer's own tensor comes back to its place, where PyTorch's goes to the end.
        assert sorted(mine) == sorted(theirs), path
        for key in theirs:
            compare(mine[key], theirs[key], f"{path} {key}")
    elif isinstance(theirs, list):
        assert isinstance(mine, (list, tuple)) and len(mine) == len(theirs), (
            f"{path}: {mine} where PyTorch has {theirs}"
        )
        for i, pair in enumerate(zip(mine, theirs, strict=True)):
            compare(*pair, f"{path}[{i}]")
    elif isinstance(theirs, float):
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-11), path
    else:
        assert mine == theirs, path


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", CASES)
def test_as_in_pytorch(name):
    compare(CASES[name](ember), REFERENCE[name], name)
