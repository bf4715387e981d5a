"""Models in several files with an index, and tensors that are mapped from their file."""

import json

import pytest

import ember
from ember import io, nn

TENSORS = {
    "a": ember.arange(6.0).reshape(2, 3),
    "b": ember.ones(5, dtype=ember.int64),
    "c": ember.zeros(0),
    "d": ember.tensor(1.5),
}


def equal(a, b):
    return a.keys() == b.keys() and all(a[key].dtype == b[key].dtype and ember.equal(a[key], b[key]) for key in a)


@pytest.mark.parametrize(("shard_bytes", "count"), [(1, 3), (50, 2), (10**9, 1)])
def test_shards_come_back_and_are_plain_files(tmp_path, shard_bytes, count):
    index = tmp_path / "model.safetensors.index.json"
    io.save_shards(TENSORS, index, shard_bytes)
    described = json.loads(index.read_text())
    assert described["metadata"]["total_size"] == sum(x.numel() * x.element_size() for x in TENSORS.values())
    files = set(described["weight_map"].values())
    assert files == {f"model-{i + 1:05}-of-{count:05}.safetensors" for i in range(count)}
    for name, file in described["weight_map"].items():
        assert ember.equal(io.load_tensors(tmp_path / file)[name], TENSORS[name])
    assert equal(io.load_shards(index), TENSORS) and equal(ember.load(index), TENSORS)


def test_shards_of_pytorch(tmp_path):
    ember.save({"a": ember.ones(2)}, tmp_path / "one.bin")
    ember.save({"b": ember.zeros(2)}, tmp_path / "two.bin")
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {"a": "one.bin", "b": "two.bin"}}))
    assert equal(ember.load(index), {"a": ember.ones(2), "b": ember.zeros(2)})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"weight_map": {"a": "../x.safetensors"}}', "names '../x.safetensors', which is no file of its folder"),
        ('{"weight_map": {"a": "/etc/passwd"}}', "no file of its folder"),
        ('{"weight_map": {"a": "x.index.json"}}', "no file of its folder"),
        ('{"weight_map": {"a": "absent"}}', "absent: cannot be opened"),
        ('{"weight_map": {"z": "x.safetensors"}}', "says that 'z' is in .*x.safetensors, which does not hold it"),
        ('{"weight_map": ["a"]}', "no index of shards"),
        ("{}", "weight_map"),
        ("", "no index of shards"),
    ],
)
def test_damaged_indexes(tmp_path, text, message):
    io.save_tensors({"a": ember.ones(1)}, tmp_path / "x.safetensors")
    (tmp_path / "x.index.json").write_text(text)
    with pytest.raises(OSError, match=message):
        ember.load(tmp_path / "x.index.json")


def test_an_index_has_its_name(tmp_path):
    with pytest.raises(ValueError, match="must end with .safetensors.index.json"):
        io.save_shards(TENSORS, tmp_path / "model.json")
    with pytest.raises(ValueError, match="shard_bytes must be positive"):
        io.save_shards(TENSORS, tmp_path / "x.safetensors.index.json", 0)


def test_what_is_written_to_a_mapped_tensor_stays_out_of_the_file(tmp_path):
    path = tmp_path / "x.safetensors"
    io.save_tensors(TENSORS, path)
    x = io.load_tensors(path)["a"]
    x[0, 0] = 100.0
    x += 1
    assert ember.equal(io.load_tensors(path)["a"], TENSORS["a"]) and x[0, 0] == 101
    io.save_tensors({"a": ember.zeros(2, 3)}, path)  # while it is mapped
    assert x[1, 2] == 6
    net = nn.Linear(3, 2)
    net.weight.data = x
    net(ember.ones(1, 3)).sum().backward()
    assert net.weight.grad.tolist() == [[1, 1, 1]] * 2
