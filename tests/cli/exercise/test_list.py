from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.commands import grader
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_lists_the_course() -> None:
    ran = grader("exercise", "list")
    assert (ran.code, ran.err) == (0, "")
    assert "serve-on-3000        Serve a page on port 3000  (beginner, 9 checks, 12 points)\n" in ran.out


def test_a_broken_one_does_not_hide_the_others(elsewhere: Path) -> None:
    write(elsewhere / "exercises", GOOD.replace("title", "titel"), name="broken")
    write(elsewhere / "exercises", name="it")
    out = grader("exercise", "list").out
    assert "broken: 2 problems; see: grader exercise validate broken" in out
    assert "It  (beginner, 2 checks, 2 points)" in out


def test_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.exercise.find.places", lambda: ())
    assert grader("exercise", "list") == (
        0,
        "No exercises found. Put them below ./exercises, or set GRADER_EXERCISES.\n",
        "",
    )
