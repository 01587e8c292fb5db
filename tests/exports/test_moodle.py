from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from grader.core.errors import UsageError
from grader.exports.moodle import Moodle
from tests.support.gradebooks import HARMLESS, HOSTILE, NOTHING, make_book, make_person, make_task
from tests.support.platforms import MoodleAssignment, MoodleCourse
from tests.support.tables import as_php_reads, rows, written

if TYPE_CHECKING:
    from grader.core.handin import Person

TITLE: Final = "First Dockerfile"
COLUMNS: Final = (
    "Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip


def participant(number: int, name: str, **columns: str) -> Person:
    """Give one as the grading worksheet of Moodle has them."""
    row = (
        f"Participant {number}", name, f"m{number}", f"{number}@example.org", "Submitted for grading - ", "", "10.00",
        "Yes", "Monday, 1 March 2026, 12:00 PM", "-", "",
    )  # fmt: skip
    shown = {name.replace("_", " "): text for name, text in columns.items()}
    return make_person(f"m{number}", name=name, columns=dict(zip(COLUMNS, row, strict=True)) | shown)


class TestImport:
    ADA: Final = make_person("ada", columns={"ID number": "m1", "First name": "Ada"})
    BO: Final = make_person("bo", columns={"ID number": "m2", "First name": "Bo"})

    def test_grades_and_feedback_together(self) -> None:
        export, course = Moodle(), MoodleCourse({"m1": "Ada", "m2": "Bo"})
        entries = {("bo", "first-dockerfile"): {"score": "2.5", "feedback": "failed: The server answers\npassed: <b>"}}
        text = written(export, make_book([self.ADA, self.BO], entries=entries))
        assert rows(text)[0] == ["ID number", "Full name", TITLE, f"{TITLE} (Feedback)"]
        course.read(text, "ID number", TITLE)
        assert course.grades == {"Ada": 8, "Bo": Decimal("2.5")}
        assert course.feedback == {
            "Ada": "passed (8 of 10): The image builds",
            "Bo": "failed: The server answers<br>passed: &lt;b&gt;",
        }
        assert (export.rows, export.remarks) == (2, [])

    def test_several_exercises(self) -> None:
        tasks = [make_task("one", title="Images"), make_task("two", title="Images"), make_task("three")]
        header = rows(written(Moodle(), make_book([self.ADA], tasks)))[0]
        assert header[2:] == [
            "Images [one]", "Images [one] (Feedback)", "Images [two]", "Images [two] (Feedback)",
            "Three", "Three (Feedback)",
        ]  # fmt: skip

    def test_who_has_no_score_is_left_out_as_moodle_would_clear_it(self) -> None:
        export, course = Moodle(), MoodleCourse({"m1": "Ada", "m2": "Bo"}, {"Bo": Decimal(7)}, {"Bo": "well done"})
        course.read(
            written(export, make_book([self.ADA, self.BO], entries={("bo", "first-dockerfile"): NOTHING})),
            "ID number", TITLE,
        )  # fmt: skip
        assert course.grades == {"Ada": 8, "Bo": 7}
        assert course.feedback["Bo"] == "well done"
        assert export.remarks == ["First Dockerfile, nothing handed in, so they are left out: Bo."]

    def test_who_has_some_scores_is_told(self) -> None:
        export = Moodle()
        tasks = [make_task("one"), make_task("two")]
        text = written(export, make_book([self.ADA], tasks, {("ada", "two"): {**NOTHING, "status": "ungraded"}}))
        assert rows(text)[1] == ["m1", "Ada", "8", "passed (8 of 10): The image builds", "", ""]
        [remark] = export.remarks
        assert remark.startswith(
            "Two, not graded yet, so Moodle clears the grade that it may have (to prevent it, export"
        )
        assert remark.endswith("): Ada.")

    def test_the_column_that_most_are_known_by(self) -> None:
        def column(*people: Person) -> tuple[list[list[str]], list[str]]:
            export = Moodle()
            return [row[:1] for row in rows(written(export, make_book(people)))], export.remarks

        mail = make_person("cy", columns={"Email address": "Cy@example.org"}, email="")
        assert column(self.ADA, self.BO) == ([["ID number"], ["m1"], ["m2"]], [])
        assert column(self.ADA, mail) == ([["Email address"], ["ada@example.org"], ["Cy@example.org"]], [])
        nobody = make_person("dee", email="", login="")
        assert column(self.ADA, nobody) == (
            [["ID number"], ["m1"]], ["Left out, as the roster has no 'ID number' for them: Dee."],
        )  # fmt: skip
        assert column(nobody) == ([["ID number"], ["dee"]], [])
        assert column(make_person("dee", email="", login="deedee")) == ([["Username"], ["deedee"]], [])

    def test_who_is_not_on_the_roster_would_make_moodle_refuse_everything(self) -> None:
        export, course = Moodle(), MoodleCourse({"m1": "Ada"})
        stranger = make_person("x", name="Eve", columns={"ID number": "m9"}, on_roster=False)
        course.read(written(export, make_book([self.ADA, stranger])), "ID number", TITLE)
        assert course.grades == {"Ada": 8}
        assert export.remarks == ["Left out, as they are not on the roster: Eve."]
        with pytest.raises(UsageError, match="and Moodle takes scores only for those that it knows"):
            written(Moodle(), make_book([stranger]))

    def test_more_than_full_marks(self) -> None:
        export, course = Moodle(), MoodleCourse({"m1": "Ada"})
        book = make_book([self.ADA], entries={("ada", "first-dockerfile"): {"score": 11}})
        course.read(written(export, book), "ID number", TITLE)
        assert course.grades == {"Ada": 10}
        [remark] = export.remarks
        assert remark == (
            "Written as full marks, as Moodle takes no more unless the site allows it: Ada (First Dockerfile)."
        )

    def test_more_than_a_hundred_points(self) -> None:
        export = Moodle()
        entries = {("ada", "first-dockerfile"): {"max_score": 150}}
        written(export, make_book([self.ADA], [make_task(max_score=150)], entries))
        [remark] = export.remarks
        assert remark.startswith("Worth more than 100 points, for which Moodle refuses the file unless")

    @pytest.mark.parametrize("value", [*HOSTILE, *HARMLESS, 'a\\"', "\\", 'a\\"b,c\\'])
    def test_whatever_students_write(self, value: str) -> None:
        export, course = Moodle(), MoodleCourse({"m1": "Ada", "m2": "Bo"})
        ada = make_person("ada", name=value, columns={"ID number": "m1"})
        entries = {("ada", "first-dockerfile"): {"feedback": value, "score": 1}}
        course.read(written(export, make_book([ada, self.BO], entries=entries)), "ID number", TITLE)
        assert course.grades == {"Ada": 1, "Bo": 8}
        assert export.remarks == []

    def test_an_id_that_could_run_is_told(self) -> None:
        export = Moodle()
        person = make_person("eve", columns={"ID number": "=1+1"})
        assert rows(written(export, make_book([person])))[1][0] == "'=1+1"
        assert "Moodle does not find them: =1+1. Enter their scores by hand." in export.remarks[0]


class TestWorksheet:
    ADA: Final = participant(11, "Ada Lovelace")
    BO: Final = participant(12, "Bo Nilsson", Grade="4.00", Feedback_comments="<p>So so</p>")

    def test_the_same_file_comes_back_filled_in(self) -> None:
        export = Moodle()
        header, ada, bo = rows(written(export, make_book([self.ADA, self.BO])))
        assert tuple(header) == COLUMNS
        filled = {"Grade": "8", "Feedback comments": "passed (8 of 10): The image builds"}
        assert dict(zip(header, ada, strict=True)) == self.ADA.columns | filled
        assert dict(zip(header, bo, strict=True)) == self.BO.columns | filled
        assert (export.rows, export.remarks) == (2, [])

    def test_its_own_columns_and_order(self) -> None:
        columns = dict(reversed(self.ADA.columns.items())) | {"Online text": "see my repository"}
        person = make_person(columns=columns)
        assert rows(written(Moodle(), make_book([person])))[0] == list(columns)

    def test_moodle_takes_it(self) -> None:
        assignment = MoodleAssignment(Decimal(10))
        assignment.read(written(Moodle(), make_book([self.ADA, self.BO])))
        assert assignment.grades == {11: 8, 12: 8}
        assert assignment.feedback[11] == "passed (8 of 10): The image builds"

    def test_without_a_score_the_row_stays(self) -> None:
        export = Moodle()
        text = written(export, make_book([self.BO], entries={("m12", "first-dockerfile"): NOTHING}))
        assert rows(text)[1] == list(self.BO.columns.values())
        assert export.remarks == ["First Dockerfile, nothing handed in, so the row stays as it was: Bo Nilsson."]

    def test_a_grade_that_may_not_be_changed(self) -> None:
        export = Moodle()
        person = participant(12, "Bo", Grade="4.00", Grade_can_be_changed="No")
        assert rows(written(export, make_book([person])))[1] == list(person.columns.values())
        assert export.remarks == ["Moodle lets nobody change their grade, so it stays: Bo."]

    @pytest.mark.parametrize(
        ("maximum", "score", "grade"), [("100.00", "8", "80"), ("100,00", "7", "70"), ("3", "1", "0.3")]
    )
    def test_another_maximum(self, maximum: str, score: str, grade: str) -> None:
        export = Moodle()
        person = participant(11, "Ada", Maximum_grade=maximum)
        text = written(export, make_book([person], entries={("m11", "first-dockerfile"): {"score": score}}))
        row = dict(zip(*rows(text), strict=True))
        assert (row["Grade"], row["Maximum grade"]) == (grade, maximum)
        [remark] = export.remarks
        assert "is worth 10 points here and " in remark

    def test_thirds_have_five_decimals(self) -> None:
        person = participant(11, "Ada", Maximum_grade="100.00")
        book = make_book(
            [person], [make_task(max_score=9)], {("m11", "first-dockerfile"): {"score": 7, "max_score": 9}}
        )
        assert rows(written(Moodle(), book))[1][5] == "77.77778"

    def test_moodle_would_pass_over_more_than_full_marks(self) -> None:
        export, assignment = Moodle(), MoodleAssignment(Decimal(10))
        book = make_book([self.ADA], entries={("m11", "first-dockerfile"): {"score": 11}})
        assignment.read(written(export, book))
        assert assignment.grades == {11: 10}
        assert export.remarks == [
            "Written as full marks, as Moodle takes no more unless the site allows it: Ada Lovelace."
        ]

    def test_is_for_one_exercise(self) -> None:
        with pytest.raises(UsageError, match="for one assignment, and here are 2 exercises"):
            written(Moodle(), make_book([self.ADA], [make_task("one"), make_task("two")]))

    def test_a_scale_has_no_points(self) -> None:
        columns = {name: text for name, text in self.ADA.columns.items() if name != "Maximum grade"} | {"Scale": "A\nB"}
        with pytest.raises(UsageError, match="graded with a scale"):
            written(Moodle(), make_book([make_person(columns=columns)]))

    def test_without_feedback(self) -> None:
        export = Moodle()
        columns = {name: text for name, text in self.ADA.columns.items() if name != "Feedback comments"}
        assert rows(written(export, make_book([make_person(columns=columns)])))[1][5] == "8"
        [remark] = export.remarks
        assert "so it takes no feedback" in remark

    def test_who_has_no_row(self) -> None:
        export = Moodle()
        text = written(export, make_book([self.ADA, make_person("bo")]))
        assert len(rows(text)) == 2
        assert export.remarks == ["Left out, as the worksheet has no row for them: Bo."]

    @pytest.mark.parametrize("value", [*HOSTILE, *HARMLESS, 'a\\"', "\\"])
    def test_whatever_students_write(self, value: str) -> None:
        export, assignment = Moodle(), MoodleAssignment(Decimal(10))
        entries: dict[tuple[str, str], Any] = {("m11", "first-dockerfile"): {"feedback": value, "score": 1}}
        entries["m12", "first-dockerfile"] = NOTHING
        book = make_book([participant(11, value), participant(12, value, Feedback_comments=value)], entries=entries)
        text = written(export, book)
        assignment.read(text)
        assert assignment.grades == {11: 1}
        assert len(as_php_reads(text)) == 3
