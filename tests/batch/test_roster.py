from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch import _table
from grader.batch._columns import participant
from grader.batch.roster import Roster, parse_columns, read
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,First image (1201),Current Score
,,,,,Manual Posting,(read only)
    Points Possible,,,,,10,(read only)
"Lovelace, Ada",501,s-17,ada@example.org,"Group 1, Monday",,
"Hopper, Grace",502,s-18,grace,Group 2,7.5,75
"Student, Test",503,,0b7c1d,Group 1,,
"""
MOODLE = """\
First name,Last name,ID number,Email address,Username,Institution,Department,Groups
Ada,Lovelace,s-17,ada@example.org,alovelace,Analytical,Engines,Team A
Grace,Hopper,,grace@example.org,ghopper,,,"Team A, Team B"
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade
Participant 123456,Ada Lovelace,ada@example.org,Submitted for grading,-
Participant 123457,Grace Hopper,grace@example.org,No submission,-
"""
CLASSROOM = """\
"identifier","github_username","github_id","name"
"s-17","ada-l","1001",""
"grace@example.org","","",""
"""
CLASSROOM_50 = """\
username,first_name,last_name,email,section
ada-l,Ada,Lovelace,ada@example.org,1
"""


def roster(tmp_path: Path, text: str | bytes, columns: dict[str, str] | None = None) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, columns)


def refused(tmp_path: Path, text: str | bytes, columns: dict[str, str] | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        roster(tmp_path, text, columns)
    return caught.value.message.replace(f"{tmp_path}/", "")


def test_canvas(tmp_path: Path) -> None:
    found = roster(tmp_path, CANVAS)
    ada, grace = found.people
    assert (ada.id, ada.name, ada.login, ada.section) == ("501", "Lovelace, Ada", "ada@example.org", "Group 1, Monday")
    assert (grace.id, grace.login, grace.on_roster) == ("502", "grace", True)
    assert found.aliases == {"501": ("s-17",), "502": ("s-18",)}
    assert ada.columns["First image (1201)"] == ""
    assert grace.columns["Current Score"] == "75"
    assert found.said == (
        (
            "the columns of roster.csv: id from 'ID', name from 'Student', login from 'SIS Login ID',"
            " section from 'Section'"
        ),
        "roster.csv:2 is left out: it names nobody",
        "roster.csv:3 is left out: Canvas keeps the points there",
        "roster.csv:6 is left out: it is the test student of Canvas",
    )


def test_moodle(tmp_path: Path) -> None:
    found = roster(tmp_path, MOODLE)
    ada, grace = found.people
    assert (ada.id, ada.name, ada.email, ada.login, ada.group) == (
        "s-17", "Ada Lovelace", "ada@example.org", "alovelace", "Team A",
    )  # fmt: skip
    assert (grace.id, grace.group) == ("ghopper", "Team A, Team B")
    assert ada.columns["Institution"] == "Analytical"


def test_moodle_worksheet(tmp_path: Path) -> None:
    found = roster(tmp_path, WORKSHEET)
    assert [person.id for person in found.people] == ["ada@example.org", "grace@example.org"]
    assert found.participants == {"123456": "ada@example.org", "123457": "grace@example.org"}


@pytest.mark.parametrize(
    "text", ["Participant 7", "participant 7", "Teilnehmer/in 7", "Participante 7", "Participant7"]
)
def test_participants(text: str) -> None:
    assert participant(text) == "7"


@pytest.mark.parametrize(
    "text", ["7", "s-17", "Participant", "Participant 7a", "a@b.c 7", "", "Participant " + "9" * 30]
)
def test_no_participants(text: str) -> None:
    assert participant(text) is None


def test_classroom(tmp_path: Path) -> None:
    ada, grace = roster(tmp_path, CLASSROOM).people
    assert (ada.id, ada.login, ada.name) == ("s-17", "ada-l", "")
    assert (grace.id, grace.email, grace.login) == ("grace@example.org", "grace@example.org", "")
    assert roster(tmp_path, CLASSROOM).aliases == {"s-17": ("1001",)}


def test_classroom_50(tmp_path: Path) -> None:
    [ada] = roster(tmp_path, CLASSROOM_50).people
    assert (ada.id, ada.login, ada.name, ada.section) == ("ada-l", "ada-l", "Ada Lovelace", "1")


def test_plain(tmp_path: Path) -> None:
    text = "id,name,GitHub,group,extension,extension:serve-on-3000,received:run-vs-cmd\n"
    text += "1,Ada,ada-l,A,3d,2026-12-05T12:00:00+07:00,2026-12-01 10:00:00 UTC\n2,Grace,,,,,\n"
    found = roster(tmp_path, text)
    ada, grace = found.people
    assert ada.extensions == {"*": "3d", "serve-on-3000": "2026-12-05T12:00:00+07:00"}
    assert (ada.login, ada.group, grace.extensions) == ("ada-l", "A", {})
    assert found.received == {("1", "run-vs-cmd"): datetime(2026, 12, 1, 10, tzinfo=UTC)}


@pytest.mark.parametrize(
    "header",
    ["Student ID,E-mail,due", "STUDENT_ID , Email Address,Due Date", "student-id,mail,Extended until"],
)
def test_spellings(tmp_path: Path, header: str) -> None:
    [person] = roster(tmp_path, f"{header}\n7,ada@example.org,2d\n").people
    assert (person.id, person.email, person.extensions) == ("7", "ada@example.org", {"*": "2d"})


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_delimiters(tmp_path: Path, sign: str, encoding: str, end: str) -> None:
    rows = [["id", "name", "email"], ["1", f"Zoë{sign} Ada", "z@example.org"], ["2", 'the "other"', ""]]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=sign, lineterminator=end).writerows(rows)
    found = roster(tmp_path, stream.getvalue().encode(encoding))
    assert [person.name for person in found.people] == [f"Zoë{sign} Ada", 'the "other"']
    assert len(found.said) == 1


def test_windows_1252_is_said(tmp_path: Path) -> None:
    found = roster(tmp_path, "id;name\n1;Zoë\n".encode("cp1252"))
    assert found.people[0].name == "Zoë"
    assert found.said[0] == ("roster.csv is not UTF-8: it was read as Windows-1252, so look at letters with accents")


def test_what_excel_adds(tmp_path: Path) -> None:
    [person] = roster(tmp_path, "sep=;\r\nid;name;;\r\n1;Ada;;\r\n;;;\r\n").people
    assert (person.id, person.name) == ("1", "Ada")


def test_columns_that_are_there_twice(tmp_path: Path) -> None:
    found = roster(tmp_path, "id,note,note,note\n1,a,b,c\n")
    assert found.people[0].columns == {"id": "1", "note": "a", "note (2)": "b", "note (3)": "c"}
    assert "the column 'note' is there again, and is kept as 'note (2)'" in found.said


def test_columns_given(tmp_path: Path) -> None:
    text = "Nr,Kennung,id,Verlängert\n1,ada-l,x,3d\n"
    mapping = parse_columns("id=Nr,login=kennung,extension:serve=Verlängert")
    [person] = roster(tmp_path, text, mapping).people
    assert (person.id, person.login, person.extensions) == ("1", "ada-l", {"serve": "3d"})


def test_a_column_with_a_comma_can_be_given(tmp_path: Path) -> None:
    mapping = parse_columns('id=Nr,"name=Last, First"')
    assert roster(tmp_path, 'Nr,"Last, First"\n1,Ada\n', mapping).people[0].name == "Ada"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id", "'id' is not of the form id=COLUMN"),
        ("id=", "'id=' is not of the form id=COLUMN"),
        ("logn=GitHub", "a roster has no 'logn'; did you mean 'login'?"),
        ("id=a,id=b", "id is given two columns: 'a' and 'b'"),
    ],
)
def test_mappings_that_are_none(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_columns(text)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "roster.csv:1: the table is empty"),
        ("\n\n", "roster.csv:1: the table is empty"),
        ("id,name\n", "roster.csv: there is nobody in the roster, only the names of columns"),
        ("points,team\n3,A\n", "roster.csv:1: no column tells who is who; its columns are 'points', 'team'"),
        (
            "id,name\n1,Ada\n\n1,Grace\n",
            "roster.csv:4: the id '1' is that of line 2 already; remove one of the two lines",
        ),
        ("id,name,points\n,,3\n", "roster.csv:2: no id, no login, no email and no name"),
        ("id,name\n1,Lovelace, Ada\n", "roster.csv:2: the row has 3 cells, and the table 2 columns"),
        ('id,name\n1,"Ada\n2,Grace\n', "roster.csv:2: not a row of a table: unexpected end of data"),
        ('id,name\n1,"a"b\n', "roster.csv:2: not a row of a table: ',' expected after '\"'"),
        (
            "id,extension\n1,soon\n2,3\n",
            (
                "roster.csv:2: 'soon' is neither a date such as 2026-12-01T23:59:00+07:00 nor a time such as 3d\n"
                "roster.csv:3: '3' is neither a date such as 2026-12-01T23:59:00+07:00 nor a time such as 3d"
            ),
        ),
        (
            "id,received\n1,2026-12-01 10:00\n",
            "roster.csv:2: '2026-12-01 10:00' has no time zone; write for example 2026-12-01T23:59:00+07:00",
        ),
        ("id,received\n1,0001-01-01T00:00+23:00\n", "roster.csv:2: '0001-01-01T00:00+23:00' is not a time such as"),
        (b"PK\x03\x04rest", "roster.csv: this is a spreadsheet, not a CSV file"),
        (b"id,name\n1,\x81\x8d\n", "roster.csv:2: neither UTF-8, UTF-16 nor Windows-1252 text"),
        (b"id,name\n1,a\0b\n", "roster.csv:2: not text: there is a NUL in it"),
        (b"\xff\xfei", "roster.csv:1: not utf-16 text"),
        ('id,name\n1,"' + "x" * 200_000 + '"\n', "roster.csv:2: not a row of a table: field larger than field limit"),
    ],
)
def test_what_is_no_roster(tmp_path: Path, text: str | bytes, message: str) -> None:
    found = refused(tmp_path, text)
    assert found.startswith(message)


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    message = refused(tmp_path, "id,name\n1,Ada\n", {"login": "GitHub"})
    assert message == "roster.csv:1: there is no column 'GitHub'; its columns are 'id', 'name'"


def test_many_wrong_rows_are_counted(tmp_path: Path) -> None:
    message = refused(tmp_path, "id,name\n" + "".join(f"1,Ada {n}\n" for n in range(20)))
    assert message.splitlines()[-1] == "and 9 more"
    assert len(message.splitlines()) == 11


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read: No such file"):
        read(tmp_path / "none.csv")


def test_rows_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_table, "MAX_ROWS", 3)
    assert len(roster(tmp_path, "id\n1\n2\n3\n").people) == 3
    assert refused(tmp_path, "id\n1\n2\n3\n4\n") == "roster.csv: more than 3 rows"


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    message = refused(tmp_path, 'id,name\n1,"Ada\nLovelace"\n\n2,x\n1,y\n')
    assert message == "roster.csv:6: the id '1' is that of line 2 already; remove one of the two lines"


def test_hostile_cells_are_made_safe(tmp_path: Path) -> None:
    [person] = roster(tmp_path, "id,name\n1,\x1b[31mAda\u202e\n").people
    assert person.name == "\\x1b[31mAda\\u202e"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_roster_or_a_message(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for head in (b"", b"id,name\n", b"ID;Name;\xff"):
        path.write_bytes(head + raw)
        with suppress(UsageError):
            read(path)


def test_a_line_that_is_there_twice_is_one(tmp_path: Path) -> None:
    made = roster(tmp_path, "id,name,group\n1,Ada,A\n2,Grace,A\n1,Ada,A\n")
    assert [one.id for one in made.people] == ["1", "2"]
    message = refused(tmp_path, "id,name,group\n1,Ada,A\n1,Ada,B\n")
    assert message == "roster.csv:3: the id '1' is that of line 2 already; remove one of the two lines"


def test_two_of_one_name_may_be_two_people(tmp_path: Path) -> None:
    message = refused(tmp_path, "name\nAlex Kim\nAlex Kim\n")
    assert message == "roster.csv:3: the id 'Alex Kim' is that of line 2 already; remove one of the two lines"
