"""Writes tests/data/op_table/<family>.json: what PyTorch gives for the rows of the op table that name an expression of it.

    bazel run //tests:op_table/write_inputs | python tests/op_table/make_reference.py [FAMILY...]

Run with an interpreter that has PyTorch 2.15. The inputs of a sample are a, b, c, ... in its expression.
"""

import json
import math
import pathlib
import string
import sys

import torch
import torch.nn.functional as F


def load(value):
    return torch.tensor(value["values"], dtype=torch.float64).reshape(value["shape"]).to(getattr(torch, value["dtype"]))


def outputs(expression, inputs):
    names = {"torch": torch, "F": F, "math": math, **dict(zip(string.ascii_lowercase, map(load, inputs)))}
    result = eval(expression, names)  # noqa: S307
    return [result] if isinstance(result, torch.Tensor) else list(result)


def pack(x):
    values = [v if math.isfinite(v) else str(v) for v in x.detach().to(torch.float64).reshape(-1).tolist()]
    return {"shape": list(x.shape), "values": values}


def results(expression, samples, may_fail):
    for inputs in samples:
        try:
            yield [pack(x) for x in outputs(expression, inputs)]
        except Exception:
            if not may_fail:
                raise
            yield None


def main():
    folder = pathlib.Path(__file__).parent.parent / "data" / "op_table"
    folder.mkdir(exist_ok=True)
    for family, rows in json.load(sys.stdin).items():
        if sys.argv[1:] and family not in sys.argv[1:]:
            continue
        lines = []
        for name, row in sorted(rows.items()):
            # PyTorch decides which of the emptied samples are valid.
            kinds = {k: list(results(row["pytorch"], row[k], k == "emptied")) for k in row if k != "pytorch"}
            lines.append(f"{json.dumps(name)}: {json.dumps(kinds, separators=(',', ':'))}")
        (folder / f"{family}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
