"""Where exercises are: `./exercises`, `$GRADER_EXERCISES`, then the course that comes with the grader."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.text import did_you_mean, quoted
from grader.exercise.load import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator


def places() -> tuple[Path, ...]:
    """Give the folders of exercises, the first one wins."""
    package = Path(__file__).resolve().parent.parent
    # A wheel carries the course inside the package; a checkout has it beside.
    course = package / "course" if (package / "course").is_dir() else package.parent / "exercises"
    named = [Path(part) for part in os.environ.get("GRADER_EXERCISES", "").split(os.pathsep) if part]
    return tuple(dict.fromkeys((Path("exercises"), *named, course)))


def available() -> dict[str, Path]:
    """Give every exercise's folder by id."""
    found: dict[str, Path] = {}
    for place in places():
        for path in sorted(place.glob(f"*/{FILE}")):
            found.setdefault(path.parent.name, path.parent)
    return found


def find(name: str) -> Path:
    """Give the folder of an exercise, by id or path. Raises UsageError with what there is."""
    path = Path(name)
    if path.name == FILE and path.is_file():
        return path.parent
    if (path / FILE).is_file():
        return path
    if os.sep not in name and name in (known := available()):
        return known[name]
    if path.exists():
        raise UsageError(f"{quoted(name)} holds no {FILE}", hint="Name an exercise by its id or its folder.")
    known = available()
    places_text = "`grader exercise list` shows them." if known else "Set GRADER_EXERCISES to a folder of exercises."
    raise UsageError(
        f"there is no exercise {quoted(name)}{did_you_mean(name, tuple(known)) if known else ''}", hint=places_text
    )


def solutions(folder: Path) -> Iterator[Path]:
    """Give the folder with an exercise's solutions, if there is one: `solutions/ID` beside `exercises/ID`."""
    beside = folder.resolve().parent.parent / "solutions" / folder.resolve().name
    if beside.is_dir():
        yield beside
