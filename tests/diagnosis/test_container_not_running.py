"""The cause `container_not_running`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import ended, line, made

CAUSE = "container_not_running"
TOLD = f"Error response from daemon: container {'c' * 64} is not running"
EXEC = line("docker exec web touch /a", 1, TOLD, number=5)
CASE = commanded(EXEC, left=[ended("web")], kind="file", message="/a is not in the container")


def test_recognised() -> None:
    explains(CAUSE, CASE, "container 'web' was not running", "Run it earlier", line=5)
    created = made("web", status="created")
    explains(CAUSE, replace(CASE, containers=(created,)), "docker start web", line=5)
    explains(CAUSE, replace(CASE, containers=(ended("web", 2),)), "exit code 2. docker logs web may say why", line=5)
    asked = replace(CASE, kind="calls", where=None, asked=("exec create",))
    explains(CAUSE, asked, "did nothing", line=5)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(ended("db"),)))
    silent(CAUSE, replace(CASE, kind="logs"))
    silent(CAUSE, replace(CASE, message="/b.txt is not in the container"))
    silent(CAUSE, replace(CASE, kind="calls", where=None, asked=("container logs",)))
    silent(CAUSE, commanded(line("docker kill web", 1, TOLD), left=[ended("web")], kind="file"))
    silent(CAUSE, commanded(line("docker exec web ls", 0, TOLD), left=[ended("web")], kind="file"))
