"""The `oom` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.oom import Oom
from grader.core.specs import MIB
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SLEEPS
from tests.support.states import made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.facts import ContainerState
    from grader.sandbox.project import Project

RUNS, LOST = make_state(), make_state(oom_killed=True)
KILLED = make_state(status="exited", exit_code=137, oom_killed=True)
UNSEEN = make_state(status="exited", exit_code=137)
SURVIVED = make_state(status="exited", exit_code=0, oom_killed=True)
DONE = make_state(status="exited", exit_code=0)


def oom(**fields: Any) -> Any:
    return make(Oom, **{"memory": "64MiB", "watch": "50ms", **fields})


def of(state: ContainerState) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(now=state, stdout="working\n")])


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, RUNS),
        ({}, DONE),
        ({"exit_code": 0}, DONE),
        ({"exit_code": 3}, make_state(status="exited", exit_code=3)),
        ({"killed": True}, KILLED),
        ({"killed": True}, UNSEEN),
        ({"killed": True}, LOST),
        ({"killed": True, "exit_code": 0}, SURVIVED),
        ({"killed": True, "exit_code": 137}, KILLED),
    ],
)
def test_passes(fields: dict[str, Any], state: ContainerState) -> None:
    target = of(state)
    passes(oom(**fields), target)
    [(_, variation)] = target.spawned
    assert (variation.memory, variation.await_ready) == (64 * MIB, False)


@pytest.mark.parametrize(
    ("fields", "state", "because", "actual"),
    [
        (
            {},
            KILLED,
            "the container's main process, or what it ran, was killed for using more memory than the container",
            "it ended with exit code 137; OOMKilled is true",
        ),
        ({}, LOST, "a process in the container was killed for using more memory", "it runs on; OOMKilled is true"),
        (
            {"killed": True},
            RUNS,
            "no process was killed within 0.1 s, though the container has only 64.0 MiB",
            "it runs on; OOMKilled is false",
        ),
        (
            {"killed": True},
            DONE,
            "no process was killed within 0.1 s",
            "it ended with exit code 0; OOMKilled is false",
        ),
        (
            {},
            make_state(status="exited", exit_code=1),
            "the container ended with exit code 1, though no process was killed for its memory",
            "it ended with exit code 1; OOMKilled is false",
        ),
        ({"exit_code": 1}, DONE, "the container's exit code is 0, expected 1", "0"),
        ({"exit_code": 0}, RUNS, "the container has not ended within 0.1 s", "it is running"),
        (
            {},
            make_state(status="created", exit_code=127, error="no such file"),
            "the container could not be started: no such file",
            "could not be started: no such file",
        ),
    ],
)
def test_fails(fields: dict[str, Any], state: ContainerState, because: str, actual: str) -> None:
    failure = fails(oom(**fields), of(state), because)
    assert failure.actual == actual
    assert "docker run -m 64m --memory-swap 64m --name try IMAGE" in str(failure.reproduce)
    assert str(failure.reproduce).endswith("docker rm -f try")


def test_one_like_the_students_own() -> None:
    web = FakeContainer(name="web", now=KILLED, made=made("web", image="busybox:1"))
    failure = fails(oom(command=["sh"], **{"in": {"container": "web"}}), FakeTarget(containers=[web]), "was killed")
    assert str(failure.reproduce).startswith("docker run --name try -m 64m --memory-swap 64m busybox:1 sh\n")


def test_another_command() -> None:
    target = of(KILLED)
    failure = fails(oom(command=["work", "a b"]), target, "was killed")
    assert "--name try IMAGE work 'a b'\n" in str(failure.reproduce)
    assert target.spawned[0][1].command == ("work", "a b")
    assert failure.evidence[0].text == "working"


@pytest.mark.parametrize(
    ("fields", "because"),
    [({"memory": "1MiB"}, "greater than or equal to"), ({"watch": "40s"}, "watch must be shorter than timeout")],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Oom, because, **{"memory": "64MiB", **fields})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_in(tmp_path_factory.mktemp("oom"), SLEEPS) as project:
        yield project


GREEDY = ["/busybox", "tail", "-c", "200m", "/dev/zero"]
"""It keeps the last 200 MiB of what has no end."""


@pytest.mark.docker
def test_on_an_image_without_a_shell(project: Project) -> None:
    make(Oom, memory="16MiB", watch="500ms").run(project)
    make(Oom, memory="16MiB", command=GREEDY, killed=True, exit_code=137, watch="10s").run(project)
    fails(make(Oom, memory="16MiB", command=GREEDY, watch="10s"), project, "was killed for using more memory")
    fails(make(Oom, memory="16MiB", killed=True, watch="500ms"), project, "no process was killed within 0.5 s")


@pytest.mark.docker
def test_a_child_is_killed_and_its_parent_lives_on(project: Project) -> None:
    line = f"{' '.join(GREEDY)}; echo child $?; exec /busybox sleep 60"
    check = make(Oom, memory="16MiB", command=["/busybox", "sh", "-c", line], watch="10s")
    failure = fails(check, project, "a process in the container was killed for using more memory")
    assert failure.actual == "it runs on; OOMKilled is true"
