"""The cause `network_swapped`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "network_swapped"
TOLD = "Error response from daemon: No such container: paint\n"
CONNECT = line("docker network connect red paint", 1, TOLD, number=7)
MESSAGE = "the list of running containers on the network paint does not contain 'red'"
CASE = commanded(CONNECT, left=[made("red")], kind="network", where={}, message=MESSAGE)


def test_recognised() -> None:
    explains(CAUSE, CASE, "the network first", "Write: docker network connect paint red", line=7)
    other = line("docker network connect red paint", 1, "Error response from daemon: network red not found")
    explains(CAUSE, commanded(other, left=[made("red")], kind="network", message=MESSAGE), "did nothing", line=1)
    asked = replace(CASE, kind="calls", asked=("network connect", "red"))
    explains(CAUSE, asked, "did nothing", line=7)
    wired = commanded(CONNECT, left=[made("red")], kind="container", where={"container": "red"})
    message = "the list of networks of container 'red' does not contain 'paint'"
    explains(CAUSE, replace(wired, message=message), "did nothing", line=7)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, message=MESSAGE.replace("paint", "back")))
    silent(CAUSE, replace(CASE, containers=()))
    silent(CAUSE, replace(CASE, containers=(made("red"), made("paint"))))
    silent(CAUSE, replace(CASE, kind="file"))
    silent(CAUSE, commanded(line("docker rm red paint", 1, TOLD), left=[made("red")], kind="network", message=MESSAGE))
