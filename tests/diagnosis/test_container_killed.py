"""The cause `container_killed`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, ended, line

CAUSE = "container_killed"
MESSAGE = "the exit code of container 'web' is 137, expected 0"
KILL = line("docker kill web", 0, "web", call("container kill", "web"), number=4)
CASE = commanded(KILL, left=[ended("web", 137)], kind="container", message=MESSAGE)


def test_recognised() -> None:
    explains(CAUSE, CASE, "'docker kill web' in line 4 killed", "docker kill doesn't ask", "docker stop web", line=4)


def test_stop_kills_in_the_end() -> None:
    stop = line("docker stop web", 0, "web", call("container stop", "web"), seconds=10.1)
    case = commanded(stop, left=[ended("web", 137)], kind="container", message=MESSAGE)
    explains(CAUSE, case, "waits for ten seconds", "gets the signal TERM", line=1)
    short = line("docker stop -t 0 web", 0, "web", call("container stop", "web"))
    case = commanded(short, left=[ended("web", 137)], kind="container", message=MESSAGE)
    explains(CAUSE, case, "as long as it is told", "Give it more time", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(ended("web", 137, oom_killed=True),)))
    silent(CAUSE, replace(CASE, containers=(ended("web", 1),)))
    silent(CAUSE, replace(CASE, message="the image of container 'web' is 'a'"))
    silent(CAUSE, replace(CASE, kind="logs"))
    other = line("docker kill db", 0, "db", call("container kill", "db"))
    silent(CAUSE, commanded(other, left=[ended("web", 137)], kind="container", message=MESSAGE))
    quick = line("docker stop web", 0, "web", call("container stop", "web"), seconds=0.1)
    silent(CAUSE, commanded(quick, left=[ended("web", 137)], kind="container", message=MESSAGE))
