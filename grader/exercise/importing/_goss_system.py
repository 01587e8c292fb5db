"""goss's resources that are about what runs: command, process, mount, kernel-param."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from grader.exercise.importing._matchers import expectation, patterns

if TYPE_CHECKING:
    from grader.core.yaml import Path
    from grader.exercise.importing._draft import Draft

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


def _inside() -> dict[str, Any]:
    return {"needs": ["builds"], "in": "main"}
