"""Where the submissions of a batch lie: each layout is one file here, and is found by its name."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch.sources._gather import starts_packed
from grader.batch.sources._layout import Layout, ungradable
from grader.batch.sources._place import Place, listing, one_hand_in
from grader.batch.sources._unpack import unpacked
from grader.batch.sources.urls import is_table
from grader.core import kinds
from grader.core.errors import SandboxError, UsageError
from grader.core.text import did_you_mean, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.handin import Found

AUTO: Final = "auto"
_SHOWN: Final = 3


class Reading(NamedTuple):
    """What the sources of a batch hold."""

    found: tuple[Found, ...]
    """Every hand-in, those that can't be graded included."""
    said: tuple[str, ...]
    """For each source, what it was taken for, and why."""


def layouts() -> tuple[str, ...]:
    """Name every layout."""
    return (AUTO, *kinds.names(__name__))


def read(sources: Sequence[Path], layout: str = AUTO, *, work: Path) -> Reading:
    """Find all hand-ins in `sources`; `work` is a folder of the caller's in which they may be unpacked or cloned.

    Hand-ins may lie in `work` afterwards. Raises UsageError for a source that isn't there, isn't of the layout, or is
    of none, and SandboxError when this machine is to blame. A source that is given several times is read once.
    """
    if layout not in layouts():
        raise UsageError(f"there is no layout {quoted(layout)}{did_you_mean(layout, layouts())}")
    hand_ins: list[Found] = []
    said: list[str] = []
    read_already: set[str] = set()
    for given in sources:
        real = os.path.realpath(given)
        source = _absolute(given, real)
        if real in read_already:
            said.append(f"{one_line(source.name)} is given more than once, and read once")
            continue
        read_already.add(real)
        try:
            work.mkdir(mode=0o700, parents=True, exist_ok=True)
            own = Path(tempfile.mkdtemp(dir=work.absolute(), prefix="source-"))
            found, words = _read(source, layout, own)
            hand_ins += [_speakable(one, own, n) for n, one in enumerate(found)]
        except OSError as error:
            raise SandboxError(f"{quoted(source.name)} can't be read: {one_line(str(error))}") from error
        said.append(words)
    return Reading(tuple(hand_ins), tuple(said))


def _absolute(given: Path, real: str) -> Path:
    """Give a path that holds wherever git or anything else runs; a link keeps its own name, which may tell a lot."""
    return given.absolute() if given.name not in {"", ".."} else Path(real)


def _read(source: Path, asked: str, work: Path) -> tuple[list[Found], str]:
    label = source.name or str(source)
    place, notes = _listed(source, label, asked, work)
    name, why = (asked, "as asked for") if asked != AUTO else _recognised(place, notes)
    layout = _load(name)
    _refuse_one(place, name, asked)
    found = list(layout.collect(place, work))
    if not found:
        raise UsageError(f"there are no submissions in {quoted(label)}", hint=_which())
    if asked != AUTO:
        _refuse_another(place, layout, found)
    return found, _words(label, layout, why, found, (*notes, *_aside(place)))


def _listed(source: Path, label: str, asked: str, work: Path) -> tuple[Place, tuple[str, ...]]:
    """Bring a source to a listing."""
    try:
        mode = source.stat().st_mode
    except OSError as error:
        raise UsageError(f"there is no source at {quoted(str(source))}: {error.strerror}") from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise UsageError(f"{quoted(label)} is neither a folder, an archive nor a table")
    is_folder = stat.S_ISDIR(mode)
    packed = not is_folder and starts_packed(source.resolve())
    if (is_folder or packed) and _is_of_tables(asked):
        raise UsageError(f"{quoted(label)} is no table, and the layout {asked} is one", hint=_which())
    if is_folder:
        return listing(source, label), ()
    if packed:
        place, notes = unpacked(source, label, work / "unpacked")
        return place, notes
    if _is_of_tables(asked) or (asked == AUTO and is_table(source)):
        return Place(label, source), ()
    raise UsageError(
        f"{quoted(label)} is neither a folder, a zip or tar, nor a table with a column of git addresses",
        hint="Of a single submission `grader check` gives the verdict.",
    )


def _recognised(place: Place, notes: tuple[str, ...]) -> tuple[str, str]:
    """Tell the layout of a source, and what it is recognised by."""
    if place.root.is_file():
        return "urls", "it has a column of addresses"
    all_of_it = sum(1 for entry in place.entries if ungradable(entry) is None)
    if not place.entries:
        raise UsageError(f"{quoted(place.label)} is empty{': ' + notes[0] if notes else ''}")
    special = [name for name in kinds.names(__name__) if not _load(name).general and not _load(name).table]
    shares = {name: _load(name).share(place) for name in special}
    best = max(special, key=lambda name: shares[name])
    if all_of_it and shares[best] == all_of_it:
        return best, "by the names" if best != "classroom" else "each has a git history of its own"
    if shares[best] and one_hand_in(place, sure=True) is None:
        raise UsageError(_mixed(place, best, shares[best]), hint=_which())
    return "folders", "one entry for each student"


def _mixed(place: Place, name: str, share: int) -> str:
    layout = _load(name)
    fitting = [entry.name for entry in place.entries if layout.fits(entry)]
    others = [entry.name for entry in place.entries if not layout.fits(entry)]
    return (
        f"{quoted(place.label)} is mixed: {share} of {len(place.entries)} entries are named as in {layout.called} "
        f"({_some(fitting)}), and the others are not ({_some(others)})"
    )


def _refuse_one(place: Place, name: str, asked: str) -> None:
    """Raise UsageError for a source that is one student's work."""
    if name != "folders":
        return
    sign = one_hand_in(place, sure=asked != AUTO)
    if sign is None and asked == AUTO and place.packed and len(place.entries) == 1:
        only = place.entries[0]
        # An archive often has a folder around everything.
        sign = one_hand_in(listing(only.path, place.label), sure=True) if only.kind == "folder" else None
    if sign is not None:
        raise UsageError(
            f"{quoted(place.label)} looks like the work of one student: {sign}",
            hint="Grade it with `grader check`, or name the folder that holds the folders of all students.",
        )


def _refuse_another(place: Place, layout: Layout, found: Sequence[Found]) -> None:
    """Raise UsageError for a source that has nothing of the layout that was asked for."""
    if layout.general or layout.table or any(layout.fits(entry) for entry in place.entries):
        return
    for name in kinds.names(__name__):
        other = _load(name)
        if not other.table and not other.general and other.share(place):
            raise UsageError(
                f"{quoted(place.label)} is not {layout.called}: it looks like {other.called}",
                hint="Leave out --layout.",
            )
    if all(one.problem is not None for one in found):
        raise UsageError(
            f"nothing in {quoted(place.label)} is named as in {layout.called}",
            hint="Leave out --layout, and it is said what it is taken for.",
        )


def _load(name: str) -> Layout:
    found: type[Layout] = kinds.load(__name__, Layout, name)
    return found()


def _is_of_tables(asked: str) -> bool:
    return asked != AUTO and _load(asked).table


def _words(label: str, layout: Layout, why: str, found: Sequence[Found], notes: Sequence[str]) -> str:
    count = f"{len(found)} submission{'s' if len(found) != 1 else ''}"
    bad = sum(1 for one in found if one.problem is not None)
    troubled = f", {bad} of which can't be graded" if bad else ""
    more = "".join(f"; {note}" for note in ((layout.remark, *notes) if layout.remark else notes))
    return f"{one_line(label)}: {layout.called} ({count}{troubled}), {why}{more}"


def _aside(place: Place) -> tuple[str, ...]:
    return (f"left aside: {_some(place.aside)}",) if place.aside else ()


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(quoted(name, 60) for name in names[:_SHOWN]) + more


def _which() -> str:
    return f"Say which layout it is with --layout: {', '.join(kinds.names(__name__))}."


def _speakable(found: Found, work: Path, number: int) -> Found:
    """Give work whose name is no text a path that is."""
    try:
        os.fspath(found.path).encode()
    except UnicodeEncodeError:
        alias = work / f"alias-{number:05}"
        alias.symlink_to(found.path.absolute())
        return found.model_copy(update={"path": alias})
    return found
