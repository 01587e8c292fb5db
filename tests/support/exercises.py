"""Exercises written for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import ExerciseError
from grader.exercise.load import FILE, load

if TYPE_CHECKING:
    from pathlib import Path

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

COMMANDS = """\
schema: grader/exercise/v1
id: it
title: It
submission: {kind: commands}
images: ["python:3-slim"]
checks:
"""
"""The head of an exercise whose containers students make."""


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
