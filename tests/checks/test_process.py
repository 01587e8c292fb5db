"""The `process` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.process import Process
from grader.core.facts import Process as Found
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget

NGINX = (Found(100, "root", "nginx: master process nginx", 0), Found(107, "nginx", "nginx: worker process", 101))


def runs(*found: Found, **fields: Any) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(running=found, **fields)])


@pytest.mark.parametrize(
    "fields",
    [
        {"pid1": {"starts_with": "nginx: master"}},
        {"user": "root"},
        {"uid": 0},
        {"running": "nginx: worker process"},
        {"absent": {"contains": "sshd"}},
        {"count": {"at_least": 2}},
        {"running": {"contains": "nginx"}, "running_count": 2},
        {"running": {"contains": "redis"}, "running_count": 0},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Process, **fields), runs(*NGINX))


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"pid1": {"starts_with": "python"}}, "the main process (PID 1) "),
        ({"user": {"not": "root"}}, "the user of the main process equals 'root', and should not"),
        ({"uid": {"not": 0}}, "the user id of the main process equals 0, and should not"),
        ({"running": {"contains": "redis"}}, "no process with the expected command line is running"),
        ({"absent": {"contains": "worker"}}, "a process is running that should not be: 'nginx: worker process'"),
        ({"count": 1}, "the number of processes is 2, expected 1"),
        (
            {"running": {"contains": "worker"}, "running_count": {"at_least": 2}},
            "the number of processes whose command line contains 'worker' is 1, expected at least 2",
        ),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(Process, **fields), runs(*NGINX), because=because)
    assert failure.expected
    assert failure.actual is not None
    (evidence,) = failure.evidence
    assert evidence.text == "root   nginx: master process nginx\nnginx  nginx: worker process"
    assert "docker top try" in str(failure.reproduce)


@pytest.mark.parametrize(
    ("target", "because"),
    [
        (
            runs(now=make_state(status="exited", exit_code=1), stderr="Traceback"),
            "the container is not running: it ended with exit code 1",
        ),
        (
            runs(now=make_state(status="exited", exit_code=137, oom_killed=True)),
            "it ended with exit code 137; a process in it was killed for using more memory than allowed",
        ),
        (runs(now=make_state(status="created")), "the container is not running: it is created"),
        (runs(), "the container ended while its processes were looked at"),
    ],
)
def test_needs_a_running_container(target: FakeTarget, because: str) -> None:
    failure = fails(make(Process, count=1), target, because=because)
    assert "docker run" in str(failure.reproduce)


def test_refuses_to_expect_nothing() -> None:
    refuses(Process, "expects nothing; give pid1, user, uid, running, absent or count")


def test_refuses_to_count_nothing() -> None:
    refuses(Process, "running_count needs running", running_count=2)
