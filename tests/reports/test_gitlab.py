"""The `gitlab` report against golden files and what GitLab reads of Code Quality."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator

from grader.reports.gitlab import Gitlab
from tests.reports.cases import cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.result import Result

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
SCHEMA: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "pattern": r"^(?!\./|/)"},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def write(*results: Result) -> tuple[str, list[str]]:
    stream, report = io.StringIO(), Gitlab()
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return stream.getvalue(), report.remarks


def entries(*results: Result) -> list[dict[str, Any]]:
    found = json.loads(write(*results)[0])
    Draft202012Validator(SCHEMA).validate(found)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.gitlab", write(cases()[name])[0])


@pytest.mark.parametrize("name", cases())
def test_is_what_gitlab_reads(name: str) -> None:
    found = entries(cases()[name])
    assert len({one["fingerprint"] for one in found}) == len(found)
    assert not [one for one in found if ".." in one["location"]["path"].split("/")]
    text = write(cases()[name])[0]
    assert text.isascii()
    assert not text.startswith("\ufeff")


def test_findings_are_at_their_lines_and_the_rest_at_the_first() -> None:
    found = [
        (one["check_name"], one["severity"], one["location"]["lines"]["begin"])
        for one in entries(cases()["findings"])
        if one["location"]["path"] == "my app/Dockerfile"
    ]
    assert found == [
        ("answers", "major", 1),
        ("hidden-6", "major", 1),
        ("missing_package", "major", 6),
        ("DL3006", "minor", 1),
        ("DL3009", "info", 3),
        ("DL3009", "info", 5),
        ("SC2086", "info", 6),
        ("dockerfile", "major", 1),
    ]


def test_it_is_said_where_nothing_was_handed_in() -> None:
    [one] = entries(cases()["unusable"])
    assert one["location"] == {"path": "Dockerfile", "lines": {"begin": 1}}
    assert one["description"] == "The submission can be graded: there is no Dockerfile in the submission"


def test_rejected_work_is_a_blocker() -> None:
    assert [one["severity"] for one in entries(cases()["rejected"])] == ["blocker"]


def test_trouble_of_the_platform_is_no_fault() -> None:
    assert entries(cases()["ungraded"]) == []
    assert write(cases()["ungraded"])[1] == ["gitlab can't say that 1 attempt was not graded: nothing is in it of that"]
    assert "broken" not in {one["check_name"] for one in entries(cases()["findings"])}


def test_fingerprints_stay_and_tell_results_apart() -> None:
    one = cases()["findings"]
    assert entries(one) == entries(one)
    other = one.model_copy(update={"submission": one.submission.model_copy(update={"id": "bob"})})
    both = entries(one, other)
    assert len({one["fingerprint"] for one in both}) == len(both)
    assert write(one, other)[1] == ["gitlab knows one folder: it is not told which submission a path is in"]


def test_hidden_checks_say_nothing() -> None:
    text = write(cases()["findings"], cases()["typical"])[0]
    assert "secret" not in text
    assert "not shown" not in text


def test_files_are_those_of_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [one["location"]["path"] for one in entries(*cases().values())]
    names = [one["fingerprint"] for one in entries(*cases().values())]
    monkeypatch.setenv("GRADER_ANNOTATE_BELOW", "/answers/../answers/web/")
    assert [one["location"]["path"] for one in entries(*cases().values())] == [f"answers/web/{one}" for one in before]
    assert [one["fingerprint"] for one in entries(*cases().values())] == names
