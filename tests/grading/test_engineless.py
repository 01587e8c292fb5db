"""Grading where there is no Docker engine, with the real parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core import kinds
from grader.core.check import PACKAGE, Check
from grader.core.redact import for_student
from grader.core.result import NEEDS_ENGINE, Outcome, Status
from grader.exercise.engines import opener
from grader.exercise.load import load
from grader.grading import Options, grade
from tests.support.exercises import COMMANDS, write

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.result import Result

EXERCISE = """\
schema: grader/exercise/v1
id: it
title: It
due: 2999-01-01T00:00:00Z
submission: {kind: dockerfile}
images: ["busybox:1"]
checks:
  - {id: builds, kind: build, points: 4}
  - {id: exec, kind: dockerfile, needs: [builds], instruction: CMD, form: exec, points: 2}
  - {id: either, kind: any_of, checks: [{kind: dockerfile, instruction: USER}, {kind: image, user: "1000"}]}
  - {id: both, kind: all_of, checks: [{kind: dockerfile, stages: 1}, {kind: context, absent: [.env]}]}
  - {id: tidy, kind: lint, needs: [exec]}
  - {id: answers, kind: http, port: 3000, visibility: hidden}
  - {id: late, kind: dockerfile, stages: 1, visibility: after_due}
  - {id: later, kind: size, at_most: 1MB, visibility: after_due}
containers:
  main: {publish: [3000]}
"""


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "Dockerfile").write_text('FROM busybox:1\nCMD ["true"]\n')
    return folder


def run(work: Path, text: str = EXERCISE, *only: str) -> Result:
    exercise = load(write(work.parent, text))
    result = grade(exercise, work, opener(exercise, "none"), options=Options(only=only))
    assert not list((work.parent / "state").rglob("*.jsonl"))
    return result


def score(result: Result) -> str:
    return f"{result.score}/{result.max_score}"


def outcomes(result: Result) -> dict[str, str]:
    return {one.id: str(one.outcome) for one in result.checks}


def test_only_what_needs_no_engine_is_run(work: Path) -> None:
    result = run(work)
    assert outcomes(result) == {
        "builds": "withheld", "exec": "passed", "either": "withheld", "both": "passed",
        "tidy": "passed", "answers": "withheld", "late": "withheld", "later": "withheld",
    }  # fmt: skip
    assert (result.status, score(result)) == (Status.GRADED, "4/4")
    assert result.passed
    assert result.flags == ("graded without a Docker engine: 3 of 8 checks did not run",)
    assert result.engine is not None
    assert result.engine.mode == "none"
    assert result.images == ()


def test_reasons_are_told_apart(work: Path) -> None:
    why = {one.id: one.message for one in run(work).checks if one.outcome is Outcome.WITHHELD}
    assert why == {
        "builds": NEEDS_ENGINE,
        "either": NEEDS_ENGINE,
        "answers": NEEDS_ENGINE,
        "late": "not run before the due date",
        "later": "not run before the due date",
    }


def test_students_see_why_and_not_what(work: Path) -> None:
    shown = {one.id: one.message for one in for_student(run(work)).checks if one.outcome is Outcome.WITHHELD}
    assert shown == {
        "builds": NEEDS_ENGINE, "either": NEEDS_ENGINE, "hidden-6": NEEDS_ENGINE, "hidden-7": None, "hidden-8": None,
    }  # fmt: skip


def test_failures_count_and_block(work: Path) -> None:
    (work / "Dockerfile").write_text("FROM busybox:1\nCMD true\n")
    result = run(work)
    assert (outcomes(result)["exec"], outcomes(result)["tidy"]) == ("failed", "skipped")
    assert score(result) == "1/4"


def test_where_no_check_can_be_run_there_is_no_score(work: Path) -> None:
    result = run(work, EXERCISE, "builds", "answers")
    assert (result.status, result.score, result.max_score) == (Status.UNGRADED, None, None)
    assert result.message == "none of the checks can be run without a Docker engine"
    assert result.checks == ()


def test_those_that_wait_are_no_score_either(work: Path) -> None:
    assert run(work, EXERCISE, "builds", "late").status is Status.UNGRADED


def test_commands_are_not_run_at_all(work: Path) -> None:
    (work / "commands.sh").write_text("docker run busybox:1 true\n")
    text = COMMANDS + "  - {id: runs, kind: container, in: {container: web}}\n"
    assert run(work, text).status is Status.UNGRADED


def test_intake_has_its_say(work: Path) -> None:
    (work / "out").symlink_to("/etc/passwd")
    assert run(work).status is Status.REJECTED


@pytest.mark.parametrize(
    "line",
    [
        "RUN --network=host true", "RUN --security=insecure true", "RUN --mount=type=ssh true",
        "RUN --mount=type=secret,id=x true", "ADD http://169.254.169.254/latest/meta-data/ /x",
    ],
)  # fmt: skip
def test_attempts_to_get_out_are_seen_without_a_build(work: Path, line: str) -> None:
    (work / "Dockerfile").write_text(f'FROM busybox:1\n{line}\nCMD ["true"]\n')
    result = run(work)
    assert (result.status, result.score, result.checks) == (Status.REJECTED, None, ())
    assert (result.message or "").startswith("line 2: ")


@pytest.mark.parametrize("content", [b"FROM busybox:1\nRUN --network=none true\n", b"FORM busybox\n", b"\xff\xfe", b""])
def test_mistakes_are_no_such_attempts(work: Path, content: bytes) -> None:
    (work / "Dockerfile").write_bytes(content)
    assert run(work).status is Status.GRADED


def test_what_can_not_be_looked_at_is_the_students_doing(work: Path) -> None:
    (work / "Dockerfile").unlink()
    result = run(work)
    assert (result.status, result.checks[0].id, score(result)) == (Status.GRADED, "submission", "0/12")
    assert not result.passed


def test_tests_of_the_author_are_not_even_looked_for(work: Path) -> None:
    text = EXERCISE + "  - {id: tests, kind: pytest, file: test_it.py}\n"
    text = text.replace("containers:\n  main: {publish: [3000]}\n", "").replace(
        "images:", "containers: {main: {publish: [3000]}}\nimages:"
    )
    write(work.parent, text)
    (work.parent / "it" / "test_it.py").write_text("raise RuntimeError\n")
    assert outcomes(run(work, text))["tests"] == "withheld"


def test_which_kinds_need_no_engine() -> None:
    """A kind is here because it looks at what was handed in only: whoever adds one decides that."""
    every = {kind: kinds.load(PACKAGE, Check, kind) for kind in kinds.names(PACKAGE)}
    made = {kind: cls.model_construct(id="it", kind=kind) for kind, cls in every.items() if not cls.nested}
    assert {kind for kind, check in made.items() if not check.needs_engine} == {"context", "dockerfile", "lint"}
