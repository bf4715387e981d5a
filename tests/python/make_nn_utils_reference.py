"""Writes tests/data/nn_utils.json: what PyTorch gives for the programs of nn_utils_cases.py and module_cases.py, for nn_utils_test.py.

Run with an interpreter that has PyTorch: python tests/python/make_nn_utils_reference.py
"""

import json
import pathlib

import module_cases
import nn_utils_cases
import torch


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, (list, tuple)) else value


written = {name: rounded(case(torch)) for name, case in (nn_utils_cases.CASES | module_cases.CASES).items()}
path = pathlib.Path(__file__).parents[1] / "data" / "nn_utils.json"
path.write_text(
    "{\n" + ",\n".join(f'"{k}":' + json.dumps(v, separators=(",", ":")) for k, v in written.items()) + "\n}\n"
)
