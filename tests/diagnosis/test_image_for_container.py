"""The cause `image_for_container`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "image_for_container"
TOLD = "Error response from daemon: No such container: {}"
RM = line("docker rm python:3-slim", 1, TOLD.format("python:3-slim"), number=4)
CASE = commanded(RM, kind="local_image", message="the image python:3-slim must not be there, and it is")


def test_recognised() -> None:
    says = ["called 'python:3-slim', and that is an image", "docker rmi removes images", "docker rmi python:3-slim"]
    explains(CAUSE, CASE, *says, line=4)
    commit = line("docker commit notes:1 first", 1, TOLD.format("notes:1"))
    missing = "there is no image notes:1; there are: busybox:1"
    case = commanded(commit, left=[made("first")], kind="local_image", message=missing)
    explains(CAUSE, case, "the container first", "docker commit first notes:1", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, kind="container"))
    silent(CAUSE, replace(CASE, message="there is no image toolbox:v1; there are: python:3-slim"))
    silent(CAUSE, commanded(line("docker rm web", 1, TOLD.format("web")), kind="local_image"))
    silent(CAUSE, commanded(line("docker stop a:1", 1, TOLD.format("a:1")), kind="calls", allowed_images=("a:1",)))
    silent(CAUSE, replace(CASE, transcript=None))
