"""The cause `image_in_use`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import ended, line, made

CAUSE = "image_in_use"
TOLD = (
    'Error response from daemon: conflict: unable to remove repository reference "nginx:1" (must force) - container '
    "cccccccccccc is using its referenced image 51963702f4e2"
)
RUNS = (
    "Error response from daemon: conflict: unable to delete 51963702f4e2 (cannot be forced) - image is being used by "
    "running container cccccccccccc"
)
MESSAGE = "the image nginx:1 must not be there, and it is"
RMI = line("docker rmi nginx:1", 1, TOLD, number=2)
CASE = commanded(RMI, left=[ended("old")], kind="local_image", message=MESSAGE)


def test_recognised() -> None:
    explains(
        CAUSE, CASE, "container 'old' uses it", "'old' has ended", "docker rm old. Then: docker rmi nginx:1", line=2
    )
    case = commanded(line("docker rmi 5196", 1, RUNS), left=[made("web")], kind="local_image", message=MESSAGE)
    explains(CAUSE, case, "'web' runs", "docker rm -f web", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=()))
    silent(CAUSE, replace(CASE, message="the image busybox:1 must not be there, and it is"))
    silent(CAUSE, replace(CASE, kind="container"))
    silent(CAUSE, commanded(line("cat log", 0, TOLD), left=[ended("old")], kind="local_image", message=MESSAGE))
