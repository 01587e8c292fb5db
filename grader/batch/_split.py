"""Which exercises one hand-in is of, and where each is in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch._apart import is_archive, is_readable, is_text
from grader.batch._listing import listing, only_folders
from grader.batch._names import joined
from grader.batch.planned import Unplaced
from grader.core.errors import PolicyError, SubmissionError
from grader.core.text import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.batch._apart import Apart
    from grader.batch.numbers import Placer, Placing, Work
    from grader.core.handin import Found
    from grader.exercise.model import Exercise

_SHOWN: Final = 4
_NOTHING: Final = "nothing in it says which exercise it is of"


class Piece(NamedTuple):
    """One exercise's part of a hand-in."""

    exercise: str
    path: Path
    label: str
    notes: tuple[str, ...] = ()


class Split(NamedTuple):
    """What one hand-in is made of."""

    pieces: tuple[Piece, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    troubles: tuple[tuple[str | None, str], ...] = ()
    """What can't be read: of which exercise (None: that isn't known), and why."""


@dataclass(slots=True)
class Splitter:
    """Splits the hand-ins of one class."""

    exercises: Mapping[str, Exercise]
    placer: Placer
    apart: Apart | None
    """None: archives and loose files of several exercises can't be laid out, and are listed."""
    _mapped: dict[str, Counter[str]] = field(default_factory=dict)

    def split(self, found: Found, students: tuple[str, ...]) -> Split:
        """Say what one hand-in is made of."""
        if found.exercise is not None:
            own = self.named(found.exercise)
            if own is None:
                why = f"it is of {quoted(found.exercise, 60)}, which is not graded here"
                return Split(unplaced=(Unplaced(found.label, "", why, students),))
            return _whole(found, own)
        try:
            if len(self.exercises) == 1:
                return self._one(found)
            return self._several(found, students)
        except (SubmissionError, PolicyError) as error:
            return Split(troubles=((self.only(), error.message),))

    def only(self) -> str | None:
        """Give the exercise, if there is only one."""
        return next(iter(self.exercises)) if len(self.exercises) == 1 else None

    def named(self, name: str) -> str | None:
        """Find the exercise that a source means by its id or its title."""
        if name in self.exercises:
            return name
        wanted = joined(name)
        alike = [
            own for own, one in self.exercises.items() if wanted and wanted in {joined(own), joined(one.file.title)}
        ]
        return alike[0] if len(alike) == 1 else None

    def said(self) -> list[str]:
        """Say, for each exercise, where it was found, and how often."""
        lines = []
        for own in self.exercises:
            found = self._mapped.get(own, Counter())
            if found:
                most = [f"{one_line(place, 60)} ({number})" for place, number in found.most_common(_SHOWN)]
                more = f", and {len(found) - _SHOWN} other places" if len(found) > _SHOWN else ""
                lines.append(f"{own} is in: {', '.join(most)}{more}")
        return lines

    def _one(self, found: Found) -> Split:
        """Take a hand-in of the only exercise as a whole, unless there is a place in it where the exercise is."""
        [own] = self.exercises
        if not found.path.is_dir() or not (own in self.placer.paths or only_folders(found.path)):
            return _whole(found, own)
        placing = self.placer.place(listing(found.path).files)
        if own not in placing.placed:
            return _whole(found, own)
        return Split((self._piece(found, found.path, own, placing.placed[own]),))

    def _several(self, found: Found, students: tuple[str, ...]) -> Split:
        root = found.path
        if not root.is_dir():
            if is_archive(root):
                if self.apart is None:
                    raise SubmissionError("it is an archive of several exercises, and must be unpacked first")
                root = self.apart.unpack(root)
            else:
                return self._file(found, students)
        every = listing(root)
        placing = self.placer.place(every.files)
        unplaced = [Unplaced(found.label, _shown(path), why, students) for path, why in placing.unplaced]
        if not every.whole:
            unplaced.append(Unplaced(found.label, "", "it has more files than are looked at", students))
        if not placing.placed and not unplaced:
            unplaced.append(Unplaced(found.label, "", _NOTHING if every.files else "it is empty", students))
        return self._pieces(found, root, placing, unplaced)

    def _file(self, found: Found, students: tuple[str, ...]) -> Split:
        """Take a single file for what its name says."""
        placing = self.placer.place([found.path.name])
        unplaced = [Unplaced(found.label, "", why, students) for _, why in placing.unplaced]
        if not placing.placed and not unplaced:
            unplaced.append(Unplaced(found.label, "", _NOTHING, students))
        return self._pieces(found, found.path.parent, placing, unplaced)

    def _pieces(self, found: Found, root: Path, placing: Placing, unplaced: list[Unplaced]) -> Split:
        pieces: list[Piece] = []
        troubles: list[tuple[str | None, str]] = []
        for own in self.exercises:
            if own not in placing.placed:
                continue
            try:
                pieces.append(self._piece(found, root, own, placing.placed[own]))
            except (SubmissionError, PolicyError) as error:
                troubles.append((own, one_line(error.message)))
        return Split(tuple(pieces), tuple(unplaced), tuple(troubles))

    def _piece(self, found: Found, root: Path, own: str, work: Work) -> Piece:
        shown = _shown(work.folder if work.folder is not None else work.files[0])
        self._mapped.setdefault(own, Counter())[shown or "all of it"] += 1
        label = f"{found.label}/{shown}" if shown and root != found.path.parent else found.label
        notes: tuple[str, ...] = ()
        if work.files and self.apart is not None:
            path, notes = self.apart.lay(root, work, self.exercises[own])
        else:
            path = root / (work.folder if work.folder is not None else work.files[0])
            if work.folder is None and (len(work.files) > 1 or not is_readable(path)):
                raise SubmissionError("it is in files that lie with others, or a link")
        if not is_text(path):
            if self.apart is None:
                raise SubmissionError("its name is no text")
            path = self.apart.alias(path)
        return Piece(own, path, label, notes)


def _shown(path: str) -> str:
    return one_line(path, 200)


def _whole(found: Found, own: str) -> Split:
    return Split((Piece(own, found.path, found.label),))


def splitter(exercises: Sequence[Exercise], placer: Placer, apart: Apart | None) -> Splitter:
    """Make a splitter for these exercises."""
    return Splitter({one.id: one for one in exercises}, placer, apart)
