#!/usr/bin/env bash
# Makes a folder for one run of the action, and looks for a Python that is new enough.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly new_enough='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'

main() {
  local work candidate
  work=$(mktemp -d "$RUNNER_TEMP/grader-XXXXXXXX")
  mkdir "$work/report" "$work/tell"
  output work "$work"
  for candidate in python3.13 python3.12 python3.11 python3 python; do
    if command -v "$candidate" >/dev/null && "$candidate" -I -c "$new_enough" 2>/dev/null; then
      output python "$(command -v "$candidate")"
      return
    fi
  done
}

main
