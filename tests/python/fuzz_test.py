"""No arguments, however senseless, make an op crash."""

import pathlib
import subprocess
import sys


def test_random_calls_crash_nothing(tmp_path):
    log = tmp_path / "calls"
    program = pathlib.Path(__file__).with_name("fuzz.py")
    done = subprocess.run(
        [sys.executable, program, "--seconds", "60", "--log", log], capture_output=True, text=True, timeout=600
    )
    last = log.read_text().splitlines()[-1] if log.exists() and log.read_text() else ""
    assert done.returncode == 0, f"{done.stderr[-2000:]}\nthe last call was {last}"
    assert int(done.stdout.split()[0]) > 100
