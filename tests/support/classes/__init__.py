"""A generated class: what students of a course might hand in, well-meant or not, the same at each run."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.exercise.load import FILE
from tests.support.classes import broken, commands, dockerfiles, hostile
from tests.support.classes.piece import Piece, folder, read, tarred, zipped
from tests.support.classes.slots import several, single

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.support.classes.piece import Expected, Files, Kind
    from tests.support.classes.slots import Sheet

ROOT: Final = Path(__file__).parents[3]
COUNT: Final = 300
SEED: Final = 1
_WHEN: Final = 1_772_366_400
"""When everything was handed in (seconds of the epoch)."""
_COPIES: Final = 40
"""One in so many is a copy of another's work."""


class Member(NamedTuple):
    """One submission of a class."""

    name: str
    """What it is, in a word."""
    path: Path
    kind: Kind
    expected: Expected


class _Source(NamedTuple):
    """What the class of an exercise is made from."""

    sheet: Sheet
    shorter: dict[str, str]
    more: Callable[[], Iterator[Piece]]
    hostile: Callable[[], Iterator[Piece]]


_SOURCES: Final = {
    dockerfiles.EXERCISE: _Source(dockerfiles.SHEET, dockerfiles.SHORTER, dockerfiles.more, hostile.in_dockerfiles),
    commands.EXERCISE: _Source(commands.SHEET, commands.SHORTER, commands.more, hostile.in_commands),
}
EXERCISES: Final = tuple(_SOURCES)
"""Those that there is a class for."""


def copy_exercise(place: Path, exercise: str) -> Path:
    """Write a copy of an exercise below `place` in which whatever never ends takes seconds; give its folder."""
    copy = shutil.copytree(ROOT / "exercises" / exercise, place / exercise)
    text = (copy / FILE).read_text(encoding="utf-8")
    for words, others in _SOURCES[exercise].shorter.items():
        if words not in text:
            raise ValueError(f"{exercise} does not say any more: {words}")
        text = text.replace(words, others)
    (copy / FILE).write_text(text, encoding="utf-8")
    return copy


def make_class(
    place: Path, exercise: str, count: int = COUNT, seed: int = SEED, *, isolated: bool = True
) -> list[Member]:
    """Write a class into the new folder `place`; a smaller one is a sample of every kind.

    Without `isolated` it has nothing that only a disposable engine can hold.
    """
    random = Random(f"{exercise} {seed}")  # noqa: S311 - the same at each run
    wanted = count - count // _COPIES
    chosen = _sample((one for one in _every(exercise) if isolated or not one.isolated), wanted, random)
    chosen += itertools.islice(several(_SOURCES[exercise].sheet, random), wanted - len(chosen))
    plain = [one for one in chosen if not callable(one.made) and one.named is None]
    copies = random.sample(plain, min(count - len(chosen), len(plain)))
    chosen += [one._replace(name=f"{one.name}-again", kind="duplicate") for one in copies]
    random.shuffle(chosen)
    place.mkdir(parents=True)
    members = [_write(place, number, one) for number, one in enumerate(chosen)]
    for path in place.iterdir():
        os.utime(path, (_WHEN, _WHEN), follow_symlinks=False)
    return members


def _every(exercise: str) -> Iterator[Piece]:
    source = _SOURCES[exercise]
    good = read(ROOT / "solutions" / exercise / "reference")
    yield from _solutions(exercise)
    yield from single(source.sheet)
    yield from source.more()
    yield from broken.broken(source.sheet.file, good)
    yield from broken.mean(source.sheet.file, good)
    yield from source.hostile()


def _solutions(exercise: str) -> Iterator[Piece]:
    place = ROOT / "solutions" / exercise
    yield Piece("reference", "reference", "full", read(place / "reference"))
    for folders, kind, expected in (("also-right", "right", "full"), ("wrong", "wrong", "less")):
        for path in sorted((place / folders).glob("*/")):
            yield Piece(path.name, kind, expected, read(path))  # type: ignore[arg-type]


def _sample(pieces: Iterable[Piece], count: int, random: Random) -> list[Piece]:
    """Choose some, from each kind in turn."""
    kinds: dict[str, list[Piece]] = {}
    for one in pieces:
        kinds.setdefault(one.kind, []).append(one)
    for found in kinds.values():
        random.shuffle(found)
    turns = itertools.zip_longest(*kinds.values())
    return [one for turn in turns for one in turn if one is not None][:count]


def _write(place: Path, number: int, piece: Piece) -> Member:
    path = place / (piece.named or f"s{number:03}-{piece.name}")
    return Member(piece.name, _written(piece, number, path), piece.kind, piece.expected)


def _written(piece: Piece, number: int, path: Path) -> Path:
    if callable(piece.made):
        return piece.made(path)
    odd = piece.named is not None or not piece.made or any(not name.isprintable() for name in piece.made)
    if odd or number % 3 == 0:
        return folder(piece.made, path)
    if number % 3 == 1:
        return zipped(piece.made, path, below="work/" if number % 2 and _may_be_below(piece.made) else "")
    return tarred(piece.made, path)


def _may_be_below(files: Files) -> bool:
    """Whether a folder around all of them changes nothing: not if it would not be the only one."""
    return any("/" not in name for name in files) or len({name.partition("/")[0] for name in files}) > 1
