"""Near a limit of memory every piece of work succeeds or raises a MemoryError that says what was asked, and the process goes on."""

import os
import pathlib
import subprocess
import sys

import pytest
from memory_limit import WORKS
from stress import rounds

PROGRAM = pathlib.Path(__file__).with_name("memory_limit.py")
LIMITS = rounds([1, 100], [0, 0.5, 2, 8, 16, 20, 26, 32, 36, 40, 64, 100, 200, 350, 500, 700])


@pytest.mark.skipif("EMBER_PRELOAD" in os.environ, reason="a sanitizer's shadow memory takes more than any limit")
@pytest.mark.parametrize("work", [work.__name__ for work in WORKS])
def test_work_near_a_limit_of_memory_ends(work, record_property):
    for number, limit in enumerate(LIMITS):
        for when in rounds(["first", "again"][number % 2 :][:1], ["first", "again"]):
            command = [sys.executable, PROGRAM, work, str(limit), when]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            where = f"{work}, {limit} MiB, {when}: {done.stderr[-2000:]}"
            assert (done.returncode, done.stderr) == (0, ""), where
            for said in done.stdout.splitlines():
                assert said in ("done", "refused by Python") or "bytes" in said or "memory" in said, where
    record_property("runs near a limit of memory", len(LIMITS) * rounds(1, 2))
