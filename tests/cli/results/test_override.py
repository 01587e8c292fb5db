from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.gradebook.book import build
from grader.store import open_store
from tests.support.commands import Ran, grader

if TYPE_CHECKING:
    from tests.support.populated import Made


def override(*arguments: str) -> Ran:
    return grader("results", "override", *arguments)


def score(made: Made, case: str) -> str:
    with open_store(made.url) as store:
        return str(build(store, ["one"], student=made.student(case), details=False).entries[0].score)


def test_a_score_and_back(own: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "eve")
    who = own.student("late")
    ran = override(who, "one", "--score", "7.5", "--reason", "ill")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(f"({who}) has 7.5/10 in one now.\n")
    assert score(own, "late") == "7.5"
    listed = override().out.splitlines()
    assert listed[0].split() == ["STUDENT", "EXERCISE", "WHAT", "POINTS", "BY", "WHEN", "REASON"]
    assert listed[1].split()[:5] == [who, "one", "score", "7.5", "eve"]
    assert listed[1].endswith("ill")
    assert override(who, "one", "--withdraw").out.startswith("What was graded counts again for the score of ")
    assert score(own, "late") == "8.00"
    assert override().out == "Nothing was decided by hand.\n"


def test_a_check(own: Made) -> None:
    who = own.student("failed")
    ran = override(who, "one", "--check", "answers", "--points", "2", "--reason", "a typo", "--author", "Eve")
    assert (ran.code, ran.err) == (0, "")
    assert score(own, "failed") == "10"
    assert "check answers" in override(who).out
    assert override(own.student("passed")).out == "Nothing was decided by hand.\n"
    assert override(who, "one", "--withdraw").code == 2, "there is none of the score"
    assert override(who, "one", "--check", "answers", "--withdraw").code == 0
    assert score(own, "failed") == "8"


def test_who_has_handed_in_nothing(own: Made) -> None:
    assert override(own.student("missing"), "one", "--score", "3", "--reason", "on paper").code == 0
    assert score(own, "missing") == "3"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--score", "5"], "a decision needs a reason"),
        (["--score", "5", "--reason", " "], "a decision needs a reason"),
        (["--reason", "x"], "what is decided?"),
        (["--check", "answers", "--reason", "x"], "--check ID and --points POINTS go together"),
        (["--points", "1", "--reason", "x"], "--check ID and --points POINTS go together"),
        (["--score", "5", "--check", "answers", "--reason", "x"], "--score is for all of it"),
        (["--score", "5", "--withdraw"], "--withdraw goes with"),
        (["--score", "-1", "--reason", "x"], "'-1' is no number of points"),
        (["--score", "nan", "--reason", "x"], "'nan' is no number of points"),
        (["--score", "1e99", "--reason", "x"], "'1e99' is no number of points"),
        (["--score", "1.23456", "--reason", "x"], "'1.23456' is no number of points"),
        (["--score", "11.5", "--reason", "x"], "one has 11 points at the most, bonus included"),
        (["--check", "answers", "--points", "4", "--reason", "x"], "check 'answers' is worth 3 points at the most"),
        (["--check", "answer", "--points", "1", "--reason", "x"], "did you mean 'answers'?"),
        (["--withdraw"], "there is no such override"),
    ],
)
def test_what_is_refused(own: Made, arguments: list[str], words: str) -> None:
    ran = override(own.student("failed"), "one", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    with open_store(own.url) as store:
        assert store.overrides() == []


def test_whose(own: Made) -> None:
    assert "whose score, in which exercise?" in override("s00001", "--score", "1", "--reason", "x").err
    assert "there is no student 'Nobody'" in override("Nobody", "one", "--score", "1", "--reason", "x").err
    rejected = override(own.student("rejected"), "one", "--check", "answers", "--points", "1", "--reason", "x")
    assert "no result for one in which a check could be changed" in rejected.err
