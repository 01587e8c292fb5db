"""What was handed in, line by line, with what was found there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.core.result import Finding, Source
    from grader.reports._html._budget import Budget

_MOST_LINES: Final = 3_000
_INSTRUCTION: Final = re.compile(
    r"(\s*)(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL"
    r"|USER|VOLUME|WORKDIR)(?=\s|$)",
    re.IGNORECASE,
)
_ORDER: Final = {"error": 0, "warning": 1, "info": 2, "style": 3}
KINDS: Final = {"error": "failed", "warning": "warning", "info": "info", "style": "info"}
"""The colours of levels."""


@dataclass(frozen=True, slots=True)
class Note:
    """A finding, or the place that a diagnosis names."""

    level: str
    kind: str
    text: str
    rule: str
    check: str
    """The id of the element that explains it."""
    title: str
    """The check's."""


@dataclass(slots=True)
class Numbered:
    """A line of a file."""

    number: int
    id: str
    parts: tuple[tuple[str, str], ...]
    """Each with its class: `kw` for an instruction, `cm` for a comment."""
    notes: list[Note] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.notes[0].kind if self.notes else ""


@dataclass(slots=True)
class Shown:
    """A file."""

    path: str
    language: str
    id: str
    lines: list[Numbered]
    notes: list[Note] = field(default_factory=list)
    """About the whole file."""
    left_out: int = 0

    def place(self, line: int | None) -> str:
        """Give the id of a line, or of the file where there is no such line."""
        return self.lines[line - 1].id if line is not None and 1 <= line <= len(self.lines) else self.id

    def attach(self, note: Note, line: int | None) -> None:
        """Put a note where it belongs."""
        notes = self.lines[line - 1].notes if line is not None and 1 <= line <= len(self.lines) else self.notes
        notes.append(note)
        notes.sort(key=lambda one: _ORDER.get(one.level, 0))

    @property
    def count(self) -> int:
        return len(self.notes) + sum(len(line.notes) for line in self.lines)


def show(source: Source, number: int, prefix: str, budget: Budget) -> Shown:
    """Take a file apart."""
    name = f"{prefix}s{number}"
    lines = budget.take(source.text).split("\n")
    if lines[-1] == "":
        lines.pop()
    shown = [
        Numbered(at, f"{name}-{at}", _parts(text, source.language))
        for at, text in enumerate(lines[:_MOST_LINES], start=1)
    ]
    return Shown(source.path, source.language, name, shown, left_out=max(0, len(lines) - _MOST_LINES))


def note_of(finding: Finding, check: str, title: str, budget: Budget) -> Note:
    """Make a note of a finding."""
    text = budget.take(finding.message)
    return Note(finding.level, KINDS[finding.level], text, finding.rule, check, title)


def _parts(text: str, language: str) -> tuple[tuple[str, str], ...]:
    if language != "text" and text.lstrip().startswith("#"):
        return (("cm", text),)
    match = _INSTRUCTION.match(text) if language == "dockerfile" else None
    if match is None:
        return (("", text),)
    return (("", match[1]), ("kw", match[2]), ("", text[match.end() :]))
