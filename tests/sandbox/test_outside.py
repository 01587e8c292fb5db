"""Processes and addresses, read from what the engine and the kernel show."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError

from grader.core.errors import Failure, SandboxError, TimedOut
from grader.core.facts import Command, Completed, Listener, Process
from grader.sandbox import outside
from tests.support.engine import connected
from tests.support.factories import make_completed

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"


class FakeEngine:
    """Answers `top` from rows, or with an exception; its processes are not this machine's."""

    sees_sockets = False

    def __init__(self, rows: list[list[str]] | Exception, *, runs: bool = True) -> None:
        self._rows = rows
        self._runs = runs
        self.api = self

    def inspect_container(self, _: str) -> dict[str, Any]:
        return {"State": {"Running": self._runs}}

    def top(self, _: str, ps_args: str) -> dict[str, Any]:
        assert "args" in ps_args
        if isinstance(self._rows, Exception):
            raise self._rows
        return {"Processes": self._rows}


def error(status: int) -> APIError:
    response = type("Response", (), {"status_code": status, "reason": "no", "url": ""})()
    return APIError("no", response=response)


def test_the_main_process_comes_first() -> None:
    rows = [["50", "900", "0", "sleep 1"], ["900", "7", "1000", "sh", "-c", "x"], ["901", "900", "5", "z"], ["1"]]
    found = outside.processes(FakeEngine(rows), "c", {0: "root", 1000: "app"})  # type: ignore[arg-type]
    assert found == (
        Process(pid=900, user="app", argv="sh -c x", uid=1000),
        Process(pid=50, user="root", argv="sleep 1", uid=0),
        Process(pid=901, user="5", argv="z", uid=5),
    )


def test_a_container_that_ends_meanwhile_has_none() -> None:
    assert outside.processes(FakeEngine(error(409)), "c", {}) == ()  # type: ignore[arg-type]
    assert outside.processes(FakeEngine(error(500), runs=False), "c", {}) == ()  # type: ignore[arg-type]
    with pytest.raises(SandboxError):
        outside.processes(FakeEngine(error(500)), "c", {})  # type: ignore[arg-type]


def test_users_of_an_image() -> None:
    passwd = b"root:x:0:0::/:/bin/sh\nbroken\nx:y:z\nother:x:0:1::\n\xff:x:7:7::\n"
    assert outside.users(passwd) == {0: "root", 7: "\ufffd"}
    assert outside.users(b"x:x:" + b"1" * 5_000 + b":0::/:/bin/sh\n") == {0: "root"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0: 00000000:0BB8 00000000:0000 0A", Listener("0.0.0.0", 3000)),  # noqa: S104 - what a server may listen on
        ("0: 0100007F:0BB8 00000000:0000 0A", Listener("127.0.0.1", 3000)),
        ("0: 00000000000000000000000000000000:0050 0:0 0A", Listener("::", 80)),
        ("0: 00000000000000000000000001000000:0050 0:0 0A", Listener("::1", 80)),
        ("0: 0000000000000000FFFF00000100007F:0050 0:0 0A", Listener("127.0.0.1", 80)),
        ("0: 0100007F:0BB8 0100007F:1234 01", None),
        ("0: 0B00007F:8F2B 00000000:0000 0A", None),
        ("0: nonsense:ZZZZ 00000000:0000 0A", None),
        ("short", None),
    ],
)
def test_lines_of_the_kernels_table(line: str, expected: Listener | None) -> None:
    def execute(command: Command) -> Completed:
        assert command.argv == ("cat", "/proc/net/tcp", "/proc/net/tcp6")
        return make_completed(stdout=f"{HEAD}{line}\n{line}\n")

    found = outside.listeners(FakeEngine([]), 1, execute)  # type: ignore[arg-type]
    assert found == ((expected,) if expected is not None else ())


def test_sockets_of_udp() -> None:
    def execute(command: Command) -> Completed:
        assert command.argv == ("cat", "/proc/net/udp", "/proc/net/udp6")
        rows = (
            "0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 1 2 0 0",
            "1: 0100007F:1F90 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0",
            "2: 0B00007F:8F2B 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0",
        )
        return make_completed(stdout=HEAD + "\n".join(rows))

    [found] = outside.listeners(FakeEngine([]), 1, execute, "udp")  # type: ignore[arg-type]
    assert (found.address, found.port, found.uid) == ("0.0.0.0", 53, 1000)  # noqa: S104 - what it receives on


@pytest.mark.parametrize(("user", "uid"), [("1000", 1000), ("x", None), ("9" * 5_000, None)])
def test_the_user_of_a_socket(user: str, uid: int | None) -> None:
    def execute(_: Command) -> Completed:
        return make_completed(stdout=f"0: 00000000:0BB8 00000000:0000 0A 0:0 0:0 0 {user} 0 1")

    [found] = outside.listeners(FakeEngine([]), 1, execute)  # type: ignore[arg-type]
    assert found.uid == uid


def test_where_nothing_can_be_run() -> None:
    def gone(_: Command) -> Completed:
        raise Failure("it has ended")

    def late(_: Command) -> Completed:
        raise TimedOut("too late")

    def none(_: Command) -> Completed:
        return make_completed(exit_code=127, stderr="cat: not found")

    def empty(_: Command) -> Completed:
        return make_completed(stdout=HEAD)

    assert outside.listeners(FakeEngine([]), 1, gone) == ()  # type: ignore[arg-type]
    assert outside.listeners(FakeEngine([]), 1, none) == ()  # type: ignore[arg-type]
    with pytest.raises(SandboxError, match="no cat in the image"):
        outside.listeners(FakeEngine([]), 1, none, surely=True)  # type: ignore[arg-type]
    assert outside.listeners(FakeEngine([]), 1, empty, surely=True) == ()  # type: ignore[arg-type]
    with pytest.raises(TimedOut):
        outside.listeners(FakeEngine([]), 1, late)  # type: ignore[arg-type]


@pytest.mark.docker
def test_a_process_that_is_gone() -> None:
    with connected() as engine:
        assert outside.seen_listeners(engine, 2**30) == ()
