#!/usr/bin/env bash
# Runs pytest on the files given, inside a test of Bazel.
set -u
export PYTHONPATH="$PWD/python/package:$PWD" PYTHONDONTWRITEBYTECODE=1 HYPOTHESIS_STORAGE_DIRECTORY="$TEST_TMPDIR"
exec "${EMBER_CACHE:-$HOME/.cache/ember}/venv/bin/python" -m pytest -q -p no:cacheprovider --rootdir="$PWD" \
  ${XML_OUTPUT_FILE:+--junitxml="$XML_OUTPUT_FILE"} "$@"
