"""Image ids of the student's own machine, and the names that a pasted table gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.script.invocation import Invocation, parse
from grader.core.script.patterns import pattern
from grader.core.script.statement import statement
from grader.core.script.vocabulary import vocabulary
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.core.script.drafts import Draft
    from grader.core.script.lexing import Word

# Where docker takes images: as all its arguments, or as the first.
_ALL: Final = frozenset(["image inspect", "inspect", "rmi", "save"])
_FIRST: Final = vocabulary("create history run tag")
_ID: Final = r"^(?:sha256:)?([0-9a-f]{3,64})$"
_MOST: Final = 200
"""Ids in one file that are looked into."""


def name_images(drafts: Sequence[Draft], images: Mapping[str, Sequence[str]]) -> None:
    """Put names into the commands where they have ids that `images`, from pasted tables, gives names to."""
    if not any(images.values()):
        return
    parsed = [(draft, list(_invocations(draft.text))) for draft in drafts]
    # What the file itself tags may not exist yet where the id stands.
    tagged = {word.text for _, some in parsed for call in some if call.name == "tag" for word in call.arguments[1:2]}
    known: dict[str, str | None] = {}
    for draft, some in parsed:
        edits: list[tuple[Word, str]] = []
        for word in (word for call in some for word in _places(call)):
            if word.text not in known and len(known) < _MOST:
                known[word.text] = _name(word.text, images, tagged)
            name = known.get(word.text)
            if name is not None and draft.text[word.start : word.end].strip("'\"") == word.text:
                edits.append((word, name))
        for word, name in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
            draft.text = draft.text[: word.start] + name + draft.text[word.end :]
        said = [f"{quoted(word.text)} is taken for the image {quoted(name)}" for word, name in edits]
        draft.notes = tuple(dict.fromkeys([*draft.notes, *said]))


def _invocations(text: str) -> Iterator[Invocation]:
    for words in statement(text).calls:
        call = parse(words)
        if call is not None:
            yield call


def _places(call: Invocation) -> Sequence[Word]:
    if call.name in _ALL:
        return call.arguments
    return call.arguments[:1] if call.name in _FIRST else ()


def _name(text: str, images: Mapping[str, Sequence[str]], tagged: set[str]) -> str | None:
    """Give the name of the only image that an id can mean."""
    match = pattern(_ID).match(text)
    if not match or not any(char.isdigit() for char in text):
        return None
    # A table shows the first digits of an id, and so does a student.
    found = [names for key, names in images.items() if key.startswith(match[1]) or match[1].startswith(key)]
    if len(found) != 1 or not found[0]:
        return None
    return next((name for name in found[0] if not {name, name.removesuffix(":latest")} & tagged), found[0][0])
