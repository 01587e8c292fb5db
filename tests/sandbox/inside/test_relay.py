"""The program that carries one connection over its standard streams."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.sandbox.inside import relay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket"))
        one.listen()
        one.settimeout(10)
        yield one


@pytest.fixture
def program(listener: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, relay.__file__, listener.getsockname()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as one:
        yield one
        one.kill()


def send(program: subprocess.Popen[bytes], data: bytes) -> None:
    assert program.stdin is not None
    program.stdin.write(relay.LENGTH.pack(len(data)) + data)
    program.stdin.flush()


def test_both_ways_also_after_one_side_is_done(listener: socket.socket, program: subprocess.Popen[bytes]) -> None:
    there, _ = listener.accept()
    with there:
        send(program, b"ask" * 100_000)
        send(program, b"")
        asked = b""
        while piece := there.recv(65536):
            asked += piece
        assert asked == b"ask" * 100_000
        there.sendall(b"answer")
    assert program.stdout is not None
    assert program.stdout.read() == b"answer"
    assert program.wait(10) == 0


@pytest.mark.parametrize("rest", [b"", b"\0\0", b"\0\0\0\5abc"])
def test_ends_when_the_grader_is_gone(rest: bytes, listener: socket.socket, program: subprocess.Popen[bytes]) -> None:
    there, _ = listener.accept()
    with there:
        assert program.stdin is not None
        program.stdin.write(rest)
        program.stdin.close()
        assert program.wait(10) == 0


def test_nobody_is_there(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, relay.__file__, tmp_path / "none"], check=False, capture_output=True)
    assert done.returncode == 1
