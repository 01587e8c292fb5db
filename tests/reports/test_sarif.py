"""The `sarif` report against golden files and the published schema."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft4Validator

from grader import __version__
from grader.core.report import Edition
from grader.core.result import Finding, Outcome, Source
from grader.reports.sarif import Sarif
from tests.reports.cases import cases
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.result import Result

SCHEMA: Final = json.loads((Path(__file__).parent / "schemas" / "sarif.json").read_text(encoding="utf-8"))


def write(*results: Result) -> tuple[str, list[str]]:
    stream, report = io.StringIO(), Sarif(Edition.STUDENT)
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return stream.getvalue(), report.remarks


def run_of(*results: Result) -> dict[str, Any]:
    found = json.loads(write(*results)[0])
    Draft4Validator(SCHEMA).validate(found)
    [run] = found["runs"]
    assert isinstance(run, dict)
    return run


def found_in(*lines: int, text: str) -> Result:
    findings = tuple(Finding(rule="DL3009", level="info", message="lists", line=line) for line in lines)
    check = make_check_result(id="tidy", outcome=Outcome.FAILED, points=0, findings=findings)
    return make_result(checks=(check,), sources=(Source(path="Dockerfile", language="dockerfile", text=text),))


def fingerprints(result: Result) -> list[str]:
    return [one["partialFingerprints"]["grader/v1"] for one in run_of(result)["results"]]


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    text = write(cases()[name])[0].replace(f'"version": "{__version__}"', '"version": "VERSION"')
    golden(f"{name}.sarif", text)


@pytest.mark.parametrize("name", cases())
def test_follows_the_schema_and_the_standard(name: str) -> None:
    run = run_of(cases()[name])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        for location in one["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            parts = urlsplit(uri)
            assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
            assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
            assert ".." not in unquote(uri).split("/")
    names = [one["partialFingerprints"]["grader/v1"] for one in run["results"]]
    assert len(set(names)) == len(names)
    assert write(cases()[name])[0].isascii()


def test_the_schema_refuses_what_is_wrong() -> None:
    found = json.loads(write(cases()["findings"])[0])
    found["runs"][0]["results"][0]["level"] = "style"
    assert not Draft4Validator(SCHEMA).is_valid(found)


def test_findings_are_results_with_help() -> None:
    run = run_of(cases()["findings"])
    found = [
        (one["ruleId"], one["level"], one["locations"][0]["physicalLocation"].get("region", {}).get("startLine"))
        for one in run["results"]
    ]
    assert found == [
        ("missing_package", "error", 6),
        ("DL3006", "warning", 1),
        ("DL3009", "note", 3),
        ("DL3009", "note", 5),
        ("SC2086", "note", 6),
        ("dockerfile", "error", None),
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "my%20app/Dockerfile", "uriBaseId": "%SRCROOT%"}
    links = {rule["id"]: rule.get("helpUri") for rule in run["tool"]["driver"]["rules"]}
    assert links["DL3006"] == "https://github.com/hadolint/hadolint/wiki/DL3006"
    assert links["SC2086"] == "https://www.shellcheck.net/wiki/SC2086"
    assert links["dockerfile"] is None


def test_files_are_those_of_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_ANNOTATE_BELOW", "answers/web")
    run = run_of(cases()["findings"])
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "answers/web/my%20app/Dockerfile", "uriBaseId": "%SRCROOT%"}
    assert run["originalUriBaseIds"]["%SRCROOT%"]["description"]["text"] == "The repository."


@pytest.mark.parametrize(("name", "said"), [("ungraded", "the engine did not answer"), ("findings", "python:9")])
def test_trouble_of_the_platform_is_no_result(name: str, said: str) -> None:
    run = run_of(cases()[name])
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert said in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert not [one for one in run["results"] if said in one["message"]["text"]]


def test_a_rejected_submission_is_a_result() -> None:
    run = run_of(cases()["rejected"])
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [("policy", "error")]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_fault_keeps_its_name_when_lines_are_moved() -> None:
    line = "RUN apt-get update"
    before = fingerprints(found_in(1, 2, text=f"{line}\n{line}\n"))
    assert len(set(before)) == 2
    assert fingerprints(found_in(3, 4, text=f"# a\n\n  {line}\n{line}\n")) == before
    assert fingerprints(found_in(1, 2, text=f"{line} \n{line}s\n"))[1] not in before


def test_messages_hold_no_links_and_no_placeholders() -> None:
    one = Finding(rule="x", level="error", message="[x](http://x) {0} \\", line=1)
    check = make_check_result(outcome=Outcome.FAILED, points=0, findings=(one,))
    [found] = run_of(make_result(checks=(check,)))["results"]
    assert found["message"]["text"] == "\\[x\\](http://x) {{0}} \\\\"


def test_hidden_checks_say_nothing() -> None:
    assert "secret" not in write(cases()["findings"])[0]


def test_what_is_lost_is_said() -> None:
    assert write(cases()["passed"])[1] == []
    assert write(cases()["findings"])[1] == [
        "sarif holds faults in files only: 2 checks that failed have no place there"
    ]
    both = write(cases()["passed"], cases()["passed"])
    assert both[1] == ["sarif knows one folder: the properties of each result say which submission its path is in"]
    assert write()[1] == []
    assert run_of()["results"] == []
