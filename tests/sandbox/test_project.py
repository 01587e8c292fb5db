"""A Dockerfile project on the real engine: what is done once, ahead, or not at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from grader.core.clock import limit
from grader.core.errors import Failure, SandboxError, TimedOut, Unmet
from grader.core.facts import Command
from grader.core.progress import Silent
from grader.core.specs import ContainerSpec, Ready
from grader.sandbox.policy import Refused
from grader.sandbox.preparation import Preparation
from grader.sandbox.project import Plan, Project
from tests.support.engine import ledger_in, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.sandbox.ledger import Ledger

pytestmark = pytest.mark.docker
GOOD = 'FROM busybox:1\nCOPY hello.txt /hello.txt\nCMD ["sleep", "60"]\n'
QUICK = {"main": ContainerSpec(env={"NAME": "it's me"}, publish=(8000,))}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with ledger_in(tmp_path / "ledger") as ledger:
        yield ledger


@pytest.fixture
def project(ledger: Ledger, tmp_path: Path) -> Iterator[Callable[..., Project]]:
    made: list[Project] = []

    def make(dockerfile: str, images: tuple[str, ...] = ("busybox:1",), **containers: ContainerSpec) -> Project:
        folder = write(tmp_path / "work", {"Dockerfile": dockerfile, "hello.txt": "hello"})
        preparation = Preparation(ledger.engine, images, Silent(), 20)
        plan = Plan(folder, folder / "Dockerfile", images, containers=containers or QUICK)
        made.append(Project(ledger, plan, preparation, Silent()))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_builds_once(project: Callable[..., Project]) -> None:
    one = project(GOOD)
    assert one.build() is one.build()
    assert one.image().cmd == ("sleep", "60")
    assert "grader.attempt" not in one.image().labels


def test_what_was_not_built_can_not_be_looked_at(project: Callable[..., Project]) -> None:
    one = project("FROM busybox:1\nRUN exit 7\n")
    failure = one.build().failure
    assert failure is not None
    assert (failure.exit_code, failure.line) == (7, 2)
    for look in (one.image, lambda: one.entry("/x"), lambda: one.container(None)):
        with pytest.raises(Unmet, match="the image was not built"):
            look()


def test_a_refused_build_is_never_run(project: Callable[..., Project]) -> None:
    one = project("FROM nginx:1\n")
    for _ in range(2):
        with pytest.raises(Refused, match="not one of the images"):
            one.build()
    with pytest.raises(Unmet):
        one.image()
    failure = Failure("x")
    assert one.case("build", failure, port=None, container=None).refused == "images"


def test_a_base_image_that_can_not_be_had_is_no_fault_of_the_student(project: Callable[..., Project]) -> None:
    one = project("FROM grader.invalid/none:1\n", images=("grader.invalid/none:1",))
    with pytest.raises(SandboxError, match=r"base image not available: grader\.invalid/none:1"):
        one.build()


def test_the_first_container_that_is_expected_is_started_ahead(project: Callable[..., Project], ledger: Ledger) -> None:
    one = project(GOOD)
    one.expect(None)
    one.build()
    deadline = time.monotonic() + 10
    while not (running := ledger.engine.api.containers(filters={"label": f"grader.attempt={ledger.attempt}"})):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert one.container(None).id == running[0]["Id"]


def test_a_stopped_container_is_replaced(project: Callable[..., Project]) -> None:
    one = project(GOOD)
    first = one.container("main")
    first.stop("KILL", 5)
    second = one.container("main")
    assert second.id != first.id
    assert second.state().running


def test_a_container_that_ended_by_itself_is_not(project: Callable[..., Project]) -> None:
    one = project("FROM busybox:1\nCMD exit 3\n", main=ContainerSpec(ready=Ready(exited=True)))
    first = one.container(None)
    assert first.ready() is None
    assert first.state().exit_code == 3
    assert one.container(None) is first


def test_commands_run_fresh_or_in_the_container(project: Callable[..., Project]) -> None:
    one = project(GOOD)
    fresh = one.execute(Command(argv=("cat", "/hello.txt")), None)
    assert (fresh.exit_code, fresh.stdout) == (0, "hello")
    inside = one.execute(Command(argv=("sh", "-c", "echo $NAME")), "main")
    assert inside.stdout == "it's me\n"


def test_says_how_to_start_the_container_by_hand(project: Callable[..., Project]) -> None:
    one = project(GOOD)
    assert one.by_hand(None) == """docker run --rm -p 8000:8000 -e 'NAME=it'"'"'s me' IMAGE"""
    assert one.by_hand("main", "try").startswith("docker run --rm --name try ")


def test_an_official_syntax_line_needs_no_network(project: Callable[..., Project]) -> None:
    one = project("# syntax=docker/dockerfile:1\n" + GOOD)
    assert one.build().ok


def test_what_is_known_of_a_failure(project: Callable[..., Project]) -> None:
    one = project(GOOD)
    one.container(None)
    case = one.case("http", Failure("no answer"), port=8000, container=None)
    assert (case.kind, case.port, case.message) == ("http", 8000, "no answer")
    assert case.container is not None
    assert case.container.running
    assert set(case.files) == {"Dockerfile", "hello.txt"}
    assert case.text == GOOD
    assert case.image is not None


def test_files_of_a_running_container(project: Callable[..., Project]) -> None:
    one = project(
        'FROM busybox:1\nCMD ["sh", "-c", "echo hi > /made; echo up; sleep 60"]\n',
        main=ContainerSpec(ready=Ready(log="up")),
    )
    assert one.entry("/made") is None
    found = one.entry("/made", container="main")
    assert found is not None
    assert found.content == b"hi\n"


def test_after_a_command_that_took_too_long_there_is_a_new_container(project: Callable[..., Project]) -> None:
    made = project('FROM busybox:1\nCMD ["sleep", "60"]\n')
    first = made.container(None).id
    with pytest.raises(TimedOut), limit(1, "the test's limit"):
        made.execute(Command(("sleep", "30")), "main")
    assert made.execute(Command(("true",)), "main").exit_code == 0
    assert made.container(None).id != first
