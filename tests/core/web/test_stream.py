"""Hearing and saying, with bounds."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from grader.core.web.stream import MAX_HEARD, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def stream(sock: socket.socket, seconds: float = 10) -> Stream:
    return Stream(sock, time.monotonic() + seconds)


def test_an_answer_in_pieces(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"220 ")
    threading.Timer(0.3, theirs.sendall, [b"ready\r\n"]).start()
    assert stream(ours).hear(lambda heard: b"ready" in heard, 5) == b"220 ready\r\n"


def test_what_is_enough_is_not_cut_short(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"+PONG\r\nand more")
    assert stream(ours).hear(lambda heard: heard.startswith(b"+"), 5) == b"+PONG\r\nand more"


def test_silence_ends_it(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"hm")
    heard = stream(ours)
    assert heard.hear(lambda _: False, 0.2) == b"hm"
    assert not heard.closed


def test_the_end_of_the_connection_ends_it(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"bye")
    theirs.close()
    heard = stream(ours)
    assert heard.hear(lambda _: False, 5) == b"bye"
    assert heard.closed
    assert heard.hear(lambda _: False, 5) == b""


def test_who_never_stops_is_cut(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair

    def flood() -> None:
        with theirs:
            try:
                while True:
                    theirs.sendall(b"x" * 65_536)
            except OSError:
                return

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    heard = stream(ours)
    assert len(heard.hear(lambda _: False, 5)) == MAX_HEARD
    ours.close()
    thread.join(5)


def test_a_drip_meets_the_deadline(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    done = threading.Event()

    def drip() -> None:
        while not done.wait(0.02):
            theirs.sendall(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    assert set(stream(ours, 0.5).hear(lambda _: False, 5)) == set(b"x")
    done.set()
    thread.join(5)


def test_whether_it_closes(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    heard = stream(ours)
    theirs.sendall(b"still here")
    assert not heard.closes(0.2)
    theirs.close()
    assert heard.closes(5)


def test_who_does_not_listen(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    with pytest.raises(TimeoutError):
        stream(ours, 0.3).say(b"x" * 50_000_000)
