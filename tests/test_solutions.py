"""Every exercise that ships, proven on the engine: references, starters, and each wrong answer with its explanation."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.exercise.engines import opener
from grader.exercise.load import load
from grader.exercise.validate import folders, validate
from grader.grading import grade

EXERCISES = Path(__file__).parent.parent / "exercises"
SOLUTIONS = EXERCISES.parent / "solutions"


def names() -> list[str]:
    return sorted(path.parent.name for path in EXERCISES.glob("*/exercise.yaml"))


def test_the_course_is_there() -> None:
    assert {"first-dockerfile", "serve-on-3000", "run-vs-cmd"} <= set(names())


@pytest.mark.parametrize("name", names())
def test_has_at_least_five_wrong_answers(name: str) -> None:
    assert len(folders(SOLUTIONS / name / "wrong")) >= 5


@pytest.mark.parametrize("name", names())
def test_commands_may_be_written_in_more_than_one_way(name: str) -> None:
    if load(EXERCISES / name).file.submission.kind == "commands":
        assert len(folders(SOLUTIONS / name / "also-right")) >= 2


@pytest.mark.docker
@pytest.mark.parametrize("name", names())
def test_accepts_the_good_answer_and_rejects_the_wrong_ones(name: str) -> None:
    findings = list(
        validate(load(EXERCISES / name), lambda exercise, source: grade(exercise, source, opener(exercise)))
    )
    assert [f"{one.what}: {one.why}" for one in findings if not one.ok] == []
    answers = {f"{kind}/{one}" for kind in ("also-right", "wrong") for one in folders(SOLUTIONS / name / kind)}
    assert {one.what for one in findings} >= {"reference", "starter", *answers}
