"""What is known of a check, as plain text for formats that show one text per test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Outcome
from grader.core.text import clean

if TYPE_CHECKING:
    from grader.core.result import CheckResult, Result

_NOT_RUN: Final = {
    Outcome.SKIPPED: "Not looked at: something it needs did not pass.",
    Outcome.ERROR: "It could not be checked.",
    Outcome.WITHHELD: "Is checked after the due date.",
}
_NOT_YOURS: Final = "This is a fault of the exercise or the machine, not yours: it costs no points."


def told(check: CheckResult) -> str:
    """Say in a sentence or two what came of a check; empty for one that passed without a word."""
    said = sentence(check.message) if check.message else _NOT_RUN.get(check.outcome, "")
    if check.outcome is Outcome.FAILED and not said and check.actual is None:
        said = "The details of this check are not shown."
    return clean(f"{said}\n{_NOT_YOURS}" if check.outcome is Outcome.ERROR else said)


def details(check: CheckResult) -> str:
    """Give all that helps to understand and mend a failure."""
    parts = [("Expected", check.expected), ("Found", check.actual)]
    if check.diagnosis is not None:
        found = check.diagnosis
        where = f" (line {found.line})" if found.line is not None and f"line {found.line}" not in found.fix else ""
        parts += [("Why", f"{found.summary} {found.explanation}"), ("Fix", f"{found.fix}{where}")]
    parts += [("Hint", check.hint), ("Try it", check.reproduce)]
    parts += [(one.title, one.text) for one in check.evidence]
    return clean("\n".join(_labelled(name, text.strip("\n")) for name, text in parts if text is not None))


def above(result: Result) -> str:
    """Say what concerns the attempt as a whole."""
    lines = [result.message, result.hint, *(sentence(flag) for flag in result.flags)]
    standins = ", ".join(image.ref for image in result.images if image.standin)
    lines += [f"Stand-ins took the place of the real {standins}."] if standins else []
    return clean("\n".join(line for line in lines if line))


def sentence(text: str) -> str:
    """Write a clause as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) or "\n" in text else ".")


def _labelled(name: str, text: str) -> str:
    return f"{name}:\n{text}" if "\n" in text else f"{name}: {text or '(nothing)'}"
