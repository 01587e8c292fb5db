"""Containers that an exercise describes, on the real engine: readiness, looking, stopping."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import Failure, SandboxError
from grader.core.facts import Command
from grader.core.specs import MIB, BuildSpec, ContainerSpec, Ready
from grader.sandbox.build import build
from grader.sandbox.engine import Engine
from grader.sandbox.service import Service
from tests.support.engine import ledger_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.sandbox.ledger import Ledger

pytestmark = pytest.mark.docker
PASSWD = b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n"
SERVE = "mkdir -p /w && echo hi > /w/index.html && exec httpd -f -p {address} -h /w"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with ledger_in(tmp_path_factory.mktemp("services")) as ledger:
        yield ledger


@pytest.fixture
def start(ledger: Ledger) -> Iterator[Callable[..., Service]]:
    started: list[Service] = []

    def make(script: str | None, **fields: object) -> Service:
        ready = Ready.model_validate(fields.pop("ready", {}))
        command = ("/bin/sh", "-c", script) if script is not None else ("/no/such/program",)
        spec = ContainerSpec.model_validate({"command": command, "ready": ready, **fields})
        started.append(Service(ledger, "main", spec, "busybox:1", lambda: PASSWD))
        return started[-1]

    yield make
    for service in started:
        service.remove()


def serving(address: str = "3000") -> str:
    return SERVE.format(address=address)


@pytest.mark.parametrize("ready", [{"port": 3000}, {"http": "/"}, {"port": 3000, "http": "/"}])
def test_a_server_is_waited_for(start: Callable[..., Service], ready: dict[str, object]) -> None:
    service = start(f"sleep 0.5; {serving()}", publish=(3000,), ready=ready)
    assert service.ready() is None
    with service.connect(3000, 5) as connection:
        host, port = connection.getpeername()
    assert host == "127.0.0.1"
    assert port > 1024
    assert [(one.port, one.loopback) for one in service.listeners()] == [(3000, False)]


def test_without_a_condition_a_started_container_is_ready(start: Callable[..., Service]) -> None:
    assert start("sleep 60").ready() is None


def test_a_line_of_the_log_is_waited_for(start: Callable[..., Service]) -> None:
    assert start("sleep 0.3; echo now ready >&2; sleep 60", ready={"log": "now ready"}).ready() is None


def test_an_image_without_a_health_check_never_gets_healthy(ledger: Ledger, start: Callable[..., Service]) -> None:
    service = start("sleep 60", ready={"healthy": True, "within": 1})
    assert service.ready() == (
        "the container was not ready within 1 s: its health check says nothing: the image has no HEALTHCHECK"
    )
    assert ledger.attempt


def test_work_that_ends_is_waited_for(start: Callable[..., Service]) -> None:
    service = start("sleep 0.3; exit 3", ready={"exited": True})
    assert service.ready() is None
    assert (service.state().status, service.state().exit_code) == ("exited", 3)


@pytest.mark.parametrize(
    ("script", "ready", "why"),
    [
        ("echo bye; exit 5", {"port": 3000}, "the container ended at once with exit code 5"),
        (None, {"port": 3000}, "the container could not be started: .*no such file or directory"),
        (None, {"exited": True}, "the container could not be started: .*no such file or directory"),
        (serving("127.0.0.1:3000"), {"port": 3000}, "open inside the container only: the server listens on 127.0.0.1"),
        (serving("4000"), {"port": 3000, "within": 0.5}, "not ready within 0.5 s: nothing listens on port 3000"),
        (serving("4000"), {"http": "/x", "within": 0.5}, "not ready within .*: no answer to GET /x"),
        ("sleep 60", {"log": "hello", "within": 0.5}, "not ready within .*: its log does not say 'hello'"),
        ("sleep 60", {"exited": True, "within": 0.5}, "not ready within .*: it is still running"),
        ("while true; do nc -l -p 3000 -e sleep 9; done", {"http": "/", "within": 1.5}, "no answer to GET /"),
    ],
)
def test_why_a_container_is_not_ready(
    start: Callable[..., Service], script: str | None, ready: dict[str, object], why: str
) -> None:
    started = time.monotonic()
    service = start(script, publish=(3000,), ready={"within": 8, **ready})
    reason = service.ready()
    assert reason is not None
    assert re.search(why, reason), reason
    assert time.monotonic() - started < 5


def test_memory_is_named_as_the_cause(start: Callable[..., Service]) -> None:
    script = "head -c 200m /dev/zero | tail > /dev/null; exit 1"
    reason = start(script, memory=16 * MIB, publish=(3000,), ready={"port": 3000}).ready()
    assert reason is not None
    assert "killed for using too much memory" in reason


def test_logs_are_bounded_on_disk(start: Callable[..., Service]) -> None:
    service = start("yes $(printf %0999d 0) | head -c 30000000; echo the end", ready={"exited": True, "within": 20})
    assert service.ready() is None
    out, err = service.logs()
    assert len(out) < 2_200_000
    assert (out.endswith("the end\n"), err) == (True, "")


def test_processes_are_seen_from_outside(start: Callable[..., Service]) -> None:
    service = start("sleep 61 & sleep 62 & wait", ready={"log": ""})
    time.sleep(0.2)
    found = service.processes()
    assert found[0].argv.startswith("/bin/sh -c")
    assert {one.argv for one in found[1:]} == {"sleep 61", "sleep 62"}
    assert {(one.user, one.uid) for one in found} == {("root", 0)}


def test_a_container_that_has_ended_has_no_processes(start: Callable[..., Service]) -> None:
    service = start("exit 0", ready={"exited": True})
    assert service.ready() is None
    assert service.processes() == ()
    assert service.listeners() == ()
    with pytest.raises(Failure, match="is not running: it ended with exit code 0"):
        service.execute(Command(argv=("true",)))


def test_a_port_that_is_not_published(start: Callable[..., Service]) -> None:
    service = start("sleep 60", publish=(3000,))
    with pytest.raises(Failure, match="port 9 of container 'main' is not published"):
        service.connect(9, 5)
    service.connect(3000, 5).close()


@pytest.mark.parametrize(
    ("script", "signal", "status", "exit_code"),
    [
        ("trap 'exit 4' TERM; while :; do sleep 0.05; done", None, "exited", 4),
        ("trap 'exit 5' USR1; while :; do sleep 0.05; done", "SIGUSR1", "exited", 5),
        ("trap '' TERM; while :; do sleep 0.05; done", None, "running", None),
        ("exec sleep 60", None, "running", None),
        ("exec sleep 60", "KILL", "exited", 137),
        ("exit 6", None, "exited", 6),
    ],
)
def test_stopping(
    start: Callable[..., Service], script: str, signal: str | None, status: str, exit_code: int | None
) -> None:
    service = start(script)
    time.sleep(0.3)
    state, took = service.stop(signal, 0.7)
    assert (state.status, state.exit_code) == (status, exit_code)
    assert took < 2
    assert service.stopped
    assert service._container.wait(5)


def test_a_pause_of_its_own_making_does_not_keep_it(start: Callable[..., Service]) -> None:
    service = start("kill -STOP $$; sleep 60")
    state, took = service.stop(None, 0.3)
    assert state.running
    assert took < 2


def test_where_the_engine_is_elsewhere(start: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "local", property(lambda _: False))
    service = start(serving(), publish=(3000,), ready={"port": 3000})
    assert service.ready() is None
    assert [one.port for one in service.listeners()] == [3000]
    inside = start(serving("127.0.0.1:3000"), publish=(3000,), ready={"port": 3000, "within": 8})
    assert "open inside the container only" in (inside.ready() or "")
    ended = start("exit 3", publish=(3000,), ready={"port": 3000})
    assert ended.ready() == "the container ended at once with exit code 3"


def test_the_health_check_of_an_image_is_waited_for(ledger: Ledger, tmp_path: Path) -> None:
    healthy = 'FROM busybox:1\nHEALTHCHECK --interval=1s CMD true\nCMD ["sleep", "60"]\n'
    (tmp_path / "Dockerfile").write_text(healthy)
    image = build(ledger, tmp_path, tmp_path / "Dockerfile", BuildSpec(), namespace="").image
    assert image is not None
    service = Service(ledger, "main", ContainerSpec(ready=Ready(healthy=True)), image, lambda: PASSWD)
    assert service.ready() is None
    assert service.state().health == "healthy"
    service.remove()


def test_ports_on_another_machine_are_no_fault_of_the_student(
    start: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = start(serving(), publish=(3000,))
    monkeypatch.setattr(Engine, "nearby", False)
    with pytest.raises(SandboxError, match="can't be reached from here"):
        service.connect(3000, 5)


def test_a_restarted_container_has_its_files_and_gets_ready_again(start: Callable[..., Service]) -> None:
    service = start(f"echo once >> /log; sleep 0.2; {serving()}", publish=(3000,), ready={"port": 3000})
    assert service.ready() is None
    service.restart(0.1)
    assert service.ready() is None
    with service.connect(3000, 5):
        pass
    entry = service.entry("/log")
    assert entry is not None
    assert entry.content == b"once\nonce\n"
    assert not service.stopped


def test_a_signal_reaches_the_main_process(start: Callable[..., Service]) -> None:
    service = start("trap 'echo got; exit 3' USR1; echo up; while :; do sleep 0.05; done", ready={"log": "up"})
    assert service.ready() is None
    service.signal("USR1")
    assert service._container.wait(5)
    assert (service.state().exit_code, service.logs()[0]) == (3, "up\ngot\n")
    with pytest.raises(Failure, match="there is no signal NONSENSE"):
        service.signal("NONSENSE")
