"""What tests of commands share."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.support.factories import make_result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.result import Result
    from grader.exercise.model import Exercise


class FakeGrading:
    """Stands in for grading: gives `result`, remembers what it was asked for."""

    def __init__(self) -> None:
        self.result: Result | BaseException = make_result()
        self.asked: list[tuple[Exercise, Path, tuple[object, ...]]] = []

    def __call__(self, exercise: Exercise, source: Path, *rest: object) -> Result:
        self.asked.append((exercise, source, rest))
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.fixture
def grading(monkeypatch: pytest.MonkeyPatch) -> FakeGrading:
    """Put a fake in the place of grading."""
    fake = FakeGrading()
    monkeypatch.setattr("grader.grading.grade", fake)
    return fake


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run commands in an empty folder, with a home folder of their own."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("GRADER_EXERCISES", raising=False)
    return work


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Undo what a command does to the program's log."""
    logger = logging.getLogger("grader")
    handlers, propagate = logger.handlers[:], logger.propagate
    yield
    logger.handlers[:], logger.propagate = handlers, propagate
