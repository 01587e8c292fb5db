"""goss's resources that are about what runs, and on what: command, process, mount, kernel-param, interface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from grader.exercise.importing._matchers import UnsupportedError, expectation, patterns
from grader.exercise.importing._values import listing

if TYPE_CHECKING:
    from grader.core.yaml import Path
    from grader.exercise.importing._draft import Draft

_MOUNTS: Final = ["cat", "/proc/self/mountinfo"]
_TIMEOUT: Final = 10_000
"""Milliseconds that goss gives a command that names no limit."""


def command(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A line for the shell of the running container."""
    title, line = fields.pop("title", None) or name, str(fields.pop("exec", name))
    for word in ("retry_count", "retry_delay"):
        if fields.pop(word, None):
            draft.note((*path, word), "left out: write `within`, the time in which it must hold")
    timeout = int(fields.pop("timeout", 0) or _TIMEOUT) / 1000
    stdout, stderr = (patterns(fields.pop(one)) if one in fields else None for one in ("stdout", "stderr"))
    exit_code = expectation(fields.pop("exit-status")) if "exit-status" in fields else None
    draft.unknown(path, fields, frozenset())
    draft.add(
        title,
        "command",
        **_inside(),
        shell=line,
        exit_code=exit_code,
        stdout=stdout,
        stderr=stderr,
        timeout=timeout,
    )


def process(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A program that runs, or must not."""
    title = fields.pop("title", None) or f"Process {name}"
    name = str(fields.pop("comm", name))
    running = fields.pop("running", True)
    draft.unknown(path, fields, frozenset())
    # goss compares the kernel's short name: that of the program, or of the script that an interpreter was started for.
    line = {"matches": rf"^(\S*sh )?(\S*/)?{re.escape(name)}([ :]|$)"}
    draft.add(title, "process", **_inside(), **({"running": line} if running else {"absent": line}))


def mount(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A mount point, as the kernel's table has it: https://docs.kernel.org/filesystems/proc.html (mountinfo)."""
    title = fields.pop("title", None) or f"Mount {name}"
    where = re.escape(str(fields.pop("mountpoint", name)))
    line = rf"(?m)^\d+ \d+ \d+:\d+ \S+ {where} "
    if fields.pop("exists", True) is False:
        draft.add(title, "command", **_inside(), run=_MOUNTS, stdout={"not": {"matches": line}})
        return
    wanted = [line]
    wanted += [rf"{line}\S+ .*- {_word(one)} " for one in listing(fields.pop("filesystem", None))]
    wanted += [rf"{line}\S+ .*- \S+ {_word(one)} " for one in listing(fields.pop("source", None))]
    wanted += [rf"{line}(\S+,)?{_word(one)}(,\S+)? " for one in listing(fields.pop("opts", None))]
    wanted += [rf"{line}\S+ .*- \S+ \S+ (\S+,)?{_word(one)}(,\S+)?$" for one in listing(fields.pop("vfs-opts", None))]
    for word in ("usage", "timeout"):
        if fields.pop(word, None) is not None and word == "usage":
            draft.note((*path, word), "left out: the disk is the host's")
    draft.unknown(path, fields, frozenset())
    draft.add(title, "command", **_inside(), run=_MOUNTS, stdout={"all": [{"matches": one} for one in wanted]})


def kernel_param(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A setting of the kernel, as processes of the container see it."""
    title = fields.pop("title", None) or f"KernelParam {name}"
    file = f"/proc/sys/{str(fields.pop('name', name)).replace('.', '/')}"
    value = expectation(fields.pop("value", None))
    draft.unknown(path, fields, frozenset())
    draft.add(title, "command", **_inside(), run=["cat", file], stdout=value)


def interface(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A network interface of the container, which is given a network for it."""
    title = fields.pop("title", None) or f"Interface {name}"
    file = f"/sys/class/net/{fields.pop('name', name)}/mtu"
    draft.containers["main"]["network"] = "bridge"
    if fields.pop("addrs", None) is not None:
        draft.note((*path, "addrs"), "left out: addresses are Docker's doing")
    if fields.pop("exists", True) is False:
        draft.add(title, "command", **_inside(), run=["cat", file], exit_code={"not": 0})
        return
    mtu = expectation(fields.pop("mtu")) if "mtu" in fields else None
    draft.unknown(path, fields, frozenset())
    draft.add(title, "command", **_inside(), run=["cat", file], stdout=mtu)


def _word(raw: object) -> str:
    if isinstance(raw, dict):
        raise UnsupportedError(f"the matcher {next(iter(raw), '')} of a mount")
    return re.escape(str(raw))


def _inside() -> dict[str, Any]:
    return {"needs": ["builds"], "in": "main"}
