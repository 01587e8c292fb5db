"""The cause `colon_missing`."""

from __future__ import annotations

from dataclasses import replace

from grader.core.specs import Where
from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "colon_missing"
COPY = line("docker cp web/report.txt .", 1, "must specify at least one container source", number=6)
CASE = commanded(COPY, left=[made("web")], kind="calls", where={}, asked=("container cp", "web", "/report.txt"))


def test_recognised() -> None:
    explains(CAUSE, CASE, "neither of its two places", "Write web:/report.txt instead of web/report.txt.", line=6)
    into = line("docker cp a.sh web/a.sh", 1, "must specify at least one container source")
    into_case = commanded(into, left=[made("web")], kind="file", message="/a.sh is not in the container")
    explains(CAUSE, into_case, "Write web:/a.sh", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, asked=("container cp", "db")))
    silent(CAUSE, replace(CASE, asked=("container logs", "web")))
    silent(CAUSE, replace(CASE, containers=()))
    silent(CAUSE, replace(CASE, asked=("container cp", "web", "/other.txt")))
    silent(
        CAUSE, replace(CASE, kind="file", where=Where(container="web"), message="/report.txt is not in the container")
    )
    silent(CAUSE, replace(CASE, kind="logs"))
