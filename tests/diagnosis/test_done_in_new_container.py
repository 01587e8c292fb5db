"""The cause `done_in_new_container`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, ended, line, made

CAUSE = "done_in_new_container"
MADE = call("container create", "quirky_fermi", body={"Cmd": ["sh", "-c", "echo hi > /note.txt"]})
RUN = line("docker run busybox:1 sh -c 'echo hi > /note.txt'", 0, "", MADE, number=3)
CASE = commanded(RUN, left=[made("web")], kind="file", message="/note.txt is not in the container")


def test_recognised() -> None:
    explains(CAUSE, CASE, "made a new container", 'docker exec web sh -c "echo hi > /note.txt"', line=3)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, message="/other.txt is not in the container"))
    silent(CAUSE, replace(CASE, containers=(ended("web"),)))
    silent(CAUSE, replace(CASE, kind="logs"))
    own = line(RUN.text, 0, "", call("container create", "web", body=MADE.body))
    silent(CAUSE, commanded(own, left=[made("web")], kind="file", message=CASE.message))
