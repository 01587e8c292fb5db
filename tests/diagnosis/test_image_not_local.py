"""The cause `image_not_local`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line

CAUSE = "image_not_local"
TOLD = "Error response from daemon: No such image: {}"
TAG = line("docker tag toolbox:v1 busybox:1", 1, TOLD.format("toolbox:v1"), number=3)
CASE = commanded(TAG, kind="local_image", where={}, message="there is no image toolbox:v1; there are: busybox:1")


def test_recognised() -> None:
    explains(
        CAUSE, CASE, "there was no image toolbox:v1", "that is there first", "docker tag busybox:1 toolbox:v1", line=3
    )
    rmi = line("docker rmi python:3.slim", 1, TOLD.format("python:3.slim"))
    message = "the image python:3-slim must not be there, and it is"
    case = commanded(rmi, kind="local_image", where={}, message=message)
    explains(CAUSE, case, "exactly those that docker images shows", line=1)


def test_names_are_swapped_only_if_the_second_one_is_there() -> None:
    right = line("docker tag busybox:1 toolbox:v1", 1, TOLD.format("busybox:1"))
    missing = "there is no image busybox:1; there are: no images"
    silent(CAUSE, commanded(right, kind="local_image", where={}, message=missing))
    also = commanded(right, kind="local_image", where={}, message=missing.replace("busybox:1", "toolbox:v1"))
    explains(CAUSE, also, "there was no image busybox:1", "Look the name up", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, message="there is no image redis:7; there are: busybox:1"))
    silent(CAUSE, replace(CASE, kind="container"))
    silent(CAUSE, replace(CASE, transcript=None))
