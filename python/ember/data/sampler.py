"""Samplers: in which order a loop visits a dataset. Any iterable of indices is one; it may be endless and have no length."""

import itertools

from ember._C import Generator, randint
from ember._C.data import _draw_seed, _permutation, _weighted_draws

_CHUNK = 4096


class Sampler:
    """An order. A subclass defines __iter__, and __len__ where there is an end."""

    def __init__(self, data_source=None):
        pass

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} must define __iter__")

    def __class_getitem__(cls, item):
        return cls


class SequentialSampler(Sampler):
    """0, 1, 2, ..."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)

    def indices(self, epoch=0):
        return range(len(self.data_source))


class _SeededSampler(Sampler):
    """An order that depends on a seed and the number of the epoch: indices(epoch). Each iteration draws a seed from the generator
    or the default one, unless there is a fixed one."""

    def __init__(self, generator, seed):
        self.generator, self.seed = generator, seed

    def __iter__(self):
        return iter(self.indices())

    def indices(self, epoch=0):
        return self.draw(_draw_seed(self.generator) if self.seed is None else self.seed, epoch)


class RandomSampler(_SeededSampler):
    """A permutation of the dataset, or with `replacement` draws of it; `num_samples` of them, as many as the dataset has by
    default."""

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None, *, seed=None):
        super().__init__(generator, seed)
        _check_bool(replacement, "replacement", TypeError)
        if num_samples is not None:
            _check_positive(num_samples, "num_samples")
        self.data_source, self.replacement, self._num_samples = data_source, replacement, num_samples

    @property
    def num_samples(self):
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __len__(self):
        return self.num_samples

    def draw(self, seed, epoch):
        size, count = len(self.data_source), self.num_samples
        if not self.replacement and count <= size:
            return _permutation(size, seed, epoch)[:count]
        if size == 0:
            raise ValueError("RandomSampler: the dataset is empty")
        return self.many(size, count, seed, epoch)

    def many(self, size, count, seed, epoch):
        generator = Generator().manual_seed(_permutation_seed(seed, epoch))
        while count > 0:
            step = min(count, _CHUNK if self.replacement else size)
            if self.replacement:
                yield from randint(size, (step,), generator=generator).tolist()
            else:
                yield from _permutation(size, _draw_seed(generator), epoch)[:step]
            count -= step


class SubsetRandomSampler(_SeededSampler):
    """These indices in another order each time."""

    def __init__(self, indices, generator=None, *, seed=None):
        super().__init__(generator, seed)
        self._indices = indices

    def __len__(self):
        return len(self._indices)

    def draw(self, seed, epoch):
        return [self._indices[i] for i in _permutation(len(self._indices), seed, epoch)]


class WeightedRandomSampler(_SeededSampler):
    """`num_samples` draws of 0 ... len(weights) - 1 with probabilities in proportion to the weights."""

    def __init__(self, weights, num_samples, replacement=True, generator=None, *, seed=None):
        super().__init__(generator, seed)
        _check_positive(num_samples, "num_samples")
        _check_bool(replacement, "replacement")
        self.weights = [float(weight) for weight in weights]
        self.num_samples, self.replacement = num_samples, replacement
        # Says what is wrong with the weights now rather than at the first loop.
        _weighted_draws(self.weights, 0 if replacement else num_samples, replacement, 0, 0)

    def __len__(self):
        return self.num_samples

    def draw(self, seed, epoch):
        if not self.replacement:
            return _weighted_draws(self.weights, self.num_samples, False, seed, epoch)
        return self.many(seed, epoch)

    def many(self, seed, epoch):
        seeds = Generator().manual_seed(_permutation_seed(seed, epoch))
        chunk = max(_CHUNK, len(self.weights))
        for first in range(0, self.num_samples, chunk):
            yield from _weighted_draws(
                self.weights, min(chunk, self.num_samples - first), True, _draw_seed(seeds), epoch
            )


class BatchSampler(Sampler):
    """Lists of `batch_size` of a sampler's indices, taken as they are asked for; the last may be shorter, or is left out with
    `drop_last`."""

    def __init__(self, sampler, batch_size, drop_last=False):
        _check_positive(batch_size, "batch_size")
        _check_bool(drop_last, "drop_last")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self):
        return _Groups(iter(self.sampler), self.batch_size, self.drop_last)

    def __len__(self):
        return len(self.sampler) // self.batch_size if self.drop_last else -(-len(self.sampler) // self.batch_size)


class _Groups:
    """The iterator of a BatchSampler. Unlike a generator it goes on after an interrupt, with what it had read."""

    def __init__(self, indices, size, drop_last):
        self.indices, self.size, self.smallest = indices, size, size if drop_last else 1
        self.group = []

    def __iter__(self):
        return self

    def __next__(self):
        self.group.extend(itertools.islice(self.indices, self.size - len(self.group)))
        if len(self.group) < self.smallest:
            raise StopIteration
        group, self.group = self.group, []
        return group


def _permutation_seed(seed, epoch):
    return (seed + epoch) % 2**63


def _check_positive(value, name):
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def _check_bool(value, name, error=ValueError):
    if not isinstance(value, bool):
        raise error(f"{name} should be a boolean value, but got {name}={value}")
