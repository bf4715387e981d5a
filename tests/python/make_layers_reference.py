"""Writes tests/data/python_layers.json: what PyTorch gives for the texts of layer_cases.py, for layers_test.py.

Run with an interpreter that has PyTorch: python tests/python/make_layers_reference.py
"""

import json
import pathlib

import layer_cases as cases
import torch
from torch import nn


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


library = (torch, nn, nn.functional)
written = {
    "layers": {name: cases.results(torch, *cases.make(*library, name)) for name in cases.LAYERS},
    "drawn": {name: cases.drawn(*library, name) for name in cases.DRAWN},
    "fixed": {name: cases.fixed(*library, name) for name in cases.FIXED},
}
path = pathlib.Path(__file__).parents[1] / "data" / "python_layers.json"
path.write_text(json.dumps(rounded(written), separators=(",", ":")).replace('},"', '},\n"') + "\n")
