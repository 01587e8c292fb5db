"""The `urls` layout: a table (CSV) with the address of a git repository in each row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from grader.batch import _table
from grader.batch.sources._address import owner_and_name, shown
from grader.batch.sources._clone import Wanted, clone_all
from grader.batch.sources._layout import Layout, found
from grader.core.errors import UsageError
from grader.core.handin import Found
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.batch.sources._place import Place

_HEAD: Final = 4096
MAX_ROWS: Final = 20_000
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "url": ("url", "git_url", "clone_url", "repository_url", "repo_url", "student_repository_url", "repository", "repo",
            "git", "address", "link"),
    "ref": ("ref", "commit", "sha", "tag", "branch"),
    "exercise": ("exercise", "exercise_id"),
    "received": ("received_at", "received", "submitted_at", "submission_timestamp", "timestamp"),
    "id": ("id", "student_id", "roster_identifier", "identifier"),
    "login": ("login", "github_username", "username", "github"),
    "email": ("email", "e_mail", "email_address", "mail"),
    # What is called no more than a student may be anything.
    "name": ("name", "full_name", "student_name", "student"),
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
        rows = _rows(place.root, place.label)
        made = clone_all([row.wanted for row in rows if row.wanted.url], work)
        for row in rows:
            yield _found(row, made, work)


def _found(row: _Row, made: dict[Wanted, Path | str], work: Path) -> Found:
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
    one = found(clone, who, label, work, notes=notes).model_copy(update={"exercise": exercise})
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
            head = file.read(_HEAD)
    except OSError:
        return False
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "replace")
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("sep=")), "")
    return any("url" in _columns([cell.strip(' "') for cell in first.split(sign)]) for sign in ",;\t")


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Say which column holds what."""
    names: dict[str, int] = {}
    for number, name in enumerate(header):
        names.setdefault("_".join(name.casefold().replace("-", " ").split()), number)
    found = {key: next((names[name] for name in called if name in names), None) for key, called in _COLUMNS.items()}
    return {key: number for key, number in found.items() if number is not None}


def _known(header: Sequence[str]) -> int:
    columns = _columns(header)
    return len(columns) + len(_COLUMNS) * ("url" in columns)


def _rows(path: Path, label: str) -> list[_Row]:
    table = _table.read(path, _known)
    columns = _columns(table.header)
    if "url" not in columns:
        there = ", ".join(quoted(name, 30) for name in table.header[:10])
        raise UsageError(
            f"{quoted(label)} has no column with addresses; its columns are {there}",
            hint="Call the column url, repository, repo or clone_url.",
        )
    if len(table.rows) > MAX_ROWS:
        raise UsageError(f"{quoted(label)} has more than {MAX_ROWS} rows")
    return [_Row(row.line, {key: row.cells[number] for key, number in columns.items()}) for row in table.rows]
