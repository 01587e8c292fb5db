"""A command names an image that isn't there, often with a typing mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.references import normalize
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import (
    ABOUT_CONTAINERS,
    MAX_OUTPUT,
    intended,
    lines,
    mentions,
    missing,
    named,
    subcommand,
    wanted_name,
)
from grader.diagnosis._replay import not_replayed
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(
    r"Unable to find image '([^'\n]{1,200})' locally"
    r"|pull access denied for ([^\s,]{1,200})"
    r"|manifest for (\S{1,200}) not found"
)

_MAKES: Final = frozenset({"build", "commit", "tag"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a failed pull, and for an image of the exercise with a similar name."""
    if case.kind not in {*ABOUT_CONTAINERS, "local_image"}:
        return None
    found = next(((line, name) for line in reversed(lines(case)) if (name := _asked(line)) is not None), None)
    if found is None:
        return None
    line, name = found
    if not _matters(line, name, case):
        return None
    maker = _maker(line, name, case)
    if maker is not None:
        return _not_made(line, name, maker)
    allowed = {normalize(one): one for one in case.allowed_images}
    if normalize(name) in allowed:
        return None  # whatever went wrong, it is not the name
    stem = normalize(name).partition(":")[0]
    others = [one for short, one in allowed.items() if short.partition(":")[0] == stem]
    guess = others[0] if len(others) == 1 else nearest(normalize(name), allowed, cutoff=0.75)
    right = allowed.get(guess, guess) if guess is not None else None
    tag = "The image is right and its tag is not. " if others else ""
    there = " or ".join(case.allowed_images)
    fix = f"Write {right} instead of {one_line(name)}." if right else f"Use an image of the exercise: {there}."
    return Diagnosis(
        cause="image_not_found",
        summary=f"The image {one_line(name)} of {named(line)} could not be found.",
        explanation=(
            f"{tag}Docker takes the first word behind the options for the image. It looks for exactly this name and "
            "this tag; without a tag, that is :latest. "
            "Only the images of the exercise can be pulled here."
        ),
        fix=fix if right or there else "Correct the name of the image.",
        line=line.number,
        flag=(
            None
            if right
            else not_replayed(
                f"the image {one_line(name)} of line {line.number} is not among the exercise's, and may be in the "
                "student's own registry or on the student's machine only"
            )
        ),
        certainty=96 if right else 88,
    )


def _matters(line: Line, name: str, case: Case) -> bool:
    """Whether what the check looks for would be there, or would have happened, had the image been found."""
    if case.kind in {"calls", "transcript"} and case.where is None:
        return intended(line, case)
    if case.kind != "local_image":
        return True if case.where is None else missing(case) and _made(line, case)
    wanted = wanted_name(case)
    return wanted is not None and nearest(normalize(name), [normalize(wanted)], cutoff=0.5) is not None


def _made(line: Line, case: Case) -> bool:
    name = case.where.container if case.where is not None else None
    return name is None or subcommand(line) == "pull" or mentions(line.text, name)


def _asked(line: Line) -> str | None:
    """Give the image that a command asked for in vain."""
    if line.exit_code == 0:
        return None
    for call in line.calls:
        name, tag = call.arguments.get("fromImage"), call.arguments.get("tag")
        if call.name == "image pull" and name and call.failed:
            return f"{name}:{tag}" if tag else name
    found = _SAID.search(line.output[-MAX_OUTPUT:])
    return next((one.rstrip(":,") for one in found.groups() if one), None) if found is not None else None


def _maker(line: Line, name: str, case: Case) -> Line | None:
    """Give an earlier command that should have made this image."""
    earlier = [one for one in lines(case) if one.number < line.number and subcommand(one) in _MAKES]
    return next((one for one in reversed(earlier) if mentions(one.text, name.removesuffix(":latest"))), None)


def _not_made(line: Line, name: str, maker: Line) -> Diagnosis | None:
    if maker.succeeded:
        return None
    return Diagnosis(
        cause="image_not_found",
        summary=f"The image {one_line(name)} of {named(line)} is not there: {named(maker)} failed.",
        explanation="An image of one's own is there only after the command that makes it.",
        fix=f"Correct the command in line {maker.number} first.",
        line=maker.number,
        certainty=96,
    )
