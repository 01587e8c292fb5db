"""Every exercise that ships, proven on the engine: references, starters, and each wrong answer with its explanation."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.exercise.engines import opener
from grader.exercise.load import load
from grader.exercise.validate import validate
from grader.grading import grade

EXERCISES = Path(__file__).parent.parent / "exercises"


def names() -> list[str]:
    return sorted(path.parent.name for path in EXERCISES.glob("*/exercise.yaml"))


def test_the_course_is_there() -> None:
    assert {"first-dockerfile", "serve-on-3000", "run-vs-cmd"} <= set(names())


@pytest.mark.parametrize("name", names())
def test_has_at_least_five_wrong_answers(name: str) -> None:
    assert len(list((EXERCISES.parent / "solutions" / name / "wrong").iterdir())) >= 5


@pytest.mark.docker
@pytest.mark.parametrize("name", names())
def test_accepts_the_good_answer_and_rejects_the_wrong_ones(name: str) -> None:
    findings = list(
        validate(load(EXERCISES / name), lambda exercise, source: grade(exercise, source, opener(exercise)))
    )
    assert [f"{one.what}: {one.why}" for one in findings if not one.ok] == []
    wrong = {path.name for path in (EXERCISES.parent / "solutions" / name / "wrong").iterdir()}
    assert {one.what for one in findings} >= {"reference", "starter", *(f"wrong/{one}" for one in wrong)}
