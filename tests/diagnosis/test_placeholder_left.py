"""The cause `placeholder_left`."""

from __future__ import annotations

from dataclasses import replace

from grader.core.transcript import Passage, Transcript
from tests.support.cases import commanded, explains, silent
from tests.support.states import line

CAUSE = "placeholder_left"
REASON = "a placeholder stands where a value belongs: <image>"


def left(text: str, reason: str = REASON) -> Transcript:
    return Transcript(file="commands.md", left_out=(Passage(number=4, text=text, reason=reason, doubtful=True),))


def test_recognised() -> None:
    case = replace(commanded(), transcript=left("docker run -d --name web '<image>'"))
    found = explains(CAUSE, case, "<image> stands where a value belongs", line=4)
    assert found.flag == "could not be replayed here: line 4 has <image> where a value belongs"


def test_what_a_script_makes_of_it() -> None:
    said = "commands.sh: line 2: image: No such file or directory\n"
    command = line("docker run -d --name web <image> sleep 60", 1, said, number=2)
    explains(CAUSE, commanded(command), "<image> stands where", line=2)
    silent(CAUSE, commanded(command.model_copy(update={"exit_code": 0})))
    silent(CAUSE, commanded(command.model_copy(update={"output": "no such image"})))


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(commanded(), transcript=left("docker run --name other '<image>'")))
    silent(CAUSE, replace(commanded(), transcript=left("docker run --name web x", "not a command")))
    silent(CAUSE, replace(commanded(kind="lint"), transcript=left("docker run --name web '<image>'")))
    silent(CAUSE, replace(commanded(), transcript=None))
