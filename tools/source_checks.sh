# Sourced by ./ember: formatting, linting and documentation of the sources.

# sources PATTERN... : the tracked files that match.
sources() { git ls-files -- "$@"; }

format_sources() {
  local cpp python
  split_by_language "$@"
  ((${#cpp[@]} == 0)) || clang-format -i "${cpp[@]}"
  ((${#python[@]} == 0)) || "$venv/bin/ruff" format --quiet "${python[@]}"
}

# Sets `cpp` and `python` of the caller to the files given, or to all.
split_by_language() {
  local files=("$@")
  ((${#files[@]})) || mapfile -t files < <(sources '*.h' '*.cc' '*.cu' '*.cuh' '*.py')
  mapfile -t cpp < <(printf '%s\n' "${files[@]}" | grep -E '\.(h|cc|cu|cuh)$')
  mapfile -t python < <(printf '%s\n' "${files[@]}" | grep -E '\.py$')
}

lint_sources() {
  local cpp python failed=0
  split_by_language "$@"
  if ((${#cpp[@]})); then
    clang-format --dry-run -Werror "${cpp[@]}" || failed=1
    lint_cpp "${cpp[@]}" || failed=1
  fi
  if ((${#python[@]})); then
    "$venv/bin/ruff" format --quiet --diff "${python[@]}" || failed=1
    "$venv/bin/ruff" check --quiet "${python[@]}" || failed=1
  fi
  ((failed == 0)) || die "lint found something; ./ember format mends the format"
  say "lint: clean"
}

# clang-tidy with the flags that Bazel compiles with, and a stand-in for what GCC alone has.
lint_cpp() {
  local external headers flags
  external=$EMBER_CACHE/bazel/$(printf '%s' "$PWD" | md5sum | cut -d' ' -f1)/external
  [[ -d $external/onednn && -d $external/pybind11 && -d $external/gtest ]] ||
    run_bazel build --nobuild //:ember //python:_C.so //tests/... //bench/... || return
  headers=${external%/*}/public_headers  # where ember/core is this folder's core
  mkdir -p "$headers"
  ln -sfn "$PWD" "$headers/ember"
  flags=(-std=c++20 -I. -I"$headers" -DEMBER_ISA=avx2 -mavx2 -mfma -mf16c -mavx512fp16 -fopenmp-simd -Wno-unknown-pragmas
    '-D__builtin_shuffle(a,b,mask)=(a)'
    -isystem "$external/onednn/include" -isystem "$external/pybind11/pybind11/include"
    -isystem "$external/python/include" -isystem "$external/eigen/include"
    -isystem "$external/local_cuda/cuda/include" -isystem "$external/gtest/googletest/include" -isystem "$external/gtest/googlemock/include"
    -idirafter "$(g++ -print-file-name=include)")
  /usr/bin/python3 tools/clang_tidy.py --cache "$EMBER_CACHE/lint" "$@" -- "${flags[@]}"
}

write_docs() {
  local out=$1
  mkdir -p "$out"
  say "C++: $out/cpp/html/index.html"
  (cat tools/Doxyfile && echo "OUTPUT_DIRECTORY=$out/cpp") | (mkdir -p "$out/cpp" && doxygen - >/dev/null)
  say "Python: $out/python/index.html"
  (cd "$out" && "$venv/bin/pdoc" --output-directory "$out/python" ember)
}
