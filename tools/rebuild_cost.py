"""Says how many actions of the build a change of a file costs.

    tools/rebuild_cost.py FILE...

Prints, for each file, how many compilations may read it (by Bazel's query: it lies among their inputs) and how many did so when they last
ran (by the dependencies that the compiler wrote down): as many as run again after a change. Build first.
"""

import argparse
import json
import re
import subprocess
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def compilations_that_may_read(path):
    query = f'inputs(".*{re.escape(path)}", mnemonic("CppCompile|CudaCompile", //...))'
    command = ["bazel", "aquery", "--config=opt", "--ui_event_filters=-info", "--noshow_progress", "--output=jsonproto", query]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return len(json.loads(done.stdout).get("actions", []))


def compilations_that_read(paths):
    """How often each path stands in a list of dependencies of the last build."""
    wanted, counts = set(paths), Counter()
    for listing in (ROOT / "bazel-out").resolve().glob("*-opt*/bin/**/*.d"):
        # Public headers are seen through links, as _virtual_includes/<target>/ember/<path>.
        words = re.sub(r"\S*/_virtual_includes/\w+/ember/", "", listing.read_text()).split()
        counts.update(wanted.intersection(words))
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE")
    paths = [str(Path(file).resolve().relative_to(ROOT)) for file in parser.parse_args().files]
    read = compilations_that_read(paths)
    for path in paths:
        print(f"{path}: read by {read[path]} compilations, may be read by {compilations_that_may_read(path)}")


if __name__ == "__main__":
    main()
