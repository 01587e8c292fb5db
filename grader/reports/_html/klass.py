"""The page of a class, for its staff: one file with everything in it, or a folder with a page for each student."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from grader.core.errors import UsageError
from grader.core.result import Outcome
from grader.core.text import one_line
from grader.reports._html import result as pages
from grader.reports._html import shell
from grader.reports._html.ledger import Ledger
from grader.reports._html.packed import Packed
from grader.reports._html.rows import STATUSES
from grader.reports._html.tables import SIGNS, span
from grader.reports._html.views import view_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from markupsafe import Markup

    from grader.core.cohort import Cohort
    from grader.core.report import Edition
    from grader.core.result import Result
    from grader.reports._html.ledger import Exercise, Owner
    from grader.reports._html.rows import Row

MANIFEST: Final = ".grader-report.json"
"""Names the files of a folder that are a report's, so that a later one can replace them, and nothing else."""
LARGEST: Final = 30_000_000
"""Bytes that the details of all students take in one file, packed, at most."""
_ROOMY: Final = 2 / 3
"""The share of it from which on details are kept short."""
_HOLE: Final = "@@the results of one student@@"
_OURS: Final = re.compile(r"index\.html|students/[A-Za-z0-9_-]{1,80}\.html")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")
_RESERVED: Final = re.compile(r"(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that no file can have on Windows."""
_MOST_MANIFEST: Final = 10_000_000


class Single:
    """Everything in one file: what there is on each student waits in data blocks, packed, until it is asked for."""

    def __init__(self, stream: TextIO, edition: Edition, cohort: Cohort | None, *, largest: int = LARGEST) -> None:
        self.remarks: list[str] = []
        self._stream, self._edition, self._largest = stream, edition, largest
        self._ledger = Ledger(cohort)
        self._details = Packed()
        self._places: dict[tuple[str, str, str], str] = {}
        """Of details: by exercise, attempt and student."""
        self._count = self._short = self._none = 0

    def add(self, result: Result) -> None:
        """Take a result: a line of it for the tables, and its details as they will be shown."""
        attempt = self._ledger.keep(result)
        for owner in self._ledger.owners(result):
            if (place := self._detail(result, owner)) is not None:
                self._places[result.exercise.id, attempt, owner.key] = place

    def stop(self) -> None:
        """Write the page."""
        if self._short:
            self.remarks.append(
                f"the page would be too large: evidence, transcripts and files of {self._short} results are left out; "
                "a folder (--to html:FOLDER/) and the json report have all"
            )
        if self._none:
            self.remarks.append(f"the page would be too large: the details of {self._none} results are left out")
        self._details.close()
        view = view_of(self._ledger, self._href)
        _write_index(self._stream, view, details=self._details.blocks, notes=self.remarks)

    def _detail(self, result: Result, owner: Owner) -> str | None:
        if self._details.size >= self._largest:
            self._none += 1
            return None
        if self._details.size >= self._largest * _ROOMY:
            self._short += 1
            result = _shortened(result)
        shown = pages.view(result, self._edition, prefix=f"d{self._count}-", level=3, entry=owner.entry)
        self._count += 1
        if (lost := pages.remark(shown)) is not None:
            self.remarks.append(lost)
        return self._details.add(shell.render("class_detail.html.j2", view=shown))

    def _href(self, exercise: Exercise, row: Row) -> str | None:
        row.detail = self._places.get((exercise.id, row.attempt or "", row.key))
        return None if row.detail is None else f"#s-{self._ledger.number(exercise.id)}-{row.number}"


class Folder:
    """`index.html`, and `students/ID.html` for each student, written as results come."""

    def __init__(self, path: Path, edition: Edition, cohort: Cohort | None) -> None:
        self.remarks: list[str] = []
        self._path, self._edition = path, edition
        self._ledger = Ledger(cohort)
        self._names = _Names(path)
        self._tails: dict[str, str] = {}
        """What is missing at the end of each page that was begun."""
        self._standings: dict[str, list[_Standing]] = defaultdict(list)
        self._counts: Counter[tuple[str, int]] = Counter()
        self._before_any(cohort)

    def _before_any(self, cohort: Cohort | None) -> None:
        if (self._path / "index.html").exists() and "index.html" not in self._names.old:
            raise UsageError(
                f"{self._path} has an index.html that is no earlier report's",
                hint="Name a new folder, or remove the file if it isn't needed.",
            )
        (self._path / "students").mkdir(exist_ok=True)
        for person in cohort.book.people if cohort else ():
            self._names.of(person.id)
        titles = {task.id: task.title for task in cohort.book.tasks} if cohort else {}
        for entry in cohort.book.entries if cohort else ():
            late = span(entry.late_seconds) if entry.late_seconds else ""
            most = entry.max_score
            made = _Standing(
                titles[entry.exercise], STATUSES[entry.status], entry.score, most, late, entry.message or ""
            )
            self._standings[entry.student].append(made)
        # Also what is about to be written: if this run is ended, the next one knows its files.
        self._names.save(also=self._names.old)

    def add(self, result: Result) -> None:
        """Write a result into the pages of those whose it is."""
        self._ledger.keep(result)
        number = self._ledger.number(result.exercise.id)
        for owner in self._ledger.owners(result):
            name = self._names.of(owner.key)
            self._counts[name, number] += 1
            # Results from files may be several of one student's in one exercise.
            place = f"{number}-{again}" if (again := self._counts[name, number]) > 1 else f"{number}"
            shown = pages.view(result, self._edition, prefix=f"x{place}-", level=2, entry=owner.entry)
            body = shell.render("class_detail.html.j2", view=shown)
            if (lost := pages.remark(shown)) is not None:
                self.remarks.append(lost)
            self._put(name, owner, f'<div id="exercise-{place}">\n{body}</div>\n')

    def stop(self) -> None:
        """End all pages, write the index, and remove pages of an earlier report that have none now."""
        for name, tail in self._tails.items():
            with (self._path / name).open("a", encoding="utf-8", newline="\n") as file:
                file.write(tail)
        with (self._path / "index.html").open("w", encoding="utf-8", newline="\n") as file:
            _write_index(file, view_of(self._ledger, self._href), details=[], notes=[])
        written = {"index.html", *self._tails}
        for name in self._names.old - written:
            (self._path / name).unlink(missing_ok=True)
        self._names.save(only=written)

    def _put(self, name: str, owner: Owner, body: str) -> None:
        begun = name in self._tails
        if not begun:
            person = owner.person
            page = shell.page(
                "class_student.html.j2",
                styles=("result.css", "class_student.css"),
                name=one_line((person.name if person else "") or owner.key) or "(no name)",
                key=owner.key,
                person=person,
                standings=self._standings.get(owner.key, []),
                hole=_HOLE,
            )
            # The last one: a student may be called like it, and is named above.
            head, _, tail = page.rpartition(_HOLE)
            body, self._tails[name] = head + body, tail
        with (self._path / name).open("a" if begun else "w", encoding="utf-8", newline="\n") as file:
            file.write(body)

    def _href(self, exercise: Exercise, row: Row) -> str | None:
        name = self._names.of(row.key)
        if row.kept is None or name not in self._tails:
            return None
        several = len(self._ledger.exercises) > 1
        return f"{name}#exercise-{self._ledger.number(exercise.id)}" if several else name


class _Standing(NamedTuple):
    """A line of a student's page."""

    title: str
    status: str
    score: object
    max_score: object
    late: str
    message: str


class _Names:
    """Gives each student a file name, and knows what an earlier report has left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.old = self._read()
        self._given: dict[str, str] = {}
        # Whatever else lies there is somebody's, and stays. Some file systems take `Ada` and `ada` for the same.
        students = path / "students"
        found = [f"students/{one.name}" for one in students.iterdir()] if students.is_dir() else []
        self._taken = {name.casefold() for name in found if name not in self.old}

    def of(self, key: str) -> str:
        """Name somebody's file: by what is harmless in the id, with a number where that is somebody else's."""
        if key not in self._given:
            slug = _UNFIT.sub("-", key).strip("-")[:60] or "student"
            slug = f"{slug}_" if _RESERVED.fullmatch(slug) else slug
            name, number = f"students/{slug}.html", 2
            while name.casefold() in self._taken:
                name, number = f"students/{slug}-{number}.html", number + 1
            self._taken.add(name.casefold())
            self._given[key] = name
        return self._given[key]

    def save(self, *, also: set[str] | None = None, only: set[str] | None = None) -> None:
        """Write down which files are ours."""
        names = only if only is not None else {"index.html", *self._given.values(), *(also or ())}
        text = json.dumps({"made_by": "grader", "files": sorted(names)}, indent=1)
        (self._path / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")

    def _read(self) -> set[str]:
        path = self._path / MANIFEST
        try:
            if path.stat().st_size > _MOST_MANIFEST:
                return set()
            files = json.loads(path.read_text(encoding="utf-8"))["files"]
            return {name for name in files if isinstance(name, str) and _OURS.fullmatch(name)}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return set()


def _shortened(result: Result) -> Result:
    checks = tuple(check.model_copy(update={"evidence": ()}) for check in result.checks)
    return result.model_copy(update={"checks": checks, "sources": (), "transcript": None})


def _write_index(stream: TextIO, view: object, *, details: Sequence[Markup], notes: list[str]) -> None:
    shell.write(
        stream,
        "class.html.j2",
        styles=("result.css", "class.css") if details else ("class.css",),
        scripts=("class.js",),
        view=view,
        details=details,
        notes=notes,
        words=STATUSES,
        signs=[SIGNS[outcome] for outcome in Outcome],
    )
