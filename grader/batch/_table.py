"""A table from a spreadsheet or a platform: its encoding, its delimiter, its rows with their lines."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.core.errors import UsageError
from grader.core.text import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 2_000
_DELIMITERS: Final = ",;\t"
_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SEP: Final = "sep="


class Row(NamedTuple):
    """One row, as long as the header."""

    line: int
    """Where it begins."""
    cells: tuple[str, ...]


class Table(NamedTuple):
    """A table with a header."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    said: tuple[str, ...]


def read(path: Path, recognised: Callable[[Sequence[str]], int]) -> Table:
    """Read a table; `recognised` counts the names in a header that mean something, and so tells the delimiter.

    Raises UsageError, with file and line, for what is no table.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{quoted(str(path))} can't be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise UsageError(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
    text, said = _decoded(raw, path)
    skipped = 0
    if text[:4].casefold() == _SEP:  # a line that Excel writes for itself
        text, skipped = text.partition("\n")[2], 1
    delimiter = max(_DELIMITERS, key=lambda sign: _score(text, sign, recognised))
    records = _records(text, delimiter, path, skipped)
    header = next(records, None)
    if header is None:
        raise UsageError(f"{path}:1: the table is empty", hint="Its first line must name the columns.")
    if len(header.cells) > MAX_COLUMNS:
        raise UsageError(f"{path}:{header.line}: more than {MAX_COLUMNS} columns")
    names = tuple(" ".join(cell.split()) for cell in header.cells)
    return Table(names, tuple(_fitted(row, names, path) for row in records), said)


def _decoded(raw: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    if raw.startswith(_SPREADSHEETS):
        raise UsageError(f"{path}: this is a spreadsheet, not a CSV file", hint="Save it as CSV (UTF-8).")
    encoding = _marked(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise UsageError(f"{path}:1: not {encoding} text", hint="Save it as CSV (UTF-8).") from None
    else:
        if "\0" in text:
            line = text[: text.index("\0")].count("\n") + 1
            raise UsageError(f"{path}:{line}: not text: there is a NUL in it", hint="Save it as CSV (UTF-8).")
        return text, ()
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(
            f"{path}:{line}: neither UTF-8, UTF-16 nor Windows-1252 text", hint="Save it as CSV (UTF-8)."
        ) from None
    return text, (f"{path.name} is not UTF-8: it was read as Windows-1252, so look at letters with accents",)


def _marked(raw: bytes) -> str:
    """Tell UTF-16 by its mark, or by its zeros; everything else is tried as UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = raw[:200]
    if len(head) >= 4 and len(raw) % 2 == 0:  # noqa: PLR2004 - two characters
        for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
            if zeros.count(0) > len(zeros) * 3 // 4 and not others.count(0):
                return encoding
    return "utf-8-sig"


def _score(text: str, delimiter: str, recognised: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return recognised([" ".join(cell.split()) for cell in header]), len(header)


def _records(text: str, delimiter: str, path: Path, skipped: int) -> Iterator[Row]:
    """Give every row that isn't empty."""
    # strict: a quote that never ends would swallow the rest of the class without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    before = found = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UsageError(f"{path}:{before + 1 + skipped}: not a row of a table: {one_line(str(error))}") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            found += 1
            if found > MAX_ROWS + 1:
                raise UsageError(f"{path}: more than {MAX_ROWS} rows")
            yield Row(before + 1 + skipped, tuple(cells))
        before = reader.line_num


def _fitted(row: Row, header: Sequence[str], path: Path) -> Row:
    """Bring a row to the header's length: spreadsheets leave out empty cells at the end, or write too many."""
    extra = [cell for cell in row.cells[len(header) :] if cell.strip()]
    if extra:
        raise UsageError(
            f"{path}:{row.line}: the row has {len(row.cells)} cells, and the table {len(header)} columns",
            hint=f"Put quotes around a cell with a comma in it. The first one too many is {quoted(extra[0], 40)}.",
        )
    cells = row.cells[: len(header)]
    return Row(row.line, tuple(cell.strip() for cell in cells) + ("",) * (len(header) - len(cells)))
