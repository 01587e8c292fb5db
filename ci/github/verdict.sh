#!/usr/bin/env bash
# Ends the action with the grader's exit code; FAIL_ON decides whether failed checks are a failure of the job.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  local code
  code=$(cat "$GRADER_WORK/code" 2>/dev/null || true)
  [[ $code =~ ^[0-9]+$ ]] || code=3 # nobody could leave one
  case $FAIL_ON:$code in
    never:1) code=0 ;;
    never:* | failed:*) ;;
    *) fail 2 "The input 'fail-on' must be failed or never, not '$FAIL_ON'." ;;
  esac
  exit "$code"
}

main
