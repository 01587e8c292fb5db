"""The `junit` report against golden files and the rules of the schemas that CI systems use."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring
from junitparser import JUnitXml

from grader.core.result import Outcome
from grader.reports.junit import Junit
from tests.reports.cases import cases
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from grader.core.result import Result

_DECIMAL = r"[0-9]+\.[0-9]+"
_ATTRIBUTES = {
    "testsuites": {"name": ".+", "tests": r"\d+", "failures": r"\d+", "errors": r"\d+", "time": _DECIMAL},
    "testsuite": {
        "name": ".+", "tests": r"\d+", "failures": r"\d+", "errors": r"\d+", "skipped": r"\d+", "time": _DECIMAL,
        "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    },
    "properties": {},
    "property": {"name": ".+", "value": "(?s).*"},
    "testcase": {"name": ".+", "classname": ".+", "time": _DECIMAL},
    "failure": {"message": ".+", "type": ".+"},
    "error": {"message": ".+", "type": ".+"},
    "skipped": {"message": ".+", "type": ".+"},
}  # fmt: skip
"""Every element that may occur, with exactly these attributes."""
_CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped"},
}


def write(*results: Result) -> str:
    stream = io.StringIO()
    report = Junit()
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return stream.getvalue()


def follows_the_schema(element: Element) -> None:
    wanted = _ATTRIBUTES[element.tag]
    assert element.attrib.keys() == wanted.keys()
    for name, pattern in wanted.items():
        assert re.fullmatch(pattern, element.attrib[name]), (element.tag, name, element.attrib[name])
    for child in element:
        assert child.tag in _CHILDREN.get(element.tag, set())
        follows_the_schema(child)
    if element.tag == "testsuite":
        assert [child.tag for child in element].index("properties") == 0
        counts_are_right(element)
    if element.tag == "testcase":
        assert len(element) <= 1


def counts_are_right(suite: Element) -> None:
    found = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(found)
    for counter, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.attrib[counter]) == sum(case.find(tag) is not None for case in found), counter
    names = [(case.attrib["classname"], case.attrib["name"]) for case in found]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.junit", write(cases()[name]))


@pytest.mark.parametrize("name", cases())
def test_follows_the_schema(name: str) -> None:
    text = write(cases()[name])
    follows_the_schema(fromstring(text, forbid_dtd=True))
    # XML 1.0 has no way at all to write these, not even as a reference.
    assert not re.search(r"&#(x?[0-9a-f]{1,2}|5[56]\d{3}|6553[45]);", text.replace("&#10;", "").replace("&#09;", ""))
    assert text.isascii()


@pytest.mark.parametrize("name", cases())
def test_is_read_by_a_reader_of_ci_systems(name: str) -> None:
    result = cases()[name]
    read = JUnitXml.fromstring(write(result).encode())
    found = [case for suite in read for case in suite]
    assert (read.tests, read.failures, read.errors, read.skipped) == (
        len(found),
        sum(case.is_failure for case in found),
        sum(case.is_error for case in found),
        sum(case.is_skipped for case in found),
    )
    assert sum(case.is_passed for case in found) == sum(check.outcome is Outcome.PASSED for check in result.checks)


def test_outcomes_are_told_apart() -> None:
    suite = fromstring(write(cases()["typical"])).find("testsuite")
    assert suite is not None
    found = {case.attrib["name"]: [child.tag for child in case] for case in suite.findall("testcase")}
    assert found["The image builds"] == []
    assert found["The status"] == ["failure"]
    assert found["An unknown page gives 404"] == ["skipped"]
    assert found["The check itself is broken"] == ["error"]
    withheld = next(case for case in suite.iter("testcase") if case.attrib["classname"].endswith("hidden-11"))
    assert [child.attrib["message"] for child in withheld] == ["checked after the due date"]


def test_score_and_notes_are_properties() -> None:
    suite = fromstring(write(cases()["typical"])).find("testsuite")
    assert suite is not None
    found = {one.attrib["name"]: one.attrib["value"] for one in suite.iter("property")}
    assert (found["status"], found["score"], found["max_score"]) == ("graded", "2", "24")
    assert found["standins"] == "python:3-slim"
    assert found["flag.1"] == "limits were hit while the machine was busy"


@pytest.mark.parametrize(("name", "tag"), [("rejected", "failure"), ("ungraded", "error")])
def test_no_score_is_never_a_success(name: str, tag: str) -> None:
    root = fromstring(write(cases()[name]))
    assert len(list(root.iter(tag))) == 1
    assert "score" not in {one.attrib["name"] for one in root.iter("property")}


def test_a_failure_without_a_message_is_one() -> None:
    check = make_check_result(outcome=Outcome.FAILED, points=0)
    root = fromstring(write(make_result(checks=(check,))))
    assert root.attrib["failures"] == "1"


def test_several_results_are_added_up() -> None:
    root = fromstring(write(*cases().values()))
    follows_the_schema(root)
    for counter in ("tests", "failures", "errors"):
        assert int(root.attrib[counter]) == sum(int(suite.attrib[counter]) for suite in root)
    assert fromstring(write()).attrib["tests"] == "0"
