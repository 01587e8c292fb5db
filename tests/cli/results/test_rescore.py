from __future__ import annotations

from typing import TYPE_CHECKING

from grader.store import open_store
from tests.support.commands import grader

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

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
        f"Rescoring with {own.folders['one'].resolve()}/exercise.yaml.",
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
    assert ran.code == 2
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
    assert f"1 score has changed by extensions:\n  Late ({own.student('late')}): 8/10 -> 10/10\n" in ran.out
    assert ran.out.endswith("There is nothing to rescore.\n")
    again = grader("results", "rescore", "one", "--roster", str(roster))
    assert "No score has changed by extensions.\n" in again.out


def test_many_extensions(own: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cli.results.rescore._LISTED", 1)
    rewrite(own, "due: 2026-03-01T12:00:00Z", "due: 2026-02-01T12:00:00Z")
    assert grader("results", "rescore", "one").code == 0
    roster = tmp_path / "class.csv"
    rows = [f"{person.id},40d" for person in own.people]
    roster.write_text("\n".join(["id,extension", *rows]), encoding="utf-8")
    out = grader("results", "rescore", "one", "--roster", str(roster)).out
    assert out.count(": 0/10 -> ") == 1
    assert "\n  and 4 more\n" in out


def test_it_counts_what_diff_lists(own: Made) -> None:
    rewrite(own, "points: 3, needs: [builds], title: The", "points: 5, needs: [builds], title: The")
    ran = grader("results", "rescore", "one")
    assert "5 scores have changed; " in ran.out
    listed = grader("results", "diff").out
    assert f"({own.student('failed')}), one: 8/10 -> 8/12\n" in listed, "only what there is to be had has changed"
    assert "\n5 changed, " in listed


def test_dates_of_another_folder(own: Made) -> None:
    rewrite(own, "due: 2026-03-01T12:00:00Z", "due: 2026-04-01T12:00:00Z")
    out = grader("results", "rescore", "one", "--dry-run").out
    assert "Only dates differ: " in out
    rewrite(own, "title: Serve", "title: Serving")
    assert "Only dates differ" not in grader("results", "rescore", "one", "--dry-run").out


def test_the_same_dates_in_other_words(own: Made) -> None:
    rewrite(own, "12:00:00Z", "14:00:00+02:00")
    ran = grader("results", "rescore", "one")
    assert "  nothing that a score depends on\n" in ran.out
    assert "0 scores have changed.\n" in ran.out


def test_the_exercise_is_named_as_it_was(own: Made) -> None:
    rewrite(own, "path: /s", "path: /t")
    folder = str(own.folders["one"])
    assert f"To grade them again: grader batch {folder} SOURCE\n" in grader("results", "rescore", folder).out


def test_a_course_is_no_exercise(own: Made, tmp_path: Path) -> None:
    path = tmp_path / "course.yaml"
    path.write_text("schema: grader/course/v1\n", encoding="utf-8")
    ran = grader("results", "rescore", str(path))
    assert own.url
    assert (ran.code, ran.out) == (2, "")
    assert "`grader batch course.yaml SOURCE`" in ran.err


def test_what_is_refused(own: Made) -> None:
    assert own.url
    assert "there is no exercise 'three'" in grader("results", "rescore", "three").err
    ran = grader("results", "rescore", "one", "--roster", "nowhere.csv")
    assert ran.code == 2
    rewrite(own, "id: one", "id: two")
    assert "nothing of the exercise 'two' is in" in grader("results", "rescore", "one").err
