"""Which exercise a path in a hand-in belongs to, by the names and the numbers in it: the outermost one counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch import _reading
from grader.batch._names import joined
from grader.batch._numbers import show
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.batch._numbers import Number
    from grader.batch._reading import Reading

_TELLING: Final = 8
"""Letters from which on a name is recognised inside a longer one."""


class Verdict(NamedTuple):
    """What is said of one path."""

    exercise: str | None = None
    depth: int = 0
    """How many of its parts it takes to say so."""
    why: str = ""
    """Why it is of no exercise; empty where nothing in it says anything."""


class _Step(NamedTuple):
    """What one part of a path says, in the light of those above."""

    exercise: str | None = None
    part: int | None = None
    why: str = ""


@dataclass(slots=True)
class Rules:
    """The numbers and the names of the exercises."""

    numbers: Mapping[Number, str]
    names: Mapping[str, str]
    """By a name in one word: the exercise."""

    def judge(self, parts: tuple[str, ...], start: int = 0) -> Verdict:
        """Say which exercise a file belongs to; the first `start` parts are the wrapping of the hand-in."""
        part: int | None = None
        for depth in range(start, len(parts)):
            last = depth == len(parts) - 1
            step = self._step(parts[depth], part, last=last)
            if step.exercise is not None or step.why:
                return Verdict(step.exercise, depth + 1, step.why)
            part = part if part is not None else step.part
        return Verdict()

    def _step(self, name: str, part: int | None, *, last: bool) -> _Step:
        named = self._named(PurePosixPath(name).stem if last else name)
        if len(named) > 1:
            return _Step(why=f"{quoted(name, 60)} names several exercises: {', '.join(sorted(named))}")
        found = self._numbered(_reading.read(name), part, name, last=last) if self.numbers else _Step()
        if not named:
            return found
        [exercise] = named
        if found.exercise not in {None, exercise}:
            return _Step(why=f"{quoted(name, 60)} has the name of {exercise} and the number of {found.exercise}")
        return _Step(exercise)

    def _named(self, name: str) -> set[str]:
        word = joined(name)
        if not word:
            return set()
        if word in self.names:
            return {self.names[word]}
        inside = [known for known in self.names if len(known) >= _TELLING and known in word]
        # The name of one exercise may be a part of another's.
        longest = [one for one in inside if not any(one != other and one in other for other in inside)]
        return {self.names[one] for one in longest}

    def _numbered(self, reading: Reading, part: int | None, name: str, *, last: bool) -> _Step:
        if reading.several:
            return _Step(why=f"{quoted(name, 60)} holds several answers: {reading.several}")
        own = reading.part if reading.part is not None else part
        if reading.pairs:
            return self._paired(reading.pairs[0], own, name, sure=reading.sure)
        if reading.singles:
            return self._single(reading.singles[0], own, name)
        if reading.first is not None:
            return self._first(reading.first, own, last=last)
        return _Step(part=reading.part)

    def _paired(self, pair: Number, part: int | None, name: str, *, sure: bool) -> _Step:
        known = self.numbers.get(pair)
        if known is not None and part not in {None, pair[0]}:
            return _Step(why=f"{quoted(name, 60)} says {show(pair)}, and stands in part {part}")
        if known is not None or not sure:
            return _Step(known)
        return _Step(why=f"{show(pair)} is the number of no exercise that is graded here")

    def _single(self, digits: str, part: int | None, name: str) -> _Step:
        found = self._fitting(digits, part)
        if len(found) == 1:
            return _Step(found.pop())
        if found:
            return _Step(why=f"{quoted(name, 60)} may be {' or '.join(sorted(found))}")
        number = f"{part}.{int(digits)}" if part is not None else str(int(digits))
        return _Step(why=f"{number} is the number of no exercise that is graded here")

    def _first(self, digits: str, part: int | None, *, last: bool) -> _Step:
        """Take a number without a word: of a part, if there is such a part and nothing has said which one it is."""
        parts = {number[0] for number in self.numbers if len(number) > 1}
        if part is None and not last and int(digits) in parts and (int(digits),) not in self.numbers:
            return _Step(part=int(digits))
        found = self._fitting(digits, part)
        return _Step(found.pop()) if len(found) == 1 else _Step()

    def _fitting(self, digits: str, part: int | None) -> set[str]:
        """Find the exercises that digits may stand for: within a part, or with the sign left out."""
        number = int(digits)
        straight = {(number,)} if part is None else {(part, number)}
        split = {(int(digits[:n]), int(digits[n:])) for n in range(1, len(digits))}
        if part is not None:
            split = {pair for pair in split if pair[0] == part}
        for wanted in (straight, split, {(number,)}):
            if found := {self.numbers[one] for one in wanted if one in self.numbers}:
                return found
        # No part is named: that is no matter if there is but one.
        return {own for one, own in self.numbers.items() if one[1:] == (number,)} if part is None else set()


def rules(numbers: Mapping[str, Number], titles: Iterable[tuple[str, str]]) -> Rules:
    """Make the rules for exercises, by id, with their numbers and titles; a name that two have tells nothing."""
    names: dict[str, str] = {}
    double: set[str] = set()
    for own, title in titles:
        for word in dict.fromkeys((joined(own), joined(title))):
            if word and names.setdefault(word, own) != own:
                double.add(word)
    return Rules(
        {number: own for own, number in numbers.items()},
        {word: own for word, own in names.items() if word not in double},
    )
