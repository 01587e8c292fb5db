"""The `github` report: what the runner makes of a step that prints it, and of the files that it writes."""

from __future__ import annotations

import base64
import io
import json
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from grader.core.errors import SandboxError
from grader.core.result import Diagnosis, Finding, Outcome, Result, Status, SubmissionRef
from grader.reports._annotations import MOST
from grader.reports._places import BELOW
from grader.reports._workflow import command, plain
from grader.reports.github import Github
from tests.reports.cases import cases
from tests.reports.hostile import FRAGMENTS, results, texts
from tests.support.factories import WHEN, make_check_result, make_result
from tests.support.rendered import Rendered
from tests.support.runner import ANNOTATIONS, SUMMARY_LIMIT, Command, Files, Runner, commands

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TAKEN = SubmissionRef(id="ada", kind="dockerfile", received_at=WHEN, taken={"dockerfile": "app/Dockerfile"})


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know nothing of a runner that these tests may be on."""
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", BELOW):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    files = Files(tmp_path / "step")
    for name, path in files.environment.items():
        monkeypatch.setenv(name, path)
    return files


def write(result: Result) -> tuple[str, list[str]]:
    stream = io.StringIO()
    report = Github()
    report.start(stream)
    report.add(result)
    report.stop()
    return stream.getvalue(), report.remarks


def read(result: Result) -> Runner:
    runner = Runner()
    runner.read(write(result)[0])
    return runner


def failed(number: int = 1, **changes: object) -> Result:
    check = make_check_result(**{"outcome": Outcome.FAILED, "points": 0, "message": "no", **changes})
    return make_result(
        checks=tuple(
            check.model_copy(update={"id": f"check-{n}", "message": f"{check.message}{n or ''}"}) for n in range(number)
        ),
        submission=_TAKEN,
    )


def finding(line: int | None = 3, **changes: object) -> Finding:
    made = {"rule": "DL3007", "level": "warning", "message": "pin it", "path": "app/Dockerfile", "line": line}
    return Finding.model_validate({**made, **changes})


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.github", write(cases()[name])[0])


def only_ours(output: str) -> list[Command]:
    """Give the annotations. Raises AssertionError for any other command than a group and its end around the log."""
    found = commands(output)
    assert [one.name for one in found[:2]] == ["group", "endgroup"]
    assert all(one.name in ANNOTATIONS for one in found[2:])
    assert all(one.properties.keys() <= {"file", "line", "title"} for one in found[2:])
    lines = output.removesuffix("\n").split("\n")
    assert all(line.startswith(("::", "| ")) for line in lines)
    assert sum(line.startswith("::") for line in lines) == len(found)
    # Neither syntax is left in what a command carries: others show it as lines of their own.
    assert all("##[" not in one.data and "##[" not in "".join(one.properties.values()) for one in found)
    assert all(unicodedata.category(char) not in {"Cc", "Cf"} for line in lines for char in line.replace("\t", ""))
    return found[2:]


@pytest.mark.parametrize("name", cases())
def test_nothing_of_the_student_s_is_a_command(name: str) -> None:
    found = only_ours(write(cases()[name])[0])
    wrong = [check for check in cases()[name].checks if check.outcome in {Outcome.FAILED, Outcome.ERROR}]
    assert bool(found) == bool(wrong or cases()[name].status is not Status.GRADED)


@settings(deadline=None, max_examples=30)
@given(results())
def test_hostile_text_is_no_command(result: Result) -> None:
    only_ours(write(result)[0])


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(results())
def test_hostile_text_is_in_no_file(step: Files, result: Result) -> None:
    for path in step.environment.values():
        open(path, "w").close()  # noqa: PTH123 - each example is a step of its own
    write(result)
    assert step.outputs.keys() == {"score", "max-score", "status", "passed", "result"}
    assert (step.exported, step.paths) == ({}, [])
    Rendered(step.summary)


@settings(deadline=None, max_examples=100)
@given(texts())
def test_plain_text_is_no_command(text: str) -> None:
    assert commands(plain(text)) == []


@pytest.mark.parametrize("text", FRAGMENTS)
def test_each_text_alone(text: str) -> None:
    assert commands(plain(text)) == []
    [one] = commands(command("error", text, {"title": text, "file": text}))
    assert one.name == "error"


@pytest.mark.parametrize("text", ["50% %0A", "a,b", "a::b", "title=x,line=2", "two\nlines", "a%3Ab"])
def test_what_is_meant_arrives(text: str) -> None:
    [one] = commands(command("error", text, {"title": text}))
    assert one == Command("error", {"title": " ".join(text.split())}, text)


def test_a_finding_is_at_its_line() -> None:
    [one] = read(failed(findings=(finding(),))).annotations
    assert one == Command("warning", {"file": "app/Dockerfile", "line": "3", "title": "DL3007"}, "pin it")


@pytest.mark.parametrize(
    ("level", "outcome", "name"),
    [
        ("error", Outcome.FAILED, "error"),
        ("error", Outcome.PASSED, "warning"),
        ("info", Outcome.FAILED, "notice"),
        ("style", Outcome.PASSED, "notice"),
    ],
)
def test_levels(level: str, outcome: Outcome, name: str) -> None:
    [one] = read(failed(outcome=outcome, findings=(finding(level=level),))).annotations
    assert one.name == name


def test_a_finding_is_annotated_once() -> None:
    assert len(read(failed(2, findings=(finding(),))).annotations) == 1


def test_a_diagnosis_is_at_its_line() -> None:
    cause = Diagnosis(cause="x", summary="It listens inside.", explanation="So.", fix="Let it out.", line=7)
    [one] = read(failed(diagnosis=cause)).annotations
    assert one.properties == {"file": "app/Dockerfile", "line": "7", "title": "The image builds"}
    assert one.data == "no\nWhy: It listens inside.\nFix: Let it out."


def test_a_cause_is_told_once_at_its_place() -> None:
    cause = Diagnosis(cause="loopback", summary="It listens inside.", explanation="So.", fix="Let it out.", line=7)
    found = finding(7, rule="loopback", message=cause.summary, level="error", path="other/Dockerfile")
    [one] = read(failed(2, diagnosis=cause, findings=(found,))).annotations
    assert one.properties == {"file": "other/Dockerfile", "line": "7", "title": "The image builds"}
    assert one.data == "no\nWhy: It listens inside.\nFix: Let it out."


def test_what_has_a_line_comes_first() -> None:
    cause = Diagnosis(cause="x", summary="S.", explanation="E.", fix="F.", line=7)
    checks = (*failed().checks, *failed(diagnosis=cause, title="Second").checks)
    result = make_result(checks=checks, submission=_TAKEN)
    assert [one.properties.get("line") for one in read(result).annotations] == ["7", None]


@pytest.mark.parametrize("below", ["answers/web", "/answers/web/"])
def test_paths_are_of_the_repository(below: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BELOW, below)
    [one] = read(failed(findings=(finding(),))).annotations
    assert one.properties["file"] == "answers/web/app/Dockerfile"


def test_no_more_than_github_shows() -> None:
    output, remarks = write(failed(25))
    assert len(only_ours(output)) == MOST
    assert "| 15 more annotations are not shown: GitHub takes 10 of a kind from a step.\n" in output
    assert remarks == ["annotations beyond the 10 of a kind that GitHub shows are left out: 15"]
    assert write(failed(10))[1] == []


def test_outputs(step: Files) -> None:
    write(cases()["passed"])
    found = step.outputs
    assert {key: value for key, value in found.items() if key != "result"} == {
        "score": "3.5", "max-score": "2.5", "status": "graded", "passed": "true",
    }  # fmt: skip
    assert json.loads(base64.b64decode(found["result"]))["status"] == "pass"


@pytest.mark.parametrize(("name", "level"), [("ungraded", "warning"), ("rejected", "error")])
def test_no_score_is_not_zero(step: Files, name: str, level: str) -> None:
    output, _ = write(cases()[name])
    found = step.outputs
    assert (found["score"], found["max-score"], found["passed"]) == ("", "", "false")
    assert found["status"] == name
    [one] = only_ours(output)
    assert one.name == level


def test_infrastructure_is_called_so() -> None:
    [one] = read(cases()["ungraded"]).annotations
    assert one.properties["title"] == "Not graded: a fault of the machine, not of the submission"
    assert one.data == "the engine did not answer"


def test_the_summary_is_the_page(step: Files) -> None:
    write(cases()["typical"])
    assert step.summary.startswith("## ❌ Serve a page on port 3000: 2 of 24 points\n")


@pytest.mark.parametrize("there", [20, 1_000_000, 1_040_000])
def test_the_summary_leaves_room_for_what_is_there(step: Files, there: int) -> None:
    with open(step.environment["GITHUB_STEP_SUMMARY"], "w", encoding="utf-8") as stream:  # noqa: PTH123 - a string
        stream.write("x" * there)
    _, remarks = write(cases()["typical"])
    assert len(step.summary.encode()) < SUMMARY_LIMIT
    assert step.summary.startswith("x" * there)
    assert ("## ❌" in step.summary) == (there == 20)
    assert any("of the step summary: left out" in remark for remark in remarks) == (there != 20)


def test_without_a_runner_there_are_only_annotations(tmp_path: Path) -> None:
    assert only_ours(write(cases()["typical"])[0])
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_a_fault_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "no" / "such"))
    with pytest.raises(SandboxError, match="can't be written"):
        write(cases()["passed"])


def test_the_log_can_be_any_encoding() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    report = Github()
    report.start(stream)
    report.add(cases()["hostile"])
    report.stop()
    stream.flush()
    only_ours(raw.getvalue().decode("ascii"))
