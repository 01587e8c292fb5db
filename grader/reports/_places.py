"""What formats about places in files share: every finding of results, with a name that stays its own."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.result import CheckResult, Finding, Result

BELOW: Final = "GRADER_ANNOTATE_BELOW"
"""The variable that says which folder of the repository the submission is: `answers/web`."""


class Place(NamedTuple):
    """A finding, with what it is of."""

    check: CheckResult
    finding: Finding
    fingerprint: str


class Places:
    """Goes through the findings of several results, and tells those apart that look the same."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, ...]] = Counter()

    def of(self, result: Result) -> Iterator[Place]:
        """Give the findings of all checks."""
        lines = {source.path: source.text.split("\n") for source in result.sources}
        for check in result.checks:
            for one in check.findings:
                around = lines.get(one.path, [])
                text = around[one.line - 1].strip() if one.line is not None and 0 < one.line <= len(around) else ""
                yield Place(check, one, self.fingerprint(result, check.id, one.rule, one.path, text))

    def fingerprint(self, result: Result, *parts: str) -> str:
        """Name a fault by what it is about, and not by its line's number: it stays the same when lines are moved."""
        whole = (result.exercise.id, result.submission.id, *parts)
        self._seen[whole] += 1
        return hashlib.sha256("\0".join((*whole, str(self._seen[whole]))).encode()).hexdigest()


def main_file(result: Result) -> str | None:
    """Name the file that an attempt is about: of several, the one with the Dockerfile or the commands."""
    taken = result.submission.taken
    return taken.get("dockerfile") or taken.get("commands") or next((one.path for one in result.sources), None)


def inside(path: str) -> str:
    """Give a path below the folder that was handed in, wherever it pretends to lead."""
    return posixpath.normpath(f"/{clean(path)}").lstrip("/") or "."


def below() -> str:
    """Give the folder of the repository that was handed in; empty where that is all of it, or not known."""
    return os.environ.get(BELOW, "").strip("/")


def in_repository(path: str) -> str:
    """Give a path for those who show it in the repository."""
    return inside(f"{below()}/{inside(path)}")
