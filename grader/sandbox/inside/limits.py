"""Decisions about single options of `docker run`: limits, networks, privileges."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Final

from .rules import MIB, Refusal, attempt, names, refused

if TYPE_CHECKING:
    from .rules import Rules
    from .shapes import Judge

DEFAULT_CAPABILITIES: Final = frozenset({
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW",
    "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
})  # fmt: skip
"""What Docker gives to every container: to add one of them after `--cap-drop ALL` gives nothing more."""
_MIN_INTERVAL: Final = 10**9
"""Nanoseconds between two health checks: each is a process of its own."""
_ULIMITS: Final = frozenset({"core", "cpu", "data", "fsize", "nofile", "nproc", "stack"})
_MOST_FILES: Final = 1024 * 1024
_LOG_DRIVERS: Final = frozenset({"", "json-file", "local", "none"})
_LOG_OPTIONS: Final = frozenset({"max-size", "max-file", "compress"})
_NO_NEW: Final = frozenset({"no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"})
_GPU: Final = frozenset({"gpu", "nvidia", "compute", "utility", "video", "graphics", "display"})
_MOST_OOM: Final = 1000


def memory(option: str) -> Judge:
    """Decide about an amount of memory; -1 is Docker's word for no limit of one's own."""

    def judge(value: int, rules: Rules) -> Refusal | None:
        most = rules.caps.memory * (2 if option == "--memory-swap" else 1)
        if -1 <= value <= most:
            return None
        return refused("memory", f"{option} {value}", f"a container can have {most // MIB} MiB at the most")

    return judge


def cpus(value: int, rules: Rules) -> Refusal | None:
    """Decide about `--cpus`, which arrives in billionths."""
    if 0 <= value <= rules.caps.cpus * 10**9:
        return None
    return refused("cpus", f"--cpus {value / 10**9:g}", f"a container can have {rules.caps.cpus:g} at the most")


def quota(value: dict[str, Any], rules: Rules) -> Refusal | None:
    """Decide about `--cpu-quota` and `--cpu-period` together."""
    quota, period = value.get("CpuQuota", 0), value.get("CpuPeriod", 0) or 100_000
    if -1 <= quota <= rules.caps.cpus * period and period > 0:
        return None
    return refused("cpus", f"--cpu-quota {quota}", f"a container can have {rules.caps.cpus:g} processors at the most")


def pids(value: int, rules: Rules) -> Refusal | None:
    """Decide about `--pids-limit`."""
    if -1 <= value <= rules.caps.pids:
        return None
    return refused("pids", f"--pids-limit {value}", f"a container can have {rules.caps.pids} processes at the most")


def ulimit(value: dict[str, Any], _rules: Rules) -> Refusal | None:
    """Decide about one `--ulimit`."""
    name, hard, soft = value.get("Name", ""), value.get("Hard", 0), value.get("Soft", 0)
    if name not in _ULIMITS:
        return refused("ulimit", f"--ulimit {name}", f"the limits that can be set are {names(_ULIMITS)}")
    if name == "nofile" and max(hard, soft) > _MOST_FILES:
        return refused("ulimit", f"--ulimit nofile={hard}", f"a process can have {_MOST_FILES} files at the most")
    return None


def oom_score(value: int, _rules: Rules) -> Refusal | None:
    """Decide about `--oom-score-adj`."""
    if 0 <= value <= _MOST_OOM:
        return None
    return attempt("oom", f"--oom-score-adj {value}", "it protects a process at the cost of all others")


def capability(value: str, rules: Rules) -> Refusal | None:
    """Decide about one `--cap-add`."""
    name = value.upper().removeprefix("CAP_")
    if name in DEFAULT_CAPABILITIES or name in rules.allow.cap_add:
        return None
    also = f" and {names(rules.allow.cap_add)}" if rules.allow.cap_add else ""
    return refused("cap-add", f"--cap-add {value}", f"containers can have the capabilities of Docker's default{also}")


def security(value: str, _rules: Rules) -> Refusal | None:
    """Decide about one `--security-opt`."""
    if value in _NO_NEW:
        return None
    return attempt("security-opt", f"--security-opt {value}", "it switches off what keeps a container apart")


def device_request(value: dict[str, Any], _rules: Rules) -> Refusal | None:
    """Decide about `--gpus`, and about devices that are asked for in its way."""
    asked = {one for many in value.get("Capabilities") or () for one in many or ()}
    if value.get("Driver", "") in {"", "nvidia"} and asked <= _GPU:
        return refused("gpus", "--gpus", "there is no graphics processor here")
    return attempt("devices", "--device", "containers get no devices of the machine")


def restart(value: dict[str, Any], rules: Rules) -> Refusal | None:
    """Decide about `--restart`."""
    name, retries = value.get("Name", ""), value.get("MaximumRetryCount", 0)
    if name in {"", "no"}:
        return None
    if name not in rules.allow.restart:
        allowed = f"the policies that it offers are {names(rules.allow.restart)}" if rules.allow.restart else None
        why = allowed or "a container that ends stays ended; start it again with docker start"
        return refused("restart", f"--restart {name}", why)
    if not 0 <= retries <= rules.allow.retries:
        return refused("restart", f"--restart {name}:{retries}", f"{rules.allow.retries} retries are the most")
    return None


def log(value: dict[str, Any], _rules: Rules) -> Refusal | None:
    """Decide about `--log-driver` and `--log-opt`."""
    driver, options = value.get("Type", ""), set(value.get("Config") or {})
    if driver not in _LOG_DRIVERS:
        return refused("log-driver", f"--log-driver {driver}", "logs are kept by json-file or local, or not at all")
    if not options <= _LOG_OPTIONS:
        wrong = min(options - _LOG_OPTIONS)
        return refused("log-driver", f"--log-opt {wrong}", f"the options are {names(_LOG_OPTIONS)}")
    return None


def network_mode(value: str, rules: Rules) -> Refusal | None:
    """Decide about `--network`; other containers are the student's own, as are all networks but the host's."""
    if value != "host" or rules.allow.host_network:
        return None
    return refused("host-network", "--network host", "publish a port with -p instead")


def namespace(option: str, *known: str, joined: bool = False) -> Judge:
    """Decide about a namespace: its own, or, if it can be `joined`, another container's, which is the student's too."""
    why = "a container has its own, or another container's" if joined else "a container has its own"

    def judge(value: str, _rules: Rules) -> Refusal | None:
        if value in known or (joined and re.fullmatch(r"container:[\w.-]+", value, re.ASCII)):
            return None
        if value == "shareable":
            return refused("ipc", f"{option} {value}", why)
        return attempt(option.removeprefix("--"), f"{option} {value}", why)

    return judge


def extra_host(value: str, _rules: Rules) -> Refusal | None:
    """Decide about one `--add-host`."""
    address = re.split("[:=]", value, maxsplit=1)[-1]
    if address != "host-gateway" and _is_address(address.strip("[]")):
        return None
    return refused("host-gateway", f"--add-host {value}", "name a host and its IP address; the machine has none here")


def dns(value: str, _rules: Rules) -> Refusal | None:
    """Decide about one `--dns`: there is no network that it could lead to."""
    if _is_address(value):
        return None
    return refused("dns", f"--dns {value}", "it must be an IP address")


def interval(option: str) -> Judge:
    """Decide about a time between health checks, in nanoseconds."""

    def judge(value: int, _rules: Rules) -> Refusal | None:
        if value >= _MIN_INTERVAL:
            return None
        return refused("healthcheck", f"{option} below a second", "wait a second or more between two checks")

    return judge


def runtime(value: str, rules: Rules) -> Refusal | None:
    """Decide about `--runtime`."""
    if value == rules.runtime:
        return None
    return attempt("runtime", f"--runtime {value}", "the engine decides what runs containers")


def payload(value: dict[str, Any], rules: Rules) -> Refusal | None:
    """Decide about the size of all that a container is told."""
    told = [value.get(name) or () for name in ("Env", "Cmd", "Entrypoint")]
    labels = value.get("Labels") or {}
    size = sum(len(str(one).encode("utf-8", "replace")) for many in told for one in many)
    size += sum(len(key) + len(str(one)) for key, one in labels.items())
    if size <= rules.caps.payload:
        return None
    why = f"they may have {rules.caps.payload} bytes together"
    return refused("payload", "a command with variables and labels of that size", why)


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def endpoints(value: dict[str, Any], rules: Rules) -> Refusal | None:
    """Decide about the networks that a container is put on, by name."""
    return network_mode("host", rules) if "host" in value else None
