"""A program that one talks to: its output as it comes, and its input, as `docker run -it` and `docker exec -it` do."""

from __future__ import annotations

import selectors
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import budget, remaining
from grader.core.errors import Failure
from grader.sandbox.containers import EngineContainer, OurContainer
from grader.sandbox.errors import translated
from grader.sandbox.ledger import uninterrupted
from grader.sandbox.streams import MAX_STREAM, Frames, close, read_already
from grader.sandbox.variations import config_of, varied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.facts import Command, ContainerState
    from grader.core.variation import Variation
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.spawn import Like

_PIECE: Final = 65536
_POLL: Final = 0.05
_KILLED: Final = 137
"""Exit code of what was killed: whatever runs in a container is, when its main process ends."""
_SETTLE: Final = 0.5
"""Seconds in which the engine knows of that end."""
_HEAD: Final = 500
"""Bytes of the beginning of what came in which the engine may say something itself."""
END_OF_INPUT: Final = b"\x04"
"""Ctrl-D: what says so where the input is a terminal."""
_TOO_LATE: Final = (b"OCI runtime exec failed", b"failed to retrieve console master", b"cannot exec in a stopped")
"""What the engine writes, as if it were output, when the container ends while a command in it is started."""
_SIZE: Final = [24, 80]
"""Rows and columns of a terminal, until it is resized."""
# Whoever attaches to a terminal can leave it by typing certain keys; these nobody types.
_DETACH_KEYS: Final = "ctrl-^,ctrl-@,ctrl-^,ctrl-@,ctrl-^"


class Session:
    """Implements `grader.core.handles.Conversation` on an attached stream; every wait ends at the deadline."""

    def __init__(
        self,
        stream: Any,
        *,
        tty: bool,
        resize: Callable[[int, int], None],
        ended: Callable[[], tuple[bool, int | None]],
    ) -> None:
        self._raw: socket.socket = getattr(stream, "_sock", stream)
        self._raw.setblocking(False)
        self._tty = tty
        self._resize = resize
        self._ended = ended
        self._frames = Frames()
        self._over = False
        self._arrived = bytearray()
        self._head = b""
        self._take(read_already(stream))

    def receive(self, seconds: float) -> bytes | None:
        """Give what it has written since; waits for something, but no longer than `seconds`. None: it wrote its last.

        What is empty arrived in time: nothing did.
        """
        end = time.monotonic() + seconds
        while not self._arrived and not self._over:
            left = end - time.monotonic()
            self._wait(selectors.EVENT_READ, remaining(left) if left > 0 else 0)
            if left <= 0:
                break
        if not self._arrived:
            return None if self._over else b""
        found = bytes(self._arrived)
        self._arrived.clear()
        return found

    def send(self, data: bytes) -> None:
        """Type something; waits until it is taken. What comes too late is lost, as with any program that has ended."""
        pending = memoryview(data)
        while pending:
            events = selectors.EVENT_WRITE
            if not self._over and len(self._arrived) < MAX_STREAM:
                events |= selectors.EVENT_READ  # a program that is stuck in writing reads nothing
            if self._wait(events, remaining(10)) & selectors.EVENT_WRITE:
                try:
                    pending = pending[self._raw.send(pending[:_PIECE]) :]
                except BlockingIOError:
                    continue
                except OSError:
                    return

    def end_input(self) -> None:
        """Say that nothing more will be typed. A terminal has no end: there it is a key, for the program to read."""
        if self._tty:
            self.send(END_OF_INPUT)
            return
        with suppress(OSError):
            self._raw.shutdown(socket.SHUT_WR)

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal another size."""
        self._resize(rows, columns)

    def exit_code(self, seconds: float) -> int | None:
        """Wait for the end, `seconds` at most; None when it still runs. What it writes meanwhile is read, and kept."""
        end = time.monotonic() + seconds
        while True:
            over, code = self._ended()
            if over:
                return code
            left = end - time.monotonic()
            if left <= 0:
                return None
            if self._over or len(self._arrived) >= MAX_STREAM:
                time.sleep(remaining(min(_POLL, left)))
            else:
                self._wait(selectors.EVENT_READ, remaining(min(_POLL, left)))

    def was_too_late(self) -> bool:
        """Whether the engine could not start the program, and wrote so itself."""
        return any(one in self._head for one in _TOO_LATE)

    def _wait(self, events: int, seconds: float) -> int:
        """Wait for one of the events, reading what there is; gives those that came."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._raw, events)
            came = 0
            for _, event in selector.select(seconds):
                came |= event
        if came & selectors.EVENT_READ:
            try:
                self._take(self._raw.recv(_PIECE), at_the_end=True)
            except BlockingIOError:
                pass
            except OSError:
                self._over = True
        return came

    def _take(self, chunk: bytes, *, at_the_end: bool = False) -> None:
        self._over = self._over or (at_the_end and not chunk)
        self._head = (self._head + chunk)[:_HEAD] if len(self._head) < _HEAD else self._head
        if self._tty:
            self._arrived += chunk
            return
        for _, data in self._frames.feed(chunk):
            self._arrived += data


@contextmanager
def conversation(ledger: Ledger, like: Like, variation: Variation) -> Iterator[Session]:
    """Start a container to talk to: attached before it starts, so that nothing of what it writes is lost."""
    spec = varied(like.spec, variation)
    config = config_of(spec, like.image, variation)
    config |= {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True, "AttachStdout": True, "AttachStderr": True}
    config["HostConfig"]["ConsoleSize"] = _SIZE
    with ExitStack() as undo:
        with budget("start", like.seconds):
            container = OurContainer(ledger, config)
            undo.callback(_removed, container)
            stream = container.attach(detach_keys=_DETACH_KEYS)
            undo.callback(close, stream)
            container.start()
            if (state := container.state()).error:
                raise Failure(f"the container could not be started: {state.reason}", expected="a running container")

        def ended() -> tuple[bool, int | None]:
            state = container.state()
            return not state.running, state.exit_code

        yield Session(stream, tty=spec.tty, resize=container.resize, ended=ended)


def _removed(container: OurContainer) -> None:
    with uninterrupted():
        container.remove()


def _running(state: ContainerState) -> None:
    """Raise Failure for a container in which nothing can be started, since it has ended."""
    if state.running:
        return
    how = f"could not be started: {state.reason}" if state.error else f"ended with exit code {state.exit_code}"
    raise Failure(f"the container is not running: it {how}", expected="a running container", actual=how) from None


@contextmanager
def conversation_inside(api: Any, container: str, command: Command, *, tty: bool) -> Iterator[Session]:
    """Run a command to talk to in a container that is there. What still runs afterwards is left to its container."""
    from docker.errors import APIError

    found = EngineContainer(api, container)
    with translated("running a command in the container"):
        _running(found.state())
        try:
            made = api.exec_create(
                container,
                list(command.argv),
                stdin=True,
                tty=tty,
                environment=dict(command.env) or None,
                user=command.user or "",
                workdir=command.workdir,
                detach_keys=_DETACH_KEYS,
            )["Id"]
            stream = api.exec_start(made, tty=tty, socket=True)
        except APIError:
            _running(found.state())
            raise

    def resize(rows: int, columns: int) -> None:
        with translated("resizing a terminal"), suppress(APIError):
            api.exec_resize(made, height=rows, width=columns)

    def ended() -> tuple[bool, int | None]:
        with translated("looking at a command"):
            raw = api.exec_inspect(made)
        code = raw["ExitCode"]
        return not raw["Running"] and code is not None, None if code is None else int(code)

    try:
        if tty:
            resize(*_SIZE)
        session = Session(stream, tty=tty, resize=resize, ended=ended)
        try:
            yield session
        except Failure as failure:
            if ended()[1] == _KILLED:
                found.wait(_SETTLE)
            state = found.state()
            if session.was_too_late():
                _running(state)
            if not state.running:
                failure.message = f"{failure.message}; its container ended with exit code {state.exit_code} meanwhile"
                failure.args = (failure.message,)
            raise
    finally:
        with suppress(OSError):
            getattr(stream, "_sock", stream).shutdown(socket.SHUT_WR)  # the end of its input, where it waits for more
        close(stream)
