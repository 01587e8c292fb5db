"""Exercises written for one test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from grader import submissions
from grader.core import kinds
from grader.core.errors import ExerciseError
from grader.exercise.load import FILE, load

GOOD = """\
schema: grader/exercise/v1
id: it
title: It
submission: {kind: dockerfile}
images: ["busybox:1"]
containers:
  main: {publish: [3000]}
checks:
  - {id: builds, kind: build}
  - {id: answers, kind: http, port: 3000, needs: [builds]}
"""

OWN = """\
schema: grader/exercise/v1
id: it
title: It
submission: {kind: own}
images: ["python:3-slim"]
checks:
"""
"""The head of an exercise whose containers students make; `own_kind` makes its kind known."""


def own_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the kind of submission `own` for one test."""
    monkeypatch.setattr(submissions, "__path__", [*submissions.__path__, str(Path(__file__).parent / "submissions")])
    for cached in (kinds.names, kinds.module, kinds.load):
        monkeypatch.setattr(kinds, cached.__name__, cache(cached.__wrapped__))


def write(place: Path, text: str = GOOD, name: str = "it") -> Path:
    """Write an exercise below `place`; give its folder."""
    folder = place / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def with_checks(*lines: str, good: str = GOOD) -> str:
    """Give the good exercise with other checks: the first one stands in line 9."""
    head, _, _ = good.partition("checks:\n")
    return head + "checks:\n" + "".join(f"  - {line}\n" for line in lines)


def problems(place: Path, text: str) -> list[str]:
    """Give what an author is told about a broken exercise, without the path of the folder."""
    folder = write(place, text)
    with pytest.raises(ExerciseError) as caught:
        load(folder)
    return [problem.removeprefix(f"{folder}/") for problem in caught.value.problems]
