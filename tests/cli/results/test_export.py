from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.batch.roster import Roster
from grader.cli.results._roster import placed
from grader.store import open_store
from tests.support.commands import PROGRAM, grader
from tests.support.gradebooks import make_book, make_person
from tests.support.platforms import CanvasCourse, MoodleAssignment, MoodleCourse
from tests.support.populated import NAMES, make_store
from tests.support.tables import rows

if TYPE_CHECKING:
    from tests.support.populated import Made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Give a class of 14 in two exercises; the command only reads it."""
    return make_store(tmp_path_factory.mktemp("class"))


def exported(made: Made, *arguments: str) -> tuple[str, str]:
    ran = grader("results", "export", *arguments, "--store", made.url)
    assert ran.code == 0, ran.err
    return ran.out, ran.err


def number(made: Made, who: str) -> int:
    return next(n for n, person in enumerate(made.people) if person.id == who)


def canvas_roster(made: Made, path: Path, **cells: str) -> CanvasCourse:
    """Write a gradebook as Canvas exports it, with an assignment for exercise one."""
    lines = [
        'Student,ID,SIS User ID,SIS Login ID,Section,Serve one (77),"Final Score"',
        "    Points Possible,,,,,10.00,",
    ]
    lines += [
        f"Student {n},{1000 + n},{who.id},{who.login},A,{cells.get(who.id, '')}," for n, who in enumerate(made.people)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    students = {1000 + n: (f"Student {n}", who.id, who.login) for n, who in enumerate(made.people)}
    return CanvasCourse(students, {77: "Serve one"})


class TestFormats:
    def test_csv(self, made: Made) -> None:
        assert exported(made, "csv:scores.csv") == ("", "csv: 28 rows to scores.csv\n")
        raw = Path("scores.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbfid,name,")
        header, *found = rows(raw.decode())
        table = [dict(zip(header, row, strict=True)) for row in found]
        assert len(table) == len(made.people) * 2
        by = {(row["exercise"], row["id"]): row for row in table}
        for (exercise, who), case in made.cases.items():
            row = by[exercise, who]
            assert (row["score"] == "") == (case in {"missing", "ungraded", "rejected"}), case
            assert row["status"] == (case if case in {"missing", "ungraded", "rejected"} else "graded")
            assert (row["late_percent"] == "") == (case not in {"late", "too_late"}), case

    def test_json(self, made: Made) -> None:
        exported(made, "json:scores.json", "--exercise", "two")
        data = json.loads(Path("scores.json").read_text(encoding="utf-8"))
        assert data["schema"] == "grader/gradebook/v1"
        assert [task["id"] for task in data["tasks"]] == ["two"]
        assert len(data["entries"]) == len(made.people)
        assert {entry["exercise"] for entry in data["entries"]} == {"two"}

    def test_canvas(self, made: Made) -> None:
        absent, failed = made.student("missing"), made.student("ungraded")
        canvas = canvas_roster(made, Path("roster.csv"), **{absent: "3.00"})
        _, said = exported(made, "canvas:up.csv", "--roster", "roster.csv", "--exercise", "one")
        found = canvas.read(Path("up.csv").read_text(encoding="utf-8"))["Serve one"]
        assert len(found) == len(made.people)
        assert found[1000 + number(made, absent)] == "3.00"
        assert found[1000 + number(made, failed)] == ""
        assert found[1000 + number(made, made.student("passed"))] == "11"
        assert (canvas.made, canvas.unknown) == ([], [])
        assert said.splitlines()[0].startswith("roster: ")
        assert "canvas: 14 rows to up.csv" in said.splitlines()
        assert (
            f"canvas: Serve one, nothing handed in, so the cell stays as it was: Student {number(made, absent)}."
            in (said.splitlines())
        )

    def test_moodle(self, made: Made) -> None:
        course = MoodleCourse({who.email: who.id for who in made.people})
        _, said = exported(made, "moodle:up.csv", "--exercise", "one")
        course.read(Path("up.csv").read_text(encoding="utf-8"), "Email address", "Serve one")
        assert set(course.grades) == {
            who for (exercise, who), case in made.cases.items()
            if exercise == "one" and case not in {"missing", "ungraded", "rejected"}
        }  # fmt: skip
        assert "moodle: 11 rows to up.csv" in said
        assert course.grades[made.student("bonus")] == 10
        assert "Written as full marks" in said
        answer = course.feedback[made.student("failed")]
        assert "failed (0 of 3): The page answers: nothing answers &#x27;answers&#x27;" in answer
        assert "A secret" not in answer

    def test_a_moodle_worksheet(self, made: Made) -> None:
        header = (
            "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
            "Last modified (submission),Last modified (grade),Feedback comments"
        )
        lines = [header] + [
            f'Participant {n},Student {n},{who.email},Submitted for grading,,10.00,Yes,"1 March 2026, 1:00 PM",-,'
            for n, who in enumerate(made.people)
        ]
        Path("sheet.csv").write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
        exported(made, "moodle:up.csv", "--exercise", "one", "--roster", "sheet.csv")
        text = Path("up.csv").read_text(encoding="utf-8")
        assert ",".join(rows(text)[0]) == header
        assert len(rows(text)) == 1 + len(made.people)
        assignment = MoodleAssignment(Decimal(10))
        assignment.read(text)
        assert len(assignment.grades) == 11
        assert assignment.grades[number(made, made.student("failed"))] == 8

    def test_names_that_nobody_should_have(self, made: Made) -> None:
        out, said = exported(made, "csv", "--exercise", "one")
        names = [row[1] for row in rows(out)[1:]]
        assert names[1] == "'=cmd|' /C calc'!A0"
        assert "\x1b" not in out + said
        assert len(names) == len(NAMES)


class TestWhere:
    def test_to_standard_output(self, made: Made) -> None:
        out, said = exported(made, "json:-")
        assert json.loads(out)["schema"] == "grader/gradebook/v1"
        assert said == "json: 28 rows to standard output\n"

    def test_bytes_of_standard_output_are_those_of_a_file(self, made: Made) -> None:
        exported(made, "csv:scores.csv")
        env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "latin-1"}
        command = [str(PROGRAM), "results", "export", "csv", "--store", made.url]
        ran = subprocess.run(command, env=env, capture_output=True, check=True)
        assert ran.stdout == Path("scores.csv").read_bytes()

    def test_several_at_once(self, made: Made) -> None:
        exported(made, "csv:a.csv", "json:b.json", "moodle:c.csv")
        assert {path.name for path in Path().iterdir()} == {"a.csv", "b.json", "c.csv"}

    def test_for_nobody_else(self, made: Made) -> None:
        exported(made, "csv:a.csv")
        assert stat.S_IMODE(Path("a.csv").stat().st_mode) == 0o600
        Path("a.csv").chmod(0o640)
        exported(made, "csv:a.csv")
        assert stat.S_IMODE(Path("a.csv").stat().st_mode) == 0o640

    def test_a_file_is_not_overwritten_half(self, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("a.csv").write_text("before", encoding="utf-8")

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("os.replace", full)
        ran = grader("results", "export", "csv:a.csv", "--store", made.url)
        assert ran.code == 3
        assert "the export file 'a.csv' can't be written: No space left on device" in ran.err
        assert [path.name for path in Path().iterdir()] == ["a.csv"]
        assert Path("a.csv").read_text(encoding="utf-8") == "before"

    def test_one_that_can_not_be_made_keeps_the_others_from_being_written(self, made: Made) -> None:
        Path("sheet.csv").write_text("Identifier,Full name,Grade,Last modified (grade)\nParticipant 1,A,,-\n", "utf-8")
        ran = grader("results", "export", "csv:a.csv", "moodle:b.csv", "--roster", "sheet.csv", "--store", made.url)
        assert ran.code == 2
        assert "a grading worksheet is for one assignment, and here are 2 exercises" in ran.err
        assert [path.name for path in Path().iterdir()] == ["sheet.csv"]


class TestRefused:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["xls"], "unknown export format 'xls'"),
            (["_cells:x"], "unknown export format '_cells'"),
            (["../x"], "unknown export format '../x'"),
            ([], "Missing argument 'FORMAT[:PATH]...'"),
            (["csv", "json:-"], "2 exports go to standard output"),
            (["csv:a", "json:./a"], "2 exports go to '"),
            (["csv:no/a.csv"], "is in a folder that does not exist"),
            (["csv:."], "is a folder"),
            (["csv", "--exercise", "tree"], "nothing of the exercise 'tree'"),
            (["csv", "--counts", "first"], "'first' is not one of"),
            (["canvas", "--roster", "none.csv"], "'none.csv' does not exist"),
        ],
    )
    def test_wrong_usage(self, made: Made, arguments: list[str], said: str) -> None:
        ran = grader("results", "export", *arguments, "--store", made.url)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
        assert not list(Path().iterdir())

    def test_the_formats_are_listed(self, made: Made) -> None:
        ran = grader("results", "export", "xls", "--store", made.url)
        assert "There are: canvas, csv, json, moodle." in ran.err

    def test_without_a_store(self) -> None:
        ran = grader("results", "export", "csv", "--store", "none.db")
        assert ran.code == 2
        assert not Path("none.db").exists()

    def test_an_empty_store(self) -> None:
        with open_store("empty.db"):
            pass
        ran = grader("results", "export", "csv", "--store", "empty.db")
        assert ran.code == 2
        assert "there is nothing in" in ran.err

    def test_a_roster_that_is_none(self, made: Made) -> None:
        Path("roster.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        ran = grader("results", "export", "canvas", "--roster", "roster.csv", "--store", made.url)
        assert ran.code == 2


def test_which_hand_in_counts(tmp_path: Path) -> None:
    made = make_store(tmp_path / "class", exercises=("one",))
    who = made.student("twice")

    def score(counts: str) -> str:
        header, *found = rows(exported(made, "csv", "--counts", counts)[0])
        return next(row[header.index("score")] for row in found if row[0] == who)

    assert (score("last"), score("best"), score("chosen")) == ("11", "11", "11")
    with open_store(made.url) as store:
        first = min(row.id for row in store.handins("one") if row.student == who)
        store.choose("one", who, first)
    assert (score("last"), score("best"), score("chosen")) == ("11", "11", "8")


class TestRoster:
    """Who of a roster is who of those with scores."""

    def names(self, roster: Roster, *ours: str, **known: object) -> list[tuple[str, bool, object]]:
        people = [make_person(who, **known) if known else make_person(who) for who in ours]
        found = placed(make_book(people), roster)
        scores = {entry.student: entry.score for entry in found.entries}
        return [(one.id, one.on_roster, scores[one.id]) for one in found.people]

    def test_the_same_id(self) -> None:
        roster = Roster((make_person("bo"), make_person("ada", name="Lovelace, Ada")))
        assert self.names(roster, "ada", "bo") == [("bo", True, 8), ("ada", True, 8)]

    def test_other_ids_of_theirs(self) -> None:
        there = make_person("1001", name="x", login="ADA", email="")
        assert self.names(Roster((there,)), "ada") == [("ada", True, 8)]
        there = make_person("1001", name="x", login="", email="Ada@Example.org")
        assert self.names(Roster((there,)), "ada") == [("ada", True, 8)]
        there = make_person("1001", name="x", login="", email="")
        assert self.names(Roster((there,), aliases={"1001": ("ada",)}), "ada") == [("ada", True, 8)]

    def test_the_same_name(self) -> None:
        there = make_person("1001", name="ada  Lovelace", login="", email="")
        assert self.names(Roster((there,)), "ada", name="Ada Lovelace") == [("ada", True, 8)]

    def test_a_name_that_several_have_is_nobodys(self) -> None:
        there = [make_person(who, name="Ada", login="", email="") for who in ("1001", "1002")]
        assert self.names(Roster(tuple(there)), "ada") == [
            ("1001", True, None),
            ("1002", True, None),
            ("ada", False, 8),
        ]

    def test_who_is_missing_on_either_side(self) -> None:
        found = placed(make_book([make_person("ada")]), Roster((make_person("bo"),)))
        assert [(entry.student, entry.status, entry.score) for entry in found.entries] == [
            ("bo", "missing", None), ("ada", "graded", 8),
        ]  # fmt: skip

    def test_the_columns_are_the_rosters(self) -> None:
        there = make_person("1001", name="x", login="ada", columns={"ID": "1001"})
        [person] = placed(make_book([make_person("ada", columns={"Old": "1"})]), Roster((there,))).people
        assert (person.id, person.name, person.columns) == ("ada", "x", {"ID": "1001"})
