"""Every export, opened in a real spreadsheet: cells show what was meant, numbers are numbers, and nothing is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from grader.core import kinds
from grader.core.gradebook import PACKAGE, Export
from tests.support.gradebooks import HARMLESS, HOSTILE, NOTHING, make_book, make_override, make_person, make_task
from tests.support.office import ALL_AT_ONCE, AS_IT_COMES, EMPTY, PROGRAM, SEMICOLONS, TABS, TEXT_IN_QUOTES, opened
from tests.support.tables import rows, written

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.gradebook import Gradebook
    from grader.core.handin import Person

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed")

VALUES: Final = [*HOSTILE, *HARMLESS, "-Ann", "@ann", "+49 30", "007", "1e5", "3/4", "12345678901234567890", "8,5"]
WORKSHEET: Final = ("Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)", "Feedback comments")


def as_plain(number: int, value: str) -> Person:
    return make_person(f"{number:03}", name=value, section=value, group=value, email=f"+{number}@example.org")


def as_in_canvas(number: int, value: str) -> Person:
    columns = {"Student": value, "ID": f"{number:03}", "SIS Login ID": f"-{number}", "Section": value}
    return make_person(str(number), columns=columns | {"First Dockerfile (12)": "-0.50", "=1+1 (13)": "EX"})


def as_in_moodle(number: int, value: str) -> Person:
    return make_person(str(number), name=value, columns={"ID number": f"{number:03}"})


def as_on_a_worksheet(number: int, value: str) -> Person:
    row = (f"Participant {number}", value, "1.50", "10.00", "-", value)
    return make_person(str(number), columns=dict(zip(WORKSHEET, row, strict=True)))


def book(person: Any, *more: str) -> Gradebook:
    """Give a gradebook whose every third student has no score, and all of whose texts are of the kind above."""
    people = [person(number, value) for number, value in enumerate(VALUES)]
    tasks = [make_task(), *(make_task(f"t{number}", title=title) for number, title in enumerate(more))]
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for number, (one, value) in enumerate(zip(people, VALUES, strict=True)):
        decided = (make_override(reason=value),)
        said = {"message": value, "feedback": value, "flags": (value,), "overrides": decided, "score": "7.25"}
        for task in tasks:
            entries[one.id, task.id] = said if number % 3 else {**NOTHING, "message": value}
    return make_book(people, tasks, entries)


BOOKS: Final = {
    "csv": book(as_plain, "=1+1"),
    "canvas": book(as_in_canvas, "=1+1", "@SUM(1)"),
    "moodle": book(as_in_moodle, "=1+1"),
    "worksheet": book(as_on_a_worksheet),
}


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Give every export as a file."""
    made = []
    for name, what in BOOKS.items():
        export = kinds.load(PACKAGE, Export, "moodle" if name == "worksheet" else name)()
        made.append(tmp_path / f"{name}.csv")
        made[-1].write_bytes(written(export, what).encode())
    return made


def meant(path: Path) -> list[list[str]]:
    return rows(path.read_bytes().decode())


def of_number(path: Path) -> list[list[bool]]:
    """Say which cells of a file are numbers, which are those without quotes."""
    head, _, rest = path.read_bytes().decode("utf-8-sig").partition("\r\n")
    bare, inside = "", False
    for char in rest:
        inside = inside != (char == '"')
        bare += "x" if inside and char != '"' else char
    lines = [line.split(",") for line in bare.split("\r\n")[:-1]]
    return [[False] * len(rows(head)[0]), *([cell[:1] not in {"", '"'} for cell in line] for line in lines)]


def test_all_that_was_meant_is_shown(paths: list[Path]) -> None:
    for path, shown in zip(paths, opened(paths, TEXT_IN_QUOTES), strict=True):
        assert len(shown) == len(meant(path))
        for cells, row, numeric in zip(shown, meant(path), of_number(path), strict=True):
            assert len(row) == len(numeric)
            for at, (value, number) in enumerate(zip(row, numeric, strict=True)):
                cell = cells[at] if at < len(cells) else EMPTY
                if number:
                    assert (cell.kind, cell.number) == ("float", float(value))
                else:
                    assert (cell.text, cell.number) == (value, None)


def test_numbers_are_numbers_as_it_comes(paths: list[Path]) -> None:
    for path, shown in zip(paths, opened(paths, AS_IT_COMES), strict=True):
        assert any(any(row) for row in of_number(path))
        for cells, row, numeric in zip(shown, meant(path), of_number(path), strict=True):
            for at in (at for at, number in enumerate(numeric) if number):
                assert (cells[at].kind, cells[at].number) == ("float", float(row[at]))


@pytest.mark.parametrize("options", [AS_IT_COMES, SEMICOLONS, TABS, ALL_AT_ONCE])
def test_nothing_is_a_formula(paths: list[Path], options: str) -> None:
    tables = opened(paths, options)
    assert all(len(table) >= len(meant(path)) for table, path in zip(tables, paths, strict=True))
    assert [cell for table in tables for row in table for cell in row if cell.formula is not None] == []


def test_a_formula_would_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text('"=1+1",2\r\n', encoding="utf-8")
    [[[first, second]]] = opened([path], AS_IT_COMES)
    assert (first.formula, first.text) == ("of:=1+1", "2")
    assert (second.kind, second.number, second.formula) == ("float", 2, None)
