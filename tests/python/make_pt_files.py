"""Writes tests/data/pt with PyTorch: `python tests/python/make_pt_files.py`, run with PyTorch 2.15."""

import pathlib

import torch
from pt_contents import contents

folder = pathlib.Path(__file__).parents[1] / "data" / "pt"
folder.mkdir(exist_ok=True)
for name, obj in contents(torch).items():
    torch.save(obj, folder / f"{name}.pt")
    torch.save(obj, folder / f"{name}.old.pt", _use_new_zipfile_serialization=False)
torch.save({"a": torch.ones(2)}, folder / "protocol4.pt", pickle_protocol=4)
torch.save({"a": torch.tensor([1 + 2j]).conj()}, folder / "conjugate.pt")
torch.save(torch.nn.Linear(2, 1), folder / "module.pt")
torch.jit.save(torch.jit.script(torch.nn.Identity()), folder / "script.pt")
