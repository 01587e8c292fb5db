"""The cause `port_in_use`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "port_in_use"
TOLD = (
    "docker: Error response from daemon: driver failed programming external connectivity on endpoint two (ae73f6b7): "
    "Bind for 0.0.0.0:3000 failed: port is already allocated\n"
)
RUN = line("docker run -d -p 3000:80 --name two nginx:1", 125, TOLD, number=7)
CASE = commanded(
    RUN, left=[made("two", "3000:80", status="created"), made("one", "3000:80")], where={"container": "two"}
)


def test_recognised() -> None:
    explains(
        CAUSE,
        CASE,
        "port 3000 of the machine was taken",
        "Container 'one' has it",
        "Publish another port",
        "docker rm -f one",
        line=7,
    )
    explains(CAUSE, replace(CASE, host_port=3000), "Port 3000 is to lead to this one", line=7)
    explains(CAUSE, replace(CASE, containers=(), host_port=3000), "Another program or container has it", line=7)
    other = line("docker run -p 80:80 x", 125, "listen tcp4 0.0.0.0:80: bind: address already in use")
    explains(CAUSE, commanded(other), "port 80 of the machine", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, host_port=8080))
    silent(CAUSE, replace(CASE, kind="network2"))
    silent(CAUSE, commanded(line("docker ps")))
