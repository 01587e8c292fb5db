"""A result as GitHub's Markdown: pieces that each can be left out, so that a page stays as long as GitHub allows."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from grader.core.quantities import show_points, show_seconds
from grader.core.result import Outcome, Status
from grader.reports._inert import block, cell, markup, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.result import CheckResult, Diagnosis, Evidence, Result
    from grader.core.transcript import Line, Transcript

LIMIT: Final = 1_000_000
"""Bytes of a page: GitHub takes 1 MiB and shows nothing of what is longer."""

_SIGNS: Final = {
    Outcome.PASSED: "✅ passed",
    Outcome.FAILED: "❌ failed",
    Outcome.SKIPPED: "⏭️ not looked at",
    Outcome.ERROR: "⚠️ not counted",
    Outcome.WITHHELD: "⏳ not run yet",
}
_COUNTED: Final = {
    Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.SKIPPED: "not looked at",
    Outcome.ERROR: "not counted", Outcome.WITHHELD: "not run yet",
}  # fmt: skip
_SHORT: Final = 240
"""Characters of an expectation that stays in its sentence."""
_DIFF_LINES: Final = 200
"""Lines that are compared; the time for more would grow with their square."""
_MOST: Final = 20
"""Flags, findings and lines of a message that are listed."""
_MOST_COMMANDS: Final = 60


@dataclass(slots=True)
class Piece:
    """A result's part of a page."""

    head: str
    """Title, status, table of the checks."""
    details: list[str]
    """What can be left out, the first checks first."""


def piece(result: Result, *, named: bool) -> Piece:
    """Render a result; `named` says whose it is, where there are several."""
    whose = f", {sentence(result.submission.id, 80)}" if named else ""
    head = [
        f"## {_sign(result)} {sentence(result.exercise.title, 200)}{whose}: {score(result)}",
        *_status(result),
        *([_table(result)] if result.checks else []),
        *_notes(result),
    ]
    return Piece("\n\n".join(head), list(_details(result)))


def score(result: Result) -> str:
    """Say what it is worth."""
    if result.score is None:
        return "no score"
    return f"{show_points(result.score)} of {show_points(result.max_score or Decimal(0))} points"


def row(result: Result) -> str:
    """Give its line in the table of several."""
    passed = sum(check.outcome is Outcome.PASSED for check in result.checks)
    cells = (
        f"{_sign(result)} {_word(result)}",
        cell(result.submission.id, 80),
        cell(result.exercise.title, 80),
        score(result).removesuffix(" points"),
        f"{passed} of {len(result.checks)}",
    )
    return f"| {' | '.join(cells)} |"


ROWS: Final = "|  | Submission | Exercise | Points | Checks passed |\n|:--|:--|:--|--:|--:|"
"""How the table of several begins."""


def _word(result: Result) -> str:
    if result.status is Status.GRADED:
        return "passed" if result.passed else "failed"
    return "rejected" if result.status is Status.REJECTED else "not graded"


def _sign(result: Result) -> str:
    return {"passed": "✅", "failed": "❌", "rejected": "⛔", "not graded": "⚠️"}[_word(result)]


def _status(result: Result) -> Iterator[str]:
    told = any(check.message == result.message for check in result.checks)
    match result.status:
        case Status.REJECTED:
            yield f"**Rejected, no score:** {_lines(result.message or 'the submission breaks a rule of the exercise.')}"
            yield _lines(result.hint or "A person has to look at it. Ask your instructor if you don't know why.")
        case Status.UNGRADED:
            yield f"**Not graded:** {_lines(result.message or 'the machine that grades had a problem.')}"
            yield _lines(result.hint or "This is not your fault and costs nothing. Try again later.")
        case _:
            counts = [
                f"{number} {word}"
                for outcome, word in _COUNTED.items()
                if (number := sum(check.outcome is outcome for check in result.checks))
            ]
            yield f"**Checks:** {', '.join(counts) or 'none'}."
            if result.message and not told:
                yield f"**{'Note' if result.passed else 'What happened'}:** {_lines(result.message)}"
                if result.hint:
                    yield _lines(result.hint)


def _table(result: Result) -> str:
    lines = ["| Outcome | Check | Points |", "|:--|:--|--:|"]
    for check in result.checks:
        counted = "–" if check.outcome in {Outcome.ERROR, Outcome.WITHHELD} else show_points(check.points)  # noqa: RUF001
        bonus = " bonus" if check.bonus else ""
        points = f"{counted} of {show_points(check.max_points)}{bonus}" if check.max_points else ""
        lines.append(f"| {_SIGNS[check.outcome]} | {cell(check.title or check.id)} | {points} |")
    return "\n".join(lines)


def _notes(result: Result) -> Iterator[str]:
    notes = [sentence(flag, 500) for flag in result.flags]
    if len(notes) > _MOST:
        notes = [*notes[:_MOST], f"… and {len(notes) - _MOST} notes more"]
    standins = ", ".join(sentence(image.ref, 120) for image in result.images if image.standin)
    if standins:
        notes.append(f"Stand-ins took the place of the real {standins}.")
    if any("IMAGE" in (check.reproduce or "") for check in result.checks if check.outcome is Outcome.FAILED):
        notes.append("In the commands below, `IMAGE` is your image's name, as in `docker build -t NAME .`")
    if notes:
        yield "\n".join(f"- **Note:** {note}" for note in notes)
    yield _made(result)


def _made(result: Result) -> str:
    """Say what of the submission was graded, where, and with which images."""
    taken = ", ".join(f"{name} {value}" for name, value in result.submission.taken.items())
    parts = [f"**Submission:** {sentence(result.submission.id, 80)}" + (f" ({sentence(taken, 200)})" if taken else "")]
    if result.engine is not None:
        versions = ", ".join(f"{name} {value}" for name, value in result.engine.versions.items())
        parts.append(f"**Engine:** {sentence(versions or result.engine.mode, 200)}")
    images = ", ".join(sentence(image.ref, 120) for image in result.images[:_MOST])
    if images:
        parts.append(f"**Images:** {images}")
    took = show_seconds((result.finished_at - result.started_at).total_seconds())
    return " · ".join([*parts, f"**Time:** {took}"])


def _details(result: Result) -> Iterator[str]:
    taken = result.submission.taken
    source = taken.get("dockerfile") or taken.get("commands") or "Dockerfile"
    causes: dict[Diagnosis, str] = {}
    for check in result.checks:
        if check.outcome is Outcome.FAILED:
            yield "\n\n".join([f"### ❌ {sentence(check.title or check.id, 200)}", *_failed(check, source, causes)])
            if check.diagnosis is not None:
                causes.setdefault(check.diagnosis, check.title or check.id)
        elif check.outcome is Outcome.ERROR:
            yield (
                f"### ⚠️ {sentence(check.title or check.id, 200)}\n\n"
                f"{_lines(check.message or 'It could not be checked.')}\n\n"
                "This is a fault of the exercise or the machine, not yours: it costs no points."
            )
    if result.transcript is not None:
        yield _commands(result.transcript)


def _failed(check: CheckResult, source: str, causes: dict[Diagnosis, str]) -> Iterator[str]:
    if check.message:
        yield _lines(check.message)
    elif check.actual is None and not check.findings:
        yield "The details of this check are not shown."
        return
    yield from _findings(check)
    same = causes.get(check.diagnosis) if check.diagnosis is not None else None
    if same is None:
        yield from _comparison(check)
    if same is not None:
        yield f"**Why:** the same as for “{sentence(same, 200)}” above."
    elif check.diagnosis is not None:
        found = check.diagnosis
        where = "" if found.line is None or f"line {found.line}" in found.fix else _where(check, source)
        yield f"**Why:** {_lines(f'{found.summary} {found.explanation}')}"
        yield f"**Fix:** {_lines(found.fix)}{where}"
    if check.hint:
        yield f"**Hint:** {_lines(check.hint)}"
    if check.reproduce:
        yield f"**See it yourself:**\n\n{block(check.reproduce, 'sh')}"
    for one in check.evidence:
        if one.text.strip() and (same is None or one.kind == "http"):
            yield _evidence(one)


def _where(check: CheckResult, source: str) -> str:
    cause = check.diagnosis
    if cause is None or cause.line is None:
        return ""
    path = next((one.path for one in check.findings if (one.rule, one.line) == (cause.cause, cause.line)), source)
    return f" ({sentence(path, 200)}, line {cause.line})"


def _findings(check: CheckResult) -> Iterator[str]:
    # What the diagnosis tells is said below, at more length.
    found = [one for one in check.findings if check.diagnosis is None or one.rule != check.diagnosis.cause]
    lines = [
        f"- {sentence(one.path if one.line is None else f'{one.path}:{one.line}', 200)}: "
        f"{sentence(one.message if one.rule == check.kind else f'{one.message} ({one.rule})', 500)}"
        for one in found[:_MOST]
    ]
    if len(found) > _MOST:
        lines.append(f"- … and {len(found) - _MOST} more")
    if lines:
        yield "\n".join(lines)


def _comparison(check: CheckResult) -> Iterator[str]:
    expected, actual, said = check.expected, check.actual, check.message or ""
    if expected is not None and actual is not None:
        if expected.removeprefix("equals ") in said and actual in said:
            return
        if "\n" in expected.strip() and "\n" in actual.strip():
            changes = difflib.unified_diff(
                expected.splitlines()[:_DIFF_LINES], actual.splitlines()[:_DIFF_LINES], n=1, lineterm=""
            )
            lines = [line for line in changes if not line.startswith(("---", "+++", "@@"))]
            yield f"**What was expected (-) and what was found (+):**\n\n{block(chr(10).join(lines), 'diff')}"
            return
    for label, text in (("Expected", expected), ("Found", actual)):
        if text is None or (label == "Found" and text and text in said):
            continue
        if "\n" in text.strip() or len(text) > _SHORT:
            yield f"**{label}:**\n\n{block(text)}"
        else:
            yield f"**{label}:** {sentence(text)}"


def _evidence(evidence: Evidence) -> str:
    title = evidence.title
    if not title.startswith("docker "):  # a command is written as it is typed
        title = title[:1].upper() + title[1:]
    return _folded(markup(title), block(evidence.text))


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def _commands(transcript: Transcript) -> str:
    lines = [text for line in transcript.lines[:_MOST_COMMANDS] for text in _command(line)]
    if len(transcript.lines) > _MOST_COMMANDS:
        lines.append(f"… and {len(transcript.lines) - _MOST_COMMANDS} more")
    title = f"Your commands, as they were run from {markup(transcript.file, 60)}"
    return _folded(title, block("\n".join(lines) or "none"))


def _command(line: Line) -> Iterator[str]:
    if line.left_running:
        ended = "   (still running when the next was run)"
    elif line.timed_out:
        ended = "   (its time was up)"
    elif line.exit_code is None:
        ended = "   (not run)"
    else:
        ended = f"   (exit code {line.exit_code})" if line.exit_code else ""
    first, _, more = line.text.partition("\n")
    yield f"{line.number:4} $ {first}{' …' if more else ''}{ended}"
    if line.exit_code:
        yield from (f"       {said}" for said in line.output.strip("\n").splitlines()[:3])


def _lines(text: str) -> str:
    """Give a text of several lines within a paragraph."""
    lines = [line for line in text.splitlines() if line.strip()]
    shown = [sentence(line) for line in lines[:_MOST]]
    return "<br>".join([*shown, *([f"… {len(lines) - _MOST} lines more"] if len(lines) > _MOST else [])])
