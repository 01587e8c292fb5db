"""The container that a student's commands run in, and the conversation with the program that runs them there."""

from __future__ import annotations

import io
import json
import selectors
import tarfile
import time
from typing import TYPE_CHECKING, Any, Final, Self

from grader.core.clock import limit, remaining
from grader.core.errors import SandboxError
from grader.core.text import one_line
from grader.sandbox.disposable.outer import FOLDER
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot
from grader.sandbox.inside.shell import USER
from grader.sandbox.streams import Frames, close, converse, read_already

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.sandbox.disposable.outer import Place
    from grader.sandbox.engine import Engine

_MAX_LINE: Final = 4 * 1024 * 1024
"""Bytes of what the program says at once; a command's output, escaped, is less."""


def lay(host: Engine, place: Place, folder: Path) -> None:
    """Copy a folder's content to the work folder; it belongs to the student's user there."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name, filter=_belongs_to_student)
    # By a program in the container: the engine's own way in would have to follow the container's mounts.
    with translated("copying the submission"), limit(60, "the time for copying a submission"):
        made = host.api.exec_create(place.client, ["tar", "-x"], stdin=True, user=str(USER), workdir=str(boot.WORK))
        stream = host.api.exec_start(made["Id"], socket=True)
        try:
            _, said = converse(stream, packed.getvalue(), wait=60)
        finally:
            close(stream)
        if host.api.exec_inspect(made["Id"])["ExitCode"] != 0:
            raise SandboxError(f"the submission could not be copied: {one_line(said.decode('utf-8', 'replace'), 300)}")


def _belongs_to_student(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = USER
    member.uname = member.gname = ""
    member.mode |= 0o200 | (0o100 if member.isdir() else 0)
    return member


class Session:
    """Talks to `grader.sandbox.inside.session`; a context manager that ends it."""

    def __init__(self, host: Engine, place: Place) -> None:
        with translated("opening a shell for the student's commands"):
            made = host.api.exec_create(
                place.client, ["python3", "-m", "inside.session"], stdin=True, user="root", workdir=FOLDER
            )
            self._stream: Any = host.api.exec_start(made["Id"], socket=True)
        self._raw: socket.socket = getattr(self._stream, "_sock", self._stream)
        self._raw.setblocking(False)  # for looking at what has come already
        self._frames = Frames()
        self._buffer = b""
        self._complaint = b""
        self._events: list[dict[str, Any]] = []
        self._feed(read_already(self._stream))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        close(self._stream)

    def open(self, name: str, environment: Mapping[str, str], *, terminal: bool) -> float:
        """Start the shell; gives the time on the clock that engine and client share."""
        self._order(order="open", name=name, environment=dict(environment), terminal=terminal)
        event = self._event(remaining(20))
        if event["event"] != "opened":
            raise SandboxError("no shell could be started for the student's commands")
        return float(event["now"])

    def run(self, line: str, seconds: float, stdin: str | None) -> Iterator[dict[str, Any] | None]:
        """Run one command: gives `begun`, then None several times a second, at last `ended`."""
        self._order(order="run", line=line, seconds=seconds, stdin=stdin)
        end = time.monotonic() + seconds + 10
        while True:
            event = self._event_within(0.1)
            yield event
            if event is not None and event["event"] == "ended":
                return
            if time.monotonic() > end:
                raise SandboxError("the shell of the student's commands does not answer")

    def leave(self) -> None:
        """Go on with the next command, as in a second terminal: the present one's client is ended."""
        self._order(order="leave")

    def finish(self) -> None:
        """End everything that the commands have left running in the client container."""
        self._order(order="finish")
        while self._event(remaining(20))["event"] != "finished":
            pass

    def _order(self, **fields: object) -> None:
        try:
            self._raw.settimeout(remaining(20))
            self._raw.sendall(json.dumps(fields).encode() + b"\n")
        except OSError as error:
            raise SandboxError(f"the shell of the student's commands is gone: {error}") from error

    def _event(self, seconds: float) -> dict[str, Any]:
        event = self._event_within(seconds)
        if event is None:
            raise SandboxError("the shell of the student's commands does not answer")
        return event

    def _event_within(self, seconds: float) -> dict[str, Any] | None:
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._raw, selectors.EVENT_READ)
            while not self._events:
                left = end - time.monotonic()
                if left <= 0 or not selector.select(left):
                    return None
                try:
                    piece = self._raw.recv(65536)
                except ConnectionError:
                    piece = b""
                if not piece:
                    said = one_line(self._complaint.decode("utf-8", "replace")[-300:])
                    raise SandboxError(f"the shell of the student's commands ended: {said}")
                self._feed(piece)
        return self._events.pop(0)

    def _feed(self, piece: bytes) -> None:
        for number, data in self._frames.feed(piece):
            if number == 1:
                self._buffer += data
            else:
                self._complaint = (self._complaint + data)[-4096:]
        *lines, self._buffer = self._buffer.split(b"\n")
        if len(self._buffer) > _MAX_LINE:
            raise SandboxError("the shell of the student's commands says too much at once")
        self._events += [json.loads(line) for line in lines]
