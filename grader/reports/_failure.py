"""The block below a failed check on a terminal: what a student needs to understand and mend it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.reports._screen import INDENT

if TYPE_CHECKING:
    from grader.core.result import CheckResult, Diagnosis, Evidence
    from grader.reports._screen import Screen


@dataclass(slots=True)
class Told:
    """What was said about the checks above, which needn't be read twice."""

    causes: dict[Diagnosis, str] = field(default_factory=dict)
    """Each with its check's title."""
    evidence: set[tuple[str, str]] = field(default_factory=set)
    """By title and text."""


_CUT: Final = "\n[… "
"""How the place begins where a text was shortened."""
_RAW_LINES: Final = 10
_MAX_EVIDENCE: Final = 2
_DIFF_LINES: Final = 200
"""Lines that are compared; the time for more would grow with their square."""


def explain(screen: Screen, check: CheckResult, source: str, told: Told) -> None:
    """Write what is known about a failed check.

    `source` names the file that lines are of.
    """
    if check.message:
        screen.line(check.message, indent=INDENT)
    elif check.actual is None:
        screen.line("The details of this check are not shown.", "dim", indent=INDENT)
        return
    if check.diagnosis in told.causes:
        screen.labelled("Why", f"The same as for “{told.causes[check.diagnosis]}” above.")
    else:
        _details(screen, check, source, told)
    if check.reproduce:
        screen.labelled("Try it", check.reproduce, "cyan")
    if check.diagnosis is not None:
        told.causes.setdefault(check.diagnosis, check.title or check.id)
    screen.gap()


def _details(screen: Screen, check: CheckResult, source: str, told: Told) -> None:
    _comparison(screen, check)
    if check.diagnosis is not None:
        found = check.diagnosis
        where = "" if found.line is None or f"line {found.line}" in found.fix else f" ({source}, line {found.line})"
        screen.labelled("Why", f"{found.summary} {found.explanation}")
        screen.labelled("Fix", f"{found.fix}{where}", "green")
    if check.hint:
        screen.labelled("Hint", check.hint)
    for one in [one for one in check.evidence if not _repeats(one, check.actual or "")][:_MAX_EVIDENCE]:
        _evidence(screen, one, told)


def _repeats(evidence: Evidence, found: str) -> bool:
    """Whether raw material is what was found, once more; of a long text, the middle is left out there."""
    text, found = evidence.text.strip("\n"), found.strip("\n")
    head, cut, _ = found.partition(_CUT)
    return bool(text) and (text == found or (bool(cut) and text.startswith(head)))


def _comparison(screen: Screen, check: CheckResult) -> None:
    expected, actual = check.expected, check.actual
    if expected is not None and actual is not None:
        said = check.message or ""
        if expected.removeprefix("equals ") in said and actual in said:
            return
        if "\n" in expected.strip() and "\n" in actual.strip():
            if _all_said(said, expected.splitlines(), actual.splitlines()):
                return
            _diff(screen, expected.splitlines(), actual.splitlines())
            return
    for label, text in (("Expected", expected), ("Found", actual)):
        if text is None or (label == "Found" and text in (check.message or "") and text):
            continue
        lines = text.splitlines()
        if len(lines) > 3 or len(text) > 240:  # noqa: PLR2004 - what is still easy to take in
            screen.raw(label, [(line, "") for line in _ends(lines)])
        else:
            screen.labelled(label, text.strip("\n") or "(nothing)")


def _all_said(said: str, expected: list[str], actual: list[str]) -> bool:
    """Whether the sentences name all that was expected and found; of a switch, what is found tells both."""
    if len(said.splitlines()) != len(expected) or len(expected) != len(actual):
        return False
    wanted, found = ([line.partition(": ") for line in lines] for lines in (expected, actual))
    return all(part in said for _, _, part in found) and all(
        subject.startswith("-") or part.removeprefix("equals ") in said for subject, _, part in wanted
    )


def _diff(screen: Screen, expected: list[str], actual: list[str]) -> None:
    styles = {"-": "red", "+": "green"}
    changes = difflib.unified_diff(expected[:_DIFF_LINES], actual[:_DIFF_LINES], n=1, lineterm="")
    shown = [line for line in changes if not line.startswith(("---", "+++", "@@"))]
    lines = [(line, styles.get(line[0], "dim")) for line in _ends(shown)]
    screen.raw("What was expected (-) and what was found (+)", lines)


def _evidence(screen: Screen, evidence: Evidence, told: Told) -> None:
    lines = evidence.text.strip("\n").splitlines()
    more = ""
    if len(lines) > _RAW_LINES and evidence.kind == "http":
        shown, more = _exchange(lines), f" ({_RAW_LINES} of {len(lines)} lines)"
    elif len(lines) > _RAW_LINES:
        shown, more = lines[-_RAW_LINES:], f" (last {_RAW_LINES} of {len(lines)} lines)"
    else:
        shown = lines
    title = evidence.title
    if not title.startswith("docker "):  # a command is written as it is typed
        title = title[:1].upper() + title[1:]
    if (title, evidence.text) in told.evidence and len(lines) > 1:
        screen.line(f"{title}: as above.", indent=INDENT)
        return
    told.evidence.add((title, evidence.text))
    screen.raw(f"{title}{more}", [(line, "") for line in shown])


def _exchange(lines: list[str]) -> list[str]:
    """Choose from an HTTP exchange: what was asked, the status and the beginning of the body say more than headers."""
    at = lines.index("") if "" in lines else len(lines)
    head, body = lines[:at], lines[at:]
    shown = body[: max(_RAW_LINES // 2, _RAW_LINES - len(head))]
    first = {0, next((number for number, line in enumerate(head) if line.startswith("< ")), 0)}
    # The server's headers before the client's.
    order = sorted(range(len(head)), key=lambda number: (number not in first, head[number].startswith(">"), number))
    kept = sorted(order[: _RAW_LINES - len(shown)])
    return [*(head[number] for number in kept), *shown]


def _ends(lines: list[str]) -> list[str]:
    if len(lines) <= _RAW_LINES:
        return lines
    half = _RAW_LINES // 2
    return [*lines[:half], f"… {len(lines) - 2 * half} lines …", *lines[-half:]]
