"""What the files in tests/data/pt hold, said for PyTorch, whose files make_pt_files.py writes with it, and for Ember, which reads them."""

import collections


def contents(t):
    """By the file's name; `t` is torch or ember."""
    base = t.arange(12, dtype=t.float32)
    shared = [1, {"two": 2.5}]
    dtypes = "uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 bool complex64 complex128".split()
    numbers = {
        "ints": [0, 255, 256, -1, 2**31 - 1, -(2**31), 2**31, 2**63 - 1, -(2**63), 2**63, 2**100, -(2**100)],
        "floats": (0.1, -0.0, float("inf"), 1e-300),
        "complex": 1.5 - 2j,
        "flags": [True, False, None],
    }
    texts = {"str": "häßlich \U0001f525 \ud800", "bytes": bytes(range(256)), "array": bytearray(b"\x00\xff"), "": ""}
    ordered = collections.OrderedDict(b=1, a=(2,))
    ordered.mark = "kept"
    state = t.nn.Linear(3, 2).state_dict()
    for key in state:
        state[key] = t.ones(*state[key].shape) * 0.25
    optimizer = t.optim.Adam([t.nn.Parameter(t.ones(2))], lr=0.125)
    leaf = t.tensor([1.0, 2.0])
    leaf.requires_grad_()
    return {
        "tensor": t.arange(6, dtype=t.float32).reshape(2, 3),
        "dtypes": {name: t.tensor([0, 1, 1, 0]).to(getattr(t, name)) for name in dtypes},
        "views": {
            "base": base,
            "rows": base.reshape(3, 4)[1:],
            "transposed": base.reshape(3, 4).T,
            "step": base[1::3],
            "expanded": base[5].expand(2, 3),
            "empty": t.zeros(0, 3),
            "scalar": t.tensor(7, dtype=t.int64),
        },
        "numbers": numbers,
        "texts": texts,
        "containers": {
            "nested": [[], (), {}, ((1,), [2, [3]])],
            "ordered": ordered,
            "counter": collections.Counter("abca"),
            "set": {1, "two", (3,)},
            "keys": {1: "int", None: "None", 2.5: "float", (1, ("a",)): "tuple", b"b": "bytes"},
            "twice": [shared, shared],
            "types": [t.Size([2, 3]), t.float16, t.device("cpu"), t.complex128],
        },
        "state_dict": state,
        "parameter": {
            "p": t.nn.Parameter(t.ones(2, 2)),
            "frozen": t.nn.Parameter(t.zeros(1), requires_grad=False),
            "leaf": leaf,
        },
        "optimizer": {"model": {"w": t.ones(2)}, "optimizer": optimizer.state_dict(), "epoch": 3},
    }
