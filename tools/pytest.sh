#!/usr/bin/env bash
# Runs pytest on the files given, inside a test of Bazel.
set -u
export PYTHONPATH="$PWD/python/package:$PWD" PYTHONDONTWRITEBYTECODE=1 HYPOTHESIS_STORAGE_DIRECTORY="$TEST_TMPDIR"
# Python is built without the sanitizer, whose runtime so must be loaded before it, and with it what it looks for exceptions in.
if [[ -n ${EMBER_PRELOAD:-} ]]; then
  export LD_PRELOAD="$(g++ -print-file-name="$EMBER_PRELOAD") $(g++ -print-file-name=libstdc++.so.6)"
  export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=4096
fi
exec "${EMBER_CACHE:-$HOME/.cache/ember}/venv/bin/python" -m pytest -q -p no:cacheprovider -o junit_family=xunit1 --rootdir="$PWD" \
  ${XML_OUTPUT_FILE:+--junitxml="$XML_OUTPUT_FILE"} "$@"
