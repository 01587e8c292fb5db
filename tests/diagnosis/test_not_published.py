"""The cause `not_published`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, ended, line, made

CAUSE = "not_published"
RUN = line("docker run -d --name web nginx:1", 0, "", call("container create", arguments={"name": "/web"}), number=2)
CASE = commanded(RUN, left=[made("web")], port=80, host_port=3000)


def test_recognised() -> None:
    explains(CAUSE, CASE, "none of its ports is published", "-p 3000:80", "EXPOSE", line=2)
    explains(CAUSE, replace(CASE, host_port=None), "-p 80:80", line=2)
    by_port = commanded(RUN, left=[made("other"), ended("job")], port=80, where={"publishes": 3000})
    explains(CAUSE, by_port, "Container 'other' runs", "-p 3000:80")


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(made("web", "8080:80"),)))
    silent(CAUSE, replace(CASE, containers=(ended("web"),)))
    silent(CAUSE, replace(CASE, containers=(made("web", networks={"host": ()}),)))
    silent(CAUSE, replace(CASE, kind="command"))
    silent(CAUSE, replace(CASE, port=None))
    two = commanded(RUN, left=[made("a"), made("b")], port=80, where={"publishes": 3000})
    silent(CAUSE, two)
