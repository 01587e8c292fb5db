from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


@pytest.mark.parametrize(
    ("due", "shown"), [("2999-01-01T00:00:00Z", "a hidden check"), ("2020-01-01T00:00:00Z", "Late")]
)
def test_what_is_checked_after_the_due_date_is_shown_then(elsewhere: Path, due: str, shown: str) -> None:
    checks = with_checks("{id: a, kind: build, title: Late, visibility: after_due}")
    write(elsewhere, f'due: "{due}"\n{checks}')
    assert f"     1  {shown}\n" in grader("exercise", "show", "./it").out
