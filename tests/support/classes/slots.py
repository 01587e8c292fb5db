"""Mutations of a text that has parts with names: each part has other wordings, right ones and wrong ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tests.support.classes.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.support.classes.piece import Expected, Files

Wordings = Mapping[str, Mapping[str, str | None]]
"""By the name of a part, by a name for the wording; None: without the part."""
Whole = Callable[[str], str]


class Sheet(NamedTuple):
    """A file whose text is a line for each part, with all that may become of it."""

    file: str
    parts: Mapping[str, str]
    right: Wordings
    """Wordings that change no verdict."""
    wrong: Wordings
    """Wordings that cost points, all of them or some."""
    forms: Mapping[str, Whole]
    """Changes of the whole text that change no verdict."""
    others: Files
    """The other files of the submission."""
    either: frozenset[tuple[str, str]] = frozenset()
    """Parts with wordings of which it depends on the engine whether they cost points."""

    def text(self, changed: Mapping[str, str | None], order: tuple[str, ...] = ()) -> str:
        """Give the text with some parts worded otherwise."""
        lines = {**self.parts, **changed}
        return "".join(f"{line}\n" for part in (order or self.parts) if (line := lines[part]) is not None)

    def files(self, text: str, more: Files | None = None) -> Files:
        """Give the submission with this text."""
        return {self.file: text.encode(), **self.others, **(more or {})}


def single(sheet: Sheet) -> Iterator[Piece]:
    """Give every change by itself."""
    expected: Expected
    for table, expected in ((sheet.right, "full"), (sheet.wrong, "less")):
        for part, wordings in table.items():
            for name, wording in wordings.items():
                kind = "variation" if expected == "full" else "mutant"
                made = sheet.files(sheet.text({part: wording}))
                said = "graded" if (part, name) in sheet.either else expected
                yield Piece(f"{part}-{name}", kind, said, made)  # type: ignore[arg-type]
    for name, form in sheet.forms.items():
        yield Piece(name, "variation", "full", sheet.files(form(sheet.text({}))))


def several(sheet: Sheet, random: Random) -> Iterator[Piece]:
    """Give changes of two parts and of the form, again and again others; none comes twice."""
    wordings = [
        (part, name, wording)
        for table in (sheet.wrong, sheet.right)
        for part, options in table.items()
        for name, wording in options.items()
    ]
    pairs = [pair for pair in itertools.combinations(wordings, 2) if pair[0][0] != pair[1][0]]
    random.shuffle(pairs)
    forms = list(sheet.forms.items())
    for number, (one, other) in enumerate(pairs):
        wrong = any(name in sheet.wrong.get(part, {}) for part, name, _ in (one, other))
        text = sheet.text({part: wording for part, _, wording in (one, other)})
        label = f"{one[0]}-{one[1]}-{other[0]}-{other[1]}"
        if number % 3 == 0:
            form, change = forms[number // 3 % len(forms)]
            text, label = change(text), f"{label}-{form}"
        yield Piece(label, "mutant" if wrong else "variation", "graded" if wrong else "full", sheet.files(text))
