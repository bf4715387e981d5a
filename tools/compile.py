"""Runs a compiler and says which of the tree's headers it did not read, so that no change of those runs it again.

    compile.py --package P --may-include P,Q --include FOLDER --depends D.d --unused FILE COMPILER ARGUMENTS...

`#include "ember/core/shape.h"` finds core/shape.h: FOLDER/ember leads to the tree. A header of any other package than those given is an error.
"""

import argparse
import os
import re
import subprocess
import sys


def public_headers(folder):
    """Has FOLDER/ember lead to the tree; many compilations try at once."""
    os.makedirs(folder, exist_ok=True)
    try:
        os.symlink(os.path.relpath(".", folder), f"{folder}/ember")
    except FileExistsError:
        pass


def read_headers(depends, prefix):
    """The paths of the tree's headers that were read."""
    with open(depends) as listing:
        names = re.split(r"[\s\\]+", listing.read().partition(": ")[2])
    paths = {os.path.normpath(name.removeprefix(prefix)) for name in names}
    return {
        path
        for path in paths
        if path.endswith((".h", ".cuh")) and not path.startswith(("external/", "bazel-out/", "/"))
    }


def main():
    parser = argparse.ArgumentParser()
    for name in ("package", "may-include", "include", "depends", "unused"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    public_headers(given.include)
    status = subprocess.call(given.command + ["-MD", "-MF", given.depends])
    if status:
        sys.exit(status)
    read = read_headers(given.depends, given.include + "/ember/")
    packages = given.may_include.split(",")
    for path in read:
        if path.rpartition("/")[0].partition("/")[0] not in packages:
            sys.exit(f"{given.package} includes {path} but does not depend on its package")
    with open(given.unused, "w") as unused:
        for package in packages:
            for folder, _, files in os.walk(package or "."):
                paths = (os.path.normpath(f"{folder}/{file}") for file in files if file.endswith((".h", ".cuh")))
                unused.writelines(path + "\n" for path in paths if path not in read)
                if not package:
                    break


if __name__ == "__main__":
    main()
