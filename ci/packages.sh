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

distribution() {
  # shellcheck source=/dev/null
  (. /etc/os-release 2>/dev/null && echo "${ID:-}:${VERSION_CODENAME:-}") || echo unknown
}

# Debian 12 has neither buildx nor Compose 2, Debian 13 has. Its packages are taken only where they are asked for.
add_trixie() {
  local mirror
  mirror=$(debian_mirror)
  if [[ -z $mirror ]]; then # a new machine may not have read its sources yet
    update_packages
    mirror=$(debian_mirror)
  fi
  [[ -n $mirror ]] || fail "apt has no source for bookworm to take trixie's address from" "see /etc/apt/sources.list.d"
  install_packages debian-archive-keyring # an early Debian 12 doesn't know the keys of 13
  as_root tee /etc/apt/sources.list.d/grader-trixie.sources >/dev/null <<SOURCE
Types: deb
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCE
  as_root tee /etc/apt/preferences.d/grader-trixie >/dev/null <<PIN
Package: *
Pin: release n=trixie
Pin-Priority: 50
PIN
  update_packages
}

debian_mirror() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "bookworm" && !found { print $2; found = 1 }'
}
