"""Checkpoint: what it holds, and what it refuses."""

import itertools
import os
import random

import pytest
from samplers import Shuffled

import ember
from ember import data, nn, optim
from ember.data import DataLoader

NUMBERS = data.TensorDataset(ember.arange(23.0))


def parts(lr=0.1, **more):
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    optimizer = optim.Adam(net.parameters(), lr=lr)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 2)
    return {"model": net, "optimizer": optimizer, "scheduler": scheduler, **more}


def snapshot(run_parts):
    return (
        repr([run_parts[name].state_dict() for name in run_parts]),
        random.getstate(),
        ember.get_rng_state().tolist(),
    )


def test_a_checkpoint_holds_anything_with_a_state(tmp_path):
    class Average:
        value = 0.0

        def state_dict(self):
            return {"value": self.value, "history": [ember.ones(2), {(1, 2): None}]}

        def load_state_dict(self, state):
            self.value = state["value"]

    def run(**options):
        own = parts(
            critic=nn.Linear(1, 1),
            generator=ember.Generator(),
            average=Average(),
            loader=DataLoader(NUMBERS, 4, shuffle=True),
        )
        return ember.Checkpoint(tmp_path / "x", **own, **options)

    first = run()
    first.average.value, first.step, first.epoch = 2.5, 7, 3
    first.notes = {"text": "ü", "curve": [1.5, None, ("a", 2)], 3: ember.ones(1)}
    first.optimizer.param_groups[0]["mine"] = [1, 2]
    first.generator.manual_seed(11)
    first.save()
    second = run()
    assert (second.average.value, second.step, second.epoch) == (2.5, 7, 3)
    assert (
        second.notes["curve"] == [1.5, None, ("a", 2)] and second.notes["text"] == "ü" and second.notes[3].item() == 1
    )
    assert second.optimizer.param_groups[0]["mine"] == [1, 2] and second.generator.initial_seed() == 11
    assert ember.equal(first.critic.weight, second.critic.weight)
    assert run(resume=False).step == 0
    assert set(ember.load(tmp_path / "x")) >= {"model.0.weight", "critic.weight"}


def test_a_save_behind_the_loop_goes_on_with_the_next_epoch(tmp_path):
    def run():
        loader = DataLoader(NUMBERS, 4)
        return ember.Checkpoint(tmp_path / "x", loader=loader), loader

    first, loader = run()
    for epoch in first.epochs(3):
        if epoch == 1:
            first.save()  # before the loop: this epoch
            break
        for _ in loader:
            pass
    again, loader = run()
    assert list(itertools.islice(again.epochs(3), 1)) == [1]
    for epoch in again.epochs(3):
        for _ in loader:
            pass
        again.save()
        if epoch == 1:
            break
    last, loader = run()
    assert list(last.epochs(3)) == [2] and list(last.epochs(3)) == []
    last.save()
    assert run()[0].epoch == 3
    (tmp_path / "x").unlink()
    plain = ember.Checkpoint(tmp_path / "x")
    for _ in plain.epochs(2):
        plain.save()
        break
    assert ember.Checkpoint(tmp_path / "x").epoch == 1


def test_a_checkpoint_that_does_not_fit_changes_nothing(tmp_path):
    path = tmp_path / "x"
    run = ember.Checkpoint(path, **parts())
    list(run.epochs(2))
    run.save()
    wide = parts()
    wide["model"] = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4))
    other_optimizer = parts()
    other_optimizer["optimizer"] = optim.SGD(other_optimizer["model"].parameters(), lr=0.1)
    other_scheduler = parts()
    other_scheduler["scheduler"] = optim.lr_scheduler.ExponentialLR(other_scheduler["optimizer"], 0.5)
    fewer = parts()
    del fewer["scheduler"]
    for other, error, message in [
        (wide, RuntimeError, "size mismatch"),
        (other_optimizer, OSError, "x: its optimizer is a optimizer Adam, not a optimizer SGD"),
        (other_scheduler, OSError, "x: its scheduler is a scheduler StepLR, not a scheduler ExponentialLR"),
        (fewer, OSError, "x: the checkpoint holds 'scheduler' too"),
        (parts(critic=nn.Linear(1, 1)), OSError, "x: the checkpoint was saved without its critic"),
        (parts(loader=DataLoader(NUMBERS)), OSError, "x: the checkpoint was saved without its loader"),
    ]:
        random.seed(5), ember.manual_seed(5)
        before = snapshot(other)
        with pytest.raises(error, match=message):
            ember.Checkpoint(path, **other)
        assert snapshot(other) == before
    for value, message in ((3, "has no state_dict"), (nn, "has no state_dict")):
        with pytest.raises(TypeError, match=message):
            ember.Checkpoint(path, model=value)
    for name in ("epoch", "_x", "notes", "save"):
        with pytest.raises(ValueError, match="cannot be a part's name"):
            ember.Checkpoint(path, **{name: nn.Linear(1, 1)})


def test_damaged_checkpoints_are_named(tmp_path):
    path = tmp_path / "x"
    run_parts = parts(loader=DataLoader(NUMBERS, 4, sampler=Shuffled()))
    ember.Checkpoint(path, **run_parts).save()
    tensors, metadata = ember.io.load_tensors_and_metadata(path)
    del metadata["checksum"]  # which would find all of it
    for key in metadata:
        for damage in (None, "", "x", "[", "{}", "[1]", "-1e9", '{"$items": 3}'):
            broken = dict(metadata)
            del broken[key]
            if damage is not None:
                broken[key] = damage
            if damage is None and key in ("parts", "structure.random"):
                continue  # as the first files and those of C++ are
            ember.io.save_tensors(tensors, path, broken)
            before = snapshot(run_parts)
            with pytest.raises((OSError, ValueError), match="x: "):
                ember.Checkpoint(path, **run_parts)
            assert snapshot(run_parts) == before


def test_the_files_of_the_first_version_load(tmp_path):
    own = parts(loader=DataLoader(NUMBERS, 4, seed=1))
    ember.io.save_checkpoint(tmp_path / "x", own["model"], own["optimizer"], own["scheduler"], 3, {"curve": "[1]"})
    tensors, metadata = ember.io.load_tensors_and_metadata(tmp_path / "x")
    del metadata["parts"], metadata["checksum"]
    ember.io.save_tensors(tensors, tmp_path / "x", metadata)
    run = ember.Checkpoint(tmp_path / "x", **parts(loader=DataLoader(NUMBERS, 4, seed=1)))
    assert run.epoch == 3 and run.loader.epoch == 3 and run.notes == {"curve": "[1]"}
    assert os.listdir(tmp_path) == ["x"]
