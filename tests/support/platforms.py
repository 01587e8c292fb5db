"""Small models of how Canvas and Moodle read the files that they import: what they match on, refuse and change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tests.support.tables import as_php_reads, rows

_TOTALS: Final = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")


@dataclass
class CanvasCourse:
    """What Canvas has, and what an import would do to it."""

    students: dict[int, tuple[str, str, str]]
    """Name, id of the student information system and login, by Canvas's own id."""
    assignments: dict[int, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def read(self, text: str) -> dict[str, dict[int, str]]:
        """Import a gradebook; gives the cells by assignment and student, the empty ones too."""
        table = rows(text)
        assert len({len(row) for row in table}) == 1
        header, *rest = table
        info = self._info(header)
        read = [name for name in header[info:] if not _TOTALS.search(name)]
        targets = [(self._assignment(name), header.index(name)) for name in read]  # always the first of that name
        found: dict[str, dict[int, str]] = {name: {} for name, _ in targets}
        for row in rest:
            if "Points Possible" in row[0]:
                self.points |= {name: row[at] for name, at in targets if row[at]}
                continue
            student = self._student(row, header)
            for name, at in targets if student is not None else ():
                assert student is not None
                found[name][student] = row[at].strip()
        return found

    def _info(self, header: list[str]) -> int:
        names = 2 if header[:2] == ["LastName", "FirstName"] else 1
        assert names == 2 or "Student" in header[0]
        assert "ID" in header[names]
        at = names + 1
        if header[at] == "SIS Login ID":
            at += 1
        elif header[at : at + 2] == ["SIS User ID", "SIS Login ID"]:
            at += 2
            at += header[at] == "Integration ID"
            at += header[at] == "Root Account"
        assert header[at] == "Section"
        return at + 1

    def _assignment(self, name: str) -> str:
        match = re.fullmatch(r"(.*)\s\((\d+)\)", name)
        if match is not None and int(match[2]) in self.assignments:
            return self.assignments[int(match[2])]
        if name not in self.assignments.values():
            self.made.append(match[1] if match is not None else name)
            return self.made[-1]
        return name

    def _student(self, row: list[str], header: list[str]) -> int | None:
        cells = dict(zip(header, row, strict=True))
        digits = re.match(r"\s*\d+", cells["ID"])
        if digits is not None and int(digits[0]) in self.students:
            return int(digits[0])
        for at, column in ((1, "SIS User ID"), (2, "SIS Login ID"), (0, "Student")):
            for number, facts in self.students.items():
                if cells.get(column) and facts[at] == cells[column]:
                    return number
        self.unknown.append(row[0])
        return None


@dataclass
class MoodleCourse:
    """What Moodle has, and what an import would do to it."""

    users: dict[str, str]
    """Who there is, by what the file is mapped on."""
    grades: dict[str, Decimal | None] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)

    def read(self, text: str, key: str, title: str) -> None:
        """Import grades and feedback of one exercise; one unknown user, or one number above 100, refuses all."""
        header, *rest = as_php_reads(text)
        assert all(len(row) == len(header) for row in rest)
        grades, feedback = dict(self.grades), dict(self.feedback)
        for row in rest:
            cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
            user = self.users[cells[key]]
            grade = Decimal(cells[title]) if cells[title] not in {"", "-"} else None
            assert grade is None or grade <= 100
            grades[user] = grade
            feedback[user] = cells[f"{title} (Feedback)"]
        self.grades, self.feedback = grades, feedback


@dataclass
class MoodleAssignment:
    """One assignment of Moodle with its grading worksheet."""

    maximum: Decimal
    grades: dict[int, Decimal] = field(default_factory=dict)
    feedback: dict[int, str] = field(default_factory=dict)

    def read(self, text: str) -> None:
        """Upload a worksheet: what is empty, out of range or of nobody is passed over."""
        header, *rest = as_php_reads(text)
        assert {"Identifier", "Grade", "Last modified (grade)"} <= set(header)
        for row in rest:
            assert len(row) == len(header)
            cells = dict(zip(header, row, strict=True))
            number = int(cells["Identifier"].removeprefix("Participant "))
            grade = cells["Grade"].replace(" ", "").replace(",", ".")
            if grade and 0 <= Decimal(grade) <= self.maximum:
                self.grades[number] = Decimal(grade)
            if "Feedback comments" in cells and cells["Feedback comments"] != self.feedback.get(number, ""):
                self.feedback[number] = cells["Feedback comments"]
