"""The numbers in one name of a path: `part1`, `ex1-07`, `1.07-image-for-script`, `Dockerfile-1-14-backend`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from grader.batch._numbers import Number, show

_TOKEN: Final = re.compile(r"[^\W\d_]+|[0-9]+|\s?[._-]\s?|\s|.", re.DOTALL)
_MAX_NAME: Final = 120


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_PARTS: Final = _words("part parts chapter osa teil partie parte kapitel module modul unit week section p")
_LABELS: Final = _words(
    "exercise ex exc exer exercice ejercicio task assignment ass problem question answer solution sol aufgabe ubung",
    "uebung tehtava harjoitus e t q a lab hw homework project step nr no number",
)
_MANY: Final = _words("exercises exs assignments tasks problems questions answers solutions aufgaben labs")
_FILES: Final = _words("dockerfile containerfile compose commands command readme script output terminal notes")
_AND: Final = _words("and to und bis ja y et")
_TOOLS: Final = _words(
    "python py node nodejs java jdk jre openjdk go golang ubuntu debian alpine centos fedora nginx redis postgres",
    "postgresql pg mysql mariadb mongo mongodb ruby rails php perl rust django flask spring react angular vue npm yarn",
    "gradle maven tomcat kafka http https tls ssl ipv v ver version release r rev rc utf iso win windows linux macos",
    "mp h c engine port screenshot picture photo copy kopie page slide at on",
)
"""Words before a number that is a version, a port or a count."""
_MOST_DIGITS: Final = 3
_SUFFIXES: Final = frozenset("abcd")
_KNOWN: Final = _LABELS | _MANY | _FILES | _PARTS


class Reading(NamedTuple):
    """What one name says."""

    part: int | None = None
    pairs: tuple[Number, ...] = ()
    """Numbers with both halves."""
    singles: tuple[str, ...] = ()
    """Digits after a word for an exercise, or of a file."""
    first: str | None = None
    """Digits at the very beginning, with no word that tells what they are."""
    sure: bool = False
    """Whether a pair can't be anything else: it comes first, or after such a word."""
    several: str | None = None
    """Several answers in one, as they are written."""


class _Run(NamedTuple):
    """Numbers with one sign between each and the next, and the word before them."""

    digits: tuple[str, ...]
    word: str
    glued: bool
    leads: bool
    dashed: bool


@lru_cache(maxsize=65_536)
def read(name: str) -> Reading:
    """Read one name; whatever is no number of an exercise is passed over."""
    folded = unicodedata.normalize("NFKD", name[:_MAX_NAME]).casefold()
    folded = "".join(char for char in folded if unicodedata.category(char) != "Mn")
    runs = [run for run in _runs(_TOKEN.findall(folded)) if _counts(run)]
    listed = next((run for run in runs if _lists(run)), None)
    if listed is not None:
        return Reading(several="-".join(listed.digits))
    full = [run for run in runs if len(run.digits) == 2]  # noqa: PLR2004 - the part's number, and the exercise's
    pairs = list(dict.fromkeys((int(run.digits[0]), int(run.digits[1])) for run in full))
    if len(pairs) > 1:
        return Reading(several=" and ".join(show(pair) for pair in pairs))
    half = [run for run in runs if len(run.digits) == 1]
    part = next((int(run.digits[0]) for run in half if run.word in _PARTS), None)
    singles = _singles(half)
    if len({int(one) for one in singles}) > 1:
        return Reading(part, several=" and ".join(singles))
    first = next((run.digits[0] for run in half if run.leads), None)
    sure = any(run.leads or run.word in _LABELS | _PARTS | _FILES for run in full)
    return Reading(part, tuple(pairs), tuple(singles[:1]), first, sure)


def _lists(run: _Run) -> bool:
    """Whether it counts several exercises: `assignments1-5`, `ex1-2-3`."""
    many = len(run.digits) > 2  # noqa: PLR2004 - a pair is one exercise
    return (run.word in _MANY and run.dashed) or (many and run.word in _LABELS)


def _singles(half: list[_Run]) -> list[str]:
    """Give the digits after a word for an exercise, and what follows them as in `ex1 and 2`."""
    found: list[str] = []
    for run in half:
        if run.word in _LABELS | _FILES or (run.word in _AND and found):
            found.append(run.digits[0])
    return found


def _counts(run: _Run) -> bool:
    """Whether it may be the number of an exercise: not a version, a date, a port or a size."""
    known = run.word in _KNOWN
    if run.word in _TOOLS or (run.glued and not known and run.word not in _AND):
        return False
    if len(run.digits) == 1:
        # `0107` has its sign left out; `2024` and `8080` are years and ports.
        return len(run.digits[0]) <= _MOST_DIGITS or (len(run.digits[0]) == 4 and (known or run.digits[0][0] == "0"))  # noqa: PLR2004
    return all(len(one) <= _MOST_DIGITS for one in run.digits)


def _runs(tokens: list[str]) -> list[_Run]:
    runs = []
    at = 0
    while at < len(tokens):
        if not tokens[at].isdecimal():
            at += 1
            continue
        start, digits, signs = at, [tokens[at]], []
        while at + 2 < len(tokens) and _between(tokens[at + 1]) and tokens[at + 2].isdecimal():
            signs.append(tokens[at + 1].strip())
            digits.append(tokens[at + 2])
            at += 2
        at += 1
        after = tokens[at] if at < len(tokens) else ""
        if after[:1].isalpha() and after not in _SUFFIXES and not _goes_on(tokens, at):  # `2nd`, `7z`, `10mb`
            digits.pop()
        if digits:
            word, glued = _word(tokens, start)
            runs.append(_Run(tuple(digits), word, glued, start == 0, "-" in signs))
    return runs


def _goes_on(tokens: list[str], at: int) -> bool:
    """Whether a word that follows a number is that of another one, as in `p1e7`."""
    return tokens[at] in _LABELS and at + 1 < len(tokens) and tokens[at + 1].isdecimal()


def _between(token: str) -> bool:
    return token.strip() in {".", "_", "-", ""}


def _word(tokens: list[str], start: int) -> tuple[str, bool]:
    """Give the word before a number, and whether nothing is between the two."""
    if start and tokens[start - 1][0].isalpha():
        return tokens[start - 1], True
    if start > 1 and (_between(tokens[start - 1]) or tokens[start - 1] == "#") and tokens[start - 2][0].isalpha():
        return tokens[start - 2], False
    return "", False
