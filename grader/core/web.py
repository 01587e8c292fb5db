"""One HTTP exchange with a server that may be hostile: every byte and every second of it is bounded."""

from __future__ import annotations

import io
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from grader.core.clock import remaining
from grader.core.errors import Failure, Missing, TimedOut
from grader.core.quantities import show_seconds
from grader.core.result import Evidence
from grader.core.text import clip, quoted

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping
    from http.client import HTTPResponse

MAX_HEAD: Final = 64 * 1024
"""Bytes of status line and headers."""
MAX_BODY: Final = 1024 * 1024
"""Bytes of body that are read; a longer one is cut."""
_SHOWN_BODY: Final = 2_000
# Codecs by names that a server chooses would include some that take quadratic time.
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "iso-8859-1", "latin1", "windows-1252", "utf-16"})
_CHARSET: Final = re.compile(r"charset=\"?([a-z0-9_-]{1,20})")


Connect: TypeAlias = "Callable[[float], socket.socket]"
"""Opens a connection within so many seconds; raises OSError when nobody accepts."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: the same as `curl` would, so that a person can repeat it."""

    port: int
    """The port as the student knows it: the container's."""
    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def label(self) -> str:
        """The request inside a sentence: `GET / on port 3000`."""
        return f"{self.method} {self.path} on port {self.port}"

    def lines(self) -> list[str]:
        """Give request line and headers."""
        # `close` makes the end of a reply without a length plain. No Accept-Encoding: nothing is ever decompressed.
        headers = {"Host": f"localhost:{self.port}", "User-Agent": "curl/8.7.1", "Accept": "*/*", "Connection": "close"}
        if self.body or self.method in {"POST", "PUT", "PATCH"}:
            headers["Content-Length"] = str(len(self.body))
        named = {name.lower(): (name, value) for name, value in headers.items()}
        named |= {name.lower(): (name, value) for name, value in self.headers.items()}
        return [f"{self.method} {self._target()} HTTP/1.1", *(f"{name}: {value}" for name, value in named.values())]

    def raw(self) -> bytes:
        """Give the bytes that go over the wire."""
        return "\r\n".join([*self.lines(), "", ""]).encode("utf-8") + self.body

    def curl(self) -> str:
        """Give the command that sends the same request to the port on one's own machine."""
        import shlex

        words = ["curl", "-I" if self.method == "HEAD" else "-i"]
        words += [] if self.method in {"GET", "HEAD"} else ["-X", self.method]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        words += ["--data-raw", self.body.decode("utf-8", "replace")] if self.body else []
        return shlex.join([*words, f"http://localhost:{self.port}{self.path}"])

    def _target(self) -> str:
        from urllib.parse import quote

        return quote(self.path, safe="/%?&=+:;,@!$'()*~[]#")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, complete or cut at `MAX_BODY`."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool = False

    def header(self, name: str) -> str | None:
        """Give a header's value; several of one name are joined, as HTTP allows."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def text(self) -> str:
        """The body as text, in the charset that the server names if it is a common one."""
        named = _CHARSET.search((self.header("Content-Type") or "").lower())
        charset = named[1] if named is not None and named[1] in _CHARSETS else "utf-8"
        return self.body.decode(charset, "replace")

    def evidence(self, request: Request) -> Evidence:
        """Write the exchange down as `curl -v` would show it."""
        sent = [f"> {line}" for line in request.lines()]
        got = [f"< {self.status} {self.reason}", *(f"< {name}: {value}" for name, value in self.headers)]
        cut = [f"[… cut after {MAX_BODY} bytes …]"] if self.truncated else []
        text = "\n".join([*sent, *got, "", clip(self.text, _SHOWN_BODY), *cut])
        return Evidence(kind="http", title=request.label, text=text)


class _Wire(io.RawIOBase):
    """The bytes of a socket until one deadline for them all: with a timeout per read, a slow server could drip on."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end
        self.received = 0
        self.most: int | None = MAX_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        count = self._sock.recv_into(buffer)
        self.received += count
        if self.most is not None and self.received > self.most:
            raise _TooMuchError
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, 4096)


class _TooMuchError(Exception):
    """Headers without an end."""


def exchange(connect: Connect, request: Request, timeout: float) -> Reply:
    """Send one request over a new connection and read the reply; no redirect is followed, no proxy used.

    Raises Failure, in words for a student, for everything that a server can do wrong, and TimedOut when the whole
    exchange takes more than `timeout` seconds or the time that the check has left.
    """
    from http.client import HTTPException

    started = time.monotonic()
    end = started + remaining(timeout)
    with _connected(connect, request, end) as sock:
        wire = _Wire(sock, end)
        try:
            return _talk(sock, wire, request, end)
        except TimeoutError:
            raise _too_slow(wire, request, time.monotonic() - started) from None
        except _TooMuchError:
            raise Failure(f"{request.label}: the headers of the answer have no end (over {MAX_HEAD} bytes)") from None
        except HTTPException as error:
            raise _malformed(error, wire, request) from None
        except OSError:
            raise _cut_off(wire, request) from None


def _connected(connect: Connect, request: Request, end: float) -> socket.socket:
    try:
        return connect(max(end - time.monotonic(), 0.001))
    except TimeoutError:
        raise TimedOut(f"{request.label}: no connection within the time limit") from None
    except OSError:
        raise Missing(f"nothing answers on port {request.port}") from None


def _talk(sock: socket.socket, wire: _Wire, request: Request, end: float) -> Reply:
    from http.client import HTTPResponse

    sock.settimeout(max(end - time.monotonic(), 0.001))
    # A server may answer, and close, before it has read everything; the answer counts.
    with suppress(BrokenPipeError, ConnectionResetError):
        sock.sendall(request.raw())
    with HTTPResponse(cast("socket.socket", wire), method=request.method) as response:
        response.begin()
        wire.most = None
        body, truncated = _body(response)
        missing = 0 if truncated else response.length or 0
        if missing:
            raise Failure(
                f"{request.label}: the answer ends too early: Content-Length promises {len(body) + missing} bytes, "
                f"and only {len(body)} came"
            )
        return Reply(response.status, response.reason, tuple(response.getheaders()), body, truncated)


def _body(response: HTTPResponse) -> tuple[bytes, bool]:
    body = bytearray()
    while len(body) <= MAX_BODY:
        chunk = response.read1(65536)
        if not chunk:
            return bytes(body), False
        body += chunk
    return bytes(body[:MAX_BODY]), True


def _too_slow(wire: _Wire, request: Request, seconds: float) -> TimedOut:
    came = f"{wire.received} bytes of it came" if wire.received else "not one byte of it came"
    return TimedOut(f"{request.label}: no complete answer within {show_seconds(seconds)} ({came})")


def _malformed(error: Exception, wire: _Wire, request: Request) -> Failure:
    from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

    if isinstance(error, RemoteDisconnected):
        return _cut_off(wire, request)
    if isinstance(error, IncompleteRead):
        return Failure(f"{request.label}: the answer ends in the middle, or its chunks are malformed")
    if isinstance(error, BadStatusLine):
        return Failure(f"{request.label}: the answer is not HTTP: it starts with {quoted(str(error))}")
    return Failure(f"{request.label}: the headers of the answer are malformed: {quoted(str(error))}")


def _cut_off(wire: _Wire, request: Request) -> Failure:
    if wire.received:
        return Failure(f"{request.label}: the connection broke in the middle of the answer")
    return Missing(f"{request.label}: the connection was closed without an answer")
