"""The `health` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.health import Health
from grader.core.facts import Command, Probe
from grader.core.variation import Rhythm
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_completed, make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SLEEPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.facts import ContainerState
    from grader.sandbox.project import Project

GOOD, BAD = Probe(0, "fine\n"), Probe(127, "/bin/sh: curl: not found\n")
REFUSED = "urllib.error.URLError: Connection refused"
TRACEBACK = f"Traceback (most recent call last):\n{'  File x, line 1' * 20}\n{REFUSED}\n"
STARTING, HEALTHY = make_state(health="starting"), make_state(health="healthy", health_log=(GOOD,))
UNHEALTHY = make_state(health="unhealthy", health_log=(GOOD, BAD))
ENDED = make_state(status="exited", exit_code=1, health="unhealthy")
STOP = {"when": {"signal": "STOP"}, "at_most": "100ms"}


def shows(*states: ContainerState, **fields: Any) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(states=list(states[:-1]), now=states[-1], **fields)])


def test_passes() -> None:
    passes(make(Health), shows(STARTING, STARTING, HEALTHY))
    passes(make(Health), shows(STARTING, UNHEALTHY, HEALTHY))
    passes(make(Health, unhealthy=STOP), shows(STARTING, HEALTHY, HEALTHY, UNHEALTHY))


def test_starts_a_container_of_its_own_with_the_interval_shortened() -> None:
    target = shows(HEALTHY)
    passes(make(Health, probe={"retries": 2, "start_period": 0}), target)
    [(name, variation)] = target.spawned
    assert (name, variation.health, variation.await_ready) == (None, True, False)
    assert variation.rhythm == Rhythm(interval=1.0, start_period=0, retries=2)


@pytest.mark.parametrize(
    ("states", "because", "actual"),
    [
        ([make_state()], "the image has no HEALTHCHECK", "no HEALTHCHECK"),
        ([make_state(health="none")], "the image has no HEALTHCHECK", "no HEALTHCHECK"),
        (
            [STARTING],
            "the container was not healthy after 0.1 s: its health check says 'starting', and no probe has ended yet",
            "its health check says 'starting', and no probe has ended yet",
        ),
        (
            [STARTING, UNHEALTHY],
            "and the last probe ended with exit code 127: /bin/sh: curl: not found",
            "its health check says 'unhealthy', and the last probe ended with exit code 127: /bin/sh: curl: not found",
        ),
        (
            [make_state(health="unhealthy", health_log=(Probe(-1, "Health check exceeded timeout (1s)"),))],
            "and the last probe was ended: Health check exceeded timeout (1s)",
            "its health check says 'unhealthy', and the last probe was ended: Health check exceeded timeout (1s)",
        ),
        (
            [make_state(health="unhealthy", health_log=(Probe(1, TRACEBACK),))],
            f"and the last probe ended with exit code 1: {REFUSED}",
            f"its health check says 'unhealthy', and the last probe ended with exit code 1: {REFUSED}",
        ),
        (
            [make_state(health="unhealthy", health_log=(Probe(1, ""),))],
            "and the last probe ended with exit code 1 and printed nothing",
            "its health check says 'unhealthy', and the last probe ended with exit code 1 and printed nothing",
        ),
        ([STARTING, ENDED], "the container is not healthy: it ended with exit code 1", "ended with exit code 1"),
        (
            [make_state(status="created", exit_code=127, error="no such file")],
            "the container is not healthy: it could not be started: no such file",
            "could not be started: no such file",
        ),
    ],
)
def test_fails_to_become_healthy(states: list[ContainerState], because: str, actual: str) -> None:
    failure = fails(make(Health, at_most="100ms"), shows(*states), because)
    assert failure.actual == actual
    assert failure.expected == "healthy within 0.1 s"
    assert "docker run --rm --health-interval=1s --name try IMAGE" in str(failure.reproduce)
    assert "docker inspect --format '{{json .State.Health}}' try" in str(failure.reproduce)


@pytest.mark.parametrize(
    ("states", "because"),
    [
        ([HEALTHY, HEALTHY], "0.1 s after SIGSTOP, the health check still says 'healthy'"),
        ([HEALTHY, HEALTHY, ENDED], "after SIGSTOP, the container should be unhealthy, and it ended with exit code 1"),
    ],
)
def test_fails_to_notice(states: list[ContainerState], because: str) -> None:
    failure = fails(make(Health, unhealthy=STOP), shows(*states), because)
    assert failure.expected == "unhealthy within 0.1 s"
    assert "docker kill -s SIGSTOP try" in str(failure.reproduce)


def test_what_is_done_to_it() -> None:
    container = FakeContainer(states=[HEALTHY, HEALTHY], now=UNHEALTHY)
    passes(make(Health, unhealthy={"when": {"run": ["rm", "/ok"]}}), FakeTarget(containers=[container]))
    assert container.executed == [Command(("rm", "/ok"))]
    container = FakeContainer(states=[HEALTHY, HEALTHY], now=UNHEALTHY)
    passes(make(Health, unhealthy={"when": {"write": {"/broken": "yes"}}}), FakeTarget(containers=[container]))
    assert container.files == {"/broken": b"yes"}


def test_a_command_that_can_t_do_harm() -> None:
    target = shows(HEALTHY, answer=lambda _: make_completed(exit_code=1, stderr="rm: can't remove"))
    failure = fails(
        make(Health, unhealthy={"when": {"run": ["rm", "/ok"]}}),
        target,
        "'rm /ok' can't make the container unhealthy: it ended with exit code 1",
    )
    assert failure.evidence[0].text == "rm: can't remove"
    assert "docker exec try rm /ok" in str(failure.reproduce)


def test_the_probes_are_evidence() -> None:
    failure = fails(make(Health, at_most="100ms"), shows(UNHEALTHY), "not healthy")
    assert failure.evidence[0].text == "exit code 0\nfine\nexit code 127\n/bin/sh: curl: not found"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"at_most": "20s", "unhealthy": {"when": {"signal": "STOP"}}}, "must be shorter than timeout"),
        ({"unhealthy": {"when": {}}}, "takes one of run, signal and write"),
        ({"unhealthy": {"when": {"signal": "STOP", "run": ["x"]}}}, "takes one of run, signal and write"),
        ({"unhealthy": {"when": {"signal": "NONE"}}}, "there is no signal NONE"),
        ({"unhealthy": {"when": {"write": {"here": ""}}}}, "the path must be absolute"),
        ({"unhealthy": {"when": {"run": []}}}, "at least 1"),
        ({"probe": {"interval": 0}}, "greater than 0"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Health, because, **fields)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    probe = 'HEALTHCHECK --start-period=40s --retries=2 CMD ["/busybox", "test", "!", "-e", "/broken"]\n'
    with project_in(tmp_path_factory.mktemp("health"), SLEEPS + probe) as project:
        yield project


@pytest.mark.docker
def test_on_an_image_without_a_shell(project: Project) -> None:
    make(Health, unhealthy={"when": {"write": {"/broken": ""}}}).run(project)


@pytest.mark.docker
def test_a_check_that_does_not_notice(project: Project) -> None:
    check = make(Health, unhealthy={"when": {"signal": "STOP"}, "at_most": "2s"})
    failure = fails(check, project, "2 s after SIGSTOP, the health check still says 'healthy'")
    assert failure.evidence[0].text.startswith("exit code 0")


@pytest.mark.docker
def test_a_program_that_the_image_does_not_have(tmp_path: Path) -> None:
    with project_in(tmp_path, f'{SLEEPS}HEALTHCHECK CMD ["curl", "localhost"]\n') as project:
        failure = fails(make(Health, at_most="4s"), project, 'exec: "curl": executable file not found in $PATH')
    assert "the container was not healthy after 4 s: its health check says 'unhealthy'" in failure.message


@pytest.mark.docker
def test_an_image_without_one(tmp_path: Path) -> None:
    with project_in(tmp_path, SLEEPS) as project:
        fails(make(Health), project, "the image has no HEALTHCHECK")
