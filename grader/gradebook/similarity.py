"""Submissions of an exercise that are alike, beyond what the task, the starter and chance make alike.

Of each submission, what the author gave is taken out. The rest is compared as a stream of pieces (a base image, a
program, an option with its value, a line), each of which weighs more the fewer of the class have it. Two are listed
only if what they share, and few others have, is too much for chance; see `Class.needed`.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from rapidfuzz.distance import Indel

from grader.core import script
from grader.core.alike import Pair, Side, Sign
from grader.core.text import one_line
from grader.gradebook._elements import PARTS, Part, stream, take_apart
from grader.gradebook._rarity import SMALL, Author, Class, Work, bits_of, words_of
from grader.gradebook._texts import below, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.core.handin import Person
    from grader.store.rows import HandInRow

THRESHOLD: Final = 80
_MOST_SIGNS: Final = 6
_MOST_NAMED: Final = 3
_NEARLY: Final = 1e-9
"""What two ways to compute the same may differ by."""
_TASK: Final = "task.md"
_NOT_GIVEN: Final = "exercise.yaml"


class Source(Protocol):
    """What of the store is looked at."""

    def handins(self, exercise: str | None = None) -> Sequence[HandInRow]:
        """Give what was handed in."""

    def people(self) -> Sequence[Person]:
        """Give who is who."""

    def snapshot(self, digest: str) -> bytes | None:
        """Give the tar.gz of some work."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found in a class."""

    exercise: str
    submissions: int
    parties: int
    """Students; a group counts as one."""
    unreadable: int
    """Submissions without a snapshot, or without anything of their own."""
    pairs: tuple[Pair, ...]
    """The most alike first; of two students, every two of their hand-ins."""
    author: Author = field(repr=False)
    special: frozenset[str] = field(repr=False)
    """What few have: words and combinations, as `_rarity.said_in` names them; empty in a small class."""

    @property
    def small(self) -> bool:
        """Whether there are too few to say what is rare."""
        return self.parties < SMALL


def author_of(folder: Path | None) -> Author:
    """Give what everybody was given: the files of an exercise's folder and the commands of its task."""
    if folder is None:
        return Author()
    texts = {name: text for name, text in below(folder).items() if name != _NOT_GIVEN}
    task = texts.get(_TASK, "")
    drafts, _ = script.skim(task, _TASK)
    blocks = {f"{number}{_ENDING[kind]}": block for number, (kind, block) in enumerate(_blocks(task))}
    typed = {"task.sh": "\n".join(draft.text for draft in drafts)}
    taken = [take_apart({name: text}) for name, text in {**texts, **blocks, **typed}.items()]
    return Author(
        pieces=frozenset(piece for one in taken for piece in stream(one.elements)),
        remarks=frozenset(f"!{remark.key}" for one in taken for remark in one.remarks),
        words=words_of(texts.values()),
        task=task,
    )


_ENDING: Final = {"dockerfile": ".dockerfile", "yaml": ".yaml", "yml": ".yaml"}


def _blocks(task: str) -> Iterator[tuple[str, str]]:
    """Give the blocks of a task that show what an answer may look like."""
    for number, block in enumerate(task.split("```")):
        kind, _, body = block.partition("\n")
        if number % 2 and kind.strip().lower() in _ENDING:
            yield kind.strip().lower(), body


def compare(store: Source, exercise: str, author: Author, threshold: int = THRESHOLD) -> Comparison:
    """Compare all that was handed in for an exercise; two of one student, or of one group, are no pair."""
    found = _Search(store, exercise, author)
    pairs = sorted(
        found.pairs(threshold), key=lambda pair: (-pair.percent, -pair.bits, pair.one.label, pair.other.label)
    )
    klass = found.klass
    special = {number for work in klass.works for number in work.special} if klass.parties >= SMALL else set[int]()
    return Comparison(
        exercise=exercise,
        submissions=len(found.rows),
        parties=klass.parties,
        unreadable=found.unreadable,
        pairs=tuple(pairs),
        author=author,
        special=frozenset(klass.names[number] for number in special),
    )


def strongest(pairs: Iterable[Pair]) -> list[Pair]:
    """Keep of two students the hand-ins that are most alike."""
    found: dict[frozenset[str], Pair] = {}
    for pair in pairs:
        found.setdefault(frozenset([pair.one.student, pair.other.student]), pair)
    return list(found.values())


def flags(pairs: Iterable[Pair]) -> dict[int, str]:
    """Give a sentence for each hand-in that is like another one, by its number."""
    near: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for pair in pairs:
        for side, other in ((pair.one, pair.other), (pair.other, pair.one)):
            for handin in side.handins:
                near[handin][other.student] = max(pair.percent, near[handin].get(other.student, 0))
    return {handin: _sentence(others) for handin, others in near.items()}


def _sentence(others: Mapping[str, int]) -> str:
    ranked = sorted(others.items(), key=lambda one: (-one[1], one[0]))
    named = [f"{one_line(who, 40)} ({percent} %)" for who, percent in ranked[:_MOST_NAMED]]
    more = len(ranked) - len(named)
    return f"similar to {', '.join(named)}{f' and {more} more' if more else ''}"


class _Search:
    def __init__(self, store: Source, exercise: str, author: Author) -> None:
        self.klass = Class(author)
        self.rows = list(store.handins(exercise))
        self.people = {person.id: person for person in store.people()}
        self.unreadable = 0
        self._parties: dict[str, int] = {}
        self._handed: dict[int, dict[int, list[HandInRow]]] = {}
        """Whose hand-ins have this content: by work, then by party."""
        by_digest: defaultdict[str, list[HandInRow]] = defaultdict(list)
        for row in self.rows:
            by_digest[row.digest].append(row)
        for digest, rows in by_digest.items():
            self._take(store.snapshot(digest), rows)
        self.klass.close()

    def _take(self, data: bytes | None, rows: Sequence[HandInRow]) -> None:
        texts = unpack(data) if data is not None else {}
        taken = take_apart(texts, self.klass.author.task)
        work = self.klass.add(taken, texts.values())
        if not work.stream():
            self.unreadable += len(rows)
        handed: defaultdict[int, list[HandInRow]] = defaultdict(list)
        for row in rows:
            handed[self._party(row.student)].append(row)
        for party in handed:
            work.parties |= 1 << party
        self._handed[id(work)] = handed

    def _party(self, student: str) -> int:
        person = self.people.get(student)
        key = f"group {person.group}" if person is not None and person.group else f"student {student}"
        return self._parties.setdefault(key, len(self._parties))

    def pairs(self, threshold: int) -> Iterator[Pair]:
        by_party: defaultdict[int, list[Work]] = defaultdict(list)
        for work in self.klass.works:
            for party in bits_of(work.parties):
                by_party[party].append(work)
        for one, other in self.klass.candidates():
            for left, right in itertools.product(by_party[one], by_party[other]):
                pair = self._pair((left, one), (right, other), threshold)
                if pair is not None:
                    yield pair

    def _pair(self, mine: tuple[Work, int], theirs: tuple[Work, int], threshold: int) -> Pair | None:
        left, right = mine[0], theirs[0]
        percent, part = self._most_alike(left, right, threshold)
        if percent < threshold:
            return None
        shared = left.special & right.special
        signs = {number for number in shared if self.klass.is_remark(number)}
        return Pair(
            percent=percent,
            part=part,
            identical=left is right,
            shared=len(shared) - len(signs),
            bits=round(self.klass.evidence(left, right), 1),
            signs=self._signs(signs),
            one=self._side(*mine),
            other=self._side(*theirs),
        )

    def _most_alike(self, left: Work, right: Work, threshold: int) -> tuple[int, str | None]:
        """Say how much alike two are, and what: all, or else the part that is most alike.

        Whatever that is must have enough in common that few have; else they are not alike at all.
        """
        best: tuple[int, str | None] = (0, None)
        for part in (None, *PARTS):
            percent = self._alike(left, right, part, threshold)
            if percent > best[0] and self.klass.evidence(left, right, part) >= self.klass.needed:
                best = (percent, part)
            if part is None and best[0]:
                break
        return best

    def _alike(self, left: Work, right: Work, part: Part | None, threshold: int) -> int:
        """Say how much alike two are, in whole percent; 0 for less than the threshold."""
        if left is right:
            return 100
        if self.klass.most_alike(left, right, part) < threshold / 100 - _NEARLY:
            return 0
        mine, theirs = self.klass.weighed(left, part), self.klass.weighed(right, part)
        return int(100 * Indel.normalized_similarity(mine, theirs, score_cutoff=threshold / 100))

    def _signs(self, remarks: Iterable[int]) -> tuple[Sign, ...]:
        found: list[Sign] = []
        for number in sorted(remarks, key=lambda one: (self.klass.holders(one), self.klass.names[one]))[:_MOST_SIGNS]:
            kind, _, text = self.klass.names[number][1:].partition(":")
            if kind == "spelling":
                text = f"{text} (for {self.klass.spellings[text]})"
            found.append(Sign.model_validate({"kind": kind, "text": text, "holders": self.klass.holders(number)}))
        return tuple(found)

    def _side(self, work: Work, party: int) -> Side:
        rows = self._handed[id(work)][party]
        last = max(rows, key=lambda row: (row.received_at or row.first_seen, row.id))
        person = self.people.get(last.student)
        return Side(
            student=last.student,
            name=person.name if person is not None else "",
            handins=tuple(row.id for row in rows),
            digest=last.digest,
            label=last.label,
            received_at=last.received_at,
        )
