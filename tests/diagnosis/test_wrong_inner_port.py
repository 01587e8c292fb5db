"""The cause `wrong_inner_port`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader.core.facts import Listener
from tests.support.cases import commanded, explains, silent
from tests.support.factories import make_state
from tests.support.states import call, line, made

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "wrong_inner_port"


def case(*published: str, listens: int = 80, **facts: Any) -> Case:
    create = call("container create", arguments={"name": "/web"})
    run = line("docker run -d --name web nginx:1", 0, "", create, number=2)
    known = {"port": 80, "host_port": 3000, "container": make_state(id="c" * 64), **facts}
    heard = (Listener("0.0.0.0", listens),)  # noqa: S104 - what a server listens on
    return commanded(run, left=[made("web", *published)], listeners=heard, **known)


def test_recognised() -> None:
    explains(CAUSE, case("3000:3000"), "-p 3000:3000 leads to port 3000", "again with -p 3000:80", line=2)
    explains(CAUSE, case("3000:8080", host_port=None), "leads to port 8080", line=2)


def test_a_server_that_does_not_listen_yet() -> None:
    early = replace(case("3000:3000"), listeners=())
    explains(CAUSE, early, "port 80 is the one that it should lead to", "again with -p 3000:80", line=2)
    silent(CAUSE, replace(early, host_port=None))


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case("3000:80"))
    silent(CAUSE, case("3000:3000", listens=3000))
    silent(CAUSE, case("8080:3000"))
    silent(CAUSE, case())
    silent(CAUSE, case("3000:3000", kind="logs"))
    silent(CAUSE, replace(case("3000:3000"), container=make_state(id="d" * 64)))
    silent(CAUSE, replace(case("3000:3000"), containers=(made("web", "3000:3000", status="exited"),)))
    silent(CAUSE, replace(case("3000:3000"), transcript=None))


def test_is_silent_about_ports_that_are_swapped() -> None:
    silent(CAUSE, case("80:3000"))
    silent(CAUSE, case("80:3000", host_port=None, where={"container": "other"}))


def test_the_number_of_the_program_came_first() -> None:
    explains(CAUSE, case("80:8080", host_port=None), "again with -p 8080:80", line=2)
    explains(CAUSE, case("80:8080", host_port=80), "again with -p 80:80", line=2)
