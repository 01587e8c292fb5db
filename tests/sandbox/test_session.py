"""Talking to a program, against whatever the other side does; and on the engine."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from grader.core.clock import limit
from grader.core.errors import Failure, TimedOut, Unmet
from grader.core.facts import Command
from grader.core.variation import Variation
from grader.sandbox.session import END_OF_INPUT, Session
from grader.sandbox.streams import MAX_STREAM
from tests.support.engine import project_in
from tests.support.scratch import SLEEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def talking(
    other: Callable[[socket.socket], None],
    *,
    tty: bool = True,
    ended: Callable[[], tuple[bool, int | None]] = lambda: (False, None),
) -> Iterator[Session]:
    """Give a session whose other end does what `other` says, and closes."""
    ours, theirs = socket.socketpair()

    def talk() -> None:
        with theirs:
            other(theirs)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        with ours:
            yield Session(ours, tty=tty, resize=lambda _rows, _columns: None, ended=ended)
    finally:
        thread.join()


def read_all(end: socket.socket) -> bytes:
    data = b""
    while piece := end.recv(65536):
        data += piece
    return data


def collect(session: Session, until: bytes) -> bytes:
    data = b""
    while until not in data:
        piece = session.receive(5)
        assert piece
        data += piece
    return data


def test_both_directions() -> None:
    def other(end: socket.socket) -> None:
        end.sendall(b"Name? ")
        assert end.recv(100) == b"Ada\r"
        end.sendall(b"Hello")

    with talking(other) as session:
        assert session.receive(5) == b"Name? "
        session.send(b"Ada\r")
        assert session.receive(5) == b"Hello"
        assert session.receive(5) is None
        session.send(b"too late")


def test_without_a_terminal_both_outputs_come_together() -> None:
    def other(end: socket.socket) -> None:
        for number, data in ((1, b"out "), (2, b"err ")):
            end.sendall(struct.pack(">BxxxL", number, len(data)) + data)
        assert read_all(end) == b"typed"

    with talking(other, tty=False) as session:
        assert collect(session, b"err ") == b"out err "
        session.send(b"typed")
        session.end_input()
        assert session.receive(5) is None


def test_the_end_of_a_terminals_input_is_a_key() -> None:
    def other(end: socket.socket) -> None:
        assert end.recv(100) == END_OF_INPUT

    with talking(other) as session:
        session.end_input()


def test_what_was_said_before_is_there_without_waiting() -> None:
    done = threading.Event()

    def other(end: socket.socket) -> None:
        end.sendall(b"early")
        done.set()
        read_all(end)

    with talking(other, tty=False) as session:
        done.wait(5)
        session.end_input()
        assert session.receive(0) == b""  # a piece of a frame is nothing yet


def test_a_program_that_says_nothing() -> None:
    go = threading.Event()
    with talking(lambda _: assert_(go.wait(10))) as session:
        assert session.receive(0.05) == b""
        assert session.exit_code(0.05) is None
        with limit(0.05, "the limit of a test"), pytest.raises(TimedOut, match="the limit of a test"):
            session.receive(10)
        with limit(0.05, "the limit of a test"), pytest.raises(TimedOut, match="the limit of a test"):
            session.send(b"x" * 10_000_000)
        go.set()


def assert_(held: object) -> None:
    assert held


def test_one_that_only_writes_is_listened_to_while_one_types() -> None:
    def other(end: socket.socket) -> None:
        end.sendall(b"x" * 500_000)
        got = 0
        while got < 3_000_000:
            got += len(end.recv(65536))

    with talking(other) as session:
        session.send(b"y" * 3_000_000)
        assert collect(session, b"x" * 500_000)


def test_no_more_than_a_cap_is_kept_for_nobody() -> None:
    def other(end: socket.socket) -> None:
        try:
            while True:
                end.sendall(b"x" * 65536)
        except OSError:
            return

    with talking(other) as session:
        assert session.exit_code(0.3) is None
        piece = session.receive(0)
        assert piece is not None
        assert MAX_STREAM <= len(piece) < 2 * MAX_STREAM


def test_the_exit_code_is_waited_for() -> None:
    end = time.monotonic() + 0.2
    with talking(lambda _: None, ended=lambda: (time.monotonic() > end, 7)) as session:
        assert session.exit_code(5) == 7


@pytest.mark.docker
def test_what_can_t_be_started(tmp_path: Path) -> None:
    with (
        project_in(tmp_path, SLEEPS) as project,
        pytest.raises(Failure, match="the container could not be started"),
        project.converse(None, Variation(command=("/no",)), None),
    ):
        pass


@pytest.mark.docker
def test_a_container_that_has_ended(tmp_path: Path) -> None:
    with (
        project_in(tmp_path, SLEEPS.replace('"sleep", "60"', '"false"')) as project,
        pytest.raises(Failure, match="the container is not running: it ended with exit code 1"),
        project.converse(None, Variation(tty=True), Command(("/busybox", "sh"))),
    ):
        pass


@pytest.mark.docker
def test_what_was_not_built(tmp_path: Path) -> None:
    with (
        project_in(tmp_path, "FROM busybox:1\nRUN false\n") as project,
        pytest.raises(Unmet),
        project.converse(None, Variation(), None),
    ):
        pass


@pytest.mark.parametrize(
    ("said", "late"),
    [
        (b"OCI runtime exec failed: exec failed: cannot exec in a stopped container", True),
        (b"failed to retrieve console master: read unix", True),
        (b"# ", False),
    ],
)
def test_the_engine_says_that_it_was_too_late(said: bytes, late: bool) -> None:  # noqa: FBT001 - a table's value
    with talking(lambda end: end.sendall(said)) as session, limit(5, "it"):
        collect(session, said)
        assert session.was_too_late() is late
