"""Results in JSON files: `grader/result/v1`, one object, or the array that the json report writes."""

from __future__ import annotations

import functools
import json
import operator
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import from_json

from grader.core.errors import SandboxError, UsageError
from grader.core.result import Result
from grader.core.text import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMA: Final = "grader/result/v1"
STDIN: Final = "-"
MOST_BYTES: Final = 512 * 1024**2
"""In all files together; a result is some ten thousand, and may be a million."""
MOST_OF_ONE: Final = 32 * 1024**2
"""In one result: what is wrong with a larger one, pydantic would tell with a copy of it for each field."""
_MOST_FILES: Final = 20_000


class Stored(NamedTuple):
    """A result that was read, looked through and put aside: as JSON it takes a tenth of the room."""

    exercise: str
    student: str
    attempt: str
    data: bytes
    place: str
    """Where it stands, for people."""

    def result(self) -> Result:
        """Give it back."""
        return Result.model_validate_json(self.data)


def read(sources: Iterable[str]) -> list[Stored]:
    """Read every result of files, folders and standard input, the same one once.

    Raises UsageError for the first thing that is no result, and says where it stands.
    """
    left = MOST_BYTES
    found: dict[tuple[str, str], Stored] = {}
    for name, path in _files(sources):
        data = _content(name, path, left)
        left -= len(data)
        for stored in _parsed(name, data):
            found.setdefault((stored.attempt, stored.student), stored)
    return list(found.values())


def _files(sources: Iterable[str]) -> Iterator[tuple[str, Path | None]]:
    """Give all files by their names; None is standard input."""
    for source in dict.fromkeys(sources):
        path = Path(source)
        if source == STDIN:
            yield "standard input", None
        elif path.is_dir():
            below = sorted(_below(path))
            if not below:
                raise UsageError(f"the folder {quoted(source)} has no results in it: no file ends with .json")
            yield from ((str(one), one) for one in below)
        else:
            yield source, path


def _below(folder: Path) -> Iterator[Path]:
    """Give the JSON files of a folder; those whose names begin with a dot are none of the user's."""
    count = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and name.lower().endswith(".json"):
                count += 1
                if count > _MOST_FILES:
                    raise UsageError(f"the folder {quoted(str(folder))} has more than {_MOST_FILES} JSON files")
                yield Path(place) / name


def _content(name: str, path: Path | None, most: int) -> bytes:
    try:
        if path is None:
            return _bounded(name, sys.stdin.buffer, most)
        with path.open("rb") as file:
            return _bounded(name, file, most)
    except FileNotFoundError:
        raise UsageError(f"there is no {quoted(name)}", hint="Give a store, or files with results.") from None
    except OSError as error:
        raise SandboxError(f"{quoted(name)} can't be read: {error.strerror}") from None


def _bounded(name: str, stream: BinaryIO, most: int) -> bytes:
    data = stream.read(most + 1)
    if len(data) > most:
        raise UsageError(
            f"{quoted(name)} is too much: results of more than {MOST_BYTES // 1024**2} MiB are not read from files",
            hint="A store has no such limit: grade with `grader batch`.",
        )
    return data


def _parsed(name: str, data: bytes) -> Iterator[Stored]:
    try:
        found = from_json(data.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)
    except ValueError as error:
        empty = not data.strip()
        what = "is empty" if empty else f"is neither a store nor JSON: {one_line(str(error), 120)}"
        raise UsageError(f"{quoted(name)} {what}") from None
    several = isinstance(found, list)
    for number, one in enumerate(found if several else [found], 1):
        yield _stored(f"{name}, result {number}" if several else name, one)


def _stored(place: str, found: object) -> Stored:
    said = found.get("schema") if isinstance(found, dict) else None
    if not isinstance(said, str):
        raise UsageError(f"{quoted(place)} is no result: it does not say that its schema is {SCHEMA}", hint=_HINT)
    if said != SCHEMA:
        kind = "a result of another version" if said.startswith("grader/result/") else "no result"
        raise UsageError(f"{quoted(place)} is {kind}: its schema is {quoted(said, 60)}, not {SCHEMA}", hint=_HINT)
    data = json.dumps(found).encode()
    if len(data) > MOST_OF_ONE:
        raise UsageError(f"{quoted(place)} is too large: a result has less than {MOST_OF_ONE // 1024**2} MiB")
    try:
        result = Result.model_validate_json(data)
    except ValidationError as error:
        if _forget_unknown(found, error):
            return _stored(place, found)
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise UsageError(f"{quoted(place)} is no valid result: {one_line(where, 80)}: {first['msg']}") from None
    return Stored(result.exercise.id, result.submission.id, result.attempt, data, place)


def _forget_unknown(found: Any, error: ValidationError) -> bool:
    """Take out the fields that a later version has added; tells whether there were any."""
    several = [one["loc"] for one in error.errors(include_url=False) if one["type"] == "extra_forbidden"]
    for *above, name in several:
        try:
            del functools.reduce(operator.getitem, above, found)[name]
        except LookupError:
            return False
    return bool(several)


_HINT: Final = (
    "`--report json:FILE` of `grader check` and `grader results show` writes results. "
    "In a folder with other JSON files, name those that are results."
)
