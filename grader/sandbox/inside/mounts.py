"""Which folders may be mounted into a container, decided by their paths: the kernel follows no link below `work`."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

from .rules import Refusal, attempt, names, refused

if TYPE_CHECKING:
    from .rules import Rules

_VOLUME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_MODES: Final = frozenset(
    {"", "ro", "rw", "z", "Z", "nocopy", "cached", "delegated", "consistent", "private", "rprivate"}
)
_TMPFS: Final = frozenset({"rw", "ro", "exec", "noexec", "suid", "nosuid", "nodev", "noatime"})
_SIZED: Final = re.compile(r"(?:mode|uid|gid)=[0-7]{1,10}|nr_inodes=[0-9]+k?")
_SIZE: Final = re.compile(r"size=([0-9]{1,12})([kmg]?)b?", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_SYSTEM: Final = ("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "run", "sbin", "sys", "usr")
"""Folders whose contents are the machine; a beginner has no reason to mount them."""
_SYSTEM_DEEPER: Final = ("/var/run/", "/var/lib/", "/var/cache/", "/var/spool/", "/root/.docker/", "/root/.ssh/")


def bind(value: str, rules: Rules) -> Refusal | None:
    """Decide about an item of `HostConfig.Binds`, as `-v` takes it: `source:target:options`."""
    source, *rest = value.split(":")
    if "\\" in value or (len(source) == 1 and source.isalpha() and len(rest) > 1):
        return _foreign(f"-v {value}", rules)
    if len(rest) > 2:  # noqa: PLR2004 - source, target and options
        return refused("bind-format", f"-v {value}", "write it as -v source:target or -v source:target:ro")
    if not rest or (len(rest) == 1 and not rest[0].startswith("/")):
        return _options(value, rest[0]) if rest else None
    wrong = _options(value, rest[1]) if len(rest) > 1 else None
    if source.startswith("/"):
        return path(source, f"-v {value}", rules) or wrong
    if not _VOLUME.fullmatch(source):
        return _foreign(f"-v {value}", rules)
    return wrong


def path(source: str, option: str, rules: Rules) -> Refusal | None:
    """Decide about a folder of the machine, named in `option` as the student typed it."""
    if not source.startswith("/"):
        return _foreign(option, rules)
    if any(ord(one) < ord(" ") for one in source):
        return attempt("bind-outside", "a mount of a path with control characters", "name a folder that you can see")
    clean = "/" + posixpath.normpath(source).lstrip("/")
    if clean == rules.work or clean.startswith(f"{rules.work}/"):
        return None
    why = f"only your own folder, {rules.work}, and what is in it can be mounted"
    left = ".." in source.split("/") and source.startswith(f"{rules.work}/")
    if left or clean == "/" or clean.split("/")[1] in _SYSTEM or f"{clean}/".startswith(_SYSTEM_DEEPER):
        return attempt("bind-outside", option, why)
    return _foreign(option, rules)


def _foreign(option: str, rules: Rules) -> Refusal:
    why = f"only your own folder can be mounted; write $PWD or a path below {rules.work}"
    return refused("bind-outside", option, why)


def _options(value: str, options: str) -> Refusal | None:
    unknown = [one for one in options.split(",") if one not in _MODES]
    if not unknown:
        return None
    if any(one.endswith(("shared", "slave")) for one in unknown):
        return attempt("bind-propagation", f"-v {value}", "mounts are not passed on between containers and the machine")
    return refused("bind-format", f"-v {value}", f"the options after the second colon may be {names(_MODES - {''})}")


def mount(value: dict[str, Any], rules: Rules) -> Refusal | None:
    """Decide about an item of `HostConfig.Mounts`, as `--mount` takes it."""
    kind, source = value.get("Type", ""), value.get("Source", "")
    option = f"--mount type={kind},source={source}"
    if kind == "bind":
        if _WINDOWS.match(source):
            return _foreign(option, rules)
        return path(source, option, rules)
    if kind == "volume":
        if source and not _VOLUME.fullmatch(source):
            return refused("bind-format", option, "a volume's name has letters, digits, dots and dashes only")
        return None
    if kind == "tmpfs":
        return None
    return refused("mount-type", option, "a mount is of type bind, volume or tmpfs")


def tmpfs(value: dict[str, Any], rules: Rules) -> Refusal | None:
    """Decide about `--tmpfs path:options`."""
    for target, options in value.items():
        for one in filter(None, (options or "").split(",")):
            if one in _TMPFS or _SIZED.fullmatch(one):
                continue
            size = _SIZE.fullmatch(one)
            if size is None:
                return refused("tmpfs", f"--tmpfs {target}:{options}", f"{one} is no option that is offered here")
            if int(size[1]) * _UNITS[size[2].lower()] > rules.caps.memory:
                return refused("tmpfs", f"--tmpfs {target}:{options}", "it is larger than the memory of a container")
    return None


def tmpfs_size(value: int, rules: Rules) -> Refusal | None:
    """Decide about the size in `--mount type=tmpfs`."""
    if 0 <= value <= rules.caps.memory:
        return None
    return refused("tmpfs", f"--mount type=tmpfs,tmpfs-size={value}", "it is larger than the memory of a container")
