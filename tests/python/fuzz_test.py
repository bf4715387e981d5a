"""No arguments, however senseless, make an op crash."""

import os
import pathlib
import subprocess
import sys

import pytest
from stress import rounds

import ember


def test_random_calls_crash_nothing(tmp_path, record_property):
    log = tmp_path / "calls"
    program = pathlib.Path(__file__).with_name("fuzz.py")
    # A sanitizer's shadow memory takes more address space than there is memory.
    limit = "0" if "EMBER_PRELOAD" in os.environ else "4"
    command = [sys.executable, program, "--seconds", str(rounds(60, 300)), "--log", log, "--memory", limit]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2400)
    last = log.read_text().splitlines()[-1] if log.exists() and log.read_text() else ""
    assert done.returncode == 0, f"{done.stderr[-2000:]}\nthe last call was {last}"
    calls = int(done.stdout.split()[0])
    assert calls > 100
    record_property("random calls", calls)


def test_calls_that_once_went_wrong_end():
    """What longer runs found: an overflow that only a sanitizer saw, and loops without end."""
    assert ember.fft.irfftn(ember.zeros(0, 3), 2**62).shape == (0, 2**62)
    assert len(ember.chunk(ember.zeros(3), 2**63 - 1)) == 3
    with pytest.raises((RuntimeError, MemoryError)):
        ember.mvlgamma(ember.tensor([1.0]), 2**62)
    with pytest.raises((RuntimeError, MemoryError)):
        ember.linalg.vander(ember.ones(2), N=2**60)
