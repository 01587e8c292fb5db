"""The `json` report: strict JSON for none, one and several results."""

from __future__ import annotations

import io
import json
from typing import Any, NoReturn

import pytest

from grader.core.result import Result
from grader.reports.json import Json
from tests.reports.cases import cases


def write(*results: Result) -> str:
    stream = io.StringIO()
    report = Json()
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return stream.getvalue()


def strictly(text: str) -> Any:
    """Read JSON as the RFC has it: no NaN, no key twice."""

    def refuse(word: str) -> NoReturn:
        raise AssertionError(word)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


@pytest.mark.parametrize("name", cases())
def test_one_result_is_an_object_that_reads_back_the_same(name: str) -> None:
    result = cases()[name]
    text = write(result)
    assert text.isascii()
    found = strictly(text)
    assert found["schema"] == "grader/result/v1"
    again = Result.model_validate(found)
    assert again.model_dump(mode="json") == result.model_dump(mode="json")


def test_points_are_numbers() -> None:
    found = strictly(write(cases()["passed"]))
    assert (found["score"], found["max_score"]) == (3.5, 2.5)
    assert found["checks"][1]["points"] == 0.5
    assert found["checks"][0]["points"] == 2


def test_several_results_are_an_array_of_lines() -> None:
    results = list(cases().values())
    text = write(*results)
    found = strictly(text)
    assert [one["submission"]["id"] for one in found] == [result.submission.id for result in results]
    first, *lines, last = text.splitlines()
    assert (first, last) == ("[", "]")
    assert [strictly(line.removesuffix(",")) for line in lines] == found


def test_nothing_is_an_empty_array() -> None:
    assert strictly(write()) == []
