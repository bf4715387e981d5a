# Sourced by ./ember: brings a Debian 12 machine to what building needs. Once done it looks at local files only.

# setup [GROUP...]: the packages of group "all" and of those named; see tools/packages.txt.
setup() {
  check_paths
  install_packages all "$@"
  install_wheels
}

check_paths() {
  local path
  for path in "$PWD" "$EMBER_CACHE"; do
    [[ $path != *[[:space:]\'\"\\\$\`\;\&\|\<\>\(\)\*\?\[\]]* ]] ||
      die "Bazel takes no spaces, quotes or signs of the shell in the paths of the clone and of EMBER_CACHE, as in: $path"
  done
}

install_packages() {
  local wanted package missing=()
  wanted=$(awk -v groups=" $* " '!/^#/ && index(groups, " " $1 " ") { print $2 }' tools/packages.txt)
  for package in $wanted; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  command -v apt-get >/dev/null || die "setup needs Debian 12's apt to install: ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "setup must be root, or have sudo, to install: ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  local log
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  if ! { "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -q -y --no-install-recommends \
    "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    die "apt could not install them; its last lines are above"
  fi
  rm -f "$log"
}

install_wheels() {
  local sum stamp=$venv/requirements.sha256
  sum=$(sha256sum tools/requirements.txt)
  [[ -f $stamp && $(<"$stamp") == "$sum" ]] && return
  say "installing Python packages into $venv"
  [[ -x $venv/bin/pip ]] || /usr/bin/python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: \
    --requirement tools/requirements.txt </dev/null ||
    die "pip could not install tools/requirements.txt"
  echo "$sum" >"$stamp"
}
