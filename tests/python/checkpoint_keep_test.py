"""Checkpoints that are damaged, and the older ones that a run keeps."""

import os

import pytest

import ember
from ember import nn


def run(path, **options):
    return ember.Checkpoint(path, model=nn.Linear(2, 2), **options)


def save(path, steps, keep):
    checkpoint = run(path, keep=keep)
    for step in steps:
        checkpoint.step = step
        checkpoint.save()


def flip(path, marker, offset=0):
    """Changes one byte."""
    data = bytearray(path.read_bytes())
    data[data.index(marker) + offset] ^= 1
    path.write_bytes(data)


def test_a_changed_byte_of_data_or_of_text_is_found(tmp_path):
    path = tmp_path / "x"
    save(path, [7], keep=1)
    whole = path.read_bytes()
    path.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with pytest.raises(OSError, match=r"x: is damaged: .*checksum"):
        run(path)
    path.write_bytes(whole)
    flip(path, b'"step":"7"', 8)
    with pytest.raises(OSError, match=r"x: is damaged: .*checksum"):
        run(path)
    path.write_bytes(whole)
    assert run(path).step == 7


def test_the_newest_files_are_kept(tmp_path):
    path = tmp_path / "x"
    save(path, range(1, 6), keep=3)
    assert sorted(os.listdir(tmp_path)) == ["x", "x.1", "x.2"]
    assert [run(file, resume=True).step for file in (path, tmp_path / "x.1", tmp_path / "x.2")] == [5, 4, 3]


def test_a_run_goes_on_from_the_last_whole_file(tmp_path):
    path = tmp_path / "x"
    save(path, [1, 2, 3], keep=3)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(UserWarning, match=r"x is damaged or missing; the run goes on from .*x\.1"):
        assert run(path, keep=3).step == 2
    (tmp_path / "x.1").unlink()
    with pytest.warns(UserWarning, match=r"goes on from .*x\.2"):
        assert run(path, keep=3).step == 1
    path.unlink()
    with pytest.warns(UserWarning, match=r"goes on from .*x\.2"):
        assert run(path, keep=3).step == 1
    (tmp_path / "x.2").write_bytes(b"")
    path.write_bytes(b"short")
    with pytest.raises(OSError, match="x: is no safetensors file.*; none of its 2 older files is whole either"):
        run(path, keep=3)


def test_a_checkpoint_of_another_model_is_no_damage(tmp_path):
    path = tmp_path / "x"
    save(path, [1, 2], keep=2)
    with pytest.raises(OSError, match="holds 'model' too"):
        ember.Checkpoint(path, keep=2)
    with pytest.raises(ValueError, match="keep must be at least 1"):
        run(path, keep=0)
