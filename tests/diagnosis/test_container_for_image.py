"""The cause `container_for_image`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import ended, line, made

CAUSE = "container_for_image"
TOLD = "Unable to find image 'box:latest' locally\ndocker: Error response from daemon: denied"
RUN = line("docker run -it box sh", 125, TOLD, number=4)
CASE = commanded(RUN, left=[made("box")], kind="calls", where={}, asked=("exec create", "box"))


def test_recognised() -> None:
    explains(CAUSE, CASE, "and that is a container", "always makes a new container", "docker exec -it box sh", line=4)
    stopped = commanded(RUN, left=[ended("box")], kind="container", where={"container": "box"})
    explains(CAUSE, stopped, "docker start -ai box", line=4)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(made("web"),)))
    silent(CAUSE, replace(CASE, asked=("container logs",)))
    silent(CAUSE, commanded(RUN, left=[made("box")], where={"container": "web"}))
    silent(CAUSE, replace(CASE, kind="volume"))
