from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from grader.core.text import clean
from grader.exports import _cells
from grader.exports.csv import COLUMNS, Csv
from tests.support.gradebooks import HARMLESS, HOSTILE, NOTHING, make_book, make_override, make_person, make_task
from tests.support.tables import rows, written

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.gradebook import Gradebook


def read(book: Gradebook) -> list[dict[str, str]]:
    header, *rest = rows(written(Csv(), book))
    return [dict(zip(header, row, strict=True)) for row in rest]


def test_a_row_per_student_and_exercise() -> None:
    people, tasks = [make_person("ada"), make_person("bo")], [make_task("first"), make_task("second")]
    found = read(make_book(people, tasks))
    assert [(row["id"], row["exercise"]) for row in found] == [
        ("ada", "first"), ("ada", "second"), ("bo", "first"), ("bo", "second"),
    ]  # fmt: skip
    assert found[0] == {
        "id": "ada", "name": "Ada", "email": "ada@example.org", "login": "ada", "section": "", "group": "",
        "on_roster": "yes", "exercise": "first", "title": "First", "status": "graded", "score": "8", "max_score": "10",
        "raw_score": "8", "late_percent": "", "override_reason": "", "received_at": "2026-03-01T12:00:00Z",
        "attempts": "1", "attempt": "3f2a", "flags": "", "message": "",
    }  # fmt: skip


def test_how_many_rows() -> None:
    export = Csv()
    written(export, make_book([make_person("ada"), make_person("bo")]))
    assert (export.rows, export.remarks) == (2, [])


def test_as_it_is_written() -> None:
    text = written(Csv(), make_book([make_person(name='Ann "the" Nut, Ü')]))
    assert text.startswith("\ufeffid,name,email,")
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 2
    assert '"ada","Ann ""the"" Nut, Ü","ada@example.org"' in text
    assert '"graded",8,10,8,,,"2026-03-01T12:00:00Z",1,"3f2a",,\r\n' in text


def test_a_script_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_bytes(written(Csv(), make_book()).encode())
    with path.open(encoding="utf-8-sig", newline="") as stream:
        [row] = csv.DictReader(stream)
    assert tuple(row) == COLUMNS
    assert Decimal(row["score"]) == 8


def test_a_missing_score_is_not_0() -> None:
    entries = {("ada", "first-dockerfile"): NOTHING, ("bo", "first-dockerfile"): {"raw": 0, "score": 0}}
    ada, bo = read(make_book([make_person("ada"), make_person("bo")], entries=entries))
    assert (ada["status"], ada["score"], ada["raw_score"], ada["message"]) == (
        "missing", "", "", "nothing was handed in",
    )  # fmt: skip
    assert (bo["status"], bo["score"], bo["raw_score"]) == ("graded", "0", "0")


def test_what_has_changed_a_score() -> None:
    decided = (make_override(check="answers", points="1.5", reason="a typo"), make_override(reason="ill"))
    late = {"late_percent": 20, "late_seconds": 3600, "score": "6.4", "overrides": decided, "flags": ("one", "two")}
    [row] = read(make_book(entries={("ada", "first-dockerfile"): late}))
    assert (row["raw_score"], row["late_percent"], row["score"]) == ("8", "20", "6.4")
    assert row["override_reason"] == "answers set to 1.5: a typo\nwhole score set to 9: ill"
    assert row["flags"] == "one\ntwo"


def test_who_is_not_on_the_roster_is_there() -> None:
    [row] = read(make_book([make_person(on_roster=False)]))
    assert row["on_roster"] == "no"


@pytest.mark.parametrize("value", [*HOSTILE, *HARMLESS])
def test_whatever_students_write(value: str) -> None:
    entry = {"message": value, "overrides": (make_override(reason=value),), "flags": (value,)}
    person = make_person(name=value, section=value, group=value)
    [row] = read(make_book([person], entries={("ada", "first-dockerfile"): entry}))
    for column in ("section", "group", "flags", "message", "name"):
        assert row[column].replace("'", "") == clean(value).replace("'", "")
    for column in ("section", "group", "flags", "message"):
        assert row[column] == _cells.text(value)
    assert row["override_reason"] == _cells.text(f"whole score set to 9: {clean(value)}")


def test_ids_are_kept_for_scripts() -> None:
    [row] = read(make_book([make_person("-7", name="-Ann", login="@ann", email="+a@example.org")]))
    assert (row["id"], row["name"], row["login"], row["email"]) == ("-7", "-Ann", "@ann", "+a@example.org")
