"""Runs clang-tidy on the .cc files given, several at once, and leaves out those it has found clean as they are.

    clang_tidy.py --cache FOLDER FILE... -- COMPILER_FLAG...

What it found depends on the file, on the headers of this repository that it includes, on .clang-tidy, the flags and the version of
clang-tidy: a file's mark in the cache is the hash of all of these.
"""

import argparse
import functools
import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
NOISE = re.compile(r"^(\d+ warnings? (generated|treated)|Suppressed |Use -header-filter)")


@functools.cache
def content(path):
    return Path(path).read_bytes()


@functools.cache
def includes(path):
    """The files of the repository that `path` includes itself, public ones as ember/..."""
    names = [name.removeprefix("ember/") for name in INCLUDE.findall(content(path).decode())]
    return [name for name in names if Path(name).is_file()]


def closure(path):
    """`path` and all it includes, directly or not, in a fixed order."""
    seen, stack = {path}, [path]
    while stack:
        for name in includes(stack.pop()):
            if name not in seen:
                seen.add(name)
                stack.append(name)
    return sorted(seen)


def mark(path, setting):
    digest = hashlib.sha256(setting)
    for name in closure(path):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content(name)).digest())
    return digest.hexdigest()


def main():
    split = sys.argv.index("--")
    flags = sys.argv[split + 1 :]
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args(sys.argv[1:split])
    options.cache.mkdir(parents=True, exist_ok=True)

    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    # Not the folder of the clone, so that clones share the cache.
    setting = version + content(".clang-tidy") + " ".join(os.path.basename(flag) for flag in flags).encode()
    marks = {path: options.cache / mark(path, setting) for path in options.files if path.endswith(".cc")}
    todo = [path for path in marks if not marks[path].exists()]

    def check(path):
        command = ["clang-tidy", "--quiet", "--warnings-as-errors=*", path, "--", *flags]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode == 0:
            marks[path].touch()
            return True
        print("\n".join(line for line in run.stdout.splitlines() if not NOISE.match(line)), flush=True)
        return False

    if len(todo) > 20:
        print(f"clang-tidy: {len(todo)} files, some seconds each", file=sys.stderr, flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return 0 if all(list(pool.map(check, todo))) else 1


if __name__ == "__main__":
    sys.exit(main())
