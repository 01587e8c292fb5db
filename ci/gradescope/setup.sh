#!/usr/bin/env bash
# Gradescope runs this once, when the autograder's image is made: installs the grader of this zip. Needs no Docker.
#
#   GRADESCOPE_ROOT    the harness's folder (default: /autograder)
#   GRADER_PIP         further options for pip
set -euo pipefail

root=${GRADESCOPE_ROOT:-/autograder}
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  printf 'setup.sh: %s\n  what to do: %s\n' "$1" "$2" >&2
  exit 1
}

# Prints the first Python that the grader runs on, with what makes environments.
python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

install_python() {
  local name
  command -v apt-get >/dev/null || return 0
  apt-get update -q
  for name in python3.13 python3.12 python3.11; do
    DEBIAN_FRONTEND=noninteractive apt-get install -qy "$name" "$name-venv" && return
  done
}

python >/dev/null || install_python
found=$(python) || fail "no Python 3.11 or later" "choose a newer base image in the autograder's settings on Gradescope"
"$found" -m venv --clear "$root/grader"
# The versions that this grader is tested with.
read -ra options <<<"${GRADER_PIP:-}"
"$root/grader/bin/pip" install --disable-pip-version-check --no-input --quiet \
  --constraint "$source_folder/constraints.txt" ${options[@]+"${options[@]}"} "$source_folder"/*.whl ||
  fail "pip could not install the grader" "read what it says above; often the network is at fault: build it again"
echo "setup.sh: the grader is installed in $root/grader"
