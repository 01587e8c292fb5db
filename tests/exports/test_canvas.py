from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import UsageError
from grader.exports.canvas import Canvas
from tests.support.gradebooks import HARMLESS, HOSTILE, NOTHING, make_book, make_override, make_person, make_task
from tests.support.platforms import CanvasCourse
from tests.support.tables import rows, written

if TYPE_CHECKING:
    from grader.core.handin import Person

FIRST = "First Dockerfile (4711)"


def student(number: int, name: str, **columns: str) -> Person:
    """Give one as the gradebook of Canvas has them."""
    return make_person(
        f"s{number}", name=name,
        columns={
            "Student": name, "ID": str(number), "SIS User ID": f"s{number}", "SIS Login ID": f"u{number}@example.org",
            "Section": "Docker 101", "Notes": "sits in front", FIRST: "", "Homework Current Score": "55.00", **columns,
        },
    )  # fmt: skip


def course(*people: Person) -> CanvasCourse:
    columns = [person.columns for person in people]
    students = {int(one["ID"]): (one["Student"], one["SIS User ID"], one["SIS Login ID"]) for one in columns}
    return CanvasCourse(students, {4711: "First Dockerfile"})


ADA, BO = student(101, "Lovelace, Ada"), student(102, "Nilsson, Bo")


def test_exactly_as_canvas_writes_it() -> None:
    assert rows(written(Canvas(), make_book([ADA, BO]))) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", FIRST],
        ["    Points Possible", "", "", "", "", "10"],
        ["Lovelace, Ada", "101", "s101", "u101@example.org", "Docker 101", "8"],
        ["Nilsson, Bo", "102", "s102", "u102@example.org", "Docker 101", "8"],
    ]


def test_canvas_finds_everybody_and_the_assignment() -> None:
    export, canvas = Canvas(), course(ADA, BO)
    entries = {("s101", "first-dockerfile"): {"score": "7.25"}}
    assert canvas.read(written(export, make_book([ADA, BO], entries=entries))) == {
        "First Dockerfile": {101: "7.25", 102: "8"}
    }
    assert (canvas.made, canvas.unknown, canvas.points) == ([], [], {"First Dockerfile": "10"})
    assert (export.rows, export.remarks) == (2, [])


def test_a_roster_with_other_columns_comes_back_in_its_own() -> None:
    columns = {"LastName": "Lovelace", "FirstName": "Ada", "ID": "101", "SIS Login ID": "ada", "Section": "A"}
    assert rows(written(Canvas(), make_book([make_person(columns=columns)])))[0] == [*columns, "First Dockerfile"]
    columns = {"Student": "Ada", "ID": "101", "SIS Login ID": "ada", "Section": "A"}
    assert rows(written(Canvas(), make_book([make_person(columns=columns)])))[0] == [*columns, "First Dockerfile"]
    everything = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
    columns = dict.fromkeys(reversed(everything), "x") | {"ID": "7"}
    canvas = CanvasCourse({7: ("", "", "")})
    text = written(Canvas(), make_book([make_person(columns=columns)]))
    assert tuple(rows(text)[0][:-1]) == everything
    assert canvas.read(text) == {"First Dockerfile": {7: "8"}}


class TestNoScore:
    """An empty cell would take a score away that Canvas has, so the cell is what it was."""

    @pytest.mark.parametrize("now", ["", "6.50", "0.00", "EX", "N/A", "12,5"])
    def test_the_cell_is_what_it_was(self, now: str) -> None:
        person, export = student(101, "Ada", **{FIRST: now}), Canvas()
        text = written(export, make_book([person], entries={("s101", "first-dockerfile"): NOTHING}))
        assert course(person).read(text) == {"First Dockerfile": {101: now}}
        assert export.remarks == ["First Dockerfile, nothing handed in, so the cell stays as it was: Ada."]

    def test_why_there_is_none(self) -> None:
        export = Canvas()
        entries = {
            ("s101", "first-dockerfile"): {**NOTHING, "status": "ungraded"},
            ("s102", "first-dockerfile"): {**NOTHING, "status": "rejected"},
        }
        written(export, make_book([ADA, BO], entries=entries))
        assert export.remarks == [
            "First Dockerfile, not graded yet, so the cell stays as it was: Lovelace, Ada.",
            "First Dockerfile, rejected, so the cell stays as it was: Nilsson, Bo.",
        ]

    def test_0_is_a_score(self) -> None:
        text = written(Canvas(), make_book([ADA], entries={("s101", "first-dockerfile"): {"score": 0}}))
        assert course(ADA).read(text) == {"First Dockerfile": {101: "0"}}

    def test_a_student_who_is_excused_stays_so(self) -> None:
        person, export = student(101, "Ada", **{FIRST: "EX"}), Canvas()
        assert course(person).read(written(export, make_book([person]))) == {"First Dockerfile": {101: "EX"}}
        assert export.remarks == ["Excused in Canvas, and left so although there is a score: Ada (First Dockerfile)."]


class TestColumns:
    def columns(self, *names: str, **task: Any) -> tuple[list[str], list[str]]:
        export = Canvas()
        plain = {name: value for name, value in ADA.columns.items() if name != FIRST}
        person = make_person("s101", name="Ada", columns=plain | dict.fromkeys(names, ""))
        return rows(written(export, make_book([person], [make_task(**task)])))[0][5:], export.remarks

    @pytest.mark.parametrize(
        "name", [FIRST, "first dockerfile (9)", "first-dockerfile (12)", "First Dockerfile", "first-dockerfile"]
    )
    def test_found_by_title_or_id(self, name: str) -> None:
        assert self.columns("Other (1)", name) == ([name], [])

    def test_the_title_before_the_id(self) -> None:
        assert self.columns("first-dockerfile (1)", FIRST)[0] == [FIRST]

    def test_the_very_title_before_a_similar_one(self) -> None:
        assert self.columns("first dockerfile (1)", FIRST)[0] == [FIRST]

    def test_two_of_one_name(self) -> None:
        with pytest.raises(UsageError, match="2 columns for first-dockerfile"):
            self.columns("First Dockerfile (1)", FIRST)

    def test_a_new_assignment_is_told(self) -> None:
        columns, [remark] = self.columns("Other (1)")
        assert columns == ["First Dockerfile"]
        assert remark == (
            "The roster has no column for these, so Canvas makes new assignments if it finds none of the very same "
            "name: First Dockerfile."
        )

    def test_canvas_would_take_digits_for_an_id(self) -> None:
        canvas = CanvasCourse({101: ("", "", "")}, {2: "Another"})
        text = written(Canvas(), make_book([ADA], [make_task("one", title="Images (2)")]))
        assert canvas.read(text) == {"Images [2]": {101: "8"}}

    def test_two_exercises_of_one_title(self) -> None:
        tasks = [make_task("one", title="Images"), make_task("two", title="images")]
        text = written(Canvas(), make_book([ADA], tasks, {("s101", "two"): {"score": 3}}))
        assert course(ADA).read(text) == {"Images [one]": {101: "8"}, "images [two]": {101: "3"}}

    def test_a_title_that_is_a_column_of_canvas(self) -> None:
        text = written(Canvas(), make_book([ADA], [make_task("one", title="Section")]))
        assert course(ADA).read(text) == {"Section [one]": {101: "8"}}

    def test_a_title_that_canvas_takes_for_a_total(self) -> None:
        _, remarks = self.columns(title="The Final Score")
        assert any("reads no scores from 'The Final Score': rename it" in remark for remark in remarks)

    def test_a_title_in_several_lines(self) -> None:
        assert self.columns(title="First\n Dockerfile")[0] == ["First Dockerfile"]

    def test_a_title_that_looks_like_a_formula_is_found_by_its_id(self) -> None:
        person = student(101, "Ada", **{"=1+1 (12)": ""})
        text = written(Canvas(), make_book([person], [make_task("one", title="=1+1")]))
        assert rows(text)[0][-1] == "'=1+1 (12)"
        assert CanvasCourse({101: ("", "", "")}, {12: "=1+1"}).read(text) == {"=1+1": {101: "8"}}


class TestWhoIsWho:
    def test_who_is_not_on_the_roster_is_named_and_left_out(self) -> None:
        export = Canvas()
        text = written(export, make_book([ADA, make_person("x", name="Eve\x1b", on_roster=False)]))
        assert course(ADA).read(text) == {"First Dockerfile": {101: "8"}}
        assert export.remarks == ["Left out, as they are not on the roster: Eve\\x1b."]

    def test_without_a_roster(self) -> None:
        with pytest.raises(UsageError, match="nobody here is on a roster"):
            written(Canvas(), make_book([make_person(on_roster=False)]))

    def test_a_roster_from_elsewhere(self) -> None:
        canvas = CanvasCourse({7: ("Bo", "", "bo"), 12: ("", "", ""), 8: ("Ada", "12-a", "")})
        people = [make_person("12-a", name="A", login="", section="A"), make_person("7x", name="B", login="bo")]
        text = written(Canvas(), make_book(people))
        assert rows(text)[2] == ["A", "", "12-a", "", "A", "8"]
        other = make_person("12", columns={"Student": "A", "ID": "12", "Section": "A"})
        assert rows(written(Canvas(), make_book([other])))[2][:4] == ["12", "", "12", "12"]
        # Canvas reads "12-a" as 12 where it expects its own id.
        assert canvas.read(text) == {"First Dockerfile": {8: "8", 7: "8"}}

    @pytest.mark.parametrize("name", [*HOSTILE, *HARMLESS, "-Ann", "x Points Possible", "    Points Possible"])
    def test_whatever_name_a_student_takes(self, name: str) -> None:
        person = student(101, name)
        canvas, export = course(person, BO), Canvas()
        entries = {("s101", "first-dockerfile"): {"score": 3}}
        assert canvas.read(written(export, make_book([person, BO], entries=entries))) == {
            "First Dockerfile": {101: "3", 102: "8"}
        }
        assert (canvas.points, canvas.made, export.remarks) == ({"First Dockerfile": "10"}, [], [])

    def test_a_name_with_a_sign_comes_back(self) -> None:
        assert rows(written(Canvas(), make_book([student(101, "-Ann")])))[2][0] == "-Ann"

    def test_an_id_that_could_run_is_told(self) -> None:
        export = Canvas()
        text = written(export, make_book([make_person("=cmd|'/C calc'!A0", name="Eve", login="")]))
        assert rows(text)[2][2] == "'=cmd|'/C calc'!A0"
        [guarded] = [remark for remark in export.remarks if "apostrophe" in remark]
        assert "Canvas does not find them: =cmd|'/C calc'!A0. Enter their scores by hand." in guarded

    def test_known_by_name_only(self) -> None:
        person = make_person(columns={"Student": "Ada", "ID": "", "SIS Login ID": "", "Section": "A"})
        export, canvas = Canvas(), CanvasCourse({7: ("Ada", "", "")})
        assert canvas.read(written(export, make_book([person]))) == {"First Dockerfile": {7: "8"}}
        assert "Canvas can only know these by their names: Ada." in export.remarks


def test_a_score_of_fewer_points_is_told() -> None:
    export = Canvas()
    entries: dict[tuple[str, str], dict[str, Any]] = {
        ("s101", "first-dockerfile"): {"max_score": 8},
        ("s102", "first-dockerfile"): {"max_score": 8, "overrides": (make_override(student="s102"),)},
    }
    written(export, make_book([ADA, BO], entries=entries))
    assert export.remarks == [
        "First Dockerfile: not every check could be looked at, so the score is of less than 10: Lovelace, Ada (of 8)."
    ]
