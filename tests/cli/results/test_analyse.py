from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.commands import grader

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.populated import Made


def test_says_how_checks_did(made: Made) -> None:
    ran = grader("results", "analyse", "one")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("one: Serve one\n11 students graded, 1 rejected, 1 ungraded, 1 missing.")
    assert "1. answers: It ended in an error in 1 of 11 attempts" in ran.out
    rows = {line.split()[0]: line.split() for line in ran.out.splitlines() if line.endswith(" s")}
    assert rows["builds"][1:7] == ["100", "%", "11", "0", "0", "0"]
    assert rows["answers"][1:8] == ["90", "%", "9", "1", "0", "1", "-"]
    assert "only 10 passed or failed it; 30 are needed" in ran.out
    assert "1  listens_on_loopback: The server listens on 127.0.0.1 only." in ran.out
    assert "build" in ran.out
    assert made.people


def test_all_exercises_by_default(made: Made) -> None:
    out = grader("results", "analyse").out
    assert out.index("one: Serve one") < out.index("two: Serve two")
    assert made.folders.keys() == {"one", "two"}


def test_json(made: Made) -> None:
    told = json.loads(grader("results", "analyse", "--json").out)
    assert told["schema"] == "grader/analysis/v1"
    assert [one["exercise"] for one in told["exercises"]] == list(made.folders)
    [check] = [one for one in told["exercises"][0]["checks"] if one["id"] == "answers"]
    assert (check["passed"], check["failed"], check["error"], check["max_points"]) == (9, 1, 1, 3)
    assert told["exercises"][0]["first"][0]["why"] == "errors"


def test_an_exercise_may_be_named_by_its_folder(made: Made) -> None:
    assert grader("results", "analyse", str(made.folders["two"])).out.startswith("two: Serve two\n")


def test_fits_80_columns_where_nobody_looks_on(made: Made) -> None:
    assert made.people
    assert max(map(len, grader("results", "analyse").out.splitlines())) <= 100


def test_what_there_is_not(made: Made, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = grader("results", "analyse", "onne")
    assert ran.code == 2
    assert "nothing of the exercise 'onne' is in" in ran.err
    assert "did you mean 'one'?" in ran.err
    assert made.people
    monkeypatch.setenv("GRADER_STORE", str(elsewhere / "none.db"))
    assert grader("results", "analyse").code == 2


def test_help_has_examples() -> None:
    ran = grader("results", "analyse", "--help")
    assert ran.code == 0
    assert "grader results analyse serve-on-3000 --counts best" in ran.out
