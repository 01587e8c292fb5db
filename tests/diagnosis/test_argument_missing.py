"""The cause `argument_missing`."""

from __future__ import annotations

from tests.support.cases import commanded, explains, silent
from tests.support.states import ended, line, made

CAUSE = "argument_missing"
TOLD = "\"docker {0}\" requires at least 1 argument.\nSee 'docker {0} --help'.\n"
START = line("docker start", 1, TOLD.format("start"), number=3)


def test_recognised() -> None:
    created = made("web", status="created")
    explains(CAUSE, commanded(START, left=[created], kind="logs"), "docker start needs a name", line=3)
    stop = line("docker container stop", 1, TOLD.format("container stop"))
    explains(CAUSE, commanded(stop, left=[made("web")]), "docker container stop web", line=1)
    run = line("docker run", 1, TOLD.format("run"))
    explains(CAUSE, commanded(run), "docker run busybox:1", line=1)
    explains(CAUSE, commanded(START, kind="calls", asked=("container start", "web")), "did nothing", line=3)


def test_names_that_several_commands_need() -> None:
    tag = line("docker tag a", 1, '"docker tag" requires exactly 2 arguments.')
    case = commanded(tag, kind="calls", asked=("image tag", "b"))
    explains(CAUSE, case, "needs 2 names", line=1)


def test_docker_cp() -> None:
    copy = line("docker cp web:report.txt", 1, '"docker cp" requires exactly 2 arguments.')
    case = commanded(copy, kind="calls", asked=("container cp", "web", "/report.txt"))
    explains(CAUSE, case, "a word is missing in it", "two places: what to copy, and where to", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, commanded(START, left=[made("web")], kind="logs"))
    silent(CAUSE, commanded(START, left=[made("db", status="created")]))
    silent(CAUSE, commanded(START, left=[ended("web")], kind="leftovers"))
    silent(CAUSE, commanded(line("docker ps", 1, "what?"), left=[ended("web")]))
    silent(CAUSE, commanded(START, kind="calls", asked=("container logs",)))
