"""OpenMP that grants fewer threads than asked for makes nothing wait for ever, whoever asks."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import threading
import ember, ember.nn.functional as F
from ember import nn
conv, up, line = nn.Conv2d(4, 8, 3), nn.ConvTranspose2d(4, 4, 3), nn.Linear(256, 256)
image, rows = ember.randn(8, 4, 16, 16, requires_grad=True), ember.randn(256, 256)

def work():
    for _ in range(2):
        F.max_pool2d(conv(image), 2).sum().backward()
        up(image).sum().backward()
        line(rows).exp().sum().backward()
        ember.linalg.svd(rows[:40, :40])

def work_in_threads():
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads: thread.start()
    work()
    for thread in threads: thread.join()

work()
work_in_threads()
for count in (8, 1, 4):
    ember.set_num_threads(count)
    work()
work_in_threads()
print("done")
"""

SETTINGS = [
    {"OMP_THREAD_LIMIT": "3", "OMP_NUM_THREADS": "4"},
    {"OMP_THREAD_LIMIT": "1"},
    {"OMP_DYNAMIC": "true", "OMP_NUM_THREADS": "4"},
    {"OMP_THREAD_LIMIT": "5", "OMP_NUM_THREADS": "4,2", "OMP_MAX_ACTIVE_LEVELS": "2"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: " ".join(f"{k}={v}" for k, v in settings.items()))
def test_every_op_ends(settings):
    environment = os.environ | settings
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
