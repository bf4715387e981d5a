"""Every verb that `./ember help` lists does what it says, run as a user runs it, and prints no warning that the user cannot act on."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).absolute().parents[2]
CACHE = pathlib.Path(os.environ.get("EMBER_CACHE", pathlib.Path.home() / ".cache/ember"))


def ember(*arguments, cwd=ROOT, root=ROOT):
    """What the verb prints, both streams together."""
    result = subprocess.run([root / "ember", *arguments], cwd=cwd, capture_output=True, text=True, timeout=1800)
    output = result.stdout + result.stderr
    assert result.returncode == 0, output
    assert not re.search(r"warning|deprecated|traceback", output, re.I), output
    return output


def copy_of_the_sources(folder):
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def check_setup(folder):
    assert "ready" in ember("setup")


def check_build(folder):
    ember("build", "//:ember")
    assert (ROOT / "bazel-bin/libember.so").exists()


def check_test(folder):
    assert re.search(r"^[1-9]\d* passed, 0 failed$", ember("test", "core/shape_test"), re.M)


def check_train(folder):
    listed = re.findall(r"^  (\S+)$", ember("train"), re.M)
    assert sorted(listed) == sorted(p.name.replace("_", "-") for p in (ROOT / "zoo").iterdir() if p.is_dir())
    assert "--epochs" in ember("train", "fashion-mnist", "--help")
    for language in ([], ["--python"]):
        losses = [float(x) for x in re.findall(r"loss ([\d.]+)", ember("train", "mlp", *language, cwd=folder))]
        assert len(losses) == 3 and losses[2] < losses[0] < 1
        assert os.listdir(folder) == ["runs"], "a task writes to runs/ alone"
        assert os.listdir(folder / "runs") == ["mlp.safetensors"]
        shutil.rmtree(folder / "runs")


def check_python(folder):
    ember("build", "//python:package")
    gone = ROOT / "bazel-bin/python/package/ember/gone"
    (gone / "__pycache__").mkdir(parents=True)
    (gone / "__pycache__/module.cpython-311.pyc").touch()
    (gone / "module.py").symlink_to(folder / "deleted.py")
    assert "found nothing" in ember(
        "python", "-c", "import importlib.util as i; print('found', i.find_spec('ember.gone') or 'nothing')"
    )

    script = folder / "script.py"
    script.write_text("import sys, ember\nprint(ember.ones(2, 3).sum().item(), sys.argv[1])\n")
    assert "6.0 argument" in ember("python", script.name, "argument", cwd=folder)


def check_bench(folder):
    output = ember("bench", "overhead", "--benchmark_min_time=0.001")
    assert re.search(r"^\w\S* +[\d.]+ ns", output, re.M), output


def check_format(folder):
    cpp, python = folder / "a.cc", folder / "a.py"
    cpp.write_text("int  f( ){return 1 ;}\n")
    python.write_text("x = {'a':1}\n")
    ember("format", cpp, python)
    assert cpp.read_text() == "int f() { return 1; }\n"
    assert python.read_text() == 'x = {"a": 1}\n'


def check_lint(folder):
    assert "lint: clean" in ember("lint", "core/shape.cc", "zoo/mlp/train.py")
    bad = folder / "bad.py"
    bad.write_text("import os\n")
    result = subprocess.run([ROOT / "ember", "lint", bad], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1 and "imported but unused" in result.stdout + result.stderr


def check_docs(folder):
    shutil.rmtree(CACHE / "docs", ignore_errors=True)
    ember("docs")
    pages = CACHE / "docs/python/ember"
    assert "in_features" in (pages / "nn.html").read_text()
    assert 'id="Tensor.backward"' in (pages.parent / "ember.html").read_text()
    for page, name in (("fft", "rfft"), ("func", "vmap"), ("optim", "Adam"), ("data", "DataLoader")):
        text = (pages / f"{page}.html").read_text()
        assert f'id="{name}"' in text, f"{name} is missing on the page of ember.{page}"
    classes = (CACHE / "docs/cpp/html/annotated.html").read_text()
    for name in ("Tensor", "Module", "DataLoader", "Adam"):
        assert f">{name}<" in classes


def check_clean(folder):
    sources = copy_of_the_sources(folder)
    ember("build", "//:README.md", cwd=sources, root=sources)
    assert (sources / "bazel-bin").is_symlink()
    ember("clean", cwd=sources, root=sources)
    assert not (sources / "bazel-bin").is_symlink()


CHECKS = {name.removeprefix("check_"): f for name, f in list(globals().items()) if name.startswith("check_")}
LISTED = re.findall(r"^  (\w+)", subprocess.run([ROOT / "ember", "help"], capture_output=True, text=True).stdout, re.M)


def test_help_lists_verbs():
    assert {"setup", "build", "test", "train", "docs"} <= set(LISTED)


@pytest.mark.parametrize("verb", LISTED)
def test_verb_does_what_help_says(verb, tmp_path):
    CHECKS[verb](tmp_path)


def test_an_unknown_verb_is_an_error_that_lists_the_known_ones():
    result = subprocess.run([ROOT / "ember", "tset"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "no verb 'tset'" in result.stderr and "usage: ./ember VERB" in result.stderr


@pytest.mark.parametrize("sign", [" ", "'", '"', "$", "&"])
def test_a_path_that_bazel_cannot_take_is_refused_in_a_sentence(sign, tmp_path):
    environment = os.environ | {"EMBER_CACHE": f"{tmp_path}/a{sign}b"}
    result = subprocess.run([ROOT / "ember", "setup"], env=environment, capture_output=True, text=True)
    assert result.returncode == 1
    assert "EMBER_CACHE" in result.stderr and result.stderr.rstrip().endswith(f"a{sign}b")
    assert not list(tmp_path.iterdir())


def test_the_cache_s_path_may_be_relative_to_where_the_verb_is_called(tmp_path):
    (tmp_path / "cache").symlink_to(CACHE)
    environment = os.environ | {"EMBER_CACHE": "cache"}
    result = subprocess.run([ROOT / "ember", "setup"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 0 and "installing" not in result.stderr
    assert not (ROOT / "cache").exists()
