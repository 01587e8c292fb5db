#!/usr/bin/env bash
# Grades the copy of the work. Its output goes to files; nothing of it reaches the log from here.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly reports=$GRADER_WORK/report tell=$GRADER_WORK/tell
arguments=() # of the grader

# What the grader, and with it docker, sees of the runner's environment: no token is among it, and the files for
# outputs and summary are not the runner's own.
readonly allowed=(PATH HOME LANG TZ TMPDIR XDG_RUNTIME_DIR
  DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_TLS_VERIFY DOCKER_CERT_PATH)

main() {
  local code=0
  choose_exercise
  choose_engine
  choose_reports
  mkdir desk
  cd desk # a folder without exercises: those of the protected place count
  env -i "${environment[@]}" "$GRADER" check "${arguments[@]}" -- "$exercise" "$SUBMISSION" \
    >"$GRADER_WORK/terminal.txt" 2>"$GRADER_WORK/grader.log" </dev/null || code=$?
  # What can't even start ends with 1, too, which is otherwise a verdict on the work.
  [[ $code -gt 1 || -f $reports/result.json ]] || code=3
  verdict "$code"
}

# Nothing but what lies in the protected place: a student can't push to it.
choose_exercise() {
  local candidate
  [[ ${EXERCISE:?} =~ ^[A-Za-z0-9_][A-Za-z0-9._/-]*$ && /$EXERCISE/ != */../* ]] ||
    fail 2 "The input 'exercise' must be an exercise's id, or its path in the protected place, not '$EXERCISE'."
  exercise=
  for candidate in "$PLACE/exercises/$EXERCISE" "$PLACE/$EXERCISE"; do
    [[ -n $exercise || ! -f $candidate/exercise.yaml ]] || exercise=$candidate
  done
  [[ -n $exercise ]] || fail 2 "The protected place has no exercise '$EXERCISE'."
  environment=(NO_COLOR=1 "GITHUB_OUTPUT=$tell/outputs.txt" "GITHUB_STEP_SUMMARY=$tell/summary.md")
  [[ -z ${BELOW:-} ]] || environment+=("GRADER_ANNOTATE_BELOW=$BELOW")
  local name
  for name in "${allowed[@]}"; do
    [[ -z ${!name:-} ]] || environment+=("$name=${!name}")
  done
}

# GitHub's own machines are thrown away after the job; another machine is somebody's.
choose_engine() {
  local wanted=${ENGINE:?}
  if [[ $wanted == auto && ${RUNNER_ENVIRONMENT:-} != github-hosted ]]; then
    wanted=isolated
  fi
  arguments+=(--engine "$wanted")
}

choose_reports() {
  local line
  arguments+=(
    --report "json:$reports/result.json" --report "junit:$reports/result.xml" --report "html:$reports/result.html"
    --report "github:$tell/commands.txt"
  )
  if [[ -n ${POINTS?} ]]; then
    [[ $POINTS =~ ^[0-9]{1,6}(\.[0-9]{1,2})?$ && $POINTS == *[1-9]* ]] ||
      fail 2 "The input 'points' must be a number above 0, not '$POINTS'."
    arguments+=(--report "classroom:$tell/classroom.txt")
  fi
  while IFS= read -r line; do
    read -r line <<<"$line"
    [[ -n $line ]] || continue
    [[ $line =~ ^[a-z0-9_]+:[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] ||
      fail 2 "The input 'report' must have lines FORMAT:FILE, where FILE is a plain name, not '$line'."
    arguments+=(--report "${line%%:*}:$reports/${line#*:}")
  done <<<"${REPORT?}"
}

main
