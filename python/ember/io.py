"""Tensors in files: safetensors, whole or in shards, .npy, .npz and GGUF. ember.save and ember.load take whole objects and PyTorch's files:

ember.save({"model": net.state_dict(), "epoch": 3}, "run.pt")
net.load_state_dict(ember.load("run.pt", mmap=True)["model"])

io.save_shards(net.state_dict(), "model.safetensors.index.json", shard_bytes=2 * 10**9)
net.load_state_dict(ember.load("model.safetensors.index.json"))
"""

from ember._C.io import *  # noqa: F403
