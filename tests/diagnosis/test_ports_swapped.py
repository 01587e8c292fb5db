"""The cause `ports_swapped`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

CAUSE = "ports_swapped"
RUN = line("docker run -d -p 80:3000 --name web nginx:1", 0, "", call("container create", "web"), number=3)
SWAPPED = commanded(RUN, left=[made("web", "80:3000")], port=80, host_port=3000)


def test_recognised() -> None:
    says = ["you wrote -p 80:3000, and -p 3000:80 is needed", "docker rm -f web", "port of your machine"]
    explains(CAUSE, SWAPPED, *says, line=3)
    explains(CAUSE, replace(SWAPPED, kind="container"), *says, line=3)
    by_port = commanded(RUN, left=[made("other", "80:3000")], port=80, where={"publishes": 3000})
    explains(CAUSE, by_port, "port 3000 of container 'other'")


def test_is_silent_about_other_ports() -> None:
    for port in ("3000:80", "80:8080", "8080:3000"):
        silent(CAUSE, replace(SWAPPED, containers=(made("web", port),)))
    silent(CAUSE, replace(SWAPPED, containers=(made("other", "80:3000"),)))
    silent(CAUSE, replace(SWAPPED, host_port=None))
    silent(CAUSE, replace(SWAPPED, host_port=80))
    silent(CAUSE, replace(SWAPPED, kind="logs"))
    silent(CAUSE, replace(SWAPPED, transcript=None))


def test_a_test_of_the_author_is_a_request_if_it_sent_one() -> None:
    explains(CAUSE, replace(SWAPPED, kind="pytest"), "-p 3000:80 is needed", line=3)
    silent(CAUSE, replace(SWAPPED, kind="pytest", port=None))
