from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Outcome, Status
from tests.support.commands import grader
from tests.support.exercises import GOOD, write
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import FakeGrading


def proven(place: Path) -> Path:
    folder = write(place / "exercises")
    (folder / "task.md").write_text("Do it.")
    (folder / "starter").mkdir()
    (place / "solutions" / "it" / "reference").mkdir(parents=True)
    (place / "solutions" / "it" / "expect.yaml").write_text("")
    return folder


def test_the_course_is_consistent() -> None:
    ran = grader("exercise", "validate", "serve-on-3000", "first-dockerfile", "run-vs-cmd", "--no-run")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("serve-on-3000: exercise.yaml is good, 9 checks\n  ok   task.md is there\n")


def test_every_problem_of_every_exercise(elsewhere: Path) -> None:
    for name in ("a", "b"):
        write(elsewhere, GOOD.replace("title", "titel"), name=name)
    ran = grader("exercise", "validate", "./a", "./b")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        f"{name}/exercise.yaml:{problem}"
        for name in ("a", "b")
        for problem in ("1:1: title: is missing", "3:1: titel: unknown field; did you mean 'title'?")
    ]


def test_the_reference_is_graded(elsewhere: Path, grading: FakeGrading) -> None:
    proven(elsewhere)
    grading.result = make_result(checks=(make_check_result(outcome=Outcome.FAILED, points=0, message="wrong"),))
    ran = grader("exercise", "validate", "it")
    assert ran.code == 2
    assert "  BAD  reference: must get full marks, and fails builds: wrong\n" in ran.out
    assert [source.name for _, source, _ in grading.asked] == ["reference", "starter"]


def test_each_check_has_a_line(elsewhere: Path, grading: FakeGrading) -> None:
    folder = proven(elsewhere)
    (folder.parent.parent / "solutions" / "it" / "wrong" / "slip").mkdir(parents=True)
    (folder.parent.parent / "solutions" / "it" / "expect.yaml").write_text("wrong: {slip: {fails: []}}")
    failed = [make_check_result(id=name, outcome=Outcome.FAILED, points=0, message="a\nb") for name in ("x", "y")]
    grading.result = make_result(checks=tuple(failed))
    lines = grader("exercise", "validate", "it").out.splitlines()
    assert lines[-3:] == [
        "  BAD  wrong/slip: 'x' fails unexpectedly: a; b",
        "         'y' fails unexpectedly: a; b",
        "         as it is, that would be fails: [x, y]",
    ]
    assert "  note no answer fails these checks: builds, answers" in lines
    reference = lines.index("  BAD  reference: must get full marks, and fails")
    assert lines[reference + 1 : reference + 3] == ["         x: a; b", "         y: a; b"]


def test_without_an_engine_nothing_is_proven(elsewhere: Path, grading: FakeGrading) -> None:
    proven(elsewhere)
    grading.result = make_result(status=Status.UNGRADED, score=None, max_score=None, checks=(), message="no engine")
    ran = grader("exercise", "validate", "it")
    assert ran.code == 3
    assert "error: no engine" in ran.err


def test_all(elsewhere: Path) -> None:
    proven(elsewhere)
    out = grader("exercise", "validate", "--all", "--no-run").out
    assert "it: exercise.yaml is good" in out
    assert "serve-on-3000: exercise.yaml is good" in out


def test_which_exercise() -> None:
    ran = grader("exercise", "validate")
    assert ran.code == 2
    assert "Name one, or use --all." in ran.err
