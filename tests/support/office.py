"""LibreOffice without a window: what a spreadsheet makes of a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final, NamedTuple

from defusedxml import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

PROGRAM: Final = shutil.which("soffice")
AS_IT_COMES: Final = "44,34,76,1"
"""Commas, quotes, UTF-8, from the first line: what is proposed when the file is opened."""
TEXT_IN_QUOTES: Final = "44,34,76,1,,0,true"
"""The same, with "Format quoted field as text": ids of digits stay text."""
SEMICOLONS: Final = "59,34,76,1"
"""As where the decimal point is a comma."""
TABS: Final = "9,34,76,1"
ALL_AT_ONCE: Final = "44/59/9,,76,1"
"""With all three as separators, and no quotes."""

_SECONDS: Final = 120
_NAMES: Final = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


class Shown(NamedTuple):
    """One cell as the spreadsheet has it."""

    kind: str
    """`string`, `float` and so on; empty for an empty cell."""
    text: str
    number: float | None
    formula: str | None


EMPTY: Final = Shown("", "", None, None)


def opened(paths: Sequence[Path], options: str) -> list[list[list[Shown]]]:
    """Open CSV files of one folder in LibreOffice, and give what the cells of each have come to."""
    folder = paths[0].parent
    out = folder / "opened"
    _convert(paths, options, folder / "profile", out)
    tables = []
    for path in paths:
        root = ElementTree.parse(out / f"{path.stem}.fods").getroot()
        assert root is not None
        tables.append([row for element in root.iterfind(".//table:table-row", _NAMES) for row in _rows(element)])
    return tables


def _convert(paths: Sequence[Path], options: str, profile: Path, out: Path) -> None:
    command = [
        PROGRAM or "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
        f"--infilter=CSV:{options}", "--convert-to", "fods", "--outdir", str(out), *map(str, paths),
    ]  # fmt: skip
    # A session of its own: the program is a script that starts another.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        said, _ = process.communicate(timeout=_SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == 0, said
    assert all((out / f"{path.stem}.fods").is_file() for path in paths), said


def _rows(element: Element) -> Iterator[list[Shown]]:
    cells = [shown for cell in element.iterfind("table:table-cell", _NAMES) for shown in _cells(cell)]
    while cells and not cells[-1].kind:
        cells.pop()
    if cells:
        yield cells


def _cells(cell: Element) -> Iterator[Shown]:
    number = cell.get(f"{{{_NAMES['office']}}}value")
    shown = Shown(
        cell.get(f"{{{_NAMES['office']}}}value-type", ""),
        "\n".join(_text(part) for part in cell.iterfind("text:p", _NAMES)),
        float(number) if number is not None else None,
        cell.get(f"{{{_NAMES['table']}}}formula"),
    )
    yield from [shown] * min(int(cell.get(f"{{{_NAMES['table']}}}number-columns-repeated", "1")), 100)


def _text(part: Element) -> str:
    """Give the text of a paragraph; blanks and tabs are elements there."""
    made = part.text or ""
    for child in part:
        tag = child.tag.rpartition("}")[2]
        if tag == "s":
            made += " " * int(child.get(f"{{{_NAMES['text']}}}c", "1"))
        elif tag == "tab":
            made += "\t"
        elif tag == "line-break":
            made += "\n"
        else:
            made += _text(child)
        made += child.tail or ""
    return made
