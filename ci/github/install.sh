#!/usr/bin/env bash
# Installs the grader that this action comes with, in the versions of everything else that it is tested with.
#
#   GRADER_BIN   a grader that is there already, for runners that have one
#
# Nothing is taken from a cache of the repository: whoever can push to it can put something else there.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  if [[ -n ${GRADER_BIN:-} ]]; then
    [[ -x $GRADER_BIN ]] || fail 2 "GRADER_BIN names no program: $GRADER_BIN"
    output grader "$GRADER_BIN"
    return
  fi
  local log=$GRADER_WORK/install.log pip=(venv/bin/python -I -m pip --disable-pip-version-check --no-input)
  # The lock without its hashes: pip checks those for all or for none, and a folder has no hash.
  sed -nE 's/^([A-Za-z0-9._-]+==[^ ;\\]+( *;[^\\]*)?).*/\1/p' "$root/requirements.lock" >constraints.txt
  if ! { "${PYTHON:-python3}" -I -m venv venv &&
    "${pip[@]}" install --quiet --retries 5 --constraint constraints.txt "${root}[pytest]"; } >"$log" 2>&1; then
    show "$log"
    fail 3 "The grader could not be installed. This is not about the work: run the job again."
  fi
  output grader "$GRADER_WORK/venv/bin/grader"
}

main
