"""What a class has in common, and what only few of it have: that alone says anything about two of them."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.gradebook._elements import MAX_PIECES, PARTS, Part, stream
from grader.gradebook._spelling import misspelt
from grader.gradebook._words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.gradebook._elements import Element, Taken

_SPELLING: Final = "!spelling:"
_SHARE: Final = 10
"""What more than one in so many has is nothing special."""
_FEW: Final = 3
"""What no more than so many have may be special in a small class, too."""
_MARGIN: Final = 4.0
_HEAVIEST: Final = 4
"""How much more something counts that only one has than what everybody has."""
_COMBINED: Final = 0.5
"""What a rare combination of common words counts, as words may go together; and odd spacing, as that is a habit."""
_CHOICES: Final = 2
"""How many things an element tells at the most: its rarest ones,"""
_MORE: Final = 3
"""or one in so many, should there be more."""
SMALL: Final = 10
"""Students below whom nothing can be called rare but what does nothing: two of five choosing alike is no news."""
_WORD: Final = re.compile(r"[A-Za-z]{5,20}")
_MAX_WORDS: Final = 2_000
_MAX_ODD: Final = 5_000


@dataclass(slots=True, eq=False)
class Work:
    """One submission, whoever handed it in; without what the author gave."""

    streams: dict[Part, list[int]]
    """Its pieces by number."""
    elements: dict[Part, tuple[frozenset[int], ...]]
    """Of each element what its pieces say, and how they are combined."""
    remarks: frozenset[int]
    words: frozenset[str]
    parties: int = 0
    """Who handed it in: bit n is party n."""
    special: frozenset[int] = frozenset()
    """Of its things, remarks and spellings those that few have."""
    weighed: dict[Part | None, list[int]] = field(default_factory=dict)
    """Its streams with everything as often as it weighs, as far as they were asked for."""
    counted: dict[Part | None, Counter[int]] = field(default_factory=dict)
    """The same, in any order."""
    rare: dict[Part | None, list[frozenset[int]]] = field(default_factory=dict)

    def stream(self, part: Part | None = None) -> list[int]:
        """Give the pieces of a part, or all."""
        return [one for each in PARTS if part in {None, each} for one in self.streams.get(each, ())]

    def things(self, part: Part | None = None) -> Iterator[frozenset[int]]:
        """Give what the elements of a part say, or of all."""
        return (one for each in PARTS if part in {None, each} for one in self.elements.get(each, ()))

    def telling(self, part: Part | None = None) -> list[frozenset[int]]:
        """Give what few have of the elements of a part, where there is any."""
        if part not in self.rare:
            self.rare[part] = [few for one in self.things(part) if (few := one & self.special)]
        return self.rare[part]


@dataclass(slots=True)
class Author:
    """What everybody was given."""

    pieces: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    task: str = ""

    def without(self, pieces: Iterable[str]) -> list[str]:
        """Give what isn't the author's."""
        return [one for one in pieces if one not in self.pieces]


def said_in(own: Sequence[str]) -> Iterator[str]:
    """Give what an element's pieces say, and how they are combined, by name."""
    yield from (f"@{said(one)}" for one in own)
    if len(own) > 1:
        yield f"#{hashlib.blake2b(repr(sorted(own)).encode(), digest_size=12).hexdigest()}"


@dataclass(slots=True)
class Class:
    """Numbers for everything that is found in submissions, and who has it.

    A party is a student, or a group of them: what somebody hands in twice is no more common for that.
    """

    author: Author
    names: list[str] = field(default_factory=list)
    """Their first sign says what they are: a piece (=), what one says (@), a combination (#), a remark (!)."""
    works: list[Work] = field(default_factory=list)
    parties: int = 0
    """How many there are."""
    spellings: dict[str, str] = field(default_factory=dict)
    """Words that few write, and the term that is nearly the same."""
    _numbers: dict[str, int] = field(default_factory=dict)
    _holders: list[int] = field(default_factory=list)
    _parts: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """What combinations are made of."""

    def add(self, taken: Taken, texts: Iterable[str]) -> Work:
        """Take one more submission in; whose it is, its `parties` say before `close`."""
        streams: dict[Part, list[int]] = {}
        things: dict[Part, tuple[frozenset[int], ...]] = {}
        for part, some in itertools.groupby(taken.elements, key=lambda one: one.part):
            elements = list(some)
            streams[part] = [self._number(f"={one}") for one in self.author.without(stream(elements))]
            things[part] = tuple(self._things(elements))
        remarks = {f"!{one.key}" for one in taken.remarks} - self.author.remarks
        words = itertools.islice(dict.fromkeys(word for text in texts for word in _words(text)), _MAX_WORDS)
        work = Work(streams, things, frozenset(map(self._number, remarks)), frozenset(words) - self.author.words)
        self.works.append(work)
        return work

    def _things(self, elements: Iterable[Element]) -> Iterator[frozenset[int]]:
        left = MAX_PIECES
        for element in elements:
            own = self.author.without(element.pieces)[:left]
            left -= len(own)
            numbers = [self._number(name) for name in said_in(own)]
            if len(own) > 1:
                self._parts[numbers[-1]] = tuple(numbers[:-1])
            yield frozenset(numbers)

    def close(self) -> None:
        """Count, once everything is there."""
        every = 0
        for work in self.works:
            every |= work.parties
            for number in {*work.stream(), *work.remarks, *itertools.chain(*work.things())}:
                self._holders[number] |= work.parties
        self.parties = every.bit_count()
        self._spell()
        special = {number for number in range(len(self.names)) if self._is_special(number)}
        for work in self.works:
            spelt = {self._numbers[_SPELLING + word] for word in work.words & self.spellings.keys()}
            work.special = frozenset({*work.remarks, *itertools.chain(*work.things()), *spelt} & special)

    def _is_special(self, number: int) -> bool:
        if self.names[number].startswith("=") or not 1 < self.holders(number) <= self.limit:
            return False
        # Where a word of it is rare, that is all that there is to say.
        return all(self.holders(part) > self.limit for part in self._parts.get(number, ()))

    @property
    def limit(self) -> int:
        """How many may have something that is still special."""
        return max(_FEW, self.parties // _SHARE)

    @property
    def needed(self) -> float:
        """How many bits two must have in common before chance is no explanation.

        A class of n has n(n-1)/2 pairs; what happens to one in 2^b pairs by chance happens to fewer than one pair of
        them from their logarithm on, and a margin makes that one class in sixteen.
        """
        return math.log2(max(self.parties * (self.parties - 1) / 2, 1)) + _MARGIN

    def bits(self, number: int) -> float:
        """Say how much it tells that somebody has something: the fewer have it, the more."""
        bits = math.log2((self.parties + 1) / max(self.holders(number), 1))
        return bits * _COMBINED if number in self._parts or self.names[number].startswith("!spacing") else bits

    def holders(self, number: int) -> int:
        """Say how many have something."""
        return self._holders[number].bit_count()

    def evidence(self, left: Work, right: Work, part: Part | None = None) -> float:
        """Say how much it tells together what two have in common and few others have; in a part, or in all."""
        shared = left.special & right.special
        remarks = math.fsum(self.bits(number) for number in shared if self.is_remark(number))
        return remarks + min(self._told(left.telling(part), shared), self._told(right.telling(part), shared))

    def _told(self, elements: Iterable[frozenset[int]], shared: frozenset[int]) -> float:
        """Count what elements have of it, once; who chooses a rare program chooses its arguments with it."""
        seen: set[int] = set()
        total = 0.0
        for element in elements:
            here = [number for number in element if number in shared and number not in seen]
            if here:
                seen.update(here)
                best = sorted(map(self.bits, here), reverse=True)
                total += math.fsum(best[: max(_CHOICES, len(best) // _MORE)])
        return total

    def most_alike(self, left: Work, right: Work, part: Part | None = None) -> float:
        """Say how much alike two could be at the most, whatever the order: quick, to look closely at few."""
        mine, theirs = self.counted(left, part), self.counted(right, part)
        both = sum(min(mine[number], theirs[number]) for number in mine.keys() & theirs.keys())
        return 2 * both / ((mine.total() + theirs.total()) or 1)

    def counted(self, work: Work, part: Part | None = None) -> Counter[int]:
        """Give how often there is what in a stream, as it weighs."""
        if part not in work.counted:
            work.counted[part] = Counter(self.weighed(work, part))
        return work.counted[part]

    def is_remark(self, number: int) -> bool:
        """Whether it is a remark or a spelling."""
        return self.names[number].startswith("!")

    def weighed(self, work: Work, part: Part | None = None) -> list[int]:
        """Give a stream with everything as often as it weighs: edit distances have no weights."""
        if part not in work.weighed:
            top = math.log2(self.parties + 1) or 1.0
            pieces = work.stream(part)
            weights = {number: 1 + round(_HEAVIEST * self.bits(number) / top) for number in set(pieces)}
            work.weighed[part] = [one for number in pieces for one in [number] * weights[number]]
        return work.weighed[part]

    def candidates(self) -> list[tuple[int, int]]:
        """Give the pairs of parties that may have enough in common."""
        # Most of what few have, the same few have: a library, a file that went round.
        told: defaultdict[int, float] = defaultdict(float)
        for number in {number for work in self.works for number in work.special}:
            told[self._holders[number]] += self.bits(number)
        pairs: defaultdict[tuple[int, int], float] = defaultdict(float)
        for holders, bits in told.items():
            for pair in itertools.combinations(bits_of(holders), 2):
                pairs[pair] += bits
        return sorted(pair for pair, bits in pairs.items() if bits >= self.needed)

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
            self._holders.append(0)
        return number

    def _spell(self) -> None:
        """Find slips that few make."""
        holders: dict[str, int] = defaultdict(int)
        for work in self.works:
            for word in work.words:
                holders[word] |= work.parties
        counts = {word: mask.bit_count() for word, mask in holders.items()}
        odd = sorted(word for word, count in counts.items() if 1 < count <= self.limit)
        for word, meant in misspelt(odd[:_MAX_ODD]).items():
            self.spellings[word] = meant
            self._holders[self._number(_SPELLING + word)] = holders[word]


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the words of the author's texts."""
    return frozenset(word for text in texts for word in _words(text))


def _words(text: str) -> Iterator[str]:
    return (word.lower() for word in _WORD.findall(text))


def bits_of(mask: int) -> Iterator[int]:
    """Give the numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
