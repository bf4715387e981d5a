"""Datasets and the loader."""

import os
import pickle
import threading

import numpy as np
import pytest
import squares

import ember
from ember import data


class Squares(squares.Squares):
    def __getitem__(self, i):
        return ember.tensor([float(i)]), i * i


def test_tensor_dataset():
    d = data.TensorDataset(ember.arange(6.0).reshape(3, 2), ember.arange(3))
    assert len(d) == 3
    assert type(d[0]) is tuple and [part.tolist() for part in d[1:]] == [[[2, 3], [4, 5]], [1, 2]]
    assert d[[2, 0]][1].tolist() == d[ember.tensor([2, 0])][1].tolist() == [2, 0]
    x, y = d[1]
    assert x.tolist() == [2, 3] and y.item() == 1 and d[-1][1].item() == 2
    with pytest.raises(IndexError):
        d[3]
    with pytest.raises(ValueError):
        data.TensorDataset(ember.zeros(2), ember.zeros(3))


@pytest.mark.parametrize("workers", [0, 2])
def test_python_datasets_load(workers):
    loader = data.DataLoader(Squares(10), batch_size=4, num_workers=workers)
    assert len(loader) == 3
    batches = list(loader)
    assert [b[0].shape for b in batches] == [(4, 1), (4, 1), (2, 1)]
    assert ember.cat([b[1] for b in batches]).tolist() == [i * i for i in range(10)]
    assert len(list(data.DataLoader(Squares(10), 4, drop_last=True))) == 2


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_shuffling_is_seeded(workers):
    def order(seed):
        loader = data.DataLoader(Squares(20), 3, shuffle=True, num_workers=workers, seed=seed)
        return [[int(i) for b in loader for i in b[0].flatten().tolist()] for _ in range(2)]

    first, second = order(1)
    assert sorted(first) == list(range(20)) and first != second
    assert order(1) == [first, second] and order(2) != [first, second]


def test_order_follows_manual_seed():
    def order():
        ember.manual_seed(5)
        return [b.tolist() for (b,) in data.DataLoader(data.TensorDataset(ember.arange(10)), 2, shuffle=True)]

    assert order() == order()


def test_samples_may_be_anything_that_makes_a_tensor():
    class Anything:
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return np.full(2, i, np.float32), float(i), [i, i]

    a, b, c = next(iter(data.DataLoader(Anything(), 3)))
    assert a.shape == (3, 2) and b.dtype is ember.float64 and b.tolist() == [0, 1, 2]
    assert [x.tolist() for x in c] == [[0, 1, 2], [0, 1, 2]]
    (batch,) = [list(data.DataLoader([1, 2, 3], 3))[0].tolist()]
    assert batch == [1, 2, 3]


@pytest.mark.parametrize("workers", [0, 2])
def test_errors_of_a_dataset_arrive(workers):
    class Broken(Squares):
        def __getitem__(self, i):
            if i == 5:
                raise LookupError("sample is broken")
            return super().__getitem__(i)

    with pytest.raises(LookupError, match="sample is broken") as info:
        list(data.DataLoader(Broken(10), 2, num_workers=workers))
    assert info.value.__notes__ == [f"DataLoader{' worker 0' if workers else ''}: sample 5"]
    assert [frame.name for frame in info.traceback][-1] == "__getitem__"


def test_errors_pass_through_native_datasets():
    class Broken(Squares):
        def __getitem__(self, i):
            raise KeyError(i)

    with pytest.raises(KeyError):
        data.TransformedDataset(Broken(10))[7]
    with pytest.raises(KeyError) as info:
        list(data.DataLoader(data.Subset(Broken(10), [7]), 2, num_workers=1))
    assert info.value.args == (7,) and info.value.__notes__ == ["DataLoader worker 0: sample 0"]


def test_breaking_off_does_not_hang():
    for _ in range(3):
        for _batch in data.DataLoader(Squares(1000), 2, num_workers=3):
            break
    assert threading.active_count() < 10


def test_collate_fn_sees_python_samples():
    loader = data.DataLoader(Squares(4), 2, collate_fn=lambda samples: {"ys": [y for _, y in samples]})
    assert [b["ys"] for b in loader] == [[0, 1], [4, 9]]


def test_samplers_and_subsets():
    d = Squares(10)
    loader = data.DataLoader(d, 2, sampler=[3, 1, 2])
    assert [b[1].tolist() for b in loader] == [[9, 1], [4]]
    loader = data.DataLoader(d, 5, sampler=data.WeightedRandomSampler([0.0] * 9 + [1.0], 5))
    assert next(iter(loader))[1].tolist() == [81] * 5
    subset = data.Subset(d, [4, 5])
    assert len(subset) == 2 and subset[1][1] == 25 and subset.dataset is d
    parts = data.random_split(d, [7, 3])
    assert [len(p) for p in parts] == [7, 3]
    assert sorted(parts[0].indices + parts[1].indices) == list(range(10))
    assert [len(p) for p in data.random_split(d, [0.5, 0.5])] == [5, 5]
    assert len(data.ConcatDataset([d, d])) == len(d + d) == 20


def test_datasets_and_loaders_pickle():
    d = data.TensorDataset(ember.arange(4), ember.ones(4))
    for dataset in (d, data.Subset(d, [3, 1]), data.ConcatDataset([d, d])):
        copy = pickle.loads(pickle.dumps(dataset))
        assert len(copy) == len(dataset) and copy[1][0].item() == dataset[1][0].item()
        loader = pickle.loads(pickle.dumps(data.DataLoader(dataset, 2, num_workers=1)))
        assert len(list(loader)) == len(loader)


def test_random_split():
    d = Squares(10)
    assert [len(p) for p in data.random_split(d, [0.55, 0.25, 0.2])] == [6, 2, 2]
    assert [len(p) for p in data.random_split(d, [0.1] * 10)] == [1] * 10
    assert data.random_split(Squares(0), []) == []
    with pytest.warns(UserWarning, match="index 1 is empty"):
        data.random_split(d, [1.0, 0.0])
    for lengths in ([], [3, 8], [11, -1], [-0.5, 1.5], [0.5, 0.4], [2.0, 8.0], [2**62] * 5):
        with pytest.raises(ValueError):
            data.random_split(d, lengths)

    def split(seed):
        return [p.indices for p in data.random_split(d, [7, 3], generator=ember.Generator().manual_seed(seed))]

    assert split(1) == split(1) and split(1) != split(2)


def test_samplers_alone():
    d = Squares(10)
    assert list(data.SequentialSampler(d)) == list(range(10))
    sampler = data.RandomSampler(d)
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(10)) and first != second and len(sampler) == 10
    generator = ember.Generator()
    for make in (
        lambda: data.RandomSampler(d, generator=generator),
        lambda: data.RandomSampler(d, replacement=True, num_samples=5000, generator=generator),
        lambda: data.RandomSampler(d, num_samples=25, generator=generator),
        lambda: data.SubsetRandomSampler(range(100, 200), generator),
        lambda: data.WeightedRandomSampler([1, 2, 3], 9000, generator=generator),
        lambda: data.WeightedRandomSampler([1.0] * 50, 50, False, generator),
    ):
        generator.manual_seed(0)
        sampler = make()
        first, second = list(sampler), list(sampler)
        generator.manual_seed(0)
        assert list(make()) == first != second and len(first) == len(sampler)
    many = list(data.RandomSampler(d, num_samples=25))
    assert sorted(many[:10]) == sorted(many[10:20]) == list(range(10)) and len(set(many[20:])) == 5
    draws = list(data.WeightedRandomSampler([0, 1, 3], 9000))
    assert draws.count(0) == 0 and 2000 < draws.count(1) < 2500
    assert next(iter(data.RandomSampler(d, replacement=True, num_samples=2**62))) in range(10)
    assert next(iter(data.WeightedRandomSampler([1.0], 2**62))) == 0
    assert list(data.BatchSampler(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(data.BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    assert len(data.BatchSampler(range(5), 2)) == 3 and len(data.BatchSampler(range(5), 2, True)) == 2

    class Own(data.Sampler):
        def __iter__(self):
            return iter([3, 1])

    assert [b[1].tolist() for b in data.DataLoader(d, sampler=Own())] == [[9], [1]]
    for make in (
        lambda: data.RandomSampler(d, num_samples=0),
        lambda: data.WeightedRandomSampler([1.0], -1),
        lambda: data.WeightedRandomSampler([-1.0], 1),
        lambda: data.WeightedRandomSampler([1.0, 0.0], 2, False),
        lambda: data.BatchSampler(d, 0),
        lambda: data.BatchSampler(d, 2.5),
    ):
        with pytest.raises(ValueError):
            make()
    with pytest.raises(TypeError):
        data.RandomSampler(d, replacement=1)


def test_datasets_of_any_samples():
    class Texts(Squares):
        def __getitem__(self, i):
            return {"text": f"<{i}>", "length": i}

    texts = Texts(4)
    assert data.Subset(texts, [2, 0])[0] == {"text": "<2>", "length": 2}
    batch = next(iter(data.DataLoader(data.ConcatDataset([texts, texts]), 3, sampler=[1, 4, 7])))
    assert batch["text"] == ["<1>", "<0>", "<3>"] and batch["length"].tolist() == [1, 0, 3]
    assert (texts + texts)[-1]["text"] == "<3>"
    assert data.StackDataset(texts, Squares(4))[2][1] == (data.StackDataset(a=Squares(4))[2]["a"])
    with pytest.raises(ValueError):
        data.StackDataset(texts, Squares(5))
    with pytest.raises(IndexError):
        (texts + texts)[8]

    class Letters(data.IterableDataset):
        def __iter__(self):
            return iter("ab")

    assert list(data.DataLoader(Letters() + Letters(), 3)) == [["a", "b", "a"], ["b"]]


@pytest.mark.parametrize("workers", [0, 2])
def test_subsets_of_native_datasets_are_read_by_cpp(workers):
    d = data.TensorDataset(ember.arange(10))
    parts = data.ConcatDataset([data.Subset(d, range(3)), data.Subset(d, [9, 8]), d])
    loader = data.DataLoader(parts, 4, num_workers=workers)
    assert "Native" in type(iter(loader)).__name__
    assert [b[0].tolist() for b in loader] == [[0, 1, 2, 9], [8, 0, 1, 2], [3, 4, 5, 6], [7, 8, 9]]
    assert [b[0].tolist() for b in data.DataLoader(data.Subset(d, [-1, 2]), 2, num_workers=workers)] == [[9, 2]]


def test_bad_arguments():
    with pytest.raises(ValueError):
        data.DataLoader(Squares(3), batch_size=0)
    with pytest.raises(ValueError):
        data.DataLoader(Squares(3), sampler=[0], shuffle=True)
    with pytest.raises(TypeError):
        data.DataLoader(3)
    with pytest.raises(IndexError):
        data.Subset(Squares(3), [3])
    with pytest.raises(NotImplementedError):

        class NoItem(data.Dataset):
            def __len__(self):
                return 1

        list(data.DataLoader(NoItem()))


def test_native_datasets_are_datasets():
    assert isinstance(data.TensorDataset(ember.zeros(1)), data.Dataset)
    assert ember.utils.data.DataLoader is data.DataLoader


def test_transforms():
    x = ember.tensor([[[0, 255]]], dtype=ember.uint8)
    t = data.Compose([data.ToFloat(), data.Normalize([0.5], [0.5]), lambda v: v * 2])
    assert t(x).tolist() == [[[-2, 2]]]
    d = data.TransformedDataset(data.TensorDataset(ember.arange(3)), lambda v: v + 10)
    assert d[2][0].item() == 12
    with pytest.raises(TypeError):
        data.Compose([3])
    with pytest.raises(ValueError):
        data.RandomHorizontalFlip(2)


def test_idx_errors(tmp_path):
    path = tmp_path / "bad"
    path.write_bytes(b"not idx")
    with pytest.raises(OSError, match="bad"):
        data.read_idx(str(path))
    with pytest.raises(OSError):
        data.FashionMNIST(str(tmp_path / "absent"))


def test_the_folder_of_images_is_any_path(tmp_path):
    for part, count in (("train", 2), ("t10k", 1)):
        images = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (count, 28, 28)) + bytes(count * 784)
        labels = b"\0\0\x08\x01" + count.to_bytes(4, "big") + bytes(count)
        for folder in ("plain", "\udcff"):
            os.makedirs(tmp_path / folder, exist_ok=True)
            (tmp_path / folder / f"{part}-images-idx3-ubyte").write_bytes(images)
            (tmp_path / folder / f"{part}-labels-idx1-ubyte").write_bytes(labels)
    for root in (tmp_path / "plain", str(tmp_path / "plain"), os.fsencode(tmp_path / "\udcff"), tmp_path / "\udcff"):
        assert len(data.MNIST(root)) == 2 and len(data.MNIST(root, train=False)) == 1
    with pytest.raises(ValueError, match="NUL byte"):
        data.MNIST(f"{tmp_path}/a\0b")
    with pytest.raises(TypeError):
        data.MNIST(3)
