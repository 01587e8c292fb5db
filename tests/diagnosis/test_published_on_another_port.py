"""The cause `published_on_another_port`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

CAUSE = "published_on_another_port"
CASE = commanded(line("docker run -p 8080:80 nginx:1"), left=[made("web", "8080:80")], port=80, host_port=3000)


def test_recognised() -> None:
    explains(CAUSE, CASE, "published as port 8080, not as port 3000", "With -p 8080:80 it is another one", "-p 3000:80")
    free = replace(CASE, containers=(made("web", "0:80"),))
    explains(CAUSE, free, "a free port that Docker chooses", "leave the choice to Docker")


def test_a_number_alone() -> None:
    run = line("docker run -d --name web -p 80 nginx:1", 0, "", call("container create", "web"))
    case = commanded(run, left=[made("web", "32768:80")], port=80, host_port=3000)
    explains(CAUSE, case, "A number alone is the port of the container", "again with -p 3000:80", line=1)


def test_is_silent_otherwise() -> None:
    for port in ("3000:80", "3000:8080"):
        silent(CAUSE, replace(CASE, containers=(made("web", port),)))
    silent(CAUSE, replace(CASE, containers=(made("web", "3000:80", "8080:80"),)))
    silent(CAUSE, replace(CASE, host_port=None))
    silent(CAUSE, replace(CASE, kind="file"))
