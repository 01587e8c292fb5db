#!/usr/bin/env bash
# Removes the checkout's credentials, copies the work out of it, and compares PROTECTED files with their own copies.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly copies=$GRADER_WORK/submission

main() {
  workspace=$(realpath -e -- "$GITHUB_WORKSPACE")
  forget
  copy
  protect
}

# Every checkout's, and that of every submodule. No folder called .git comes with a student's files: git refuses that.
forget() {
  local config
  while IFS= read -r -d '' config; do
    remove_credentials "$config"
  done < <(find "$workspace" -type f -name config -path '*/.git/*' -print0 2>/dev/null || true)
  rm -f "${RUNNER_TEMP:?}"/git-credentials-*.config
}

# What actions/checkout leaves behind unless it is told `persist-credentials: false`: a header in the repository's
# settings, or since its version 6 a file that they include.
remove_credentials() {
  local key value
  [[ -f $1 && ! -L $1 ]] || return 0
  while IFS= read -r -d '' key; do
    case ${key%%$'\n'*} in
      *.extraheader) git config --file "$1" --unset-all "${key%%$'\n'*}" || true ;;
      includeif.*.path)
        value=${key#*$'\n'}
        [[ $value != *git-credentials-* ]] || git config --file "$1" --unset-all "${key%%$'\n'*}" || true
        ;;
    esac
  done < <(git config --file "$1" --null --list 2>/dev/null || true)
}

# The copy has no .git at any depth: nothing of it can get into an image.
copy() {
  local source
  source=$(realpath -m -- "$workspace/$SUBMISSION")
  [[ $source == "$workspace" || $source == "$workspace"/* ]] ||
    fail 2 "The input 'path' leads out of the repository: $SUBMISSION"
  inside=${source#"$workspace"}
  [[ $inside/ != */.git/* ]] || fail 2 "The input 'path' leads into .git: $SUBMISSION"
  mkdir "$copies"
  name=${GITHUB_REPOSITORY##*/}
  is_name "$name" || name=submission
  if [[ -f $source ]]; then
    [[ ${source##*/} != *[^A-Za-z0-9._-]* ]] || fail 2 "The file that 'path' names has an unusual name: $SUBMISSION"
    name=${source##*/}
    quietly cp --preserve=mode -- "$source" "$copies/$name"
    inside=${inside%/*}
  else
    mkdir "$copies/$name" # that a folder was never pushed is for the checks to say
    [[ ! -d $source ]] || quietly cp -RP --preserve=mode -- "$source/." "$copies/$name/"
    quietly find "$copies/$name" -name .git -prune -exec rm -rf {} +
  fi
  output submission "$copies/$name"
  output below "${inside#/}" # where annotations are
}

# What goes wrong with files is told with their names, which are a student's words.
quietly() {
  "$@" >copy.log 2>&1 && return
  show copy.log
  fail 3 "The work could not be copied; the log says why. This is not about the work: run the job again."
}

# Each line of PROTECTED is PATH, or PATH=OTHER where the protected place has it under another name.
protect() {
  local line path other changed=()
  while IFS= read -r line; do
    read -r line <<<"$line" # without the blanks around it
    [[ -n $line ]] || continue
    path=${line%%=*} other=${line#*=}
    are_inside "$path" "$other" ||
      fail 2 "The input 'protected' must have paths below the repository, not '$line'."
    path=$(plain "$path") other=$(plain "$other")
    [[ -e $PLACE/$other ]] || fail 2 "The input 'protected' names '$other', which the protected place doesn't have."
    is_same "$workspace/$path" "$PLACE/$other" && continue
    changed+=("$path")
    restore "$path" "$PLACE/$other"
  done <<<"$PROTECTED"
  tell "${changed[@]}"
}

are_inside() {
  local path
  for path in "$@"; do
    [[ $path =~ ^[A-Za-z0-9._@+-][A-Za-z0-9._@+/\ -]*$ && /$path/ != */../* && -n $(plain "$path") ]] || return 1
  done
}

# ./app/ is app: what is said of a path here holds for the way in which it is compared.
plain() {
  local path
  path=$(realpath -ms -- "/$1")
  printf '%s' "${path#/}"
}

# Links count as changes, wherever they lead: in a link's place, the file that was compared is not the one that is used.
is_same() {
  [[ $(realpath -m -- "$1") == "$1" ]] || return 1
  if [[ -d $2 ]]; then
    [[ -d $1 ]] && diff --recursive --brief --no-dereference "$1" "$2" >/dev/null 2>&1
  else
    [[ -f $1 ]] && cmp --silent -- "$1" "$2"
  fi
}

# What is graded has the protected copy, if it is part of what is graded.
restore() {
  local folder=$copies/$name part rest
  [[ -d $folder && /$1 == "$inside"/* ]] || return 0 # a file that is graded by itself has no others
  rest=/$1 rest=${rest#"$inside"/}
  # Whatever else stands on the way there gives way: a link would lead the copy to another place.
  while [[ $rest == */* ]]; do
    part=${rest%%/*} rest=${rest#*/} folder+=/$part
    [[ -d $folder && ! -L $folder ]] || { quietly rm -rf -- "$folder" && mkdir -- "$folder"; }
  done
  quietly rm -rf -- "${folder:?}/$rest"
  quietly cp -RP --preserve=mode -- "$2" "$folder/$rest"
}

tell() {
  local path
  [[ -n ${PROTECTED//[$' \n\t']/} ]] || return 0
  if [[ $# == 0 ]]; then
    output protected unchanged
    printf 'The protected files are as they were given.\n'
    return
  fi
  output protected changed
  printf '> [!WARNING]\n> These differ from what was given, which is used instead:\n>\n' >"$GRADER_WORK/protected.md"
  for path in "$@"; do
    printf '> - %s\n' "\`$path\`" >>"$GRADER_WORK/protected.md"
    annotate warning "'$path' is protected, and differs from what was given, which is used instead."
  done
  printf '\n' >>"$GRADER_WORK/protected.md"
}

main
