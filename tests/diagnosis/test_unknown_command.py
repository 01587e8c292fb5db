"""The cause `unknown_command`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import line

CAUSE = "unknown_command"
PUL = line("docker pul busybox:1", 1, "docker: 'pul' is not a docker command.\nSee 'docker --help'\n")
CASE = commanded(PUL, kind="local_image", where={}, message="there is no image busybox:1; there are: no images")


@pytest.mark.parametrize(
    ("text", "told", "fix"),
    [
        ("docker rnu --name web x", "docker: 'rnu' is not a docker command.", "Write run instead of rnu."),
        (
            "docker conatiner run --name web x",
            "docker: 'conatiner' is not a docker command.",
            "Write container instead",
        ),
        ("docker crate --name web x", "docker: unknown command: docker crate\n\nRun 'docker --help'", "Write create"),
        ("docker container strat web", "docker: unknown command: docker container strat", "Write start instead"),
        (
            "dokcer run --name web x",
            "commands.sh: line 8: dokcer: command not found",
            "Write docker instead of dokcer.",
        ),
        ("sudo Docker run --name web x", "sudo: Docker: command not found", "Write docker instead of Docker."),
    ],
)
def test_recognised(text: str, told: str, fix: str) -> None:
    explains(CAUSE, commanded(line(text, 1, told, number=3)), "did nothing", fix, line=3)


def test_of_what_docker_should_have_been_asked_for() -> None:
    log = line("docker log web", 1, "docker: 'log' is not a docker command.", number=4)
    asked = commanded(log, kind="calls", where={}, asked=("container logs", "web"))
    explains(CAUSE, asked, "Write logs instead of log.", line=4)
    silent(CAUSE, replace(asked, asked=("container stop", "web")))
    silent(CAUSE, replace(asked, asked=("container logs", "db")))


def test_the_first_one_is_told() -> None:
    tag = line("docker tga busybox:1 a", 1, "docker: 'tga' is not a docker command.", number=2)
    assert CASE.transcript is not None
    both = CASE.transcript.model_copy(update={"lines": (PUL, tag)})
    explains(CAUSE, CASE, "docker has no command 'pul'", "Write pull", line=1)
    explains(CAUSE, replace(CASE, transcript=both), "Write pull", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, message="the image python:3-slim must not be there, and it is"))
    silent(CAUSE, replace(CASE, kind="leftovers"))
    silent(CAUSE, commanded(line("docker exec web sh -c xyz", 127, "sh: xyz: not found")))
    silent(CAUSE, commanded(line("docker exec web dokcer", 127, "sh: dokcer: not found"), where={"container": "db"}))
    silent(CAUSE, commanded(line("docker frobnicate web", 1, "docker: 'frobnicate' is not a docker command.")))
    silent(CAUSE, commanded(line("docker log web", 0, "docker: 'log' is not a docker command.")))
