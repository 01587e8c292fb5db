#!/usr/bin/env bash
# Grades the repositories of ORGANISATION whose names begin with PREFIX, as course.yaml says; class.csv is the roster.
# Leaves store/grader.db, from which the next night goes on, and gradebook/ with what instructors read.
#
# The token (GH_TOKEN) is for listing and cloning; nothing that is graded is near it.
here=$PWD
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

server=${GITHUB_SERVER_URL:-https://github.com}

main() {
  GRADER_WORK=$(mktemp -d "$RUNNER_TEMP/grader-XXXXXXXX")
  export GRADER_WORK GITHUB_OUTPUT=$GRADER_WORK/outputs
  trap 'rm -rf "$GRADER_WORK"' EXIT
  env -u GH_TOKEN bash "$root/ci/github/install.sh"
  grader=$(sed -n 's/^grader=//p' "$GITHUB_OUTPUT")
  cd "$here"
  mkdir -p store gradebook
  list >"$GRADER_WORK/repositories.csv"
  batch
}

# A table of addresses. What gh prints is taken for names only where it can be nothing else.
list() {
  local name count=0
  gh repo list "$ORGANISATION" --limit 10000 --no-archived --json name --jq '.[].name' >"$GRADER_WORK/names" ||
    fail 3 "The repositories of $ORGANISATION could not be listed." >&2
  printf 'login,url\n'
  while IFS= read -r name; do
    if ! is_name "$name" || [[ $name != "$PREFIX"?* ]]; then
      continue
    fi
    printf '%s,%s/%s/%s.git\n' "${name#"$PREFIX"}" "$server" "$ORGANISATION" "$name"
    count=$((count + 1))
  done < <(sort "$GRADER_WORK/names")
  [[ $count -gt 0 ]] || fail 2 "$ORGANISATION has no repository whose name begins with '$PREFIX'." >&2
}

batch() {
  local code=0 roster=() token=$GH_TOKEN
  [[ ! -f class.csv ]] || roster=(--roster class.csv)
  unset GH_TOKEN
  # git reads this file, which is gone with the folder; no address, no command line and no store has the token.
  (umask 077 && printf '[http "%s/"]\n\textraheader = Authorization: Basic %s\n' "$server" \
    "$(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')" >"$GRADER_WORK/gitconfig")
  GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$GRADER_WORK/gitconfig "$grader" batch course.yaml \
    "$GRADER_WORK/repositories.csv" --layout urls --engine "${ENGINE:-isolated}" --store store/grader.db \
    --exit-zero-if-graded "${roster[@]}" >"$GRADER_WORK/batch.txt" 2>&1 </dev/null || code=$?
  # Names of students' files may be in it: see show() for what is left of them.
  show "$GRADER_WORK/batch.txt" 400
  [[ -f store/grader.db ]] || exit "$code"
  "$grader" results export csv:gradebook/gradebook.csv json:gradebook/gradebook.json --store store/grader.db \
    "${roster[@]}" >"$GRADER_WORK/export.txt" 2>&1 || code=$?
  show "$GRADER_WORK/export.txt"
  "$grader" report store/grader.db --to html:gradebook/report/ >"$GRADER_WORK/report.txt" 2>&1 || code=$?
  show "$GRADER_WORK/report.txt"
  exit "$code"
}

main
