"""What of a file is the task's own text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.script import markdown
from grader.core.script.patterns import pattern
from grader.core.script.wording import DOCKER, first_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.script.markdown import Block, Page
    from grader.core.script.model import Row

_MARKS: Final = str.maketrans(dict.fromkeys("*_`#>\"'“”\u2018\u2019", ""))
_SENTENCE: Final = 4
"""Words that a passage must have to be known by itself."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """The lines of a file that stand in the task."""

    sentences: frozenset[int] = frozenset()
    commands: frozenset[int] = frozenset()
    """Lines that would be run if they were the student's own."""


@dataclass(frozen=True, slots=True)
class _Unit:
    rows: Sequence[Row]
    code: bool

    @property
    def text(self) -> str:
        return _normal(" ".join(row.text for row in self.rows))


def quotes(page: Page, task: str) -> Quotes:
    """Find what was copied from the task.

    A sentence is known by itself. A command may as well be the answer: it counts as copied only where it follows what
    it follows in the task, and only as often.
    """
    if not task.strip():
        return Quotes()
    texts, pairs = _parts(task)
    sentences: set[int] = set()
    commands: set[int] = set()
    before = ""
    for unit in _units(page.blocks, texts):
        text = unit.text
        numbers = {row.number for row in unit.rows}
        if not unit.code and text in texts and len(text.split()) >= _SENTENCE:
            sentences |= numbers
            before = text
        elif unit.code and before and pairs.get((before, text), 0) > 0:
            pairs[before, text] -= 1
            commands |= numbers
            before = text
        else:
            before = ""
    return Quotes(frozenset(sentences), frozenset(commands))


def _units(blocks: Sequence[Block], texts: set[str]) -> Iterator[_Unit]:
    """Give paragraphs that stand in the task as they are, others line by line."""
    for block in blocks:
        whole = _Unit(block.rows, _is_code(block.rows, fenced=block.fenced))
        if block.fenced or whole.text in texts:
            yield whole
        else:
            for row in block.rows:
                yield _Unit([row], _is_code([row], fenced=False))


def _is_code(rows: Sequence[Row], *, fenced: bool) -> bool:
    if fenced:
        return True
    return all(first_word(row.text.strip("`*_$#> \t")) in DOCKER for row in rows if row.text.strip())


def _parts(task: str) -> tuple[set[str], dict[tuple[str, str], int]]:
    """Give the task's sentences, and how often which command follows what."""
    texts: set[str] = set()
    pairs: dict[tuple[str, str], int] = {}
    before: set[str] = set()
    for block in markdown.read(task).blocks:
        whole = _Unit(block.rows, _is_code(block.rows, fenced=block.fenced))
        if whole.code:
            for text in before:
                pairs[text, whole.text] = pairs.get((text, whole.text), 0) + 1
            before = {whole.text}
            continue
        before = {whole.text, _normal(block.rows[-1].text)}
        texts |= {whole.text, *(_normal(row.text) for row in block.rows)}
    return texts - {""}, pairs


def _normal(text: str) -> str:
    """Take away marks, links' addresses and the differences in blank space."""
    text = pattern(r"\]\([^()\s]*\)").sub("", text.replace("[", ""))
    return " ".join(text.translate(_MARKS).split())
