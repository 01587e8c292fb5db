"""Both directions of a container's streams, against whatever the other side does."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import docker
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.clock import limit
from grader.core.errors import TimedOut
from grader.sandbox.streams import MAX_STREAM, Frames, close, converse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def frame(number: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", number, len(data)) + data


@contextmanager
def against(other: Callable[[socket.socket], None]) -> Iterator[socket.socket]:
    """Give our end of a connection whose other end does what `other` says, and closes."""
    ours, theirs = socket.socketpair()

    def talk() -> None:
        with theirs:
            other(theirs)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        with ours:
            yield ours
    finally:
        thread.join()


def read_all(end: socket.socket) -> bytes:
    data = b""
    while piece := end.recv(65536):
        data += piece
    return data


def test_both_outputs_are_told_apart() -> None:
    def other(end: socket.socket) -> None:
        assert read_all(end) == b"hello"
        end.sendall(frame(1, b"out ") + frame(2, b"err") + frame(1, b"more") + frame(0, b"?") + frame(1, b""))

    with against(other) as ours:
        assert converse(ours, b"hello", wait=1) == (b"out more", b"err")


def test_without_input_the_end_comes_at_once() -> None:
    with against(lambda end: end.sendall(frame(1, read_all(end) + b"nothing"))) as ours:
        assert converse(ours, b"", wait=1) == (b"nothing", b"")


def test_a_reader_that_floods_before_it_reads() -> None:
    def other(end: socket.socket) -> None:
        for _ in range(64):
            end.sendall(frame(1, bytes(65536)))
        assert len(read_all(end)) == 4_000_000

    with against(other) as ours, limit(10, "the test"):
        out, err = converse(ours, bytes(4_000_000), wait=1)
    assert (len(out), err) == (MAX_STREAM, b"")


def test_a_reader_that_never_reads_is_ended_by_the_deadline() -> None:
    over = threading.Event()

    def other(_: socket.socket) -> None:
        over.wait(10)

    with against(other) as ours:
        with limit(0.3, "the check"), pytest.raises(TimedOut, match="the check"):
            converse(ours, bytes(4_000_000), wait=0.1)
        over.set()


def test_a_reader_that_goes_away_needs_no_more() -> None:
    with against(lambda end: end.sendall(frame(1, b"bye"))) as ours, limit(10, "the test"):
        assert converse(ours, bytes(4_000_000), wait=1)[1] == b""


def test_a_cut_stream_gives_what_came() -> None:
    with against(lambda end: end.sendall(frame(1, b"whole") + frame(2, b"half")[:-2] + b"")) as ours:
        assert converse(ours, b"", wait=1) == (b"whole", b"ha")


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.binary(max_size=20))), st.integers(1, 9))
def test_frames_may_be_cut_anywhere(sent: list[tuple[int, bytes]], size: int) -> None:
    data = b"".join(frame(number, body) for number, body in sent)
    frames = Frames()
    got = [one for start in range(0, len(data), size) for one in frames.feed(data[start : start + size])]
    for wanted in (0, 1, 2):
        assert b"".join(body for number, body in got if number == wanted) == b"".join(
            body for number, body in sent if number == wanted
        )


def serve(server: socket.socket) -> None:
    """Answer one exec as an engine does whose output is there before the client has read the head."""
    end, _ = server.accept()
    with end:
        end.recv(65536)
        head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
        end.sendall(f"{head}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n".encode() + frame(1, b"early "))
        read_all(end)
        end.sendall(frame(1, b"late"))


@pytest.mark.docker
def test_output_that_comes_with_the_head_is_not_lost(tmp_path: Path) -> None:
    address = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        server.listen()
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        api = docker.APIClient(base_url=f"unix://{address}", version="1.41")
        stream = api.exec_start("some-exec", socket=True)
        assert converse(stream, b"", wait=1) == (b"early late", b"")
        close(stream)
        api.close()
        thread.join()
