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


def test_docker_rmi() -> None:
    told = "Error response from daemon: No such image: box:latest"
    message = "there must be no container 'box', and there is: box (busybox:1, created)"
    left, where = [made("box", status="created")], {"container": "box"}
    case = commanded(line("docker rmi box", 1, told), left=left, kind="container", where=where, message=message)
    explains(CAUSE, case, "docker rm removes containers", "Write: docker rm box", line=1)
    silent(CAUSE, replace(case, message="the state of container 'box' is 'created', expected 'running'"))
    silent(CAUSE, commanded(line("docker tag box a", 1, told), left=left, kind="container", message=message))


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(made("web"),)))
    silent(CAUSE, replace(CASE, asked=("container logs",)))
    silent(CAUSE, commanded(RUN, left=[made("box")], where={"container": "web"}))
    silent(CAUSE, replace(CASE, kind="volume"))
