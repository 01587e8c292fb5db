"""The `check50` report against what check50's own documentation says of its JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from grader.core.errors import UsageError
from grader.core.result import Evidence, Outcome, Result, Status
from grader.reports.check50 import Check50
from tests.reports.cases import cases
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "schemas" / "check50.json").read_text()))


def written(*results: Result) -> tuple[str, list[str]]:
    stream = io.StringIO()
    report = Check50()
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return stream.getvalue(), report.remarks


def read(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(result)[0])
    SCHEMA.validate(found)
    return found


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    text, _ = written(cases()[name])
    SCHEMA.validate(json.loads(text))
    assert text.isascii()
    golden(f"{name}.check50", text)


def test_three_outcomes() -> None:
    found = {one["name"]: one for one in read(cases()["typical"])["results"]}
    assert len(found) == len(cases()["typical"].checks)
    assert found["builds"]["passed"] is True
    assert found["answers"]["passed"] is False
    assert [found[name]["passed"] for name in ("missing", "broken", "hidden-11")] == [None] * 3
    assert found["missing"]["cause"] == {"rationale": "needs “The server answers”, which did not pass", "help": None}
    assert found["broken"]["cause"]["error"]["value"] == "no such image: python:9"
    assert found["hidden-11"]["cause"]["rationale"] == "is checked after the due date"


def test_a_failure_says_what_and_why() -> None:
    found = read(cases()["typical"])["results"][1]
    assert found["cause"]["rationale"].startswith("nothing answers on port 3000")
    assert "127.0.0.1 inside the container" in found["cause"]["help"]
    assert found["cause"]["help"].endswith("Look at the address in the first line of the log.")
    assert found["cause"]["expected"] == "a server that listens on port 3000, on 0.0.0.0"
    assert found["log"][-1] == "listening on 127.0.0.1:3000"
    assert found["data"] == {"outcome": "failed", "points": 0, "max_points": 2, "bonus": False}


def test_a_log_has_its_last_hundred_lines() -> None:
    text = "\n".join(str(number) for number in range(500))
    long = make_check_result(outcome=Outcome.FAILED, evidence=(Evidence(kind="log", title="log", text=text),))
    [found] = read(make_result(checks=(long,)))["results"]
    assert (len(found["log"]), found["log"][-1]) == (100, "499")


@pytest.mark.parametrize("name", ["rejected", "ungraded"])
def test_no_score_is_an_error_and_no_results(name: str) -> None:
    result = cases()[name]
    found = read(result)
    assert "results" not in found
    assert found["error"]["type"] == name
    assert found["error"]["actions"]["message"].splitlines() == [part for part in (result.message, result.hint) if part]


def test_losses_are_remarked() -> None:
    _, remarks = written(cases()["typical"])
    assert remarks == [
        "check50 knows no points: score and maximum are only in the data of each check.",
        "check50 can't tell checks that were not run from skipped ones: 1 of 12.",
        "check50 has no place for flags, which a person should read: 1.",
    ]
    assert written(make_result(checks=(make_check_result(points=0, max_points=0),)))[1] == []
    assert written(make_result(status=Status.UNGRADED, score=None, max_score=None, checks=()))[1] == []


def test_one_result_only() -> None:
    with pytest.raises(UsageError, match="here are several"):
        written(make_result(), make_result())
    with pytest.raises(UsageError, match="no result"):
        written()
