"""The cause `copied_backwards`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "copied_backwards"
TOLD = "Error response from daemon: Could not find the file /a.txt in container web"
COPY = line("docker cp web:/a.txt a.txt", 1, TOLD, number=2)
CASE = commanded(COPY, left=[made("web")], kind="file", message="/a.txt is not in the container")


def test_recognised() -> None:
    explains(CAUSE, CASE, "copies out of container 'web'", "docker cp a.txt web:/a.txt", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, message="/b.txt is not in the container"))
    silent(CAUSE, replace(CASE, kind="logs"))
    silent(CAUSE, commanded(COPY, left=[made("db")], where={"container": "db"}, kind="file", message=CASE.message))
    silent(CAUSE, commanded(line(COPY.text), left=[made("web")], kind="file", message=CASE.message))
