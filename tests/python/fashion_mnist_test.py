"""The training program in C++ and in Python, on a few made-up images: the same numbers, and clear words when something is wrong."""

import json
import os
import re
import struct
import subprocess
import sys

import numpy as np
import pytest

import ember

PROGRAMS = {
    "cpp": ["zoo/fashion_mnist"],
    "python": [sys.executable, "tests/fashion_mnist_train.py"],
}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder with 96 images to train and 32 to test, whose bright corner tells the class."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for part, count in (("train", 96), ("t10k", 32)):
        labels = rng.integers(0, 10, count).astype(np.uint8)
        pixels = rng.integers(0, 60, (count, 28, 28)).astype(np.uint8)
        for i, label in enumerate(labels):
            pixels[i, : 2 * label + 4, :4] = 255
        header = struct.pack(">HBBIII", 0, 8, 3, count, 28, 28)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(header + pixels.tobytes())
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, count) + labels.tobytes())
    return folder


def train(language, *arguments):
    command = [*PROGRAMS[language], *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def run(language, images, out, *arguments):
    result = train(language, "--data", images, "--out", out, "--batch-size", 16, "--threads", 1, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def curve(out):
    metadata = ember.io.load_tensors_and_metadata(out / "fashion_mnist.safetensors")[1]
    return json.loads(metadata["note.curve"])


def test_both_languages_compute_the_same(images, tmp_path):
    outputs = {language: run(language, images, tmp_path / language, "--epochs", 2) for language in PROGRAMS}
    shapes = {re.sub(r"\d[\d.,]*", "#", text).replace("/cpp/", "/python/") for text in outputs.values()}
    assert len(shapes) == 1, "the summaries differ only in their numbers"
    cpp, python = curve(tmp_path / "cpp"), curve(tmp_path / "python")
    assert len(cpp) == len(python) == 2
    for a, b in zip(cpp, python):
        assert a == pytest.approx(b, abs=1e-6)
    assert cpp[1]["train_loss"] < cpp[0]["train_loss"]


@pytest.mark.parametrize("language", PROGRAMS)
def test_leaves_checkpoint_and_picture(images, tmp_path, language):
    run(language, images, tmp_path / "out", "--epochs", 1)
    assert sorted(os.listdir(tmp_path / "out")) == [
        "fashion_mnist.safetensors",
        "fashion_mnist.svg",
    ]
    picture = (tmp_path / "out" / "fashion_mnist.svg").read_text()
    assert "<svg" in picture and picture.rstrip().endswith("</svg>")
    tensors = ember.io.load_tensors(tmp_path / "out" / "fashion_mnist.safetensors")
    assert tensors["model.conv1.weight"].shape == (32, 1, 3, 3)


@pytest.mark.parametrize("first", PROGRAMS)
def test_both_languages_go_on_from_either_checkpoint(images, tmp_path, first):
    run(first, images, tmp_path / "half", "--epochs", 1)
    checkpoint = tmp_path / "half" / "fashion_mnist.safetensors"
    rest = {}
    for language in PROGRAMS:
        run(language, images, tmp_path / language, "--epochs", 2, "--resume", checkpoint)
        rest[language] = curve(tmp_path / language)
        assert rest[language][0] == pytest.approx(curve(tmp_path / "half")[0], abs=1e-6)
    assert rest["cpp"][1] == pytest.approx(rest["python"][1], abs=1e-6)


@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--data", "/nowhere", "--out", "OUT"], "/nowhere/train-images-idx3-ubyte: no such file"),
        (["--out", "FILE/out"], "FILE"),
        (
            ["--out", "OUT", "--resume", "/nowhere.safetensors"],
            "/nowhere.safetensors: cannot be opened",
        ),
    ],
)
def test_bad_paths_are_one_clear_line(images, tmp_path, language, arguments, message):
    (tmp_path / "file").write_text("")
    places = {"OUT": str(tmp_path / "out"), "FILE": str(tmp_path / "file")}
    for name, place in places.items():
        arguments = [argument.replace(name, place) for argument in arguments]
        message = message.replace(name, place)
    if "--data" not in arguments:
        arguments = ["--data", str(images), *arguments]
    result = train(language, *arguments)
    assert result.returncode == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr


@pytest.mark.parametrize("language", PROGRAMS)
def test_help_names_every_option(language):
    result = train(language, "--help")
    assert result.returncode == 0
    for option in "epochs batch-size lr seed data out workers threads resume limit".split():
        assert f"--{option}" in result.stdout
