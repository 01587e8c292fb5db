"""One HTTP exchange with a server that may be hostile."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from grader.core.clock import remaining
from grader.core.errors import Failure, Missing, TimedOut
from grader.core.quantities import show_seconds
from grader.core.text import quoted
from grader.core.web.messages import MAX_BODY, Reply
from grader.core.web.wire import MAX_HEAD, TooMuchError, Wire, send

if TYPE_CHECKING:
    import socket
    from http.client import HTTPResponse

    from grader.core.web.messages import Request
    from grader.core.web.wire import Connect


def exchange(connect: Connect, request: Request, timeout: float) -> Reply:
    """Send one request over a new connection and read the reply; no redirect is followed, no proxy used.

    Raises Failure, in words for a student, for everything that a server can do wrong, and TimedOut when the whole
    exchange takes more than `timeout` seconds or the time that the check has left.
    """
    from http.client import HTTPException

    started = time.monotonic()
    end = started + remaining(timeout)
    with _connected(connect, request, end) as sock:
        wire = Wire(sock, end)
        try:
            return _talk(sock, wire, request, end)
        except TimeoutError:
            raise _too_slow(wire, request, time.monotonic() - started) from None
        except TooMuchError:
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
    except ConnectionResetError:  # somebody has accepted it: whether we hear of it now or on the first read is luck
        raise _closed(request) from None
    except OSError:
        raise Missing(f"nothing answers on port {request.port}") from None


def _talk(sock: socket.socket, wire: Wire, request: Request, end: float) -> Reply:
    from http.client import HTTPResponse

    # A server may answer, and close, before it has read everything; the answer counts.
    with suppress(BrokenPipeError, ConnectionResetError):
        send(sock, request.raw(), end)
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


def _too_slow(wire: Wire, request: Request, seconds: float) -> TimedOut:
    came = f"{wire.received} bytes of it came" if wire.received else "not one byte of it came"
    return TimedOut(f"{request.label}: no complete answer within {show_seconds(seconds)} ({came})")


def _malformed(error: Exception, wire: Wire, request: Request) -> Failure:
    from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

    if isinstance(error, RemoteDisconnected):
        return _cut_off(wire, request)
    if isinstance(error, IncompleteRead):
        return Failure(f"{request.label}: the answer ends in the middle, or its chunks are malformed")
    if isinstance(error, BadStatusLine):
        return Failure(f"{request.label}: the answer is not HTTP: it starts with {quoted(str(error))}")
    return Failure(f"{request.label}: the headers of the answer are malformed: {quoted(str(error))}")


def _cut_off(wire: Wire, request: Request) -> Failure:
    if wire.received:
        return Failure(f"{request.label}: the connection broke in the middle of the answer")
    return _closed(request)


def _closed(request: Request) -> Failure:
    return Missing(f"{request.label}: the connection was closed without an answer")
