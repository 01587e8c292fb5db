from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxError
from grader.core.result import Diagnosis, Outcome, Result, Status
from grader.exercise.load import load
from grader.exercise.validate import Finding, validate
from tests.support.exercises import write
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.exercise.model import Exercise

PASSED = make_result()
UNGRADED = make_result(status=Status.UNGRADED, score=None, max_score=None, checks=(), message="no engine")
REJECTED = make_result(status=Status.REJECTED, score=None, max_score=None, checks=(), message="it is no archive")


def failing(*ids: str, cause: str | None = None) -> Result:
    diagnosis = None if cause is None else Diagnosis(cause=cause, summary="s", explanation="e", fix="f")
    return make_result(
        checks=tuple(
            make_check_result(id=one, outcome=Outcome.FAILED, points=0, message="it is wrong", diagnosis=diagnosis)
            for one in ids
        )
    )


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    folder = write(tmp_path / "exercises")
    (folder / "task.md").write_text("Do it.")
    (folder / "starter").mkdir()
    (tmp_path / "solutions" / "it" / "reference").mkdir(parents=True)
    return load(folder)


@pytest.fixture
def solutions(exercise: Exercise) -> Path:
    return exercise.folder.parent.parent / "solutions" / "it"


def prove(
    exercise: Exercise, solutions: Path, expect: str, grade: Callable[[str], Result] | None
) -> dict[str, Finding]:
    """Give what is bad, by name; `grade` gets the name of what is graded."""
    (solutions / "expect.yaml").write_text(expect)
    found = validate(exercise, None if grade is None else lambda _, path: grade(path.name))
    return {one.what: one for one in found if not one.ok}


def usual(name: str) -> Result:
    return PASSED if name == "reference" else failing("builds")


def wrong(solutions: Path, name: str) -> None:
    (solutions / "wrong" / name).mkdir(parents=True)


def test_a_proven_exercise(exercise: Exercise, solutions: Path) -> None:
    wrong(solutions, "slip")
    assert prove(exercise, solutions, "wrong: {slip: {fails: [builds]}}", usual) == {}


def test_without_running_only_files_are_looked_at(exercise: Exercise, solutions: Path) -> None:
    wrong(solutions, "slip")
    assert prove(exercise, solutions, "wrong: {slip: {fails: [builds]}}", None) == {}


def test_files_that_are_missing(tmp_path: Path) -> None:
    exercise = load(write(tmp_path / "exercises"))
    bad = {one.what: one.why for one in validate(exercise, None) if not one.ok}
    assert bad == {
        "task.md": "is missing",
        "starter": "is missing",
        "solutions": f"there is no folder {tmp_path}/solutions/it, which holds the answers that prove the exercise",
    }


def test_the_id_is_the_folders_name(tmp_path: Path) -> None:
    bad = {one.what: one.why for one in validate(load(write(tmp_path, name="other")), None) if not one.ok}
    assert bad["id"] == "is 'it', and must be the folder's name, 'other'"


@pytest.mark.parametrize(
    ("expect", "what", "why"),
    [
        ("wrng: {}", "expect.yaml", "wrng: unknown field; did you mean 'wrong'?"),
        ("wrong: {slip: {fail: []}}", "expect.yaml", "1:16: wrong.slip.fail: unknown field; did you mean 'fails'?"),
        ("wrong: [", "expect.yaml", "not valid YAML"),
        ("{}", "wrong/slip", "is not in expect.yaml"),
        ("wrong: {slip: {fails: [x]}}", "wrong/slip", "names checks that there aren't: x"),
        ("wrong: {slip: {fails: [builds-x]}}", "wrong/slip", "names checks that there aren't: builds-x"),
        ("wrong: {slip: {}}", "wrong/slip", "fails nothing, so it proves nothing"),
        ("wrong: {slip: {fails: [builds]}, b: {fails: [builds]}}", "wrong/b", "there is no such folder"),
    ],
)
def test_expectations_that_are_broken(exercise: Exercise, solutions: Path, expect: str, what: str, why: str) -> None:
    wrong(solutions, "slip")
    assert why in prove(exercise, solutions, expect, None)[what].why


def test_no_expectations(exercise: Exercise) -> None:
    found = [one for one in validate(exercise, lambda _, path: usual(path.name)) if not one.ok]
    place = exercise.folder.parent.parent / "solutions" / "it"
    assert [(one.what, one.why.splitlines()) for one in found] == [
        (
            "expect.yaml",
            [
                f"there is no {place}/expect.yaml, which says what every answer in {place}/wrong fails, such as",
                "wrong: {NAME: {fails: [builds]}}",
            ],
        )
    ]
    assert "reference" in {one.what for one in validate(exercise, lambda _, path: usual(path.name)) if one.ok}


def test_checks_that_no_answer_fails(exercise: Exercise, solutions: Path) -> None:
    for name in ("slip", "trick"):
        wrong(solutions, name)

    def told(expect: str) -> list[str]:
        (solutions / "expect.yaml").write_text(expect)
        return [one.why for one in validate(exercise, None) if one.note and one.ok]

    assert told("wrong: {slip: {fails: [answers]}, trick: {rejected: true}}") == ["builds"]
    assert told("wrong: {trick: {rejected: true}}") == ["builds, answers"]
    assert told("wrong: {slip: {fails: [answers]}}\nstarter: {fails: [builds]}") == []


def test_the_reference_must_pass(exercise: Exercise, solutions: Path) -> None:
    bad = prove(exercise, solutions, "", lambda _: failing("builds"))
    assert bad["reference"].why == "must get full marks, and fails builds: it is wrong"


def test_other_right_answers_must_pass_too(exercise: Exercise, solutions: Path) -> None:
    for name in ("long-options", "readme"):
        (solutions / "also-right" / name).mkdir(parents=True)
    results = {"long-options": PASSED, "readme": failing("builds")}
    bad = prove(exercise, solutions, "", lambda name: results.get(name) or usual(name))
    assert {what: one.why for what, one in bad.items()} == {
        "also-right/readme": "must get full marks, and fails builds: it is wrong"
    }
    found = validate(exercise, lambda _, path: results.get(path.name) or usual(path.name))
    assert "also-right/long-options" in {one.what for one in found if one.ok}


def test_there_is_no_reference(exercise: Exercise, solutions: Path) -> None:
    (solutions / "reference").rmdir()
    assert prove(exercise, solutions, "", usual)["reference"].why == "there is no folder solutions/it/reference"


def test_the_starter_must_not(exercise: Exercise, solutions: Path) -> None:
    bad = prove(exercise, solutions, "", lambda _: PASSED)
    assert bad["starter"].why == "gets full marks: there is nothing left to do"


def test_the_starter_as_expected(exercise: Exercise, solutions: Path) -> None:
    bad = prove(exercise, solutions, "starter: {fails: [answers]}", usual)
    assert bad["starter"].why == (
        "'answers' must fail, and does not\n'builds' fails unexpectedly: it is wrong\n"
        "as it is, that would be fails: [builds]"
    )


@pytest.mark.parametrize(
    ("expected", "result", "why"),
    [
        ("{fails: [builds]}", PASSED, "'builds' must fail, and does not"),
        ("{fails: [builds]}", failing("builds", "answers"), "'answers' fails unexpectedly: it is wrong"),
        ("{fails: [builds]}", REJECTED, "status is rejected: it is no archive"),
        ("{rejected: true}", failing("builds"), "status is graded"),
        (
            "{fails: [builds], diagnosis: {builds: run_failed}}",
            failing("builds"),
            "'builds' must be explained by run_failed, not by nothing",
        ),
        (
            "{fails: [builds], diagnosis: {builds: run_failed}}",
            failing("builds", cause="crashed"),
            "'builds' must be explained by run_failed, not by crashed",
        ),
        (
            "{fails: [builds]}",
            make_result(checks=(make_check_result(outcome=Outcome.ERROR, points=0, message="broken"),)),
            "'builds' must fail, and does not\n'builds' is an error: broken",
        ),
    ],
)
def test_wrong_answers(exercise: Exercise, solutions: Path, expected: str, result: Result, why: str) -> None:
    wrong(solutions, "slip")
    bad = prove(
        exercise, solutions, f"wrong: {{slip: {expected}}}", lambda name: result if name == "slip" else usual(name)
    )
    assert bad["wrong/slip"].why.startswith(why)
    assert len(bad) == 1


def test_a_wrong_answer_as_expected(exercise: Exercise, solutions: Path) -> None:
    for name in ("slip", "trick"):
        wrong(solutions, name)
    results = {"slip": failing("builds", cause="run_failed"), "trick": REJECTED}
    expect = "wrong: {slip: {fails: [builds], diagnosis: {builds: run_failed}}, trick: {rejected: true}}"
    assert prove(exercise, solutions, expect, lambda name: results.get(name) or usual(name)) == {}


def test_a_broken_machine_proves_nothing(exercise: Exercise, solutions: Path) -> None:
    with pytest.raises(SandboxError, match="no engine"):
        prove(exercise, solutions, "", lambda _: UNGRADED)
