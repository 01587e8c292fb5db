#!/usr/bin/env bash
# Gets the exercises from their protected place: EXERCISES (owner/name) at EXERCISES_REF, else the grader's own course.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  if [[ -z $EXERCISES ]]; then
    output place "$root"
    return
  fi
  is_repository "$EXERCISES" ||
    fail 2 "The input 'exercises' must be OWNER/NAME of a repository, not '$EXERCISES'."
  [[ $EXERCISES_REF =~ ^[A-Za-z0-9][A-Za-z0-9._/-]*$ ]] ||
    fail 2 "The input 'exercises-ref' must name a commit of $EXERCISES, not '$EXERCISES_REF'."
  local place=$GRADER_WORK/exercises commit
  fetch "$place"
  commit=$(git -C "$place" rev-parse HEAD)
  rm -rf "$place/.git"
  printf 'Exercises: %s at %s\n' "$EXERCISES" "$commit"
  [[ $commit == "$EXERCISES_REF" ]] || annotate warning \
    "exercises-ref is '$EXERCISES_REF', which can move. To pin it, write exercises-ref: $commit"
  output place "$place"
  output commit "$commit"
}

fetch() {
  local log=$GRADER_WORK/fetch.log address=$GITHUB_SERVER_URL/$EXERCISES.git attempt
  export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
  git init --quiet "$1"
  for attempt in 1 2 3; do
    if with_token git -C "$1" fetch --quiet --depth 1 --no-tags "$address" "$EXERCISES_REF" >"$log" 2>&1 &&
      git -C "$1" checkout --quiet --detach FETCH_HEAD >>"$log" 2>&1; then
      return
    fi
    sleep $((attempt * ${GRADER_PATIENCE:-2}))
  done
  show "$log"
  fail 3 "The exercises could not be fetched from $EXERCISES at $EXERCISES_REF. This is not about the work."
}

# The token reaches git in its environment: never on a command line, never in a file.
with_token() {
  if [[ -z ${EXERCISES_TOKEN:-} ]]; then
    "$@"
    return
  fi
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraheader \
    GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'x-access-token:%s' "$EXERCISES_TOKEN" | base64 | tr -d '\n')" "$@"
}

main
