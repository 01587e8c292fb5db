"""The Dockerfile builds on an image that the exercise doesn't allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core import references
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import source
from grader.diagnosis._replay import not_replayed
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.dockerfile import Reference
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Find the first image that is not on the list, as the policy did."""
    dockerfile = source(case)
    if case.kind != "build" or case.refused != "images" or dockerfile is None:
        return None
    allowed = {references.normalize(name) for name in case.allowed_images} | {references.SCRATCH}
    found = next((one for one in references.images(dockerfile) if references.normalize(one.value) not in allowed), None)
    if found is None:
        return None
    line = f"line {found.line}"
    names = [name for name in case.allowed_images if _name(name) == _name(found.value)]
    choice = names or case.allowed_images
    guess = nearest(references.normalize(found.value), case.allowed_images) if found.value else None
    listed = " or ".join(choice) or "scratch"
    fix = f"Write {guess or listed} in {line}."
    if found.where == "FROM" and (guess or len(choice) == 1):
        fix = f"Change {line} to: {_changed(dockerfile.text, found, guess or choice[0])}"
    return Diagnosis(
        cause="image_not_allowed",
        summary=(
            f"{found.where} in {line} uses {one_line(found.written) or 'no image'}, which this exercise doesn't allow."
        ),
        explanation=_explanation(found, names, case.allowed_images),
        fix=fix,
        line=found.line,
        flag=(
            not_replayed(
                f"{one_line(found.value, 120)} ({found.where}, {line}) is not one of the exercise's images, and may be "
                "in the student's own registry or on the student's machine only"
            )
            if "/" in references.normalize(found.value) and not names and guess is None
            else None
        ),
        certainty=99,
    )


def _name(reference: str) -> str:
    return references.normalize(reference).partition("@")[0].rsplit(":", 1)[0]


def _explanation(found: Reference, same: Sequence[str], allowed: Sequence[str]) -> str:
    if not found.value:
        return "What the variable stands for can't be worked out before the build, so the image is not known."
    if same:
        tag = references.normalize(found.value).rpartition(":")[2]
        meant = (
            " That is what an image without a tag means."
            if ":" not in found.written and "@" not in found.written
            else ""
        )
        return f"The image is right and its tag is not: '{tag}' is another version than {' or '.join(same)}.{meant}"
    return f"The exercise allows: {', '.join(allowed) or 'no image but scratch'}."


def _changed(text: str, found: Reference, right: str) -> str:
    lines = text.splitlines()
    written = lines[found.line - 1].strip() if found.line <= len(lines) else ""
    return one_line(written.replace(found.written, right, 1)) if found.written in written else f"FROM {right}"
