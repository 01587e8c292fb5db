"""The `signal` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.signal import Signal
from grader.core.facts import Listener, Process
from grader.core.specs import ContainerSpec, Ready
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SLEEPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.facts import ContainerState
    from grader.sandbox.project import Project

RUNNING, ENDED = make_state(), make_state(status="exited", exit_code=2)


class Answering(FakeContainer):
    """One on which a signal has an effect."""

    then: ContainerState = RUNNING
    says: str = ""

    def signal(self, signal: str) -> None:
        super().signal(signal)
        self.now = self.then
        self.stdout += self.says


def answering(then: ContainerState = RUNNING, says: str = "", **fields: Any) -> FakeTarget:
    container = Answering(stdout="started\n", **fields)
    container.then, container.says = then, says
    return FakeTarget(containers=[container])


def signal(name: str = "HUP", **fields: Any) -> Any:
    return make(Signal, **{"signal": name, "stays": "10ms", "at_most": "50ms", **fields})


@pytest.mark.parametrize(
    ("check", "target"),
    [
        (signal(), answering()),
        (signal(log={"contains": "again"}), answering(says="started again\n")),
        (signal(port=80), answering(listening=[Listener("0.0.0.0", 80)])),  # noqa: S104 - its address
        (signal("int", exit_code=2), answering(ENDED)),
        (signal("int", ends=True, log="bye\n"), answering(ENDED, "bye\n")),
    ],
)
def test_passes(check: Signal, target: FakeTarget) -> None:
    passes(check, target)
    assert target.container(None).signals == [check.signal]


@pytest.mark.parametrize(
    ("check", "target", "because", "actual"),
    [
        (
            signal(),
            answering(ENDED),
            "after SIGHUP the container should run on, and it ended with exit code 2",
            "ended with exit code 2",
        ),
        (
            signal(log={"contains": "again"}),
            answering(),
            "what the container wrote after SIGHUP does not contain 'again'",
            "",
        ),
        (
            signal(port=80),
            answering(),
            "after SIGHUP, nothing listens on port 80: nothing in the container listens on any port",
            "nothing in the container listens on any port",
        ),
        (signal(ends=True), answering(), "the container still runs 0.1 s after SIGHUP", "it still runs"),
        (
            signal(exit_code=0),
            answering(ENDED),
            "the container ended after SIGHUP, but its exit code is 2, expected 0",
            "2",
        ),
        (signal(), FakeTarget(containers=[FakeContainer(now=ENDED)]), "the container is not running", None),
    ],
)
def test_fails(check: Signal, target: FakeTarget, because: str, actual: str | None) -> None:
    failure = fails(check, target, because)
    assert actual in {None, failure.actual}
    assert "docker kill -s SIGHUP try" in str(failure.reproduce)


@pytest.mark.parametrize(
    ("running", "hint"),
    [
        ([Process(1, "app", "serve", 0)], "let the program handle SIGTERM, or run it with an init."),
        ([Process(1, "app", "sh -c serve", 0), Process(7, "app", "serve", 0)], "here, that is 'sh -c serve'. Others"),
    ],
)
def test_who_got_it_is_told(running: list[Process], hint: str) -> None:
    failure = fails(signal("TERM", ends=True), answering(running=running), "the container still runs")
    assert hint in str(failure.hint)


def test_what_it_wrote_may_be_lost() -> None:
    flood = "tick\n" * 20_000
    fails(signal(log={"contains": "again"}), answering(says=flood), "the beginning of its log, where it may have been")


def test_the_students_own_gets_it_itself() -> None:
    target = answering(ENDED, name="web")
    check = make(Signal, signal="HUP", **{"in": {"container": "web"}})
    failure = fails(check, target, "should run on")
    assert target.spawned == []
    assert failure.reproduce == "docker kill -s SIGHUP web; docker ps -a; docker logs web"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"signal": "RELOAD"}, "there is no signal RELOAD"),
        ({"signal": "HUP", "ends": False, "exit_code": 0}, "exit_code is of one that ends"),
        ({"signal": "HUP", "ends": True, "port": 80}, "port is for one that runs on"),
        ({"signal": "HUP", "at_most": "30s"}, "must be shorter than timeout"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Signal, because, **fields)


@pytest.fixture(scope="module")
def handling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    script = "trap 'echo again' HUP; trap 'echo bye; exit 3' INT; echo up; while :; do sleep 0.05; done"
    source = f'FROM busybox:1\nCMD ["sh", "-c", "{script}"]\n'
    with project_in(tmp_path_factory.mktemp("signal"), source, main=ContainerSpec(ready=Ready(log="up"))) as project:
        yield project


@pytest.mark.docker
def test_one_that_handles_signals(handling: Project) -> None:
    make(Signal, signal="HUP", log={"equals": "again\n"}).run(handling)
    make(Signal, signal="INT", exit_code=3, log={"equals": "bye\n"}).run(handling)
    fails(make(Signal, signal="INT", at_most="1s"), handling, "should run on, and it ended with exit code 3")


@pytest.mark.docker
def test_one_without_a_shell_that_handles_none(tmp_path: Path) -> None:
    with project_in(tmp_path, SLEEPS) as project:
        make(Signal, signal="USR1", stays="200ms").run(project)
        make(Signal, signal="KILL", exit_code=137).run(project)
        fails(make(Signal, signal="TERM", ends=True, at_most="1s"), project, "still runs 1 s after SIGTERM")
