"""The way to an engine whose host shares no files with us: all that the other way does."""

from __future__ import annotations

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from grader.core.errors import SandboxError
from grader.core.specs import EngineSpec
from grader.sandbox.disposable import folders, outer, pool, records, start
from grader.sandbox.engine import connect
from grader.sandbox.streams import close, converse
from tests.support.disposable import bench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.engine import Engine
    from tests.support.disposable import Bench


@pytest.fixture(scope="module")
def far(state: Path) -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        patch.setenv("GRADER_ENGINE_RELAY", "1")
        with bench() as one:
            yield one


def relays(far: Bench) -> int:
    """Count the programs that carry connections."""
    return str(far.host.api.top(far.record.name)["Processes"]).count("inside.relay")


@pytest.mark.docker
def test_the_engine_has_no_folder_of_ours(far: Bench) -> None:
    mounts = far.host.api.inspect_container(far.record.name)["Mounts"]
    assert {one["Type"] for one in mounts} == {"volume"}
    assert far.record.shared == ""
    assert far.engine.describe().mode == "isolated"


@pytest.mark.docker
def test_calls_and_streams(far: Bench) -> None:
    api = far.engine.api
    made = api.create_container("busybox:1", ["cat"], stdin_open=True)["Id"]
    api.start(made)
    execution = api.exec_create(made, ["sort", "-u"], stdin=True)["Id"]
    stream = api.exec_start(execution, socket=True)
    said = converse(stream, b"b\na\nb\n" * 50_000, 30)  # the end of our input is its sign to begin
    close(stream)
    assert said == (b"a\nb\n", b"")
    assert api.exec_inspect(execution)["ExitCode"] == 0
    api.remove_container(made, force=True)


@pytest.mark.docker
def test_a_port_of_a_container(far: Bench) -> None:
    api = far.engine.api
    config = api.create_host_config(port_bindings={3000: 3000})
    script = "while true; do cat /etc/hostname | nc -l -p 3000; done"
    made = api.create_container("busybox:1", ["sh", "-c", script], hostname="far", ports=[3000], host_config=config)
    api.start(made["Id"])
    end = time.monotonic() + 10
    heard = b""
    while not heard and time.monotonic() < end:
        with contextlib.suppress(OSError), far.engine.dial("localhost", 3000, 2) as one:
            heard = one.recv(100)
    assert heard == b"far\n"
    with pytest.raises(ConnectionRefusedError):
        far.engine.dial("localhost", 3001, 2)
    api.remove_container(made["Id"], force=True)


@pytest.mark.docker
def test_many_at_once(far: Bench) -> None:
    def names(_: int) -> list[str]:
        client = far.engine.client()
        return sorted(one["RepoTags"][0] for one in client.images())

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(names, range(16))) == [["busybox:1", "python:3-slim"]] * 16


@pytest.mark.docker
def test_a_student_s_commands_and_a_reset(far: Bench, tmp_path: Path) -> None:
    far.lay(tmp_path / "work", {"hello.txt": "hello"})
    assert far.works("docker run --rm -v ./hello.txt:/h busybox:1 cat /h") == "hello"
    far.reset()


@pytest.mark.docker
def test_connections_that_are_broken_off_leave_nothing(far: Bench) -> None:
    before = relays(far)
    host = connect()
    another = start.attach(host, far.record)
    events = another.api.events()
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(another.address.removeprefix("unix://"))
        one.sendall(b"GET /events HTTP/1.1\r\n")
    assert relays(far) > before
    events.close()
    another.close()
    host.close()
    end = time.monotonic() + 10
    seen: list[int] = []
    # The last one may only be about to start.
    while seen[-8:] != [before] * 8 and time.monotonic() < end:
        seen.append(relays(far))
        time.sleep(0.05)
    assert seen[-8:] == [before] * 8


@pytest.mark.docker
def test_another_process_finds_its_own_way(far: Bench) -> None:
    host = connect()
    engine = start.attach(host, far.record)
    assert engine.address != far.engine.address
    assert engine.answers()
    folder = engine._relay.folder  # type: ignore[union-attr]
    engine.close()
    host.close()
    assert not folder.exists()
    assert far.engine.answers()


@pytest.mark.docker
def test_an_engine_that_does_not_see_our_files_says_so(shared: Bench) -> None:
    place = outer.Place(records.fresh("h", warm=False).name, Path("/nonexistent/of-a-container"))
    record = shared.record
    try:
        with pytest.raises(outer.NotShared):
            outer.create(shared.host, place, record.image, record.spec, "token", seed=record.seed)
    finally:
        outer.remove(shared.host, place)


# --- when it is chosen ----------------------------------------------------------------------------------------------


class FakeHost:
    address = "unix:///host.sock"

    def __init__(self, *, local: bool) -> None:
        self.local = local


class Case(NamedTuple):
    """What decides, and whether the folder is shared then."""

    local: bool
    variable: str
    sees_us: bool
    shared: bool


@pytest.mark.parametrize(
    "case",
    [
        Case(local=True, variable="", sees_us=True, shared=True),
        Case(local=True, variable="1", sees_us=True, shared=False),
        Case(local=False, variable="", sees_us=True, shared=False),
        Case(local=True, variable="", sees_us=False, shared=False),
    ],
)
def test_when_it_is_chosen(case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(folders, "_LONGEST", 4096)  # however long the path of this test's folder is
    monkeypatch.setenv("GRADER_ENGINE_RELAY", case.variable)
    made: list[Any] = []

    def create(_: Engine, place: outer.Place, *__: Any, **___: Any) -> None:
        if place.shared is not None and not case.sees_us:
            raise outer.NotShared
        made.append(place.shared)

    monkeypatch.setattr(outer, "create", create)
    monkeypatch.setattr(start, "_run", lambda *_: None)
    monkeypatch.setattr(start, "_wait", lambda *_: None)
    held = records.create(records.fresh("unix:///host.sock", warm=False, spec=EngineSpec(), seed="grader-seed-1"))
    start.boot(FakeHost(local=case.local), held)  # type: ignore[arg-type]
    assert [one is not None for one in made] == [case.shared]
    assert bool(held.record.shared) == case.shared
    assert len(list(tmp_path.glob("grader-engine-*"))) == int(case.shared)
    assert pool.fits(held.record, held.record)


class Silent:
    """An engine that answers only to whom it doesn't share a folder with."""

    def __init__(self, _: Any, record: records.Record) -> None:
        self.shared = record.shared
        self.closed = False

    def answers(self) -> bool:
        return not self.shared

    def close(self) -> None:
        self.closed = True


def test_a_folder_in_which_no_socket_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "attach", Silent)
    monkeypatch.setattr(start, "_SHARED", 0)
    monkeypatch.setattr(start, "_require_running", lambda *_: None)
    held = records.create(records.fresh("unix:///host.sock", warm=False, shared="/tmp/x"))  # noqa: S108 - no file
    start._wait(FakeHost(local=True), held)  # type: ignore[arg-type]
    assert held.record.shared == ""


class Ended:
    """A host on which the engine's container has ended."""

    def __init__(self, code: int, options: list[str] | None = None) -> None:
        self.api = self
        self._code = code
        self._options = options

    def inspect_container(self, _: str) -> dict[str, Any]:
        return {"State": {"Running": self._code < 0, "ExitCode": self._code}}

    def logs(self, *_: Any, **__: Any) -> bytes:
        return b"losetup failed:\x1b no\n"

    def info(self) -> dict[str, Any]:
        return {"SecurityOptions": self._options}


@pytest.mark.parametrize(
    ("host", "message", "hint"),
    [
        (Ended(4), "too little disk space for a disposable engine", "docker system df"),
        (Ended(1), "did not start: it ended with exit code 1: losetup failed", "a loop device"),
        (Ended(1, ["name=seccomp", "name=rootless"]), "did not start", "Use one that runs as root"),
    ],
)
def test_why_it_did_not_start(host: Any, message: str, hint: str) -> None:
    record = records.fresh("unix:///host.sock", warm=False)
    start._require_running(Ended(-1), record, 1)  # type: ignore[arg-type]
    with pytest.raises(SandboxError, match=message) as caught:
        start._require_running(host, record, 1)
    assert hint in str(caught.value.hint)


def test_it_takes_too_long_or_has_no_seed() -> None:
    record = records.fresh("unix:///host.sock", warm=False)
    with pytest.raises(SandboxError, match="not ready within 30 s"):
        start._require_running(Ended(-1), record, 31)  # type: ignore[arg-type]
    with pytest.raises(start.SeedMissing):
        start._require_running(Ended(3), record, 1)  # type: ignore[arg-type]


def test_too_little_space_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(SandboxError, match=r"too little disk space in /.*: 1000 B"):
        start._require_space()
