"""A command was handed in with a placeholder, such as <name>, where a value belongs: it could not be run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.core.transcript import Line
from grader.diagnosis._commands import ABOUT_CONTAINERS, intended, named
from grader.diagnosis._replay import not_replayed

if TYPE_CHECKING:
    from grader.core.facts import Case

_REASON: Final = "a placeholder stands where a value belongs: "


def diagnose(case: Case) -> Diagnosis | None:
    """Look among the commands that were not run for one that was to do what is missing."""
    left = case.transcript.left_out if case.transcript is not None else ()
    if case.kind not in {*ABOUT_CONTAINERS, "local_image", "volume"}:
        return None
    for one in left:
        if not one.reason.startswith(_REASON):
            continue
        line = Line(number=one.number, text=one.text)
        if not intended(line, case):
            continue
        value = one_line(one.reason.removeprefix(_REASON), 60)
        return Diagnosis(
            cause="placeholder_left",
            summary=f"The command {named(line)} was not run: {value} stands where a value belongs.",
            explanation="Angle brackets show that something is to be put in their place. What that was, only you know.",
            fix=f"Write in line {one.number} what you typed in place of {value}.",
            line=one.number,
            flag=not_replayed(f"line {one.number} has {value} where a value belongs"),
            certainty=90,
        )
    return None
