#!/usr/bin/env bash
# Says what was found: annotations, the summary and the outputs.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly tell=$GRADER_WORK/tell

main() {
  [[ ! -f $GRADER_WORK/protected.md ]] || cat "$GRADER_WORK/protected.md" >>"$GITHUB_STEP_SUMMARY"
  if [[ ! -f $GRADER_WORK/report/result.json ]]; then
    nothing
    return
  fi
  # All three are escaped for where they go: grader/reports/github.py.
  cat "$tell/commands.txt"
  cat "$tell/summary.md" >>"$GITHUB_STEP_SUMMARY"
  cat "$tell/outputs.txt" >>"$GITHUB_OUTPUT"
  [[ ! -s $GRADER_WORK/grader.log ]] || show "$GRADER_WORK/grader.log"
  [[ ! -f $tell/classroom.txt ]] || "${PYTHON:-python3}" -I "$root/ci/github/scale.py" \
    "$POINTS" "$GRADER_WORK/report/result.json" "$tell/classroom.txt" >>"$GITHUB_OUTPUT"
}

# The grader ended without a result: what it was asked for is wrong, or it could not even begin.
nothing() {
  local code
  code=$(cat "$GRADER_WORK/code" 2>/dev/null || echo 3)
  [[ ! -s $GRADER_WORK/grader.log ]] || show "$GRADER_WORK/grader.log"
  # Whoever has left a code has said why, but for the grader.
  [[ -s $GRADER_WORK/code && ! -f $GRADER_WORK/grader.log ]] ||
    annotate error "Nothing was graded. The log says why."
  printf '**Nothing was graded.** The log says why. This is not about the work.\n' >>"$GITHUB_STEP_SUMMARY"
  output passed false
  [[ $code == 2 ]] || output status ungraded
}

main
