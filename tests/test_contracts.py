"""What every kind promises, whichever it is."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core import check, kinds, report, yaml
from grader.core.abilities import Described, State, Transcribes
from grader.core.check import Check
from grader.core.describe import field_docs
from grader.core.report import Report
from grader.core.result import Diagnosis, Evidence, Feedback, Outcome, Result, Status, Visibility
from grader.exercise.load import load
from grader.submissions import PACKAGE as SUBMISSIONS
from grader.submissions import Submission
from tests.support.exercises import COMMANDS, GOOD, write
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = [kinds.load(check.PACKAGE, Check, name) for name in kinds.names(check.PACKAGE)]
PARTS = [*CHECKS, *(kinds.load(SUBMISSIONS, Submission, name) for name in kinds.names(SUBMISSIONS))]


def kind(model: type) -> str:
    return model.__name__.lower()


@pytest.mark.parametrize("model", CHECKS, ids=kind)
def test_the_example_works_in_an_exercise(model: type[Check], tmp_path: Path) -> None:
    """An author who copies it needs the containers, images and tests that it speaks of, and nothing else."""
    good = COMMANDS if model.ability() in {Described, State, Transcribes} else GOOD
    head = good.partition("checks:\n")[0].replace("busybox:1", "python:3-slim")
    text = head + "checks:\n" + "".join(f"  {line}\n" for line in inspect.cleandoc(model.example).splitlines())
    (tmp_path / "it" / "tests").mkdir(parents=True)
    (tmp_path / "it" / "tests" / "test_notes.py").touch()
    ports = {one["port"] for one in yaml.read(inspect.cleandoc(model.example), "example").data if "port" in one}
    text = text.replace("publish: [3000]", f"publish: {sorted({3000, *ports})}")
    assert {type(one) for one in load(write(tmp_path, text)).file.checks} == {model}


@pytest.mark.parametrize("model", CHECKS, ids=kind)
def test_the_example_is_as_short_as_its_page(model: type[Check]) -> None:
    lines = inspect.cleandoc(model.example).splitlines()
    assert len(lines) <= 16
    assert all(len(line) <= 120 for line in lines)


@pytest.mark.parametrize("model", PARTS, ids=kind)
def test_text_for_authors(model: type[Check | Submission]) -> None:
    assert inspect.getdoc(model)
    undescribed = set(model.model_fields) - set(field_docs(model)) - {"kind"}
    assert undescribed == set()


@pytest.mark.parametrize("name", kinds.names(report.PACKAGE))
def test_a_report_format_has_a_suffix_and_says_what_it_is(name: str) -> None:
    found = kinds.load(report.PACKAGE, Report, name)
    assert found.suffix
    assert not found.suffix.startswith(".")
    assert inspect.getdoc(found)


TEXT = st.text(max_size=40)
POINTS = st.decimals(0, 1000, places=4)
FINDINGS = st.builds(
    Diagnosis,
    cause=st.just("crashed"),
    summary=TEXT,
    explanation=TEXT,
    fix=TEXT,
    line=st.none() | st.integers(1, 99),
    certainty=st.just(50),
)
EVIDENCE = st.builds(Evidence, kind=st.sampled_from(["build", "log", "http"]), title=TEXT, text=TEXT)
RESULTS = st.builds(
    make_check_result,
    outcome=st.sampled_from(Outcome),
    points=POINTS,
    max_points=POINTS,
    message=st.none() | TEXT,
    expected=st.none() | TEXT,
    actual=st.none() | TEXT,
    diagnosis=st.none() | FINDINGS,
    evidence=st.lists(EVIDENCE, max_size=2),
    visibility=st.sampled_from(Visibility),
    feedback=st.sampled_from(Feedback),
    seconds=st.floats(0, 1e6),
)


@given(
    st.builds(
        make_result,
        checks=st.lists(RESULTS, max_size=3).map(tuple),
        status=st.sampled_from(Status),
        score=st.none() | POINTS,
        flags=st.lists(TEXT, max_size=2),
        seed=st.integers(0, 2**63 - 1),
        clocks=st.dictionaries(TEXT, st.floats(0, 1e6), max_size=2),
    )
)
def test_a_result_survives_json(result: Result) -> None:
    again = Result.model_validate_json(result.model_dump_json())
    assert again == result
    assert again.model_dump_json() == result.model_dump_json()
