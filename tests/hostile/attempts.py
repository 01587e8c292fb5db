"""One attempt at a small exercise, with the oracles that hold whatever was handed in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from grader.core.result import Outcome, Result
from grader.exercise.load import load
from grader.grading import grade
from grader.sandbox.engine import connect
from tests.support.engine import write

if TYPE_CHECKING:
    from pathlib import Path

    from grader.exercise.model import Exercise
    from tests.support.engine import Watch

CANARY: Final = "canary-5d1c-of-the-host"
"""Stands in a file and in the environment of this process; no output may hold it."""
GRACE: Final = 12
"""Seconds that an attempt may take besides its limits: a machine that runs other tests is slow."""
_EXERCISE = """\
schema: grader/exercise/v1
id: page
title: A page with a token
vars: {token: {random: hex16}}
submission: {kind: dockerfile, max_bytes: 1MiB, max_files: 200}
images: ["busybox:1"]
build: {timeout: 5s}
containers:
  main: {publish: [3000], env: {TOKEN: "${token}"}, ready: {port: 3000, within: 3s}, memory: 48MiB, pids: 32}
limits: {checks: 15s, start: 5s}
checks:
  - {id: builds, kind: build, points: 2}
  - {id: answers, kind: http, points: 3, needs: [builds], port: 3000, body: {contains: "${token}"}, timeout: 4s}
"""
LIMITS: Final = 5 + 3 + 5 + 15
SERVE: Final = 'CMD mkdir -p /w; echo "token $TOKEN" > /w/index.html; exec httpd -f -p 3000 -h /w\n'
GOOD: Final = f"FROM busybox:1\n{SERVE}"


def exercise(folder: Path) -> Exercise:
    """Load the exercise with a token of its own."""
    return load(write(folder / "page", {"exercise.yaml": _EXERCISE}), seed=time.monotonic_ns())


def attempt(folder: Path, submission: Path, watch: Watch) -> Result:
    """Grade a submission, and assert what must hold for every one."""
    started = time.monotonic()
    result = grade(exercise(folder), submission, connect)
    assert time.monotonic() - started < LIMITS + GRACE
    assert watch.nothing_left(result.attempt), watch.left(result.attempt)
    kept = result.model_dump_json(by_alias=True)
    assert CANARY not in kept
    assert "\\u001b" not in kept
    assert len(kept) < 200_000
    assert Result.model_validate_json(kept).model_dump_json(by_alias=True) == kept
    return result


def outcomes(result: Result) -> dict[str, Outcome]:
    """Give the outcome of every check by its id."""
    return {check.id: check.outcome for check in result.checks}


def texts(result: Result) -> str:
    """Give all that a person is told."""
    told: list[Any] = [result.message]
    told += [text for one in result.checks for text in (one.message, one.actual, one.expected)]
    return "\n".join(text for text in told if text)
