"""The `classroom50` report against the rules of the collector."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.errors import SandboxError, UsageError
from grader.core.report import Edition
from grader.core.result import CheckResult, Outcome, Result, Status, Visibility
from grader.reports.classroom50 import Classroom50
from tests.reports.cases import cases
from tests.support.classroom50 import ENVIRONMENT, collected
from tests.support.commands import grader
from tests.support.factories import WHEN, make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMITTED = "2026-11-23T11:58:00Z"
GRADED = [name for name, result in cases().items() if result.status is Status.GRADED]


@pytest.fixture(autouse=True)
def runner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ENVIRONMENT, "GRADER_COMMIT_TIME": COMMITTED}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("grader.cli.run.keep_tracebacks", lambda: None)  # would change the log of all tests


def written(*results: Result, edition: Edition = Edition.STUDENT) -> tuple[str, list[str]]:
    stream = io.StringIO()
    report = Classroom50(edition)
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return stream.getvalue(), report.remarks


def of(*checks: CheckResult) -> Result:
    return make_result(checks=checks)


def check(points: str, most: str, **changes: object) -> CheckResult:
    outcome = Outcome.PASSED if points == most else Outcome.FAILED
    return make_check_result(**{"points": points, "max_points": most, "outcome": outcome, **changes})


@pytest.mark.parametrize("name", GRADED)
def test_the_collector_takes_it(name: str) -> None:
    text, _ = written(cases()[name])
    assert text.isascii()
    found = collected(text)
    assert found["datetime"] == COMMITTED
    assert found["review"] == ENVIRONMENT["REVIEW_URL"]
    assert found["submitted_by"] == {"username": "ada", "id": 1815}


@pytest.mark.parametrize("name", GRADED)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.classroom50", written(cases()[name])[0])


@pytest.mark.parametrize("name", ["rejected", "ungraded"])
def test_no_score_is_no_file(name: str) -> None:
    with pytest.raises(SandboxError, match="there is no score, so nothing is written for Classroom 50"):
        written(cases()[name])


@pytest.mark.parametrize(("name", "code"), [("rejected", 4), ("ungraded", 3)])
def test_the_command_leaves_no_file_either(
    name: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.grading.grade", lambda *_: cases()[name])
    path = tmp_path / "result.json"
    ran = grader("check", "serve-on-3000", str(tmp_path), "--report", f"classroom50:{path}")
    assert ran.code == code
    assert "there is no score" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_the_command_names_what_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.grading.grade", lambda *_: make_result())
    monkeypatch.delenv("RELEASE_URL")
    ran = grader("check", "serve-on-3000", str(tmp_path), "--report", f"classroom50:{tmp_path / 'result.json'}")
    assert (ran.code, "not set is: RELEASE_URL" in ran.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_tests_of_nothing_would_be_a_success() -> None:
    withheld = check("0", "2", outcome=Outcome.WITHHELD)
    for checks in ((), (withheld,)):
        with pytest.raises(SandboxError, match="no check was run yet"):
            written(of(*checks))


def test_one_result_only() -> None:
    with pytest.raises(UsageError, match="here are several"):
        written(make_result(), make_result())
    with pytest.raises(UsageError, match="no result"):
        written()


@given(
    st.lists(
        st.tuples(
            st.decimals(0, 10, places=2),
            st.decimals(0, 1, places=3),
            st.sampled_from(Outcome),
            st.booleans(),
            st.text(min_size=1, max_size=80),
        ),
        min_size=1,
        max_size=130,
    )
)
def test_whatever_the_points_are(parts: list[tuple[Decimal, Decimal, Outcome, bool, str]]) -> None:
    checks = [
        make_check_result(
            points=(most * share).quantize(Decimal("0.0001")) if outcome is Outcome.FAILED else 0,
            max_points=most, outcome=outcome, bonus=bonus, title=title,
        )
        for most, share, outcome, bonus, title in parts
    ]  # fmt: skip
    if all(one.outcome is Outcome.WITHHELD for one in checks):
        return
    collected(written(of(*checks))[0])


def test_whole_points_stay_and_nothing_is_remarked() -> None:
    text, remarks = written(of(check("2", "2"), check("0", "3", message="no answer")))
    found = collected(text)
    assert (found["score"], found["max-score"]) == (2, 5)
    assert [test["passed"] for test in found["tests"]] == [True, False]
    assert found["tests"][1]["message"] == "no answer"
    assert remarks == []


def test_halves_are_multiplied_for_everybody_alike() -> None:
    text, remarks = written(of(check("0.5", "0.5"), check("2", "2")))
    assert (collected(text)["score"], collected(text)["max-score"]) == (5, 5)
    assert remarks == ["Classroom 50 has whole points only: all are multiplied by 2, so that 2.5 became 5."]
    # The half may be of a check that could not be run: the scale is the exercise's.
    broken = check("0", "0.5", outcome=Outcome.ERROR)
    found = collected(written(of(broken, check("2", "2")))[0])
    assert (found["score"], found["max-score"]) == (4, 4)


def test_parts_of_points_are_rounded() -> None:
    text, remarks = written(of(check("0.6667", "1"), check("0.3333", "1"), check("1", "1")))
    assert [test["score"] for test in collected(text)["tests"]] == [1, 0, 1]
    assert remarks == ["Parts of points are rounded to whole ones in 2 of 3 tests: together 2 became 2."]


def test_bonus_is_left_out() -> None:
    text, remarks = written(of(check("0", "2"), check("1", "1", bonus=True, title="Small")))
    found = collected(text)
    assert (found["score"], found["max-score"]) == (0, 2)
    assert found["tests"][1] == {
        "test-name": "Small", "passed": True, "score": 0, "max-score": 0, "outcome": "passed",
    }  # fmt: skip
    assert remarks == ["Classroom 50 has no score above the maximum: 1 bonus points are left out."]


def test_what_was_not_run_counts_for_nothing() -> None:
    broken = check("0", "2", outcome=Outcome.ERROR)
    later = check("0", "3", outcome=Outcome.WITHHELD)
    text, remarks = written(of(check("1", "1"), broken, later))
    found = collected(text)
    assert (found["score"], found["max-score"]) == (1, 1)
    assert [test["passed"] for test in found["tests"]] == [True, False]
    assert remarks == [
        "Could not be run, so worth nothing here: 1 of 2 checks.",
        "Left out, as they were not run (after the due date, or where an engine is): 1 of 3 checks.",
    ]


def test_at_most_a_hundred_tests() -> None:
    text, remarks = written(of(*(check("1", "1", id=f"c{number}") for number in range(150)), check("0", "4")))
    found = collected(text)
    assert (found["score"], found["max-score"], len(found["tests"])) == (150, 154, 100)
    assert found["tests"][-1] == {
        "test-name": "52 more checks (51 passed)", "passed": False, "score": 51, "max-score": 55,
    }  # fmt: skip
    assert remarks == ["Only 100 tests fit: the last 52 checks became one."]
    assert len(collected(written(of(*(check("1", "1") for _ in range(100))))[0])["tests"]) == 100


@pytest.mark.parametrize("char", ["a", "é", "漢", "\N{WHALE}"])
def test_names_are_cut_between_characters(char: str) -> None:
    [test] = collected(written(of(check("1", "1", title=char * 200)))[0])["tests"]
    name = test["test-name"]
    assert name.endswith("…")
    assert set(name[:-1]) == {char}
    assert len(name.encode()) > 95


def test_the_time_of_the_commit_stays_and_the_time_of_grading_moves() -> None:
    result = make_result()
    again = result.model_copy(update={"finished_at": WHEN + timedelta(days=3, microseconds=5)})
    first, second = (collected(written(one)[0]) for one in (result, again))
    assert first["datetime"] == second["datetime"]
    assert first["graded_at"] < second["graded_at"]


def test_hidden_checks_are_named_in_the_edition_for_staff_only() -> None:
    hidden = make_result(checks=(check("1", "1", title="Secret", visibility=Visibility.HIDDEN),))
    assert written(hidden, edition=Edition.STAFF)[1] == [
        "Students read this file in their release, and it names hidden checks."
    ]
    assert written(hidden)[1] == []


@pytest.mark.parametrize(
    ("without", "named"),
    [
        (["CLASSROOM"], "CLASSROOM"),
        (["OWNER", "USERNAME", "COMMIT_URL", "GRADER_COMMIT_TIME"], "OWNER, COMMIT_URL, GRADER_COMMIT_TIME"),
    ],
)
def test_all_that_is_missing_is_named(without: list[str], named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in without:
        monkeypatch.delenv(name)
    with pytest.raises(UsageError) as caught:
        written(make_result())
    assert caught.value.message.endswith(f"not set is: {named}")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SUBMISSION_TAG", "v1", "SUBMISSION_TAG must begin with submit/, and is v1"),
        ("ASSIGNMENT_TYPE", "pair", "ASSIGNMENT_TYPE must be individual, group or team, and is pair"),
        ("GRADER_COMMIT_TIME", "2026-11-23T12:00:00+01:00", "GRADER_COMMIT_TIME must be a time in UTC"),
        ("GRADER_COMMIT_TIME", "2026-11-23T24:00:00Z", "GRADER_COMMIT_TIME must be a time in UTC"),
    ],
)
def test_what_is_wrong_is_said(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=said):
        written(make_result())


def test_what_older_runners_say_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OWNER", "REVIEW_URL", "GITHUB_ACTOR"):
        monkeypatch.delenv(name)
    found = collected(written(make_result())[0])
    assert found["owner"] == "ada"
    assert found["review"] == found["commit"]
    assert "submitted_by" not in found
    monkeypatch.setenv("GITHUB_ACTOR", "bot")
    monkeypatch.setenv("GITHUB_ACTOR_ID", "²")
    assert collected(written(make_result())[0])["submitted_by"] == {"username": "bot", "id": None}
