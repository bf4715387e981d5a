"""DataLoader: which random numbers samples, orders and streams draw."""

import time

import pytest
from squares import Squares

import ember
from ember import data


class Noise(Squares):
    """Samples that take turns in being slow."""

    def __getitem__(self, i):
        time.sleep(i * 7 % 3 * 0.001)
        return ember.rand(2)


def noise(workers, **options):
    ember.manual_seed(3)
    batches = [batch.tolist() for batch in data.DataLoader(Noise(12), 3, num_workers=workers, **options)]
    return batches, ember.rand(1).item()


def test_random_samples_do_not_depend_on_workers_or_time():
    base = noise(0)
    assert len({x for batch in base[0] for sample in batch for x in sample}) == 24
    for workers in (0, 1, 2, 2, 3):
        assert noise(workers) == base
    assert noise(2, shuffle=True) == noise(3, shuffle=True)


def test_a_loop_draws_one_seed_and_nothing_else():
    after = noise(2)[1]
    for dataset in (Squares(12), Noise(12), data.TensorDataset(ember.ones(12))):
        for options in ({}, {"shuffle": True}, {"num_workers": 2, "batch_size": 5}):
            ember.manual_seed(3)
            list(data.DataLoader(dataset, **options))
            assert ember.rand(1).item() == after


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("dataset", [Noise(12), data.TensorDataset(ember.arange(12))], ids=["python", "native"])
@pytest.mark.parametrize("generator", [None, ember.Generator()], ids=["default", "own"])
def test_each_loop_follows_its_generator(dataset, workers, generator):
    loader = data.DataLoader(dataset, 3, shuffle=True, num_workers=workers, generator=generator)

    def loop(seed=None):
        if seed is not None:
            (generator or ember).manual_seed(seed)
        return [repr(batch) for batch in loader]

    first, second = loop(0), loop()
    assert loop(0) == first and loop() == second and loop(1) != first and first != second


def test_streams_draw_a_stream_for_each_worker():
    class Random(data.IterableDataset):
        def __iter__(self):
            for _ in range(4):
                yield ember.rand(1).item()

    def draw(workers):
        ember.manual_seed(0)
        return [batch.tolist() for batch in data.DataLoader(Random(), 2, num_workers=workers)], ember.rand(1).item()

    assert draw(0) == draw(1) and draw(2) == draw(2)
    assert len({x for batch in draw(2)[0] for x in batch}) == 8


def test_seeded_epochs_can_be_resumed():
    loader = data.DataLoader(Noise(12), 3, shuffle=True, num_workers=2, seed=5)
    epochs = [[repr(batch) for batch in loader] for _ in range(3)]
    again = data.DataLoader(Noise(12), 4, shuffle=True, seed=5)
    again.epoch = 2
    assert len({str(epoch) for epoch in epochs}) == 3 and again.epoch == 2
    again = data.DataLoader(Noise(12), 3, shuffle=True, seed=5)
    again.epoch = 2
    assert [repr(batch) for batch in again] == epochs[2]
