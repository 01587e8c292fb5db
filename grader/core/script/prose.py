"""Commands among sentences: behind a label, between backticks, in bold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.script import prompts
from grader.core.script.model import Row
from grader.core.script.patterns import pattern
from grader.core.script.vocabulary import vocabulary
from grader.core.script.wording import INNER, Verdict, first_word, in_prose, is_docker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.script.session import Session

_LABEL: Final = r"^[A-Za-z0-9 ,.()'/*_-]{1,80}:[*_]{0,2}\s+((?:[$>#]\s*)?(?:sudo\s+)?(?:docker|curl)[\s-].*)$"
_TELLING: Final = r"(?:docker|docker-compose|docker compose) [a-z]+ (?:.* )?(?:--?[a-z]|\S+:\S)"
_AGAINST: Final = vocabulary("not don't dont doesn't never without instead avoid no")
_BEFORE: Final = 4
_RUNS: Final = vocabulary("docker docker-compose docker.exe curl")


def peeled(row: Row) -> Row:
    """Take away what stands around a command on its line: bold marks, a quote's sign, a label."""
    text = row.text.strip()
    for mark in ("**", "__", "*", "_"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)].strip()
    if text.startswith(">") and in_prose(text[1:].strip()) is not Verdict.COMMAND:
        text = text.lstrip("> ")
    match = pattern(_LABEL).match(text)
    if match:
        text = match[1]
    return Row(row.number, text if text != row.text.strip() else row.text)


def tells(text: str) -> bool:
    """Whether a sentence holds what may well be a command."""
    return bool(pattern(_TELLING).search(text)) or in_prose(text.strip("`*_ ")) is Verdict.COMMAND


class Spans:
    """The text between backticks of one paragraph."""

    def __init__(self, session: Session, rows: Sequence[Row]) -> None:
        self._session = session
        self._spans: dict[int, list[tuple[str, str]]] = {}
        self._covered: set[int] = set()
        for number, last, before, text in _spans(rows):
            self._spans.setdefault(number, []).append((before, text))
            self._covered |= set(range(number + 1, last + 1))

    def take(self, row: Row) -> bool:
        """Run what stands between backticks on a line; say whether the line is dealt with."""
        if row.number in self._covered and row.number not in self._spans:
            return True
        spans = self._spans.pop(row.number, [])
        dealt = False
        for before, text in spans:
            sole = row.text.strip().strip("`*_.: ") == text.strip()
            dealt = self._span(row, before, text, sole=sole) or dealt
        if not dealt and not spans and pattern(_TELLING).search(row.text):
            self._session.leave(row, "not a command", doubtful=True)
            return True
        return dealt

    def _span(self, row: Row, before: str, text: str, *, sole: bool) -> bool:
        lines = text.strip().split("\n")
        several = any(is_docker(line.strip()) for line in lines[1:]) or any(line.endswith("\\") for line in lines)
        if not several:
            lines = [" ".join(line.strip() for line in lines)]  # as Markdown shows it
        rows = [Row(row.number + at, line) for at, line in enumerate(lines)]
        prompt = prompts.split(rows[0].text)
        typed = prompt.rest if prompt is not None and not prompt.inside else rows[0].text.strip()
        first = first_word(typed)
        opened = self._session.last_opened
        if opened is not None and opened.shell and first in INNER and len(rows) == 1:
            opened.stdin.append(typed)
            if typed == "exit":
                opened.interactive = False
            return True
        verdict = in_prose(typed)
        if not (first in _RUNS or (sole and verdict is Verdict.COMMAND)):
            return False
        if verdict is Verdict.MENTION and sole and " -" in typed and "..." not in typed:
            verdict = Verdict.COMMAND
        if verdict is Verdict.COMMAND and _AGAINST & set(before.lower().split()[-_BEFORE:]):
            verdict = Verdict.DOUBT
        if verdict is Verdict.COMMAND:
            before_it = len(self._session.drafts)
            at = self._session.add(rows, 0, typed, inline=not sole)
            while at < len(rows):
                follower = rows[at].text.strip()
                at = self._session.add(rows, at, follower, inline=not sole) if is_docker(follower) else at + 1
            for draft in self._session.drafts[before_it : before_it + 1]:
                draft.lines = max(draft.lines, text.strip().count("\n") + 1)
            return True
        doubtful = verdict is Verdict.DOUBT or " -" in typed
        self._session.leave(Row(row.number, text), "a command that is only mentioned", doubtful=doubtful)
        return True


def _spans(rows: Sequence[Row]) -> Iterator[tuple[int, int, str, str]]:
    """Give first and last line, what stands before it on its line, and the text of each span."""
    text = "\n".join(row.text for row in rows)
    if "`" not in text:
        return
    runs = [match.span() for match in pattern("`+").finditer(text)]
    # For every run the next one of the same length, which ends the span.
    ends: dict[int, int] = {}
    later: dict[int, int] = {}
    for at in range(len(runs) - 1, -1, -1):
        length = runs[at][1] - runs[at][0]
        if length in later:
            ends[at] = later[length]
        later[length] = at
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row.text) + 1)
    at = line = 0
    while at < len(runs):
        start = runs[at][1]
        while starts[line + 1] <= start - 1:
            line += 1
        if at not in ends:
            at += 1
            continue
        close = runs[ends[at]][0]
        inner = text[start:close]
        yield (
            rows[line].number,
            rows[min(line + inner.count("\n"), len(rows) - 1)].number,
            text[starts[line] : start - 1],
            inner,
        )
        at = ends[at] + 1
