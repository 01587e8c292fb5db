"""The cause `placeholder_left`."""

from __future__ import annotations

from dataclasses import replace

from grader.core.transcript import Passage, Transcript
from tests.support.cases import commanded, explains, silent

CAUSE = "placeholder_left"
REASON = "a placeholder stands where a value belongs: <image>"


def left(text: str, reason: str = REASON) -> Transcript:
    return Transcript(file="commands.md", left_out=(Passage(number=4, text=text, reason=reason, doubtful=True),))


def test_recognised() -> None:
    case = replace(commanded(), transcript=left("docker run -d --name web '<image>'"))
    found = explains(CAUSE, case, "<image> stands where a value belongs", line=4)
    assert found.flag == "could not be replayed here: line 4 has <image> where a value belongs"


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(commanded(), transcript=left("docker run --name other '<image>'")))
    silent(CAUSE, replace(commanded(), transcript=left("docker run --name web x", "not a command")))
    silent(CAUSE, replace(commanded(kind="lint"), transcript=left("docker run --name web '<image>'")))
    silent(CAUSE, replace(commanded(), transcript=None))
