"""The cause `container_stopped`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, ended, line, made

CAUSE = "container_stopped"
MESSAGE = "the state of container 'web' is 'exited', expected 'running'"
RUN = line("docker run -dit --name web a", 0, "", call("container create", "web"), call("container start", "web"))
STOP = line("docker stop web", 0, "web", call("container stop", "web"), number=2)
ATTACH = line("docker attach web", 0, "", call("container attach", "web"), number=3)
CASE = commanded(RUN, STOP, left=[ended("web", 137)], kind="container", message=MESSAGE)


def test_recognised() -> None:
    explains(CAUSE, CASE, "'docker stop web' in line 2 stopped container 'web'", "go on running", line=2)
    explains(CAUSE, replace(CASE, kind="http", message="nothing answers"), "Leave this command out", line=2)


def test_who_attaches_and_leaves() -> None:
    case = commanded(RUN, ATTACH, left=[ended("web", stdin=True)], kind="container", message=MESSAGE)
    explains(CAUSE, case, "After the command 'docker attach web'", "docker exec -it web sh", line=3)
    silent(CAUSE, replace(case, containers=(ended("web"),)))


def test_is_silent_otherwise() -> None:
    again = line("docker start web", 0, "", call("container start", "web"), number=4)
    silent(CAUSE, commanded(RUN, STOP, again, left=[ended("web")], kind="container", message=MESSAGE))
    silent(CAUSE, replace(CASE, containers=(made("web"),)))
    silent(CAUSE, replace(CASE, message="the exit code of container 'web' is 137, expected 0"))
    silent(CAUSE, replace(CASE, kind="logs"))
    silent(CAUSE, commanded(RUN, left=[ended("web")], kind="container", message=MESSAGE))
    failed = line("docker stop web", 1, "", call("container stop", "web", status=404))
    silent(CAUSE, commanded(failed, left=[ended("web")], kind="container", message=MESSAGE))
