# shellcheck shell=bash
# What the scripts of this folder share. They run on GitHub's runner, with the student's repository as the folder that
# they start in: they leave it at once, so that nothing in it is ever taken for a program, a module or a setting.

set -euo pipefail
# Letters are bytes: no text of a student's can have a length or an order that depends on the machine.
export LC_ALL=C
# The folder of the grader that this action comes with.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034 # for those that source this
readonly root
cd "${GRADER_WORK:-${RUNNER_TEMP:?}}"

# A file that tells which exit code the action ends with, from the step that knows to the last one.
verdict() { printf '%s\n' "$1" >"$GRADER_WORK/code"; }

# fail CODE MESSAGE: an annotation, and the end of the step. 2: the workflow asks for what there isn't; 3: try again.
fail() {
  [[ -z ${GRADER_WORK:-} ]] || verdict "$1"
  annotate error "$2"
  exit 1
}

# annotate error|warning|notice MESSAGE: a line that the runner shows beside the run.
annotate() { printf '::%s title=grader::%s\n' "$1" "$(one_line "$2")"; }

# Printable ASCII on one line, with the runner's own escapes.
one_line() { printf '%s' "$1" | tr '\n\r\t' '   ' | tr -c '\40-\176' '?' | sed 's/%/%25/g'; }

# output NAME VALUE: for the steps after this one. Values are one line; whatever else they hold can't become a second.
output() { printf '%s=%s\n' "$1" "$(printf '%s' "$2" | tr -d '\n\r')" >>"$GITHUB_OUTPUT"; }

# Shows a program's own words in the log. They may quote a student's: neither syntax of commands survives this.
show() {
  tail -n "${2:-40}" "$1" | cut -c -2000 | tr '\r' '\n' | tr -c '\11\12\40-\176' '?' |
    sed -e 's/##\[/## [/g' -e 's/^/  | /'
}

# A name that is safe in a path, an address and a report, or nothing.
is_name() { [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]]; }

is_repository() { [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_.-]+$ && $1 != */.* ]]; }
