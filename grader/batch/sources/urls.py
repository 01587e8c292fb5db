"""The `urls` layout: a table (CSV) with the address of a git repository in each row."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from grader.batch.sources._address import owner_and_name, shown
from grader.batch.sources._clone import Wanted, clone_all
from grader.batch.sources._layout import Layout, found
from grader.core.errors import SandboxError, UsageError
from grader.core.handin import Found
from grader.core.text import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.batch.sources._place import Place

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_ROWS: Final = 20_000
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "url": ("url", "git_url", "clone_url", "repository_url", "repo_url", "student_repository_url", "repository", "repo",
            "git", "address", "link"),
    "ref": ("ref", "commit", "sha", "tag", "branch"),
    "exercise": ("exercise", "exercise_id"),
    "received": ("received_at", "received", "submitted_at", "submission_timestamp", "timestamp"),
    "id": ("id", "student_id", "roster_identifier", "identifier", "student"),
    "login": ("login", "github_username", "username", "github"),
    "email": ("email", "e_mail", "email_address", "mail"),
    "name": ("name", "full_name", "student_name"),
    "group": ("group", "team", "group_name"),
}  # fmt: skip
"""What columns may be called, the surest name first."""


class _Row(NamedTuple):
    line: int
    cells: dict[str, str]

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.cells.get("url", ""), self.cells.get("ref", ""))


class Urls(Layout):
    """A table of git addresses."""

    called: ClassVar[str] = "a table of git addresses"
    table: ClassVar[bool] = True

    def collect(self, place: Place, work: Path) -> Iterator[Found]:
        """Clone what the table names, several at a time, and give one hand-in for each row."""
        rows = list(_rows(place.root, place.label))
        made = clone_all([row.wanted for row in rows if row.wanted.url], work)
        for row in rows:
            yield _found(place, row, made, work)


def _found(place: Place, row: _Row, made: dict[Wanted, Path | str], work: Path) -> Found:
    who = {key: row.cells[key] for key in ("id", "name", "email", "login", "group") if row.cells.get(key)}
    url = row.wanted.url
    label = shown(url) or f"line {row.line}"
    origin = owner_and_name(url)
    notes = []
    if not who and origin is not None:
        who, notes = (
            {"login": origin[0]},
            ["the table doesn't say whose it is: named after the owner of the repository"],
        )
    exercise = row.cells.get("exercise") or None
    clone = made[row.wanted] if url else "the table has no address in this row"
    if isinstance(clone, str):
        nowhere = work / f"line-{row.line}"
        return Found(who=who, path=nowhere, label=label, exercise=exercise, notes=tuple(notes), problem=clone)
    one = found(place, clone, who, label, work, notes=notes).model_copy(update={"exercise": exercise})
    received = _moment(row.cells.get("received", ""))
    return one if received is None else one.model_copy(update={"received_at": received, "received_by": "source"})


def _moment(text: str) -> datetime | None:
    """Read a time that has a zone; one without may be off by hours, and the commit's is better."""
    try:
        at = datetime.fromisoformat(text.strip().replace(" UTC", "+00:00"))
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def is_table(path: Path) -> bool:
    """Whether a file looks like a table of git addresses."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    lines = head.decode("utf-8-sig", "replace").splitlines()
    return (
        b"\0" not in head and bool(lines) and "url" in _columns(next(csv.reader(lines[:1], delimiter=_comma(lines[0]))))
    )


def _comma(header: str) -> str:
    return max(",;\t", key=header.count)


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Say which column holds what."""
    names = {
        name.strip().casefold().replace(" ", "_").replace("-", "_"): n for n, name in reversed([*enumerate(header)])
    }
    known = {key: [names[name] for name in called if name in names] for key, called in _COLUMNS.items()}
    columns = {key: numbers[0] for key, numbers in known.items() if numbers}
    if "student" in names and "id" in columns and columns["id"] == names["student"] and "name" not in columns:
        columns["name"] = columns.pop("id")  # what is called no more than a student may be anything; rosters try all
    return columns


def _rows(path: Path, label: str) -> Iterator[_Row]:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SandboxError(f"{quoted(label)} can't be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise UsageError(f"{quoted(label)} is too large for a table of addresses")
    text = raw.decode("utf-8-sig", "replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_comma(text.partition("\n")[0]))
    try:
        header = next(reader, [])
        columns = _columns(header)
        if "url" not in columns:
            there = ", ".join(quoted(name, 30) for name in header[:10]) or "none"
            raise UsageError(
                f"{quoted(label)} has no column with addresses; its columns are {there}",
                hint="Call the column url, repository, repo or clone_url.",
            )
        for number, cells in enumerate(reader):
            if number >= MAX_ROWS:
                raise UsageError(f"{quoted(label)} has more than {MAX_ROWS} rows")
            row = {key: cells[n].strip() for key, n in columns.items() if n < len(cells)}
            if any(cell.strip() for cell in cells):
                yield _Row(reader.line_num, row)
    except csv.Error as error:
        raise UsageError(f"{quoted(label)} is not a table: {one_line(str(error))}") from error
