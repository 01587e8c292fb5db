"""The cause `container_removed`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

CAUSE = "container_removed"
RUN = line("docker run --name web a", 0, "", call("container create", "web"))
RM = line("docker rm web", 0, "web", call("container rm", "web"), number=2)
ITSELF = line(
    "docker run --rm --name web a", 0, "", call("container create", "web", body={"HostConfig": {"AutoRemove": True}})
)


def test_recognised() -> None:
    explains(CAUSE, commanded(RUN, RM), "'docker rm web' in line 2 removed", "is to be kept", line=2)
    explains(CAUSE, commanded(ITSELF), "has removed itself", "Leave out --rm", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, commanded(RUN, RM, left=[made("web")]))
    silent(CAUSE, commanded(RUN))
    silent(CAUSE, commanded(RUN, RM, where={"container": "db"}))
    silent(CAUSE, commanded(RUN, RM, where={"publishes": 3000}))
    silent(CAUSE, replace(commanded(RUN, RM), kind="volume"))
    again = line("docker run --name web a", 125, "", call("container create", "web", status=409), number=3)
    explains(CAUSE, commanded(RUN, RM, again), "removed the container", line=2)
    silent(CAUSE, commanded(RM, RUN))
