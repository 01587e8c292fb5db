from __future__ import annotations

from typing import TYPE_CHECKING

from grader.store import open_store
from tests.support.commands import grader

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.populated import Made


def rewrite(made: Made, old: str, new: str) -> None:
    path = made.folders["one"] / "exercise.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def gradings(made: Made) -> int:
    with open_store(made.url) as store:
        return len(store.gradings())


def test_points(own: Made) -> None:
    rewrite(own, "points: 2, title: The", "points: 4, title: The")
    dry = grader("results", "rescore", "one", "--dry-run")
    assert "7 results would be rescored, 1 hand-in has no result to rescore." in dry.out
    assert gradings(own) == 1
    ran = grader("results", "rescore", "one")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "What has changed since it was graded:",
        "  check 'builds': points 2 -> 4",
        "Grading 2: 7 results are rescored, 1 hand-in has no result to rescore.",
        "5 scores have changed; `grader results diff` says whose.",
    ]
    again = grader("results", "rescore", "one")
    assert "7 results are of this version already" in again.out
    assert again.out.endswith("There is nothing to rescore.\n")
    assert gradings(own) == 2


def test_what_has_to_be_graded_again(own: Made) -> None:
    rewrite(own, "path: /s", "path: /t")
    ran = grader("results", "rescore", "one")
    assert ran.code == 0
    assert "7 results can't be rescored, since more than scores was changed:" in ran.out
    assert "  check 'secret': path /s -> /t\n" in ran.out
    assert "    s00000, s00001, s00002, s00003, s00005 and 1 more\n" in ran.out
    assert "changed." not in ran.out
    assert ran.out.endswith("To grade them again: grader batch one SOURCE\n")
    assert gradings(own) == 1


def test_extensions(own: Made, tmp_path: Path) -> None:
    roster = tmp_path / "class.csv"
    roster.write_text(f"id,name,extension\n{own.student('late')},Late,2d\n", encoding="utf-8")
    ran = grader("results", "rescore", "one", "--roster", str(roster))
    assert (ran.code, ran.err) == (0, "")
    assert f"Read 1 person from {roster}." in ran.out
    assert ran.out.endswith("1 score has changed.\n")


def test_what_is_refused(own: Made) -> None:
    assert own.url
    assert "there is no exercise 'three'" in grader("results", "rescore", "three").err
    ran = grader("results", "rescore", "one", "--roster", "nowhere.csv")
    assert ran.code == 2
    rewrite(own, "id: one", "id: two")
    assert "nothing of the exercise 'two' is in" in grader("results", "rescore", "one").err
