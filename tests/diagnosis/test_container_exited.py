"""The cause `container_exited`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, ended, line, made

CAUSE = "container_exited"
SHELL = ended("box", argv=("/bin/sh",), image="busybox:1")
RUN = line("docker run -d --name box busybox:1", 0, "", call("container create", "box"))
CASE = commanded(RUN, left=[SHELL], kind="command", where={"container": "box"})


def test_recognised() -> None:
    says = ["ended at once: its command is sh", "docker run -it busybox:1", "docker run -dit busybox:1"]
    explains(CAUSE, CASE, *says, line=1)
    told = "the state of container 'box' is 'exited', expected 'running'"
    explains(CAUSE, replace(CASE, kind="container", message=told), *says, line=1)
    explains(CAUSE, replace(CASE, containers=(ended("box", argv=("python3",)),)), "its command is python3", line=1)


@pytest.mark.parametrize(
    "found",
    [
        ended("box", 1, argv=("sh",)),
        ended("box", argv=("sh", "-c", "echo hi")),
        ended("box", argv=("sh",), stdin=True),
        ended("box", argv=("nginx",)),
        made("box", argv=("sh",), status="created"),
        made("box", argv=("sh",)),
        ended("other", argv=("sh",)),
    ],
)
def test_is_silent_about_other_ends(found: object) -> None:
    silent(CAUSE, replace(CASE, containers=(found,)))  # type: ignore[arg-type]


def test_is_silent_where_it_may_have_ended() -> None:
    silent(CAUSE, replace(CASE, kind="logs"))
    silent(CAUSE, replace(CASE, kind="container", message="container 'box' has no label a"))
    silent(CAUSE, replace(CASE, where=None))
