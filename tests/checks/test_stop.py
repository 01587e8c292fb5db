"""The `stop` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.stop import Stop
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget

KILLED = (make_state(), 5.0)


def ended(exit_code: int, seconds: float = 0.2) -> FakeTarget:
    return target(stopped=(make_state(status="exited", exit_code=exit_code), seconds))


def target(**fields: Any) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(**fields)])


@pytest.mark.parametrize(
    ("fields", "of"),
    [
        ({}, ended(0)),
        ({"exit_code": {"one_of": [0, 143]}}, ended(143)),
        ({"signal": "int"}, ended(130)),
    ],
)
def test_passes(fields: dict[str, Any], of: FakeTarget) -> None:
    passes(make(Stop, **fields), of)


@pytest.mark.parametrize(
    ("fields", "of", "because"),
    [
        ({}, target(stopped=KILLED), "ignores the stop signal: the container had to be killed after 5 s"),
        (
            {"signal": "SIGINT", "at_most": "2s"},
            target(stopped=KILLED),
            "ignores SIGINT: the container had to be killed",
        ),
        ({"exit_code": 0}, ended(137, 1.25), "it ended after 1.2 s, but its exit code is 137, expected 0"),
        ({}, target(now=make_state(status="exited", exit_code=0)), "the container is not running: it ended with"),
    ],
)
def test_fails(fields: dict[str, Any], of: FakeTarget, because: str) -> None:
    assert "time docker stop" in str(fails(make(Stop, **fields), of, because=because).reproduce)


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (("/bin/sh", "-c", "python app.py"), "Write CMD or ENTRYPOINT in the exec form"),
        (("bash", "-c", "x"), "Write CMD or ENTRYPOINT in the exec form"),
        (("python", "app.py"), "let the program handle SIGTERM"),
        (("sh",), "let the program handle SIGTERM"),
        ((), "let the program handle SIGTERM"),
    ],
)
def test_a_kill_is_explained(argv: tuple[str, ...], hint: str) -> None:
    failure = fails(make(Stop), target(now=make_state(argv=argv), stopped=KILLED), because="killed")
    assert hint in str(failure.hint)
    assert (failure.expected, failure.actual) == ("the container ends within 5 s", "it still ran after 5 s")


def test_asks_for_the_signal_and_the_time() -> None:
    container = FakeContainer()
    passes(make(Stop, signal="usr1", at_most="3s"), FakeTarget(containers=[container]))
    assert container.stops == [("SIGUSR1", 3.0)]


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"signal": "SIGNONSENSE"}, "there is no signal SIGNONSENSE"),
        ({"at_most": "30s"}, "at_most must be shorter than timeout"),
        ({"at_most": 0}, "greater than 0"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Stop, because, **fields)
