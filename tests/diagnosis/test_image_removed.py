"""The cause `image_removed`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line

CAUSE = "image_removed"
PULL = line("docker pull busybox:1", 0, "", call("image pull"))
RMI = line("docker rmi busybox:1", 0, "Untagged: busybox:1", call("image rm"), number=3)
CASE = commanded(PULL, RMI, kind="local_image", where={}, message="there is no image busybox:1; there are: toolbox:v1")


def test_recognised() -> None:
    explains(CAUSE, CASE, "'docker rmi busybox:1' in line 3 removed the name busybox:1", "Leave this", line=3)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, message="there is no image toolbox:v1; there are: no images"))
    silent(CAUSE, replace(CASE, message="the image busybox:1 must not be there, and it is"))
    silent(CAUSE, replace(CASE, kind="leftovers"))
    failed = line("docker rmi busybox:1", 1, "conflict", call("image rm", status=409))
    silent(CAUSE, commanded(PULL, failed, kind="local_image", message=CASE.message))
    silent(CAUSE, commanded(RMI, PULL, kind="local_image", message=CASE.message))
