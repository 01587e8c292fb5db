# shellcheck shell=bash
# A part of ci/setup: what comes from the distribution.

updated=
update_packages() {
  need_root "apt-get update"
  # One of many sources may be broken without keeping us from what we need.
  as_root apt-get update -q >>"$log" 2>&1 || echo "apt-get update had errors, see $log" >&2
  updated=yes
}

install_packages() {
  command -v apt-get >/dev/null || fail "needed and not here: $*" "install it, then run ci/setup again"
  need_root "apt-get install $*"
  [[ -n $updated ]] || update_packages
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
    -o Dpkg::Use-Pty=0 install -qy --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    fail "apt-get install $* failed; the end of its output is above" "read all of $log"
  fi
}
