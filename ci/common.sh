# shellcheck shell=bash
# What the scripts of this folder share; they source it from the top of the repository.

# Seconds since $1, an earlier value of now(), with one decimal where this shell's clock has any.
now() { echo "${EPOCHREALTIME:-$(date +%s).0}"; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f s", b - a }' | tr ',' '.'; }

# fail MESSAGE WHAT-TO-DO: the last words of a script.
fail() {
  printf '\n%s: %s\n  what to do: %s\n' "ci/${0##*/}" "$1" "$2" >&2
  exit 1
}

as_root() {
  need_root "$*"
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# need_root COMMAND: on its own before an as_root whose output goes elsewhere, which would take these words along.
need_root() {
  [[ $(id -u) == 0 ]] || command -v sudo >/dev/null || fail "this needs root: $1" "run it as root, or install sudo"
}

# A process that has ended may stay as a zombie for ever where process 1 reaps nothing, as in a container.
runs() { grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status"; }
