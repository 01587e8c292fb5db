# shellcheck shell=bash
# A part of ci/setup: a Docker engine with BuildKit and Compose, as found, else started, else installed.

engine() {
  if ! engine_answers; then
    explain_unreachable
    command -v dockerd >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v dockerd >/dev/null || install_engine
    engine_answers || start_engine
  fi
  has_plugins || install_plugins
  outcome="Docker $(server_version), buildx $(plugin_version buildx), compose $(plugin_version compose)"
}

# An engine that is there but hangs shall not hang us.
# Not `docker info`, which some versions end with 0 although no engine answered.
server_version() { within 20 docker version --format '{{.Server.Version}}' 2>&1; }
engine_answers() { command -v docker >/dev/null && server_version >/dev/null; }

within() {
  if command -v timeout >/dev/null; then timeout "$@"; else "${@:2}"; fi
}

# Stops where installing or starting an engine here would be wrong.
explain_unreachable() {
  local answer=
  command -v docker >/dev/null || return 0
  answer=$(server_version || true)
  if [[ $answer == *"permission denied"* ]]; then
    fail "user $(id -un) may not use the Docker engine" \
      "sudo usermod -aG docker $(id -un), then log out and in again (or: newgrp docker) and try again"
  fi
  if [[ -n ${DOCKER_HOST:-} || $(docker context show 2>/dev/null || echo default) != default ]]; then
    fail "the Docker engine that DOCKER_HOST or the docker context names doesn't answer: ${answer##*$'\n'}" \
      "start that engine, or unset DOCKER_HOST and run 'docker context use default'"
  fi
}

has_plugins() { at_least "$(plugin_version buildx)" 0.13 && at_least "$(plugin_version compose)" 2; }
plugin_version() { docker "$1" version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true; }
at_least() { [[ -n $1 && $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

install_engine() {
  say "installing a Docker engine"
  case $(distribution) in
    debian:bookworm)
      add_trixie
      install_packages {docker.io,docker-cli,docker-buildx,docker-compose}/trixie iptables ca-certificates
      ;;
    debian:*) install_packages docker.io docker-cli docker-buildx docker-compose iptables ca-certificates ;;
    ubuntu:*) install_packages docker.io docker-buildx docker-compose-v2 iptables ca-certificates ;;
    *) fail "no Docker engine, and this script can install one on Debian and Ubuntu only" \
      "install Docker (on macOS: Docker Desktop, Colima or OrbStack), start it, and run ci/setup again" ;;
  esac
}

install_plugins() {
  say "installing buildx and Compose"
  if command -v dpkg >/dev/null && dpkg --status docker-ce-cli >/dev/null 2>&1; then
    install_packages docker-buildx-plugin docker-compose-plugin # Docker's own packages are in use
  else
    case $(distribution) in
      debian:bookworm)
        add_trixie
        install_packages {docker-buildx,docker-compose}/trixie
        ;;
      debian:*) install_packages docker-buildx docker-compose ;;
      ubuntu:*) install_packages docker-buildx docker-compose-v2 ;;
    esac
  fi
  has_plugins || fail "docker has no buildx 0.13 or no Compose 2" "install them for $(command -v docker)"
}

start_engine() {
  say "starting the Docker engine"
  if [[ -d /run/systemd/system ]]; then
    as_root systemctl start docker || fail "systemctl start docker failed" "see: journalctl --unit docker"
  elif [[ $(uname) == Linux ]]; then
    start_by_hand
  else
    fail "the Docker engine isn't running" "start Docker Desktop (or Colima, OrbStack) and run ci/setup again"
  fi
  explain_unreachable_after_start
}

# dockerd waits or gives up while a pid file names a process, even a zombie or one that got the number later.
forget_dead_engine() {
  forget_unless_runs dockerd /var/run/docker.pid
  forget_unless_runs containerd /var/run/docker/containerd/containerd.pid
}

forget_unless_runs() {
  local pid
  pid=$(as_root cat "$2" 2>/dev/null) || return 0
  runs "$pid" && [[ $(cat "/proc/$pid/comm") == "$1" ]] || as_root rm -f "$2"
}

# Without a service manager: detached, so that it outlives this script, and without our lock.
start_by_hand() {
  local pid_file=$state/dockerd.pid waited
  forget_dead_engine
  # shellcheck disable=SC2016 # for the inner shell
  as_root setsid --fork sh -c 'echo $$ >"$1"; PATH=$PATH:/usr/sbin:/sbin exec dockerd >"$2" 2>&1 </dev/null 9>&-' \
    sh "$pid_file" "$engine_log"
  for ((waited = 0; waited < 120; waited++)); do
    sleep 0.25
    runs "$(cat "$pid_file")" || break
    if as_root docker version >/dev/null 2>&1; then
      [[ -z ${GRADER_STARTED:-} ]] || cp "$pid_file" "$GRADER_STARTED"
      return
    fi
  done
  tail -n 20 "$engine_log" >&2
  fail "dockerd ended or was not ready within 30 s; the end of its log is above" "read all of $engine_log"
}

explain_unreachable_after_start() {
  engine_answers && return
  explain_unreachable
  fail "the Docker engine was started but doesn't answer: $(server_version || true)" "see: docker info"
}
