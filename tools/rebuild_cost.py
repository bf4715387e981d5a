"""Says how many compilations a change of a file costs.

    tools/rebuild_cost.py FILE...

Bazel's query lists the compilations of the whole tree, and what the compiler wrote down of each when it last ran tells what it read: so
many run again when a file changes; a new header runs those that include it. Build first.
"""

import argparse
import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def compilations():
    """The file of dependencies of each compilation of the tree."""
    query = ["aquery", "--config=opt", "--ui_event_filters=-info", "--noshow_progress", "--output=jsonproto"]
    command = ["bazel", *query, 'mnemonic("CppCompile|CudaCompile", //...)']
    graph = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    fragments = {fragment["id"]: fragment for fragment in graph["pathFragments"]}

    def path(fragment):
        above = fragment.get("parentId")
        return (path(fragments[above]) if above else Path()) / fragment["label"]

    artifacts = {artifact["id"]: path(fragments[artifact["pathFragmentId"]]) for artifact in graph["artifacts"]}
    outputs = [artifacts[output] for action in graph["actions"] for output in action["outputIds"]]
    return [output for output in outputs if output.suffix == ".d"]


def files_read(listing):
    listing = ROOT / listing
    if not listing.is_file():
        return set()
    # Public headers are found as <folder>/include/ember/<path>.
    return set(re.sub(r"bazel-out/\S*/include/ember/", "", listing.read_text()).split())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE")
    paths = [str(Path(file).resolve().relative_to(ROOT)) for file in parser.parse_args().files]
    reads = [files_read(listing) for listing in compilations()]
    built = [files for files in reads if files]
    if len(built) < len(reads):
        print(f"{len(reads) - len(built)} of {len(reads)} compilations have not run yet and are left out")
    for path in paths:
        print(f"{path}: {sum(path in files for files in built)} of {len(built)} compilations")


if __name__ == "__main__":
    main()
