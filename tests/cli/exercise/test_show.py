from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.commands import grader
from tests.support.exercises import with_checks, write

if TYPE_CHECKING:
    from pathlib import Path


def test_shows_task_and_checks() -> None:
    ran = grader("exercise", "show", "serve-on-3000")
    assert ran.code == 0
    assert ran.out.startswith("# Serve a page on port 3000\n")
    assert "What is checked (12 points):" in ran.out
    assert "     2  The image builds\n" in ran.out
    assert "Base images: python:3-slim" in ran.out


def test_a_hidden_check_stays_hidden() -> None:
    out = grader("exercise", "show", "serve-on-3000").out
    assert "a hidden check" in out
    assert "is not found" not in out


def test_without_a_task_there_is_the_title(elsewhere: Path) -> None:
    write(elsewhere, with_checks("{id: a, kind: build}", "{id: b, kind: build, points: 0.5, bonus: true}"))
    out = grader("exercise", "show", "./it").out
    assert out.startswith("It\n\nWhat is checked (1 points):\n     1  a\n   0.5 bonus  b\n")
