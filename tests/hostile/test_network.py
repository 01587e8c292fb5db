"""What a build may not reach: a listener on the loopback interface hears nothing."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import Failure, PolicyError
from grader.sandbox.policy import Refused
from tests.support.engine import project_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """Listen on the loopback interface; gives the port, and what was heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(1000))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.docker
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("FROM busybox:1\nADD http://127.0.0.1:{port}/ /x\n", PolicyError),
        ("FROM busybox:1\nENV H=127.0.0.1\nADD http://$H:{port}/ /x\n", PolicyError),
        ("FROM busybox:1\nADD http://127.0.0.1:{port}/x.git /x\n", PolicyError),
        ("# syntax=127.0.0.1:{port}/front:1\nFROM busybox:1\n", Refused),
        ("# syntax=docker/dockerfile:1\n#\x0csyntax=127.0.0.1:{port}/front:1\nFROM busybox:1\n", Failure),
        ("FROM 127.0.0.1:{port}/image\n", Refused),
        ("FROM busybox:1\nCOPY --from=127.0.0.1:{port}/image /a /b\n", Refused),
        ("FROM busybox:1\nRUN --mount=from=127.0.0.1:{port}/image,target=/m true\n", Refused),
        ("ARG B=127.0.0.1:{port}/image\nFROM $B\n", Refused),
    ],
)
def test_the_daemon_fetches_nothing(tmp_path: Path, text: str, error: type[Exception]) -> None:
    with listening() as (port, heard), project_in(tmp_path, text.format(port=port)) as project:
        with pytest.raises(error):
            project.build()
        assert heard == []


@pytest.mark.docker
def test_a_run_step_has_no_network(tmp_path: Path) -> None:
    with listening() as (port, heard):
        text = f"FROM busybox:1\nRUN wget -T 2 -q -O- http://127.0.0.1:{port}/\n"
        with project_in(tmp_path, text) as project:
            assert not project.build().ok
        assert heard == []
